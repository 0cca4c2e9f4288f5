#include "tests/settlement/lease_meter_fixture.hpp"

#include <gtest/gtest.h>

namespace suanpan::settlement {
namespace {

TEST_F(LeaseMeterTest, ProviderAloneIsFinalWhenTheHourIsCovered) {
    LeaseMeter lease = make();
    const auto readings = steady(provider_, 0, kHour);
    const std::vector<Reading> most(readings.begin(), readings.end() - 1);
    send_all(lease, provider_, most, 3300, 5);
    EXPECT_TRUE(lease.take_final(at(3500), LogIndex(6)).empty());
    EXPECT_EQ(lease.next_deadline(), at(kHour + kDay));
    send_all(lease, provider_, {readings.back()}, 3605, 7);
    const auto final = lease.take_final(at(3605), LogIndex(7));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0], (FinalWindow{test_lease(), between(0, kHour), LogIndex(7),
                                     2 * kHour * kSecond, 0, 0, false, indices({5, 7})}));
    EXPECT_TRUE(lease.take_final(at(3605), LogIndex(8)).empty());
    EXPECT_EQ(lease.next_deadline(), at(2 * kHour + kDay));
    EXPECT_FALSE(lease.all_final());
}

TEST_F(LeaseMeterTest, AWindowIsNotFinalBeforeItsEnd) {
    LeaseMeter lease = make();
    // The meter's clock is a minute ahead.
    send_all(lease, provider_, steady(provider_, 0, kHour), 3540, 1);
    EXPECT_TRUE(lease.take_final(at(3540), LogIndex(1)).empty());
    EXPECT_EQ(lease.next_deadline(), at(kHour));
    EXPECT_TRUE(lease.take_final(at(3599), LogIndex(2)).empty());
    const auto final = lease.take_final(at(3600), LogIndex(3));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].final_at, LogIndex(3));
}

TEST_F(LeaseMeterTest, WindowsAreCutAtTheActiveTime) {
    LeaseMeter lease = make(false, 1800);
    send_all(lease, provider_, steady(provider_, 1800, 2 * kHour), 2 * kHour, 1);
    lease.end_active(at(2 * kHour + 600));
    EXPECT_EQ(lease.active(), between(1800, 2 * kHour + 600));
    send_all(lease, provider_, steady(provider_, 2 * kHour, 2 * kHour + 600), 2 * kHour + 700, 2);
    const auto final = lease.take_final(at(2 * kHour + 700), LogIndex(2));
    ASSERT_EQ(final.size(), 3U);
    EXPECT_EQ(final[0].window, between(1800, kHour));
    EXPECT_EQ(final[0].lot_us, 2 * 1800 * kSecond);
    EXPECT_EQ(final[1].window, between(kHour, 2 * kHour));
    EXPECT_EQ(final[2].window, between(2 * kHour, 2 * kHour + 600));
    EXPECT_EQ(final[2].lot_us, 2 * 600 * kSecond);
    // The counter at the window's start came with entry 1.
    EXPECT_EQ(final[2].readings, indices({1, 2}));
    EXPECT_TRUE(lease.all_final());
    EXPECT_EQ(lease.next_deadline(), std::nullopt);
}

TEST_F(LeaseMeterTest, EachRefusalHasItsCode) {
    LeaseMeter lease(MeteredLease{test_lease(), Lots(2), between(0, 3 * kHour), false},
                     MeteringRules{});
    const Reading first = provider_.measure(between(0, 300), 600 * kSecond, 100);
    EXPECT_EQ(send(lease, provider_, first, 300), "lease_not_active");
    lease.activate(at(0));
    EXPECT_EQ(send(lease, provider_, first, 179), "window_in_future");
    EXPECT_EQ(send(lease, provider_, first, 180), "");
    EXPECT_EQ(send(lease, provider_, first, 180), "duplicate");
    const auto changed = [&](const auto& change) {
        Reading reading = SimulatedMeter(provider_).measure(between(300, 600), 600 * kSecond);
        change(reading);
        return send(lease, provider_, rehashed(provider_.meter(), reading), 700);
    };
    EXPECT_EQ(changed([](Reading& r) { r.seq = 0; }), "equivocation");
    EXPECT_EQ(changed([](Reading& r) { r.window = between(600, 600); }), "bad_window");
    EXPECT_EQ(changed([](Reading& r) { r.window = between(300, 3901); }), "bad_window");
    EXPECT_EQ(changed([](Reading& r) { r.window = between(299, 600); }), "bad_window");
    EXPECT_EQ(changed([](Reading& r) { r.window = between(-1, 300); }), "outside_active_time");
    EXPECT_EQ(changed([](Reading& r) { r.window.end = at(821); }), "window_in_future");
    EXPECT_EQ(changed([](Reading& r) { r.counters.lot_us = 600 * kSecond - 1; }),
              "counter_not_monotone");
    EXPECT_EQ(changed([](Reading& r) { r.counters.busy_us = 99; }), "counter_not_monotone");
    EXPECT_EQ(changed([](Reading& r) { r.counters.lot_us += 1; }), "too_much_lot_time");
    EXPECT_EQ(changed([](Reading& r) { r.counters.busy_us = 100 + 600 * kSecond + 1; }),
              "too_much_busy_time");
    EXPECT_EQ(changed([](Reading&) {}), "");
    // A reading of an hour is the longest.
    const Reading hour = provider_.measure(between(300, 600), 0);
    Reading longest = hour;
    longest.seq = 2;
    longest.window = between(600, 4200);
    longest.counters.lot_us = 1200 * kSecond;
    EXPECT_EQ(send(lease, provider_, rehashed(provider_.meter(), longest), 4200), "gap");
}

TEST_F(LeaseMeterTest, ReadingsAfterAnEarlyEndAreRefused) {
    LeaseMeter lease = make();
    const auto readings = steady(provider_, 0, 900);
    lease.end_active(at(600));
    EXPECT_EQ(send(lease, provider_, readings[0], 900), "");
    EXPECT_EQ(send(lease, provider_, readings[1], 900), "");
    EXPECT_EQ(send(lease, provider_, readings[2], 900), "outside_active_time");
    EXPECT_EQ(lease.take_final(at(900), LogIndex(2)).size(), 1U);
    EXPECT_TRUE(lease.all_final());
}

TEST_F(LeaseMeterTest, ALeaseThatNeverBecameActiveHasNoWindows) {
    LeaseMeter lease(MeteredLease{test_lease(), Lots(2), between(0, 3 * kHour), false},
                     MeteringRules{});
    EXPECT_FALSE(lease.all_final());
    EXPECT_EQ(lease.next_deadline(), std::nullopt);
    lease.end_active(at(100));
    EXPECT_TRUE(lease.all_final());
    EXPECT_TRUE(lease.take_final(at(kDay * 9), LogIndex(1)).empty());
    EXPECT_EQ(send(lease, provider_, provider_.measure(between(0, 60), 0), 100),
              "lease_not_active");
}

TEST_F(LeaseMeterTest, OrderOfArrivalDoesNotMatter) {
    const auto readings = steady(provider_, 0, kHour, 90);
    LeaseMeter lease = make();
    for (std::size_t i = readings.size(); i > 0; --i) {
        const std::string verdict = send(lease, provider_, readings[i - 1], 3600);
        EXPECT_EQ(verdict, i == 1 ? "" : "gap");
    }
    const auto final = lease.take_final(at(3600), LogIndex(1));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 2 * kHour * kSecond * 9 / 10);
    EXPECT_FALSE(final[0].estimated);
}

TEST_F(LeaseMeterTest, ALostReadingWaitsForTheDeadlineAndIsBridged) {
    LeaseMeter lease = make();
    auto readings = steady(provider_, 0, 2 * kHour);
    readings.erase(readings.begin() + 11, readings.begin() + 13);  // 07:55 to 08:05 past
    send_all(lease, provider_, readings, 2 * kHour, 4);
    // Neither hour is covered: the gap reaches into both.
    EXPECT_TRUE(lease.take_final(at(2 * kHour), LogIndex(4)).empty());
    EXPECT_TRUE(lease.take_final(at(kHour + kDay - 1), LogIndex(5)).empty());
    auto final = lease.take_final(at(kHour + kDay), LogIndex(6));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 2 * kHour * kSecond);
    EXPECT_TRUE(final[0].estimated);
    final = lease.take_final(at(2 * kHour + kDay), LogIndex(7));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 2 * kHour * kSecond);
}

TEST_F(LeaseMeterTest, ADeltaOverABoundaryIsSplitSoThatThePartsSum) {
    LeaseMeter lease = make();
    auto readings = steady(provider_, 0, 3300);
    // 7 µs over ten minutes, four of them before the boundary: 2.8 → 2, and 5.
    readings.push_back(provider_.measure(between(3300, 3360), 0));
    readings.push_back(provider_.measure(between(3360, 3960), 7, 7));
    send_all(lease, provider_, readings, 4000, 1);
    const auto rest = [&] {
        std::vector<Reading> out{provider_.measure(between(3960, 4200), 0)};
        const auto more = steady(provider_, 4200, 2 * kHour, 0);
        out.insert(out.end(), more.begin(), more.end());
        return out;
    }();
    auto final = lease.take_final(at(4000), LogIndex(1));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 3300 * 2 * kSecond + 2);
    EXPECT_EQ(final[0].busy_us, 2);
    EXPECT_TRUE(final[0].estimated);
    send_all(lease, provider_, rest, 2 * kHour, 2);
    final = lease.take_final(at(2 * kHour), LogIndex(2));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 5);
    EXPECT_EQ(final[0].busy_us, 5);
    EXPECT_TRUE(final[0].estimated);
}

TEST_F(LeaseMeterTest, ACounterResetGoesOnInANewEpoch) {
    LeaseMeter lease = make();
    send_all(lease, provider_, steady(provider_, 0, 1800), 1800, 1);
    provider_.reset();
    const auto after = steady(provider_, 1800, 3600);
    EXPECT_EQ(send(lease, provider_, after[0], 3600, 2), "");
    // Without a new epoch the same counters are refused.
    Reading same_epoch = after[0];
    same_epoch.epoch = 0;
    same_epoch.seq = 6;
    same_epoch.window = between(2100, 2400);
    EXPECT_EQ(send(lease, provider_, rehashed(provider_.meter(), same_epoch), 3600), "bad_window");
    send_all(lease, provider_, {after.begin() + 1, after.end()}, 3600, 3);
    const auto final = lease.take_final(at(3600), LogIndex(3));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 2 * kHour * kSecond);
    EXPECT_FALSE(final[0].estimated);
    EXPECT_EQ(final[0].readings, indices({1, 2, 3}));
}

TEST_F(LeaseMeterTest, AnEpochWhoseFirstReadingIsMissingCountsFromTheOneBefore) {
    LeaseMeter lease = make();
    send_all(lease, provider_, steady(provider_, 0, 3000), 3600, 1);
    provider_.reset();
    const auto after = steady(provider_, 3000, 4200);
    EXPECT_EQ(send(lease, provider_, after[3], 4200, 2), "gap");
    // Half of its 20 minutes lie in the first hour.
    const auto final = lease.take_final(at(kHour + kDay), LogIndex(3));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 2 * kHour * kSecond);
    EXPECT_TRUE(final[0].estimated);
}

TEST_F(LeaseMeterTest, ABrokenLinkIsAcceptedAsAGap) {
    LeaseMeter lease = make();
    auto readings = steady(provider_, 0, kHour);
    readings[5].prev[0] ^= 1;
    readings[5] = rehashed(provider_.meter(), readings[5]);
    readings[6].prev = readings[5].hash;
    readings[6] = rehashed(provider_.meter(), readings[6]);
    for (std::size_t i = 0; i < readings.size(); ++i) {
        // The reading after a re-hashed one names the hash that was first.
        const bool broken = i == 5 || i == 7;
        EXPECT_EQ(send(lease, provider_, readings[i], 3600), broken ? "gap" : "");
    }
    EXPECT_TRUE(lease.take_final(at(3600), LogIndex(2)).empty());
    const auto final = lease.take_final(at(kHour + kDay), LogIndex(3));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 2 * kHour * kSecond);
}

TEST_F(LeaseMeterTest, MetersOfOneSideAddUpToWhatWasSold) {
    LeaseMeter lease = make();
    SimulatedMeter second(3, MeterRole::kProvider);
    send_all(lease, second, steady(second, 0, kHour, 40), 3540, 1);
    send_all(lease, provider_, steady(provider_, 0, kHour, 40), 3550, 2);
    auto final = lease.take_final(at(3600), LogIndex(3));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 2 * kHour * kSecond * 8 / 10);
    EXPECT_EQ(final[0].readings, indices({1, 2}));
    // Both say 60 %: never more than was sold.
    LeaseMeter full = make();
    SimulatedMeter left(8, MeterRole::kProvider);
    SimulatedMeter right(9, MeterRole::kProvider);
    send_all(full, left, steady(left, 0, kHour, 60), 3540, 1);
    send_all(full, right, steady(right, 0, kHour, 60), 3550, 2);
    final = full.take_final(at(3600), LogIndex(3));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 2 * kHour * kSecond);
    // Half an hour each, the second from where the first was exchanged.
    LeaseMeter other = make();
    SimulatedMeter one(6, MeterRole::kProvider);
    SimulatedMeter two(7, MeterRole::kProvider);
    send_all(other, two, steady(two, 1800, 3600), 3600, 1);
    send_all(other, one, steady(one, 0, 1800), 3600, 2);
    final = other.take_final(at(3600), LogIndex(2));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 2 * kHour * kSecond);
}

TEST_F(LeaseMeterTest, TheOperatorsMeterIsEvidenceOnly) {
    LeaseMeter lease = make();
    SimulatedMeter probe(4, MeterRole::kOperator);
    send_all(lease, probe, steady(probe, 0, kHour), 3600, 1);
    EXPECT_TRUE(lease.take_final(at(3600), LogIndex(1)).empty());
    const auto final = lease.take_final(at(kHour + kDay), LogIndex(2));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_EQ(final[0].lot_us, 0);
    EXPECT_TRUE(final[0].readings.empty());
}

TEST_F(LeaseMeterTest, AMetersOwnEstimateIsMarked) {
    LeaseMeter lease = make();
    auto readings = steady(provider_, 0, 3300);
    readings.push_back(provider_.measure(between(3300, 3600), 600 * kSecond, 0, true));
    send_all(lease, provider_, readings, 3600, 1);
    const auto final = lease.take_final(at(3600), LogIndex(1));
    ASSERT_EQ(final.size(), 1U);
    EXPECT_TRUE(final[0].estimated);
}

TEST_F(LeaseMeterTest, MemoryOfAContiguousChainDoesNotGrow) {
    LeaseMeter lease(MeteredLease{test_lease(), Lots(2), between(0, 1000 * kHour), false},
                     MeteringRules{});
    lease.activate(at(0));
    std::size_t largest = 0;
    for (std::int64_t hour = 0; hour < 500; ++hour) {
        const auto readings = steady(provider_, hour * kHour, (hour + 1) * kHour);
        send_all(lease, provider_, readings, (hour + 1) * kHour, hour);
        EXPECT_EQ(lease.take_final(at((hour + 1) * kHour), LogIndex(hour)).size(), 1U);
        largest = std::max(largest, lease.snapshot().size());
    }
    EXPECT_LT(largest, 1'500U);
    // Repeats of what is long gone are still known.
    SimulatedMeter again(1, MeterRole::kProvider);
    EXPECT_EQ(send(lease, again, again.measure(between(0, 300), 600 * kSecond), 500 * kHour),
              "duplicate");
}

TEST_F(LeaseMeterTest, RestoreRefusesWhatIsNotASnapshot) {
    const MeteredLease lease{test_lease(), Lots(2), between(0, 3 * kHour), false};
    for (const std::string_view text :
         {"", "[]", "{}", R"({"ended":false})", R"({"ended":1,"chains":{}})"}) {
        const auto result = LeaseMeter::restore(lease, MeteringRules{}, text);
        ASSERT_FALSE(result.has_value()) << text;
        EXPECT_EQ(result.error().code(), "bad_snapshot");
    }
}

}  // namespace
}  // namespace suanpan::settlement
