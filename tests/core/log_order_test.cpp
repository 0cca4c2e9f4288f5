// What a log must say so that a stranger can replay it, in the corners.

#include "core/replay.hpp"
#include "small_market.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace suanpan::core {
namespace {

void expect_replays(const SmallMarket& day) {
    Replay replay;
    for (std::string entry : day.log) {
        put_salt(entry, "0123456789abcdef0123456789abcdef");
        const auto done = replay.next(entry);
        ASSERT_TRUE(done) << done.error().detail();
    }
    ASSERT_TRUE(replay.finish());
    EXPECT_EQ(digest(replay.market().state()), digest(day.market.state()));
}

// A resting all-or-none buy of 8 that is stuck behind a cheap sell of 3 until that expires.
void stuck_until(SmallMarket& day, Time expiry) {
    auto cheap = day.sell(2, 3, "1", SmallMarket::hours(2, 3));
    cheap.terms.time_in_force = matching::TimeInForce::kGtd;
    cheap.terms.expires_at = expiry;
    ASSERT_FALSE(day.run(SmallMarket::organisation(2), cheap).refusal);
    auto whole = day.sell(2, 8, "2", SmallMarket::hours(2, 3));
    whole.terms.min_lots = Lots(8);
    ASSERT_FALSE(day.run(SmallMarket::organisation(2), whole).refusal);
    auto bid = day.buy(4, 8, "3", SmallMarket::hours(2, 3));
    bid.terms.all_or_none = true;
    bid.terms.together = matching::Together::kSamePool;
    const auto placed = day.run(SmallMarket::organisation(4), bid);
    ASSERT_FALSE(placed.refusal);
    ASSERT_TRUE(placed.trades.empty());
}

// A trade that time made was logged before the command that brought the time, and a refused command
// at that moment stopped the market.
TEST(LogOrder, ACommandComesBeforeWhatItsTimeBrings) {
    SmallMarket day;
    const Time expiry(kStart.value + 600);
    stuck_until(day, expiry);
    const auto size = day.market.head().size;
    const auto tick = day.run_at(expiry, OrganisationId{}, Tick{});
    ASSERT_EQ(tick.entries.size(), 3U);
    EXPECT_EQ(tick.index, size);
    EXPECT_EQ(tick.entries[0].kind, "tick");
    EXPECT_EQ(tick.entries[1].kind, "trade");
    EXPECT_TRUE(tick.trades.empty());  // not the tick's answer
    expect_replays(day);
}

TEST(LogOrder, ARefusedCommandTooComesBeforeWhatItsTimeBrings) {
    SmallMarket day;
    const Time expiry(kStart.value + 600);
    stuck_until(day, expiry);
    const auto refused =
        day.run_at(expiry, SmallMarket::organisation(4), CancelOrder{numbered<OrderId>(99)});
    ASSERT_TRUE(refused.refusal);
    ASSERT_EQ(refused.entries.size(), 3U);
    EXPECT_EQ(refused.entries[0].kind, "refused");
    EXPECT_EQ(refused.entries[1].kind, "trade");
    expect_replays(day);
}

// The salt was put into the first member of that name, wherever it stood.
TEST(LogOrder, APlaceCalledSaltDoesNotTakeTheSalt) {
    SmallMarket day;
    RegisterPool pool;
    pool.id = numbered<PoolId>(77);
    pool.organisation = SmallMarket::organisation(2);
    pool.site = numbered<SiteId>(2);
    pool.model = "test-npu";
    pool.lots = Lots(1);
    Json profile = Json::object();
    profile["rtt_ms"]["salt"] = "5";
    pool.profile = *matching::parse_profile(profile);
    const auto outcome = day.run(SmallMarket::organisation(2), pool);
    ASSERT_FALSE(outcome.refusal);
    std::string entry = outcome.entries.front().bytes;
    put_salt(entry, "0123456789abcdef0123456789abcdef");
    const auto json = parse_json(entry);
    ASSERT_TRUE(json) << entry;
    EXPECT_EQ(json->at("salt"), "0123456789abcdef0123456789abcdef");
    EXPECT_EQ(json->at("body").at("profile").at("rtt_ms").at("salt"), "5");
    EXPECT_EQ(*without_salt(entry), outcome.entries.front().bytes);
    expect_replays(day);
}

// A contradiction was overwritten in silence.
TEST(LogOrder, ADeclarationMayNotContradictTheCatalogue) {
    SmallMarket day;
    RegisterPool pool;
    pool.id = numbered<PoolId>(78);
    pool.organisation = SmallMarket::organisation(2);
    pool.site = numbered<SiteId>(2);
    pool.model = "test-npu";
    pool.lots = Lots(1);
    pool.profile = *matching::parse_profile(Json{{"memory_gib", "640"}});
    const auto refused = day.run(SmallMarket::organisation(2), pool);
    ASSERT_TRUE(refused.refusal);
    EXPECT_EQ(refused.refusal->code(), "bad_profile");
    pool.profile = *matching::parse_profile(Json{{"memory_gib", "64"}, {"hub", "guizhou"}});
    EXPECT_FALSE(day.run(SmallMarket::organisation(2), pool).refusal);
}

// A refused command's entry is longer than the command's: one that just fitted could not be logged.
TEST(LogOrder, ACommandThatFitsCanAlsoBeRefused) {
    SmallMarket day;
    std::size_t logged = 0;
    std::size_t too_large = 0;
    for (std::size_t extra = 0; extra < 1'200; extra += 7) {
        auto order = day.buy(4, 10, "1000", SmallMarket::hours(2, 4));
        order.text_hash.assign(64'600 + extra, 'a');
        const auto outcome = day.run(SmallMarket::organisation(4), order);
        ASSERT_TRUE(outcome.refusal);
        if (outcome.refusal->code() == "entry_too_large") {
            EXPECT_TRUE(outcome.entries.empty());
            ++too_large;
        } else {
            ASSERT_EQ(outcome.entries.size(), 1U);
            EXPECT_LE(outcome.entries.front().bytes.size(), kMaxEntryBytes);
            ++logged;
        }
    }
    EXPECT_GT(logged, 0U);
    EXPECT_GT(too_large, 0U);
}

// One lease of 4 lots over 02–05, handed over.
LeaseId lease_of(SmallMarket& day) {
    day.run(SmallMarket::organisation(2), day.sell(2, 10, "5", SmallMarket::hours(1, 25)));
    const auto bid =
        day.run(SmallMarket::organisation(4), day.buy(4, 4, "6", SmallMarket::hours(2, 5)));
    const LeaseId lease = bid.leases.at(0).id;
    for (const LeaseAction action : {LeaseAction::kAccept, LeaseAction::kActivate})
        EXPECT_FALSE(day.run(SmallMarket::organisation(2), AdvanceLease{lease, action}).refusal);
    return lease;
}

// A line that named more readings than an entry holds stopped every settlement run.
TEST(LogOrder, ALineOfManyReadingsGoesOnInFurtherParts) {
    SmallMarket day;
    const LeaseId lease = lease_of(day);
    const Time start = SmallMarket::hours(2, 3).start;
    for (int second = 0; second < 3600; ++second) {
        const Window window{Time(start.value + second), Time(start.value + second + 1)};
        const auto outcome =
            day.run_at(window.end, SmallMarket::organisation(2),
                       day.reading(2, lease, second, window, (second + 1) * 4'000'000LL));
        ASSERT_FALSE(outcome.refusal);
    }
    const auto settled =
        day.run(SmallMarket::organisation(1), Settle{LogIndex(0), day.market.head().size});
    ASSERT_FALSE(settled.refusal) << settled.refusal->detail();
    ASSERT_EQ(settled.entries.size(), 4U);  // the command, the line, its further readings, the end
    std::size_t named = 0;
    for (const EntryDraft& entry : settled.entries) {
        const Json body = parse_json(entry.bytes, JsonLimits{kMaxEntryBytes, 32})->at("body");
        if (body.contains("lines")) named += body.at("lines")[0].at("readings").size();
        if (body.contains("readings")) named += body.at("readings").size();
    }
    EXPECT_EQ(named, 3600U);
    expect_replays(day);
}

// Windows that became final at one index were settled in another order after a restart.
TEST(LogOrder, SettlesTheSameWayAfterALoad) {
    SmallMarket day;
    const LeaseId lease = lease_of(day);
    // Hours 2 and 4 arrive, 3 is missing until hour 5 begins.
    const auto first = day.reading(2, lease, 0, SmallMarket::hours(2, 3), 4 * 3'600'000'000LL);
    const auto second = day.reading(2, lease, 1, SmallMarket::hours(3, 4), 8 * 3'600'000'000LL);
    const auto third = day.reading(2, lease, 2, SmallMarket::hours(4, 5), 12 * 3'600'000'000LL);
    const auto provider = SmallMarket::organisation(2);
    day.run_at(SmallMarket::hours(2, 3).end, provider, first);
    day.run_at(Time(SmallMarket::hours(4, 5).end.value - 100), provider, third);
    day.run_at(SmallMarket::hours(4, 5).end, provider, second);
    Market loaded;
    loaded.load(day.market.state());
    const Command settle(numbered<CommandId>(1), SmallMarket::organisation(1), Auth::kApiKey,
                         Settle{LogIndex(0), day.market.head().size});
    const auto steady = day.market.apply(settle, day.now);
    const auto restarted = loaded.apply(settle, day.now);
    ASSERT_GT(steady.entries.size(), 1U);
    ASSERT_EQ(steady.entries.size(), restarted.entries.size());
    for (std::size_t i = 0; i < steady.entries.size(); ++i)
        EXPECT_EQ(steady.entries[i].bytes, restarted.entries[i].bytes);
}

TEST(LogOrder, RunsFollowEachOtherWithoutAGap) {
    SmallMarket day;
    const auto boss = SmallMarket::organisation(1);
    const auto refusal = [&](std::int64_t from, std::int64_t to) {
        const auto outcome = day.run(boss, Settle{LogIndex(from), LogIndex(to)});
        return outcome.refusal ? outcome.refusal->code() : "";
    };
    EXPECT_EQ(refusal(1, 5), "range_not_next");
    EXPECT_EQ(refusal(0, 5), "");
    EXPECT_EQ(refusal(8, 10), "range_not_next");
    EXPECT_EQ(refusal(2, 5), "range_not_next");
    EXPECT_EQ(refusal(0, 5), "");  // again: nothing to do
    EXPECT_EQ(refusal(5, 8), "");
    const auto again = day.run(boss, Settle{LogIndex(5), LogIndex(8)});
    ASSERT_TRUE(again.run);
    EXPECT_TRUE(again.run->closed);
    EXPECT_EQ(again.entries.size(), 1U);
    expect_replays(day);
}

TEST(LogOrder, LotsAreTakenOutFromNowOn) {
    SmallMarket day;
    day.now = Time(kStart.value + 3600);
    const auto past = day.run(SmallMarket::organisation(2),
                              BlockLots{numbered<PoolId>(2), SmallMarket::hours(0, 4), Lots(1)});
    ASSERT_TRUE(past.refusal);
    EXPECT_EQ(past.refusal->code(), "bad_window");
}

}  // namespace
}  // namespace suanpan::core
