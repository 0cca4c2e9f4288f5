// Refusals of settlement that are met at the edge of what is allowed.

#include "delivery.hpp"
#include "replayed.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace suanpan::core {
namespace {

using settlement::AccountKind;
using settlement::Guarantee;
using settlement::Quantity;

template <typename Change>
std::string scheduled(SmallMarket& day, const Change& change) {
    SetSchedule schedule = small_schedule();
    change(schedule);
    return refusal(day.run(kBoss, schedule));
}

TEST(Refusals, ADeadlineIsAtMostAThousandBillingWindows) {
    SmallMarket day;
    const auto with = [&](std::int64_t window, std::int64_t deadline) {
        return scheduled(day, [&](SetSchedule& schedule) {
            schedule.metering.billing_window = Duration(window);
            schedule.metering.deadline = Duration(deadline);
        });
    };
    EXPECT_EQ(with(60, 60'000), "none");
    EXPECT_EQ(with(60, 60'060), "bad_schedule");
    EXPECT_EQ(with(1, 1'000), "none");
    EXPECT_EQ(with(1, 1'001), "bad_schedule");
    EXPECT_EQ(with(0, 1'000), "bad_schedule");
    expect_the_same_from_log_and_rows(day);
}

TEST(Refusals, AGuaranteeHasAtMost32StepsAndAGrade16OfThem) {
    SmallMarket day;
    const auto guarantee = [](std::size_t steps) {
        Guarantee out{Quantity::kRttP99, Ppm(990'000), {}};
        for (std::size_t i = 0; i < steps; ++i) {
            const auto step = static_cast<std::int64_t>(i);
            out.steps.push_back({1'000 * (step + 1), Ppm(1'000 * (step + 1))});
        }
        return out;
    };
    const auto with = [&](std::size_t steps, std::size_t guarantees) {
        return scheduled(day, [&](SetSchedule& schedule) {
            schedule.guarantees["standard"].assign(guarantees, guarantee(steps));
        });
    };
    EXPECT_EQ(with(32, 1), "none");
    EXPECT_EQ(with(33, 1), "bad_guarantee");
    EXPECT_EQ(with(0, 1), "bad_guarantee");
    EXPECT_EQ(with(1, 16), "none");
    EXPECT_EQ(with(1, 17), "bad_guarantee");
}

TEST(Refusals, AGradesStepsGoDownInAvailabilityAndUpInCredit) {
    SmallMarket day;
    const auto with = [&](std::vector<settlement::CreditStep> steps) {
        return scheduled(
            day, [&](SetSchedule& schedule) { schedule.grades["standard"] = std::move(steps); });
    };
    EXPECT_EQ(with({{Ppm(990'000), Ppm(1)}, {Ppm(980'000), Ppm(kPpm)}}), "none");
    EXPECT_EQ(with({{Ppm(990'000), Ppm(1)}, {Ppm(990'000), Ppm(2)}}), "bad_grade");
    EXPECT_EQ(with({{Ppm(990'000), Ppm(2)}, {Ppm(980'000), Ppm(2)}}), "bad_grade");
    EXPECT_EQ(with({{Ppm(-1), Ppm(2)}}), "bad_grade");
    EXPECT_EQ(with({{Ppm(990'000), Ppm(kPpm + 1)}}), "bad_grade");
}

TEST(Refusals, APersonIsRemovedByItsOwnOrganisation) {
    SmallMarket day;
    EXPECT_EQ(refusal(day.run(kBoss, RemoveUser{numbered<UserId>(9)})), "unknown_user");
    EXPECT_EQ(refusal(day.run(kBuyer, RemoveUser{kFirstPerson})), "unknown_user");
}

// An invoice that did not fit 64 bits ended the server with the closing of its month.
TEST(Refusals, WhatIsHeldAndNotInvoicedFitsAnInvoice) {
    SmallMarket day;
    const settlement::Month month = settlement::month_of(kStart);
    constexpr std::int64_t kMost = settlement::kMostInvoiced.value;
    ASSERT_EQ(refusal(day.move_cash(kBuyer, 3 * kMost)), "none");
    RegisterPool pool;
    pool.id = numbered<PoolId>(8);
    pool.organisation = kSeller;
    pool.site = numbered<SiteId>(2);
    pool.model = "test-npu";
    pool.lots = Lots(10'000);
    ASSERT_EQ(refusal(day.run(kSeller, pool)), "none");
    // The dearest lot·h there is. With the fee of 1 % it takes 2,284 of them to be too much.
    const char* price = "1000000000";
    const auto sell = [&](std::int64_t hour) {
        PlaceOrder order = day.sell(2, 10'000, price, SmallMarket::hours(hour, hour + 1));
        order.terms.pool = pool.id;
        return refusal(day.run(kSeller, order));
    };
    const auto buy = [&](std::int64_t hour, std::int64_t lots) {
        return day.run(kBuyer, day.buy(4, lots, price, SmallMarket::hours(hour, hour + 1)));
    };
    ASSERT_EQ(sell(1), "none");
    ASSERT_EQ(sell(2), "none");
    EXPECT_EQ(refusal(buy(1, 2'284)), "overflow");
    const auto bought = buy(1, 2'200);
    ASSERT_EQ(refusal(bought), "none");
    EXPECT_EQ(refusal(buy(2, 84)), "overflow") << "what is held";
    const LeaseId lease = bought.leases.at(0).id;
    hand_over(day, lease);
    day.now = SmallMarket::hours(1, 2).end;
    read_all(day, lease, 2'200, 1, 2);
    ASSERT_EQ(settle(day).size(), 1U);
    ASSERT_EQ(day.balance(4, AccountKind::kHeld), Money(0));
    EXPECT_EQ(refusal(buy(2, 84)), "overflow") << "what is not invoiced yet";
    expect_the_same_from_log_and_rows(day);
    day.now = Time(settlement::month_window(month).end.value + 7 * 86'400);
    ASSERT_EQ(refusal(day.close_month(month)), "none");
    const std::int64_t later = (day.now.value - kStart.value) / 3'600 + 1;
    ASSERT_EQ(sell(later), "none");
    EXPECT_EQ(refusal(buy(later, 2'000)), "none") << "it is invoiced";
    expect_the_same_from_log_and_rows(day);
}

}  // namespace
}  // namespace suanpan::core
