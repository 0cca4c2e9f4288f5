#include "core/replay.hpp"

#include "project_sums.hpp"
#include "random_day.hpp"
#include "small_market.hpp"
#include "support/seed.hpp"
#include "voucher_sums.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <string>

namespace suanpan::core {
namespace {

// What is held is what the orders and leases hold, nothing is created, nothing oversold.
void expect_invariants(const Market& market) {
    EXPECT_TRUE(market.total(kCurrency) == 0);
    expect_vouchers_add_up(market);
    const Rows state = market.state();
    std::map<OrganisationId, std::int64_t> held;
    for (const OrderRow& order : state.orders) {
        held[order.view.terms.organisation] += order.hold.value;
    }
    for (const LeaseRow& lease : state.leases)
        held[lease.buyer] += lease.hold.value;
    for (const std::uint8_t buyer : kBuyers) {
        const auto id = SmallMarket::organisation(buyer);
        const settlement::AccountKey account{id, kCurrency, settlement::AccountKind::kHeld};
        EXPECT_EQ(market.balance(account).value, held[id]);
    }
    market.engine().for_each_pool([](const auto&, const matching::Calendar& calendar) {
        for (const auto& step : calendar.steps())
            EXPECT_GE(step.lots.value, 0);
    });
}

std::string hex_digest(const Market& market) {
    return to_hex(as_chars(digest(market.state())));
}

TEST(Replay, GivesTheSameStateFromTheLogAlone) {
    const std::uint64_t seed = support::test_seed();
    for (std::uint64_t stream = 0; stream < 40; ++stream) {
        SmallMarket day;
        RandomDay(seed + stream).run(day, 200);
        expect_invariants(day.market);
        expect_projects_add_up(day);
        Replay replay;
        for (std::string entry : day.log) {
            put_salt(entry, "0123456789abcdef0123456789abcdef");
            const auto done = replay.next(entry);
            ASSERT_TRUE(done) << "stream " << stream << ": " << done.error().detail();
        }
        ASSERT_TRUE(replay.finish());
        ASSERT_EQ(hex_digest(replay.market()), hex_digest(day.market)) << "stream " << stream;
    }
}

// What happened on the random days: kinds of entries, what admin commands said, refusals' codes.
std::map<std::string, int> census(const std::vector<std::string>& log) {
    std::map<std::string, int> out;
    for (const std::string& entry : log) {
        const Json json = Json::parse(entry);
        const std::string kind = json.at("kind");
        ++out[kind];
        if (kind == "refused") ++out["refused " + std::string(json.at("code"))];
        const Json& body = json.at("body");
        if (body.contains("what")) ++out[kind + " " + std::string(body.at("what"))];
        if (body.contains("voucher")) ++out[kind + " voucher"];
        if (body.contains("lines")) {
            for (const Json& line : body.at("lines"))
                out["missed guarantee"] += line.contains("guarantees") ? 1 : 0;
        }
        if (body.contains("action")) ++out[kind + " " + std::string(body.at("action"))];
    }
    return out;
}

TEST(Replay, TheRandomDaysHaveEverything) {
    std::map<std::string, int> seen;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SmallMarket day;
        RandomDay(seed).run(day, 200);
        for (const auto& [what, times] : census(day.log))
            seen[what] += times;
    }
    for (const char* what : {"order",
                             "replace",
                             "cancel one",
                             "cancel all",
                             "trade",
                             "auction",
                             "lease release",
                             "lease activate",
                             "readings",
                             "missed guarantee",
                             "settlement",
                             "calendar",
                             "calendar unblock",
                             "title propose",
                             "title confirm",
                             "title refuse",
                             "refused no_title_proposed",
                             "refused not_an_owner",
                             "refused title_in_past",
                             "attestation attest",
                             "key rotate_meter",
                             "key revoke_meter_key",
                             "refused superseded_key",
                             "refused bad_overlap",
                             "admin halt",
                             "admin resume",
                             "admin open_call",
                             "admin close_call",
                             "admin band",
                             "admin index",
                             "admin limits",
                             "admin kill_switch",
                             "admin reinstate",
                             "organisation describe",
                             "organisation open_project",
                             "organisation rename_project",
                             "organisation close_project",
                             "organisation budget_project",
                             "programme open",
                             "programme fund",
                             "grant grant",
                             "grant revoke",
                             "lease voucher",
                             "refused unknown_project",
                             "refused project_closed",
                             "refused over_budget",
                             "refused not_eligible",
                             "refused voucher_needs_cu",
                             "refused grant_reserved",
                             "refused limit_open_orders",
                             "refused limit_notional",
                             "refused limit_rate",
                             "refused insufficient_funds",
                             "refused market_halted",
                             "refused organisation_suspended"}) {
        EXPECT_GT(seen[what], 0) << what;
    }
}

TEST(Replay, StateDoesNotDependOnWhereBatchesEnd) {
    const std::uint64_t seed = support::test_seed();
    for (std::uint64_t stream = 0; stream < 20; ++stream) {
        SmallMarket one_by_one;
        SmallMarket all_at_once;
        all_at_once.take_changes_each_time = false;
        RandomDay(seed + stream).run(one_by_one, 200);
        RandomDay(seed + stream).run(all_at_once, 200);
        ASSERT_EQ(one_by_one.log, all_at_once.log) << "stream " << stream;
        ASSERT_EQ(hex_digest(one_by_one.market), hex_digest(all_at_once.market));
    }
}

TEST(Replay, ALoadedMarketGoesOnAsIfItHadNeverStopped) {
    const std::uint64_t seed = support::test_seed();
    for (std::uint64_t stream = 0; stream < 20; ++stream) {
        SmallMarket steady;
        SmallMarket restarted;
        RandomDay first(seed + stream);
        RandomDay second(seed + stream);
        for (int part = 0; part < 5; ++part) {
            first.run(steady, 40);
            second.run(restarted, 40);
            Market fresh;
            fresh.load(restarted.market.state());
            restarted.market = std::move(fresh);
            ASSERT_EQ(hex_digest(steady.market), hex_digest(restarted.market));
        }
        ASSERT_EQ(steady.log, restarted.log) << "stream " << stream;
    }
}

std::vector<std::string> day_with_a_trade() {
    SmallMarket day;
    day.run(SmallMarket::organisation(2), day.sell(2, 10, "5", SmallMarket::hours(1, 9)));
    day.run(SmallMarket::organisation(4), day.buy(4, 3, "6", SmallMarket::hours(2, 3)));
    return day.log;
}

Result<void> replay_all(const std::vector<std::string>& log) {
    Replay replay;
    for (const std::string& entry : log) {
        auto done = replay.next(entry);
        if (!done) return done;
    }
    return replay.finish();
}

TEST(Replay, NamesTheEntryAndTheRuleThatDiffer) {
    auto log = day_with_a_trade();
    const auto trade = log.end() - 2;
    const std::size_t price = trade->find("5.000000");
    ASSERT_NE(price, std::string::npos);
    trade->replace(price, 8, "5.000001");
    const auto done = replay_all(log);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), "replay_differs");
    EXPECT_NE(done.error().detail().find("entry " + std::to_string(log.size() - 2)),
              std::string::npos);
    EXPECT_NE(done.error().detail().find("market §5"), std::string::npos);
}

TEST(Replay, MissesADroppedTrade) {
    auto log = day_with_a_trade();
    log.erase(log.end() - 2);
    EXPECT_FALSE(replay_all(log));
    log = day_with_a_trade();
    log.pop_back();
    EXPECT_FALSE(replay_all(log));
}

TEST(Replay, CountsWhatTheLastCommandStillNeeds) {
    const auto log = day_with_a_trade();  // the last command made a trade and a lease
    Replay replay;
    for (std::size_t i = 0; i < log.size(); ++i) {
        ASSERT_TRUE(replay.next(log[i])) << i;
        const std::size_t left = log.size() - 1 - i;
        if (left < 3) EXPECT_EQ(replay.unfinished(), left) << i;
    }
}

// The claim was counted among the authors although no entry holds its author's signature.
TEST(Replay, RefusesAuthorsThatNothingProves) {
    const auto with = [](const std::string& auth) {
        auto log = day_with_a_trade();
        const std::string from = R"("auth":"api_key")";
        log.front().replace(log.front().find(from), from.size(), R"("auth":")" + auth + '"');
        const auto done = replay_all(log);
        return done ? "ok" : done.error().code();
    };
    EXPECT_EQ(with("api_key"), "ok");
    EXPECT_EQ(with("signed"), "unverifiable_author");
    EXPECT_EQ(with("notarised"), "bad_entry");
}

TEST(Replay, RefusesReadingsThatTheMeterDidNotSign) {
    SmallMarket day;
    day.run(SmallMarket::organisation(2), day.sell(2, 10, "5", SmallMarket::hours(1, 9)));
    const auto bid =
        day.run(SmallMarket::organisation(4), day.buy(4, 3, "6", SmallMarket::hours(2, 3)));
    const LeaseId lease = bid.leases.at(0).id;
    day.run(SmallMarket::organisation(2), AdvanceLease{lease, LeaseAction::kAccept});
    day.run(SmallMarket::organisation(2), AdvanceLease{lease, LeaseAction::kActivate});
    day.now = SmallMarket::hours(2, 3).end;
    auto forged = day.reading(2, lease, 0, SmallMarket::hours(2, 3), 3'600'000'000);
    const SigningKey other(meter_seed(9));
    const auto envelope = parse_envelope(forged.envelope);
    ASSERT_TRUE(envelope);
    forged.envelope =
        envelope_json(make_envelope(envelope->payload_type, envelope->payload, "meter", other));
    day.run(SmallMarket::organisation(2), forged);
    const auto done = replay_all(day.log);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), "bad_signature");
}

}  // namespace
}  // namespace suanpan::core
