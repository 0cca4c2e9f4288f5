// The market's thread when all goes well.
#include "services/trading/core_loop.hpp"

#include "base/random.hpp"
#include "db/queries/identity.hpp"
#include "db/queries/trading.hpp"
#include "services/trading/bootstrap.hpp"
#include "tests/services/trading_fixture.hpp"

#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

namespace suanpan::services {
namespace {

using CoreLoopTest = Trading;

IdempotencyKey key_of(const OrganisationId& organisation, const std::string& key, std::uint8_t body,
                      bool for_ever) {
    IdempotencyKey out;
    out.organisation = organisation;
    out.route = "POST /v1/orders";
    out.key = key;
    out.body_hash.fill(body);
    out.for_ever = for_ever;
    return out;
}

TEST_F(CoreLoopTest, MemoryEqualsTheDatabaseOverARandomDay) {
    auto loop = open();
    for (int part = 0; part < 6; ++part) {
        trade(*loop, 80, part % 2 == 0 ? 1 : 25);
        expect_one_truth(*loop);
    }
    EXPECT_NE(database.query("SELECT count(*) FROM trade"), "0");
    EXPECT_NE(database.query("SELECT count(*) FROM reading"), "0");
    EXPECT_NE(database.query("SELECT count(*) FROM settlement_line"), "0");
    EXPECT_EQ(loop->figures().rebuilds, 0);
}

TEST_F(CoreLoopTest, GoesOnAfterARestartAsIfItHadNeverStopped) {
    auto loop = open();
    trade(*loop, 150, 20);
    loop->stop();
    loop.reset();
    loop = open();
    expect_one_truth(*loop);
    trade(*loop, 60, 10);
    expect_one_truth(*loop);
}

TEST_F(CoreLoopTest, GroupsConcurrentCommandsAndAnswersEachOnce) {
    auto loop = open();
    const CoreFigures before = loop->figures();
    constexpr int kThreads = 16;
    constexpr int kEach = 25;
    std::vector<std::thread> threads;
    std::atomic<int> accepted = 0;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < kEach; ++i) {
                auto command = make_command(parties.boss, make_deposit(parties.buyers[0], 1));
                const auto answer = ask(*loop, make_submission(std::move(command)));
                if (answer && answer->status == 201) ++accepted;
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    const CoreFigures after = loop->figures();
    EXPECT_EQ(accepted, kThreads * kEach);
    EXPECT_EQ(after.commands - before.commands, kThreads * kEach);
    EXPECT_LT(after.batches - before.batches, kThreads * kEach / 2) << "mean batch under 2";
    EXPECT_GT(after.largest_batch, 1);
    EXPECT_EQ(database.query("SELECT balance_micro FROM account_balance WHERE account = 'available'"
                             " AND organisation = '" +
                             to_uuid(parties.buyers[0].bytes) + "'"),
              std::to_string(1'000'000'000 + kThreads * kEach));
    expect_one_truth(*loop);
}

TEST_F(CoreLoopTest, AnAnswerIsDurableBeforeItIsGiven) {
    auto loop = open();
    for (int i = 0; i < 20; ++i) {
        const auto command = make_command(parties.boss, make_deposit(parties.buyers[0], 1));
        auto submission = make_submission(command);
        std::int64_t logged = -1;
        std::promise<void> answered;
        submission.done = [&](const Answered&) {
            logged = times_logged(command);
            answered.set_value();
        };
        ASSERT_TRUE(loop->submit(std::move(submission)));
        answered.get_future().wait();
        EXPECT_EQ(logged, 1);
    }
}

TEST_F(CoreLoopTest, ARefusedCommandIsInTheLogAndItsSideRowsAreNot) {
    auto loop = open();
    const auto stranger = random_id<OrganisationId>(kDawn);
    auto submission = make_submission(make_command(
        parties.buyers[0], core::RegisterOrganisation{stranger, {core::Role::kOperator}}));
    submission.side.emplace_back(db::OrganisationNameRow{stranger, "stranger"});
    const auto command = submission.command;
    const auto answer = ask(*loop, std::move(submission));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 422);
    EXPECT_EQ(times_logged(command), 1);
    EXPECT_EQ(database.query("SELECT count(*) FROM organisation_name"), "0");
}

TEST_F(CoreLoopTest, AKeyGivesTheFirstAnswerAgainAlsoAfterARestart) {
    auto loop = open();
    const Window window{Time(kDawn.value + 3600), Time(kDawn.value + 7200)};
    const auto place = [&](std::uint8_t body) {
        auto submission = make_submission(
            make_command(parties.buyers[0], make_buy(parties, 0, 1, 1'000'000, window)));
        submission.idempotency = key_of(parties.buyers[0], "one", body, true);
        return submission;
    };
    auto both = std::pair(send(*loop, place(1)), send(*loop, place(1)));
    const Answered first = both.first.get();
    const Answered copy = both.second.get();
    ASSERT_TRUE(first && copy);
    EXPECT_EQ(first->resource, copy->resource);
    EXPECT_FALSE(first->resource.empty());
    EXPECT_EQ(ask(*loop, place(2)).error().code(), "idempotency_key_reused");
    loop.reset();
    loop = open();
    EXPECT_EQ(ask(*loop, place(1))->resource, first->resource);
    EXPECT_EQ(database.query("SELECT count(*) FROM orders"), "1");
    clock.pass(25 * 3600);
    const auto expired = ask(*loop, place(1));
    ASSERT_FALSE(expired);
    EXPECT_EQ(expired.error().code(), "idempotency_key_expired");
    EXPECT_NE(expired.error().detail().find(first->resource), std::string::npos);
}

TEST_F(CoreLoopTest, AKeyThatIsNotForEverIsFreeAfterADay) {
    auto loop = open();
    const auto deposit = [&] {
        auto submission =
            make_submission(make_command(parties.boss, make_deposit(parties.buyers[0], 5)));
        submission.idempotency = key_of(parties.boss, "daily", 1, false);
        return submission;
    };
    ASSERT_TRUE(ask(*loop, deposit()));
    ASSERT_TRUE(ask(*loop, deposit()));
    EXPECT_EQ(database.query("SELECT count(*) FROM idempotency"), "1");
    const std::int64_t before = log_size();
    clock.pass(25 * 3600);
    ASSERT_TRUE(ask(*loop, deposit()));
    EXPECT_EQ(log_size(), before + 1);
    pool.write("expire", [this](db::Tx& tx) {
        return db::expire_responses(tx, Time(clock.now().value + 1));
    });
    EXPECT_EQ(database.query("SELECT count(*) FROM idempotency"), "0");
}

TEST_F(CoreLoopTest, AClientOrderIdIsUsedOnceForEver) {
    auto loop = open();
    const Window window{Time(kDawn.value + 3600), Time(kDawn.value + 7200)};
    const auto place = [&](std::size_t buyer, std::int64_t lots) {
        auto submission = make_submission(
            make_command(parties.buyers[buyer], make_buy(parties, buyer, lots, 1'000'000, window)));
        submission.side.emplace_back(db::OrderTextRow{"mine", "{\"a\":1}", "00"});
        return submission;
    };
    // Refused for lack of money: the id stays free.
    EXPECT_EQ(ask(*loop, place(0, 900'000))->status, 422);
    auto first = send(*loop, place(0, 1));
    auto second = send(*loop, place(0, 1));
    const Answered made = first.get();
    ASSERT_TRUE(made);
    EXPECT_EQ(made->status, 201);
    const Answered again = second.get();
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), "client_order_id_used");
    EXPECT_NE(again.error().detail().find(made->resource), std::string::npos);
    EXPECT_EQ(ask(*loop, place(1, 1))->status, 201) << "another organisation's own";
    loop.reset();
    loop = open();
    EXPECT_EQ(ask(*loop, place(0, 1)).error().code(), "client_order_id_used");
    const auto found = pool.read("find", [&](db::Tx& tx) {
        return db::find_order_by_client_id(tx, parties.buyers[0], "mine");
    });
    ASSERT_TRUE(found);
    EXPECT_EQ(to_string(found->row.view.terms.id), made->resource);
    EXPECT_EQ(found->metadata, "{\"a\":1}");
}

TEST_F(CoreLoopTest, WhatIsDueHappensWithATick) {
    auto loop = open();
    const Window window{Time(kDawn.value + 3600), Time(kDawn.value + 7200)};
    const auto placed =
        ask(*loop, make_submission(make_command(parties.buyers[0],
                                                make_buy(parties, 0, 1, 1'000'000, window))));
    ASSERT_TRUE(placed);
    const auto state = [this] { return database.query("SELECT state FROM orders"); };
    EXPECT_EQ(state(), "open");
    clock.pass(2 * 3600);
    loop->wake_for_time();
    EXPECT_EQ(state(), "expired");
    EXPECT_EQ(database.query("SELECT kind FROM ledger_entry ORDER BY index DESC LIMIT 1"), "tick");
    const std::int64_t size = log_size();
    loop->wake_for_time();
    EXPECT_EQ(log_size(), size) << "nothing is due: no tick";
    expect_one_truth(*loop);
}

TEST_F(CoreLoopTest, ATickComesByItselfAfterAQuietSecond) {
    auto loop = open();
    const Window window{Time(kDawn.value + 3600), Time(kDawn.value + 7200)};
    ASSERT_TRUE(ask(*loop, make_submission(make_command(
                               parties.buyers[0], make_buy(parties, 0, 1, 1'000'000, window)))));
    clock.pass(2 * 3600);
    std::string state;
    for (int i = 0; i < 100 && state != "expired"; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        state = database.query("SELECT state FROM orders");
    }
    EXPECT_EQ(state, "expired");
}

// A repeat never reaches the core, yet it counted as a command: a client that repeated a request
// each half second kept what was due from happening.
TEST_F(CoreLoopTest, RepeatedRequestsHoldNoTickBack) {
    auto loop = open();
    const Window window{Time(kDawn.value + 3600), Time(kDawn.value + 7200)};
    ASSERT_TRUE(ask(*loop, make_submission(make_command(
                               parties.buyers[0], make_buy(parties, 0, 1, 1'000'000, window)))));
    const auto repeat = [&] {
        auto submission =
            make_submission(make_command(parties.boss, make_deposit(parties.buyers[0], 5)));
        submission.idempotency = key_of(parties.boss, "again", 1, true);
        return ask(*loop, std::move(submission));
    };
    ASSERT_TRUE(repeat());
    clock.pass(2 * 3600);
    std::string state;
    for (int i = 0; i < 50 && state != "expired"; ++i) {
        ASSERT_TRUE(repeat());
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        state = database.query("SELECT state FROM orders");
    }
    EXPECT_EQ(state, "expired");
    EXPECT_EQ(database.query("SELECT kind FROM ledger_entry ORDER BY index DESC LIMIT 1"), "tick");
}

TEST_F(CoreLoopTest, SaysAtOnceWhenItIsFullOrStopped) {
    auto options = quick();
    options.queue_limit = 3;
    auto loop = open(options);
    std::promise<void> hold;
    std::promise<void> held;
    std::thread blocker([&] {
        loop->inspect([&](const core::Market&) {
            held.set_value();
            hold.get_future().wait();
        });
    });
    held.get_future().wait();
    std::vector<std::future<Answered>> answers;
    for (int i = 0; i < 5; ++i) {
        answers.push_back(send(*loop, make_submission(make_command(parties.boss, core::Tick{}))));
    }
    for (std::size_t i = 3; i < 5; ++i)
        EXPECT_EQ(answers[i].get().error().code(), "overloaded");
    hold.set_value();
    blocker.join();
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_TRUE(answers[i].get());
    loop->stop();
    const auto late = ask(*loop, make_submission(make_command(parties.boss, core::Tick{})));
    EXPECT_EQ(late.error().code(), "stopping");
    EXPECT_THROW(loop->inspect([](const core::Market&) {}), std::runtime_error);
}

TEST_F(CoreLoopTest, InspectPassesOnWhatTheReadThrows) {
    auto loop = open();
    EXPECT_THROW(loop->inspect([](const core::Market&) { throw std::out_of_range("no"); }),
                 std::out_of_range);
    EXPECT_TRUE(ask(*loop, make_submission(make_command(parties.boss, core::Tick{}))));
}

TEST_F(CoreLoopTest, TheFirstStartMakesTheOperatorAndItsKeyOnce) {
    CoreLoop loop(pool, clock, quick());
    loop.start();
    std::string kept;
    const auto made = bootstrap(loop, clock, "City Exchange", [&](const OperatorKey& key) {
        EXPECT_EQ(database.query("SELECT count(*) FROM ledger_entry"), "0");
        kept = key.secret;
    });
    ASSERT_TRUE(made) << made.error().detail();
    ASSERT_TRUE(*made);
    const OperatorKey& key = **made;
    EXPECT_EQ(key.secret.size(), 46U);
    EXPECT_EQ(key.secret, kept);
    const auto found = pool.read(
        "find", [&](db::Tx& tx) { return db::find_api_key(tx, hash_api_secret(key.secret)); });
    ASSERT_TRUE(found);
    EXPECT_EQ(found->organisation.id, key.organisation);
    EXPECT_EQ(found->key.scopes, (std::vector<std::string>{"settlement", "operator", "auditor"}));
    loop.inspect(
        [&](const core::Market& market) { EXPECT_EQ(market.operator_id(), key.organisation); });
    EXPECT_EQ(database.query("SELECT name FROM organisation_name"), "City Exchange");
    const auto again = bootstrap(loop, clock, "Another", [](const OperatorKey&) { FAIL(); });
    ASSERT_TRUE(again);
    EXPECT_FALSE(*again);
    std::set<std::string> secrets;
    for (int i = 0; i < 50; ++i)
        secrets.insert(make_api_secret());
    EXPECT_EQ(secrets.size(), 50U);
}

}  // namespace
}  // namespace suanpan::services
