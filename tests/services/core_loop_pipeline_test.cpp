// One batch is written while the next is applied: what is under way at the same time, and what
// becomes of it when something breaks.
#include "services/trading/core_loop.hpp"
#include "support/seed.hpp"
#include "tests/services/trading_fixture.hpp"

#include <pqxx/except>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <stdexcept>
#include <thread>
#include <utility>

namespace suanpan::services {
namespace {

using std::chrono::milliseconds;

constexpr std::array<std::string_view, 3> kWriterPoints{"begun", "written", "committed"};

// Stops the first batch that comes to a point once it is armed, until it is let go.
class Gate {
 public:
    explicit Gate(std::string_view point) : point_(point) {}

    void pass(std::string_view at) {
        std::unique_lock lock(mutex_);
        ++passed_[std::string(at)];
        changed_.notify_all();
        if (at != point_ || !std::exchange(armed_, false)) return;
        closed_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !closed_; });
        if (std::exchange(faulty_, false)) throw std::runtime_error("a fault made for the test");
    }
    void arm() {
        const std::scoped_lock lock(mutex_);
        armed_ = true;
    }
    // Until a batch stands at the gate.
    void wait_closed() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return closed_; });
    }
    void open(bool with_fault = false) {
        {
            const std::scoped_lock lock(mutex_);
            faulty_ = with_fault;
            closed_ = false;
        }
        changed_.notify_all();
    }
    // Until `count` more batches have come to `point` than at the call of passed().
    void wait_passed(const std::string& point, int count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return passed_[point] >= count; });
    }
    int passed(const std::string& point) {
        const std::scoped_lock lock(mutex_);
        return passed_[point];
    }

 private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string point_;
    std::map<std::string, int> passed_;
    bool armed_ = false;
    bool closed_ = false;
    bool faulty_ = false;
};

class CoreLoopPipeline : public Trading {
 protected:
    std::unique_ptr<CoreLoop> open_with(Gate& gate) {
        CoreLoop::Options options = quick();
        options.probe = [&gate](std::string_view at) { gate.pass(at); };
        return open(options);
    }
    core::Command deposit() {
        return make_command(parties.boss, make_deposit(parties.buyers[0], 1));
    }
    Submission keyed_order(const std::string& key) {
        const Window window{Time(kDawn.value + 3600), Time(kDawn.value + 7200)};
        Submission out = make_submission(
            make_command(parties.buyers[0], make_buy(parties, 0, 1, 1'000'000, window)));
        IdempotencyKey name;
        name.organisation = parties.buyers[0];
        name.route = "POST /v1/orders";
        name.key = key;
        name.for_ever = true;
        out.idempotency = name;
        return out;
    }
    static bool is_answered(const std::future<Answered>& answer) {
        return answer.wait_for(milliseconds(0)) == std::future_status::ready;
    }
};

TEST_F(CoreLoopPipeline, AppliesABatchWhileTheOneBeforeIsWritten) {
    Gate gate("begun");
    auto loop = open_with(gate);
    gate.arm();
    const int applied = gate.passed("applied");
    auto first = send(*loop, make_submission(deposit()));
    gate.wait_closed();
    auto second = send(*loop, make_submission(deposit()));
    gate.wait_passed("applied", applied + 2);
    EXPECT_FALSE(is_answered(first));
    EXPECT_FALSE(is_answered(second));
    gate.open();
    EXPECT_TRUE(first.get());
    EXPECT_TRUE(second.get());
    EXPECT_EQ(loop->figures().rebuilds, 0);
    expect_one_truth(*loop);
}

TEST_F(CoreLoopPipeline, AnswersInTheOrderOfTheLog) {
    auto loop = open();
    std::mutex mutex;
    std::vector<std::int64_t> answered;
    std::vector<std::thread> threads;
    std::atomic<int> left = 400;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            while (left-- > 0) {
                std::promise<void> done;
                auto submission = make_submission(deposit());
                auto index = std::make_shared<std::int64_t>();
                submission.respond = [index](const core::CommandOutcome& outcome) {
                    *index = outcome.index.value;
                    return plain_answer(outcome);
                };
                submission.done = [&, index](const Answered&) {
                    {
                        const std::scoped_lock lock(mutex);
                        answered.push_back(*index);
                    }
                    done.set_value();
                };
                ASSERT_TRUE(loop->submit(std::move(submission)));
                done.get_future().wait();
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(answered.size(), 400U);
    EXPECT_TRUE(std::ranges::is_sorted(answered));
}

TEST_F(CoreLoopPipeline, ARepeatOfWhatIsUnderWayGetsThatAnswerAndNotBeforeItIsDurable) {
    for (const std::string_view point : kWriterPoints) {
        for (const bool fault : {false, true}) {
            const std::string key = std::string(point) + (fault ? " fault" : "");
            SCOPED_TRACE(key);
            Gate gate(point);
            auto loop = open_with(gate);
            gate.arm();
            Submission order = keyed_order(key);
            order.side.emplace_back(db::OrderTextRow{key, "", "00"});
            auto first = send(*loop, std::move(order));
            gate.wait_closed();
            auto repeat = send(*loop, keyed_order(key));
            Submission other = keyed_order(key);
            other.idempotency->body_hash.fill(9);
            auto reused = send(*loop, std::move(other));
            Submission named = keyed_order(key + " again");
            named.side.emplace_back(db::OrderTextRow{key, "", "00"});
            auto taken = send(*loop, std::move(named));
            EXPECT_EQ(repeat.wait_for(milliseconds(20)), std::future_status::timeout);
            EXPECT_FALSE(is_answered(first));
            gate.open(fault);
            const Answered one = first.get();
            const Answered again = repeat.get();
            ASSERT_TRUE(one && again);
            EXPECT_EQ(one->resource, again->resource);
            EXPECT_EQ(reused.get().error().code(), "idempotency_key_reused");
            EXPECT_EQ(taken.get().error().code(), "client_order_id_used");
            expect_one_truth(*loop);
            EXPECT_EQ(loop->figures().rebuilds > 0, fault);
        }
    }
    EXPECT_EQ(database.query("SELECT count(*) FROM orders"), "6");
}

TEST_F(CoreLoopPipeline, AFailureTakesBackAllThatIsUnderWayAndLosesNothing) {
    for (const std::string_view point : kWriterPoints) {
        SCOPED_TRACE(point);
        Gate gate(point);
        auto loop = open_with(gate);
        gate.arm();
        const int applied = gate.passed("applied");
        std::vector<core::Command> commands;
        std::vector<std::future<Answered>> answers;
        const auto send_some = [&](int count) {
            for (int i = 0; i < count; ++i) {
                commands.push_back(deposit());
                answers.push_back(send(*loop, make_submission(commands.back())));
            }
        };
        send_some(1);
        gate.wait_closed();
        send_some(5);
        gate.wait_passed("applied", applied + 2);
        send_some(20);
        gate.open(true);
        for (auto& answer : answers) {
            const Answered got = answer.get();
            ASSERT_TRUE(got) << got.error().detail();
            EXPECT_EQ(got->status, 201);
        }
        for (const core::Command& command : commands)
            EXPECT_EQ(times_logged(command), 1);
        expect_one_truth(*loop);
        EXPECT_GE(loop->figures().rebuilds, 1);
    }
    EXPECT_EQ(database.query("SELECT balance_micro FROM account_balance WHERE account = 'available'"
                             " AND organisation = '" +
                             to_uuid(parties.buyers[0].bytes) + "'"),
              std::to_string(1'000'000'000 + 3 * 26));
}

TEST_F(CoreLoopPipeline, WhatCannotBeAppliedDoesNotHurtTheBatchThatIsWritten) {
    Gate gate("written");
    auto loop = open_with(gate);
    gate.arm();
    const auto fine = deposit();
    auto first = send(*loop, make_submission(fine));
    gate.wait_closed();
    auto poison = make_submission(deposit());
    const auto poisoned = poison.command;
    std::atomic<bool> thrown = false;
    poison.respond = [&](const core::CommandOutcome&) -> StoredResponse {
        thrown = true;
        throw std::runtime_error("poison");
    };
    auto second = send(*loop, std::move(poison));
    while (!thrown)
        std::this_thread::sleep_for(milliseconds(1));
    gate.open();
    EXPECT_TRUE(first.get());
    EXPECT_EQ(second.get().error().code(), core::kCommitFailed);
    EXPECT_EQ(times_logged(fine), 1);
    EXPECT_EQ(times_logged(poisoned), 1);
    expect_one_truth(*loop);
}

TEST_F(CoreLoopPipeline, AReadSeesOnlyWhatIsDurable) {
    Gate gate("written");
    auto loop = open_with(gate);
    gate.arm();
    auto first = send(*loop, make_submission(deposit()));
    gate.wait_closed();
    std::atomic<bool> read = false;
    std::int64_t in_memory = 0;
    std::thread reader([&] {
        loop->inspect([&](const core::Market& market) {
            in_memory = market.head().size.value;
            read = true;
        });
    });
    std::this_thread::sleep_for(milliseconds(30));
    EXPECT_FALSE(read);
    gate.open();
    reader.join();
    EXPECT_EQ(in_memory, log_size());
    EXPECT_TRUE(first.get());
}

TEST_F(CoreLoopPipeline, RandomFaultsUnderLoadLeaveOneTruth) {
    std::mt19937_64 chance(support::test_seed());
    std::mutex mutex;
    int quiet = 0;  // points without a fault: no command alone meets two
    std::atomic<bool> armed = false;
    CoreLoop::Options options = quick();
    options.probe = [&](std::string_view) {
        const std::scoped_lock lock(mutex);
        if (!armed || --quiet > 0 || chance() % 20 != 0) return;
        quiet = 120;
        throw pqxx::broken_connection("a fault made for the test");
    };
    auto loop = open(options);
    armed = true;
    for (int part = 0; part < 3; ++part) {
        trade(*loop, 120, 12);
        armed = false;
        expect_one_truth(*loop);
        armed = true;
    }
    EXPECT_GE(loop->figures().rebuilds, 1);
}

}  // namespace
}  // namespace suanpan::services
