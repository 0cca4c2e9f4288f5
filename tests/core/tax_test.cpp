// Tax by organisation and service, from the schedule to the money.

#include "base/decimal.hpp"
#include "delivery.hpp"
#include "replayed.hpp"

#include <gtest/gtest.h>

namespace suanpan::core {
namespace {

using settlement::AccountKind;
using settlement::TaxKind;

SetSchedule taxed_schedule() {
    SetSchedule out = small_schedule();
    out.taxes = {{TaxKind::kBuyer, "university", {}, Ppm(30'000)},
                 {TaxKind::kBuyer, {}, "AI-FP16", Ppm(60'000)},
                 {TaxKind::kWithholding, {}, {}, Ppm(100'000)}};
    return out;
}

TEST(CoreTax, IsThatOfTheOrganisationAtTheOrder) {
    SmallMarket day;
    day.run(kBoss, taxed_schedule());
    day.run(kBoss, DescribeOrganisation{kBuyer, {}, "", "university"});
    const LeaseRow lease = trade(day, 2, 1, 2);
    // 20, 1 % of fees, and 3 % of both.
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kHeld)), "20.806000");
    expect_the_same_from_log_and_rows(day);
    // What changes later is for later orders.
    day.run(kBoss, DescribeOrganisation{kBuyer, {}, "", ""});
    day.run(kBoss, small_schedule());
    hand_over(day, lease.id);
    day.now = SmallMarket::hours(2, 3).start;
    read_all(day, lease.id, 2, 1, 2);
    const auto lines = settle(day);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(to_string(lines[0].line.buyer_tax), "0.606000");
    EXPECT_EQ(to_string(lines[0].line.withheld), "2.000000");
    EXPECT_EQ(to_string(day.balance(1, AccountKind::kTax)), "2.606000");
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kHeld)), "0.000000");
    expect_the_same_from_log_and_rows(day);
}

TEST(CoreTax, IsThatOfTheServiceWithoutAClassAndThatOfTheFeesWithoutRules) {
    SmallMarket day;
    day.run(kBoss, taxed_schedule());
    trade(day, 2, 1, 2);
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kHeld)), "21.412000");
    SetSchedule plain = small_schedule();
    plain.fees.buyer_tax = Ppm(100'000);
    day.run(kBoss, plain);
    trade(day, 2, 3, 4);
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kHeld)), "43.632000");
    expect_the_same_from_log_and_rows(day);
}

TEST(CoreTax, RulesThatContradictAreRefused) {
    SmallMarket day;
    SetSchedule twice = taxed_schedule();
    twice.taxes.push_back({TaxKind::kBuyer, "university", {}, Ppm(1)});
    EXPECT_EQ(refusal(day.run(kBoss, twice)), "bad_tax");
    EXPECT_EQ(refusal(day.run(kBuyer, taxed_schedule())), "not_allowed");
}

}  // namespace
}  // namespace suanpan::core
