// What a lease guarantees beyond its lot-time, from the readings' gauges to the money.

#include "base/decimal.hpp"
#include "guaranteed.hpp"
#include "replayed.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace suanpan::core {
namespace {

using settlement::AccountKind;
using settlement::DisputeParty;
using settlement::MissedGuarantee;
using settlement::Quantity;

// 20.000000 is what the hour costs; 1 % of it goes to the operator.
TEST(Guarantees, AMissedOneIsCreditedUnasked) {
    GuaranteedLease hour(test_guarantees());
    hour.measure(1, gauges_of(30'000, 0), gauges_of(45'000, 0));
    const auto lines = settle(hour.day);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(to_string(lines[0].line.sale), "20.000000");
    EXPECT_EQ(to_string(lines[0].line.credit), "2.000000");
    EXPECT_EQ(to_string(lines[0].line.amount), "18.000000");
    EXPECT_EQ(lines[0].missed, (std::vector<MissedGuarantee>{{Quantity::kRttP99, Ppm(990'000),
                                                              30'000, Ppm(100'000), Ppm(0)}}));
    EXPECT_TRUE(std::ranges::any_of(hour.day.log, [](const std::string& entry) {
        return entry.find("\"lines\"") != std::string::npos &&
               entry.find("rtt_p99_us") != std::string::npos;
    })) << "the line in the log names it";
    expect_the_same_from_log_and_rows(hour.day);
}

TEST(Guarantees, KeptOnesCreditNothing) {
    GuaranteedLease hour(test_guarantees());
    hour.measure(1, gauges_of(20'000, 1'000), gauges_of(1'000, 0));
    const auto lines = settle(hour.day);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].line.credit, Money(0));
    EXPECT_TRUE(lines[0].missed.empty());
}

TEST(Guarantees, SeveralAddUp) {
    GuaranteedLease hour(test_guarantees());
    hour.measure(1, gauges_of(60'000, 2'000), gauges_of(60'000, 2'000));
    const auto lines = settle(hour.day);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(to_string(lines[0].line.credit), "7.000000");
    EXPECT_EQ(lines[0].missed.size(), 2U);
}

// The gauges of the two sides are not on the same side of a step: the buyer's counts, and what it
// says more is held until the dispute is over.
TEST(Guarantees, ADifferenceAcrossAStepIsAMismatch) {
    GuaranteedLease hour(test_guarantees());
    hour.measure(1, gauges_of(19'000), gauges_of(21'000));
    const Rows state = hour.day.market.state();
    ASSERT_EQ(state.disputes.size(), 1U);
    const settlement::Dispute& dispute = state.disputes[0].dispute;
    EXPECT_EQ(dispute.reason, settlement::DisputeReason::kMismatch);
    EXPECT_EQ(dispute.final.credit, Ppm(100'000));
    EXPECT_EQ(dispute.claimed.credit, Ppm(0));
    EXPECT_EQ(dispute.final.lot_us, dispute.claimed.lot_us) << "of the lot-time they agree";
    const auto lines = settle(hour.day);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(to_string(lines[0].line.credit), "2.000000");
    EXPECT_EQ(to_string(hour.day.balance(4, AccountKind::kHeld)), "2.020000");
    expect_the_same_from_log_and_rows(hour.day);
    // Both accept half of it.
    hour.day.run(
        kSeller,
        OfferSettlement{dispute.id, DisputeParty::kProvider, {dispute.final.lot_us, Ppm(50'000)}});
    hour.day.take_changes_each_time = false;
    hour.day.run(
        kBuyer,
        OfferSettlement{dispute.id, DisputeParty::kBuyer, {dispute.final.lot_us, Ppm(50'000)}});
    const Rows changes = hour.day.market.take_changes();
    ASSERT_EQ(changes.lines.size(), 1U);
    EXPECT_EQ(to_string(changes.lines[0].line.credit), "-1.000000");
    EXPECT_EQ(to_string(changes.lines[0].line.amount), "1.000000");
    EXPECT_EQ(hour.day.balance(4, AccountKind::kHeld), Money(0));
    expect_the_same_from_log_and_rows(hour.day);
}

TEST(Guarantees, AreThoseOfTheTrade) {
    GuaranteedLease hour(test_guarantees());
    hour.day.run(kBoss, small_schedule());
    hour.measure(1, gauges_of(60'000), gauges_of(60'000));
    EXPECT_EQ(to_string(settle(hour.day).at(0).line.credit), "6.000000");
    GuaranteedLease before({});
    SetSchedule later = small_schedule();
    later.guarantees["standard"] = test_guarantees();
    before.day.run(kBoss, later);
    before.measure(1, gauges_of(60'000), gauges_of(60'000));
    EXPECT_EQ(settle(before.day).at(0).line.credit, Money(0));
}

TEST(Guarantees, WithoutABuyersMeterTheProvidersCountsAlone) {
    GuaranteedLease hour(test_guarantees(), 1, false);
    // Registered after the hand-over: it does not count, for the lot-time neither.
    hour.day.run(kBuyer, hour.buyer.registration(kBuyer));
    hour.send(hour.buyer, kBuyer, GuaranteedLease::slice(1, 0), gauges_of(60'000));
    hour.measure(1, gauges_of(1'000), std::nullopt);
    EXPECT_EQ(settle(hour.day).at(0).line.credit, Money(0));
}

TEST(Guarantees, TheProbeDoesNotBill) {
    GuaranteedLease hour(test_guarantees());
    for (std::int64_t i = 0; i < 12; ++i) {
        const auto sent =
            hour.send(hour.probe, kBoss, GuaranteedLease::slice(1, i), gauges_of(60'000, 9'000));
        ASSERT_EQ(refusal(sent), "none");
    }
    hour.measure(1, gauges_of(1'000), gauges_of(1'000));
    const auto lines = settle(hour.day);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].line.credit, Money(0));
    EXPECT_TRUE(hour.day.market.state().disputes.empty());
    expect_the_same_from_log_and_rows(hour.day);
}

// A reading that came after the deadline was too late for the lot-time, but its gauges counted.
TEST(Guarantees, WhatComesAfterTheDeadlineIsTooLate) {
    GuaranteedLease hour(test_guarantees());
    for (std::int64_t i = 0; i < 12; ++i)
        hour.send(hour.seller, kSeller, GuaranteedLease::slice(1, i), gauges_of(1'000));
    hour.day.now = Time(SmallMarket::hours(2, 3).start.value + 86'400);
    const auto late =
        hour.send(hour.buyer, kBuyer, GuaranteedLease::slice(1, 0), gauges_of(60'000));
    ASSERT_EQ(late.readings.size(), 1U);
    EXPECT_EQ(late.readings[0].code, "window_final");
    EXPECT_EQ(settle(hour.day).at(0).line.credit, Money(0));
}

TEST(Guarantees, AreCheckedWithTheirSchedule) {
    SmallMarket day;
    SetSchedule schedule = small_schedule();
    schedule.guarantees["standard"] = {{Quantity::kLoss, Ppm(1), {}}};
    EXPECT_EQ(refusal(day.run(kBoss, schedule)), "bad_guarantee");
    schedule.guarantees["standard"].assign(settlement::kMaxGuarantees + 1,
                                           test_guarantees().front());
    EXPECT_EQ(refusal(day.run(kBoss, schedule)), "bad_guarantee");
    schedule.guarantees["standard"].pop_back();
    EXPECT_EQ(refusal(day.run(kBoss, schedule)), "none");
    expect_the_same_from_log_and_rows(day);
}

}  // namespace
}  // namespace suanpan::core
