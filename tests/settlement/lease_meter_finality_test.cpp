#include "tests/settlement/lease_meter_fixture.hpp"

#include <gtest/gtest.h>

namespace suanpan::settlement {
namespace {

TEST_F(LeaseMeterTest, BothSidesAgreeWithinTheTolerance) {
    LeaseMeter lease = make(true);
    send_all(lease, provider_, steady(provider_, 0, kHour), 3600, 1);
    EXPECT_TRUE(lease.take_final(at(3600), LogIndex(1)).empty());
    auto theirs = steady(buyer_, 0, 3300);
    // 0.1 % of 7200 lot·s is 7.2.
    theirs.push_back(buyer_.measure(between(3300, 3600), 600 * kSecond - 7'200'000));
    send_all(lease, buyer_, theirs, 3700, 2);
    const auto final = lease.take_final(at(3700), LogIndex(2));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0], (FinalWindow{test_lease(), between(0, kHour), LogIndex(2),
                                     2 * kHour * kSecond, 0, 0, false, indices({1, 2})}));
}

// What a metered lease pays by: once the provider's word alone counted.
TEST_F(LeaseMeterTest, BeyondTheToleranceTheLesserUseCounts) {
    for (const std::int64_t less : {std::int64_t{2'000'000}, std::int64_t{2'000'001}}) {
        SimulatedMeter provider = provider_;
        SimulatedMeter buyer = buyer_;
        LeaseMeter lease = make(true);
        auto ours = steady(provider, 0, 3300);
        ours.push_back(provider.measure(between(3300, 3600), 600 * kSecond, 300 * kSecond));
        auto theirs = steady(buyer, 0, 3300);
        theirs.push_back(buyer.measure(between(3300, 3600), 600 * kSecond, 300 * kSecond - less));
        send_all(lease, provider, ours, 3600, 1);
        send_all(lease, buyer, theirs, 3600, 2);
        const auto final = lease.take_final(at(3600), LogIndex(2));
        ASSERT_EQ(final.size(), 1U);
        EXPECT_EQ(final[0].disputed_us, 0);
        EXPECT_EQ(final[0].busy_us, less == 2'000'000 ? 300 * kSecond : 300 * kSecond - less);
    }
}

TEST_F(LeaseMeterTest, AMismatchPaysTheLesserAndHoldsTheDifference) {
    LeaseMeter lease = make(true);
    send_all(lease, provider_, steady(provider_, 0, kHour), 3600, 1);
    auto theirs = steady(buyer_, 0, 3300);
    theirs.push_back(buyer_.measure(between(3300, 3600), 600 * kSecond - 7'200'001));
    send_all(lease, buyer_, theirs, 3700, 2);
    const auto final = lease.take_final(at(3700), LogIndex(2));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 2 * kHour * kSecond - 7'200'001);
    EXPECT_EQ(final[0].disputed_us, 7'200'001);
}

TEST_F(LeaseMeterTest, AServiceLevelStepBetweenThemIsAMismatch) {
    LeaseMeter lease = make(true);
    // 99.5 % of 7200 lot·s is 7164: one µs on each side of it.
    auto ours = steady(provider_, 0, 3300);
    ours.push_back(provider_.measure(between(3300, 3600), 564 * kSecond));
    auto theirs = steady(buyer_, 0, 3300);
    theirs.push_back(buyer_.measure(between(3300, 3600), 564 * kSecond - 1));
    send_all(lease, provider_, ours, 3600, 1);
    send_all(lease, buyer_, theirs, 3600, 2);
    const auto final = lease.take_final(at(3600), LogIndex(2));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 7164 * kSecond - 1);
    EXPECT_EQ(final[0].disputed_us, 1);
}

TEST_F(LeaseMeterTest, AtTheDeadlineTheSilentSideLoses) {
    LeaseMeter lease = make(true);
    send_all(lease, provider_, steady(provider_, 0, kHour), 3600, 1);
    send_all(lease, buyer_, {buyer_.measure(between(kHour, kHour + 600), 400 * kSecond)}, 5000, 2);
    EXPECT_EQ(lease.next_deadline(), at(kHour + kDay));
    auto final = lease.take_final(at(3 * kHour + kDay), LogIndex(9));
    ASSERT_EQ(final.size(), 3U);
    // Buyer silent: p. Provider silent: b. Nobody: nothing.
    EXPECT_EQ(final[0].lot_us, 2 * kHour * kSecond);
    EXPECT_EQ(final[0].readings, indices({1}));
    EXPECT_EQ(final[1].lot_us, 400 * kSecond);
    EXPECT_EQ(final[1].readings, indices({2}));
    EXPECT_EQ(final[2].lot_us, 0);
    EXPECT_TRUE(final[2].readings.empty());
    for (const FinalWindow& window : final) {
        EXPECT_EQ(window.final_at, LogIndex(9));
        EXPECT_EQ(window.disputed_us, 0);
    }
    EXPECT_TRUE(lease.all_final());
}

TEST_F(LeaseMeterTest, TheEntryThatReachesTheDeadlineComesTooLate) {
    LeaseMeter lease = make();
    const auto readings = steady(provider_, 0, kHour);
    EXPECT_EQ(send(lease, provider_, readings[0], kHour + kDay, 4), "window_final");
    const auto final = lease.take_final(at(kHour + kDay), LogIndex(4));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 0);
    EXPECT_EQ(final[0].final_at, LogIndex(4));
    // A reading that reaches into an open window still counts there.
    LeaseMeter other = make();
    SimulatedMeter meter(5, MeterRole::kProvider);
    const Reading across = meter.measure(between(kHour - 300, kHour + 300), 600 * kSecond);
    EXPECT_EQ(send(other, meter, across, kHour + kDay, 4), "gap");
    const auto both = other.take_final(at(2 * kHour + kDay), LogIndex(5));
    ASSERT_EQ(both.size(), 2U);
    EXPECT_EQ(both[0].lot_us, 0);
    EXPECT_EQ(both[1].lot_us, 300 * kSecond);
}

// What is billed from an interpolated line is not billed again when a late reading bends it.
TEST_F(LeaseMeterTest, ALateReadingDoesNotMoveWhatIsFinal) {
    LeaseMeter lease = make();
    const Reading first = provider_.measure(between(0, 300), 600 * kSecond);
    const Reading middle = provider_.measure(between(kHour - 300, kHour + 300), 0);
    const Reading last = provider_.measure(between(2 * kHour - 300, 2 * kHour), 6900 * kSecond);
    send_all(lease, provider_, {first, last}, 2 * kHour, 1);
    auto final = lease.take_final(at(kHour + kDay), LogIndex(2));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 3900 * kSecond);
    // It says that nothing was delivered up to 09:05, where 3300 lot·s were billed by now.
    EXPECT_EQ(send(lease, provider_, middle, kHour + kDay, 3), "counter_not_monotone");
    final = lease.take_final(at(2 * kHour + kDay), LogIndex(4));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 3600 * kSecond);
    EXPECT_EQ(final[0].readings, indices({1}));
}

}  // namespace
}  // namespace suanpan::settlement
