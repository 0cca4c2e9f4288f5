// The market's thread when something breaks: nothing acknowledged is lost, nothing done twice.
#include "base/random.hpp"
#include "services/trading/core_loop.hpp"
#include "tests/services/trading_fixture.hpp"

#include <pqxx/connection>
#include <pqxx/nontransaction>

#include <array>
#include <stdexcept>
#include <thread>
#include <utility>

namespace suanpan::services {
namespace {

constexpr std::array<std::string_view, 4> kPoints{"applied", "begun", "written", "committed"};
const std::string kLeaderLock =
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database ="
    " (SELECT oid FROM pg_database WHERE datname = current_database())";
const std::string kWriters =
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND"
    " application_name = 'suanpand' AND pid NOT IN (" +
    kLeaderLock + ")";
const std::string kAll =
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND"
    " application_name = 'suanpand'";

class CoreLoopFaults : public Trading {
 protected:
    // A loop whose probe does `fault` once, when armed, at `point`.
    std::unique_ptr<CoreLoop> open_with(std::string_view point, std::function<void()> fault) {
        CoreLoop::Options options = quick();
        options.probe = [this, point, fault](std::string_view at) {
            if (at == point && armed_.exchange(false)) fault();
        };
        return open(options);
    }

    // A group of deposits of 1 micro-unit, sent while the loop is held, so that they are one batch.
    void send_group_into_fault(CoreLoop& loop, int count) {
        std::vector<core::Command> commands;
        std::vector<std::future<Answered>> answers;
        loop.inspect([&](const core::Market&) {
            for (int i = 0; i < count; ++i) {
                commands.push_back(make_command(parties.boss, make_deposit(parties.buyers[0], 1)));
                answers.push_back(send(loop, make_submission(commands.back())));
            }
            armed_ = true;
        });
        for (auto& answer : answers) {
            const Answered got = answer.get();
            ASSERT_TRUE(got) << got.error().code() << ": " << got.error().detail();
            EXPECT_EQ(got->status, 201);
        }
        EXPECT_FALSE(armed_) << "the fault did not happen";
        for (const core::Command& command : commands)
            EXPECT_EQ(times_logged(command), 1);
        expect_one_truth(loop);
        EXPECT_GE(loop.figures().rebuilds, 1);
    }

    std::atomic<bool> armed_ = false;
};

TEST_F(CoreLoopFaults, AFailureAtAnyPointLosesAndDoublesNothing) {
    for (const std::string_view point : kPoints) {
        SCOPED_TRACE(point);
        auto loop = open_with(point, [] { throw std::runtime_error("a fault made for the test"); });
        send_group_into_fault(*loop, 8);
    }
    // The balance is what the acknowledged deposits sum to.
    EXPECT_EQ(database.query("SELECT balance_micro FROM account_balance WHERE account = 'available'"
                             " AND organisation = '" +
                             to_uuid(parties.buyers[0].bytes) + "'"),
              std::to_string(1'000'000'000 + 4 * 8));
}

TEST_F(CoreLoopFaults, ACutConnectionLosesAndDoublesNothing) {
    for (const std::string& victims : {kWriters, kLeaderLock, kAll}) {
        for (const std::string_view point : kPoints) {
            SCOPED_TRACE(std::string(point) + ": " + victims);
            auto loop = open_with(point, [&] { cut(victims); });
            // Where the cut comes after the commit, only the next batch meets it.
            armed_ = true;
            for (int i = 0; i < 4; ++i) {
                const auto command = make_command(parties.boss, make_deposit(parties.buyers[0], 1));
                const auto answer = ask(*loop, make_submission(command));
                ASSERT_TRUE(answer) << answer.error().code() << ": " << answer.error().detail();
                EXPECT_EQ(times_logged(command), 1);
            }
            EXPECT_FALSE(armed_);
            EXPECT_TRUE(loop->figures().leading);
            expect_one_truth(*loop);
        }
    }
}

TEST_F(CoreLoopFaults, APoisonedCommandIsRefusedInTheLogAndStopsNobody) {
    auto loop = open();
    auto poison = make_submission(make_command(parties.boss, make_deposit(parties.buyers[0], 1)));
    poison.respond = [](const core::CommandOutcome&) -> StoredResponse {
        throw std::runtime_error("poison");
    };
    // The database refuses this one: two keys of one hash.
    const auto key_row = [this] {
        db::ApiKeyRow row;
        row.id = random_id<ApiKeyId>(kDawn);
        row.organisation = parties.boss;
        row.key_hash.fill(7);
        return row;
    };
    auto fine = make_submission(make_command(parties.boss, make_deposit(parties.buyers[0], 1)));
    fine.side.emplace_back(key_row());
    auto clash = make_submission(make_command(parties.boss, make_deposit(parties.buyers[0], 1)));
    clash.side.emplace_back(key_row());
    const std::vector<core::Command> commands{poison.command, fine.command, clash.command};
    std::vector<std::future<Answered>> answers;
    std::vector<std::future<Answered>> others;
    loop->inspect([&](const core::Market&) {
        for (Submission* submission : {&poison, &fine, &clash}) {
            answers.push_back(send(*loop, std::move(*submission)));
            others.push_back(send(*loop, make_submission(make_command(
                                             parties.boss, make_deposit(parties.buyers[1], 1)))));
        }
    });
    EXPECT_EQ(answers[0].get().error().code(), core::kCommitFailed);
    EXPECT_TRUE(answers[1].get());
    EXPECT_EQ(answers[2].get().error().code(), core::kCommitFailed);
    for (auto& other : others) {
        const Answered got = other.get();
        ASSERT_TRUE(got);
        EXPECT_EQ(got->status, 201);
    }
    for (const core::Command& command : commands)
        EXPECT_EQ(times_logged(command), 1);
    EXPECT_EQ(database.query("SELECT count(*) FROM ledger_entry WHERE kind = 'refused' AND"
                             " convert_from(bytes, 'UTF8') LIKE '%commit_failed%'"),
              "2");
    expect_one_truth(*loop);
}

TEST_F(CoreLoopFaults, ADatabaseThatIsAwayIsSaidAndComesBack) {
    auto loop = open();
    const std::string name = database.name();
    const auto allow = [&](const char* word) {
        // From another database: nobody may connect to this one.
        pqxx::connection outside(support::test_cluster());
        pqxx::nontransaction session(outside);
        session.exec("ALTER DATABASE \"" + name + "\" ALLOW_CONNECTIONS " + word);
        session.exec(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '" +
            name + "'");
    };
    allow("false");
    const auto command = make_command(parties.boss, make_deposit(parties.buyers[0], 1));
    const auto answer = ask(*loop, make_submission(command));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), core::kCommitFailed);
    std::string code;
    for (int i = 0; i < 100 && code != "unavailable"; ++i) {
        const auto other = ask(*loop, make_submission(make_command(parties.boss, core::Tick{})));
        ASSERT_FALSE(other);
        code = other.error().code();
    }
    EXPECT_EQ(code, "unavailable");
    allow("true");
    Answered back = fail("none", "");
    for (int i = 0; i < 200 && !back; ++i) {
        back = ask(*loop, make_submission(make_command(parties.boss, core::Tick{})));
        if (!back) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    EXPECT_TRUE(back);
    EXPECT_LE(times_logged(command), 1);
    expect_one_truth(*loop);
}

TEST_F(CoreLoopFaults, ASecondServerWaitsForTheFirst) {
    auto first = open();
    CoreLoop::Options hasty = quick();
    hasty.leader_wait = std::chrono::milliseconds(200);
    CoreLoop second(pool, clock, hasty);
    EXPECT_THROW(second.start(), std::runtime_error);
    first->stop();
    first.reset();
    CoreLoop third(pool, clock, quick());
    EXPECT_NO_THROW(third.start());
}

TEST_F(CoreLoopFaults, AServerThatLostItsLeadershipWritesNothing) {
    auto first = open();
    cut(kLeaderLock);
    auto second = open();
    const auto command = make_command(parties.boss, make_deposit(parties.buyers[0], 1));
    const auto answer = ask(*first, make_submission(command));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), core::kCommitFailed);
    EXPECT_EQ(times_logged(command), 0);
    EXPECT_FALSE(first->figures().leading);
    const auto late = ask(*first, make_submission(command));
    EXPECT_EQ(late.error().code(), "not_leader");
    EXPECT_THROW(first->inspect([](const core::Market&) {}), std::runtime_error);
    EXPECT_TRUE(ask(*second, make_submission(command)));
    EXPECT_EQ(times_logged(command), 1);
    expect_one_truth(*second);
}

}  // namespace
}  // namespace suanpan::services
