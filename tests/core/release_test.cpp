// Early release (market §8): the lots are others' at once; billing goes on to the notice's end.

#include "base/decimal.hpp"
#include "small_market.hpp"

#include <gtest/gtest.h>

namespace suanpan::core {
namespace {

using settlement::AccountKind;

const OrganisationId kSeller = SmallMarket::organisation(2);
const OrganisationId kBuyer = SmallMarket::organisation(4);

// Two lots at 5 over the hours 1 to 5, by a sell of exactly these, handed over.
LeaseRow lease_of(SmallMarket& day, std::optional<Duration> notice, bool active) {
    SetSchedule schedule = small_schedule();
    schedule.release_notice = notice;
    day.run(SmallMarket::organisation(1), schedule);
    day.run(kSeller, day.sell(2, 3, "5", SmallMarket::hours(1, 5)));
    const auto bid = day.run(kBuyer, day.buy(4, 2, "5", SmallMarket::hours(1, 5)));
    const LeaseRow lease = bid.leases.at(0);
    if (!active) return lease;
    day.run(kSeller, AdvanceLease{lease.id, LeaseAction::kAccept});
    day.run(kSeller, AdvanceLease{lease.id, LeaseAction::kActivate});
    return lease;
}

LeaseRow found(const SmallMarket& day, const LeaseId& id) {
    for (const LeaseRow& lease : day.market.state().leases) {
        if (lease.id == id) return lease;
    }
    return {};
}

void read_hour(SmallMarket& day, const LeaseId& lease, std::int64_t hour, std::int64_t seconds) {
    const Window window{SmallMarket::hours(hour, hour + 1).start,
                        Time(SmallMarket::hours(hour, hour + 1).start.value + seconds)};
    const std::int64_t lot_us = 2'000'000LL * ((hour - 1) * 3'600 + seconds);
    const auto outcome = day.run(kSeller, day.reading(2, lease, hour - 1, window, lot_us));
    ASSERT_FALSE(outcome.refusal);
    ASSERT_EQ(outcome.readings.at(0).verdict, settlement::Verdict::kAccepted);
}

TEST(ReleaseLease, GivesTheLotsBackToTheOrderThatSoldThem) {
    SmallMarket day;
    const LeaseRow lease = lease_of(day, std::nullopt, true);
    const auto three = day.buy(4, 3, "5", SmallMarket::hours(3, 5));
    EXPECT_EQ(day.run_at(SmallMarket::hours(2, 3).start, kBuyer, three).trades.size(), 1U);
    const auto released = day.run(kBuyer, ReleaseLease{lease.id});
    ASSERT_FALSE(released.refusal);
    // The one lot less went to the buyer that waited: the other two now follow.
    ASSERT_EQ(released.trades.size(), 1U);
    EXPECT_EQ(released.trades[0].fill.lots, Lots(2));
    EXPECT_EQ(day.run(kBuyer, ReleaseLease{lease.id}).refusal->code(), "wrong_lease_state");
}

TEST(ReleaseLease, WithoutANoticeIsBilledToTheEnd) {
    SmallMarket day;
    const LeaseRow lease = lease_of(day, std::nullopt, true);
    day.run_at(SmallMarket::hours(2, 3).start, kBuyer, ReleaseLease{lease.id});
    EXPECT_EQ(found(day, lease.id).terms.window, lease.terms.window);
    EXPECT_EQ(found(day, lease.id).hold, lease.hold);
}

TEST(ReleaseLease, IsBilledToTheNoticesEnd) {
    SmallMarket day;
    const LeaseRow lease = lease_of(day, Duration(1'800), true);
    EXPECT_EQ(to_string(lease.hold), "40.400000");
    day.now = SmallMarket::hours(2, 3).start;
    read_hour(day, lease.id, 1, 3'600);
    day.run_at(SmallMarket::hours(3, 4).start, kBuyer, ReleaseLease{lease.id});
    // 2.5 hours of two lots at 5 and 1 %.
    EXPECT_EQ(to_string(found(day, lease.id).hold), "25.250000");
    day.now = SmallMarket::hours(4, 5).start;
    day.run(OrganisationId{}, Tick{});
    EXPECT_EQ(found(day, lease.id).state, LeaseState::kTerminated);
    EXPECT_EQ(found(day, lease.id).end_reason, "released");
    EXPECT_EQ(found(day, lease.id).fault, Fault::kNone);
    read_hour(day, lease.id, 2, 3'600);
    read_hour(day, lease.id, 3, 1'800);
    day.run(SmallMarket::organisation(1), Settle{LogIndex(0), day.market.head().size});
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kAvailable)), "974.750000");
    EXPECT_EQ(day.balance(4, AccountKind::kHeld), Money(0));
    day.run_at(Time(day.now.value + 7 * 86'400), OrganisationId{}, Tick{});
    EXPECT_TRUE(day.market.state().leases.empty());
}

TEST(ReleaseLease, BeforeTheNoticeReachesTheWindowCostsNothing) {
    SmallMarket day;
    const LeaseRow lease = lease_of(day, Duration(1'800), false);
    const auto released = day.run(kBuyer, ReleaseLease{lease.id});
    ASSERT_FALSE(released.refusal);
    EXPECT_EQ(released.leases.at(0).state, LeaseState::kTerminated);
    EXPECT_EQ(day.balance(4, AccountKind::kHeld), Money(0));
    EXPECT_EQ(day.run(kBuyer, day.buy(4, 3, "5", SmallMarket::hours(1, 5))).trades.size(), 1U);
}

TEST(ReleaseLease, IsTheBuyers) {
    SmallMarket day;
    const LeaseRow lease = lease_of(day, std::nullopt, true);
    EXPECT_EQ(day.run(kSeller, ReleaseLease{lease.id}).refusal->code(), "lease_not_found");
}

}  // namespace
}  // namespace suanpan::core
