#include "apps/suanpan-meter/reading_maker.hpp"

#include "tests/suanpan-meter/chain_world.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace suanpan::meter {
namespace {

using settlement::Reading;
using Readings = std::vector<Reading>;

constexpr std::size_t kAll = 1'000;

class Maker : public testing::Test {
 protected:
    Maker() { maker_.set_active(window_at(0, 7'200)); }

    void add(const Sample& sample, std::size_t limit = kAll) {
        for (Reading& reading : maker_.add(sample, limit))
            out_.push_back(std::move(reading));
    }
    // Every ten seconds in [from, until], half busy.
    void run(std::int64_t from, std::int64_t until) {
        for (std::int64_t second = from; second <= until; second += 10)
            add(sample_at(second, second * kMicro));
    }

    ReadingMaker maker_{some_lease(), some_meter(), {Lots(2)}};
    Readings out_;
};

TEST_F(Maker, CutsWindowsAndSumsUp) {
    run(0, 900);
    ASSERT_EQ(out_.size(), 3U);
    Hash prev{};
    for (std::size_t i = 0; i < out_.size(); ++i) {
        const auto number = static_cast<std::int64_t>(i);
        EXPECT_EQ(out_[i].window, window_at(300 * number, 300 * (number + 1)));
        EXPECT_EQ(out_[i].epoch, kBegin);
        EXPECT_EQ(out_[i].seq, number);
        EXPECT_EQ(out_[i].prev, prev);
        EXPECT_EQ(out_[i].counters.lot_us, 600 * kMicro * (number + 1));
        EXPECT_EQ(out_[i].counters.busy_us, 300 * kMicro * (number + 1));
        EXPECT_FALSE(out_[i].estimated);
        prev = settlement::reading_hash(some_lease(), some_meter(), out_[i]);
    }
}

TEST_F(Maker, CutsAtTheBoundaryThatLiesBetweenTwoSamples) {
    run(0, 290);
    add(sample_at(304, 304 * kMicro));
    ASSERT_EQ(out_.size(), 1U);
    EXPECT_EQ(out_[0].counters.lot_us, 600 * kMicro);
    EXPECT_EQ(out_[0].counters.busy_us, 300 * kMicro);
    EXPECT_FALSE(out_[0].estimated);
}

TEST_F(Maker, CutsAtBillingHoursAndAtTheLeasesStartAndEnd) {
    ReadingMaker maker(some_lease(), some_meter(), {Lots(1), Duration(1'000)});
    maker.set_active(window_at(100, 5'005));
    Readings out;
    for (std::int64_t second = 0; second <= 5'100; second += 10) {
        for (const Reading& reading : maker.add(sample_at(second), kAll))
            out.push_back(reading);
    }
    // Multiples of 1,000 s; kBegin is one of them.
    std::vector<Window> windows;
    for (const Reading& reading : out)
        windows.push_back(reading.window);
    EXPECT_EQ(windows, (std::vector<Window>{window_at(100, 1'000), window_at(1'000, 2'000),
                                            window_at(2'000, 3'000), window_at(3'000, 3'600),
                                            window_at(3'600, 4'000), window_at(4'000, 5'000),
                                            window_at(5'000, 5'005)}));
    EXPECT_EQ(out.back().counters.lot_us, 4'905 * kMicro);
    EXPECT_TRUE(maker.done());
}

TEST_F(Maker, ALeaseThatIsGivenBackEndsEarlier) {
    run(0, 400);
    maker_.set_active(window_at(0, 350));
    run(410, 420);
    ASSERT_EQ(out_.size(), 2U);
    EXPECT_EQ(out_[1].window, window_at(300, 350));
    EXPECT_EQ(out_[1].counters.lot_us, 700 * kMicro);
    EXPECT_TRUE(maker_.done());
}

TEST_F(Maker, SamplesWaitUntilTheLeaseIsKnownToBeActive) {
    ReadingMaker maker(some_lease(), some_meter(), {Lots(1)});
    for (std::int64_t second = 0; second <= 330; second += 10)
        EXPECT_TRUE(maker.add(sample_at(second, second * kMicro), kAll).empty());
    maker.set_active(window_at(15, 3'600));
    const Readings out = maker.add(sample_at(340, 340 * kMicro), kAll);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].window, window_at(15, 300));
    EXPECT_EQ(out[0].counters.lot_us, 285 * kMicro);
    EXPECT_EQ(out[0].counters.busy_us, 285 * kMicro);
    EXPECT_FALSE(out[0].estimated);
}

TEST_F(Maker, WhatCameBeforeTheMeterIsNotAvailable) {
    run(1'000, 1'500);
    ASSERT_EQ(out_.size(), 4U);
    EXPECT_EQ(out_[0].window, window_at(0, 300));
    EXPECT_EQ(out_[1].window, window_at(300, 900));
    EXPECT_EQ(out_[1].counters.lot_us, 0);
    EXPECT_TRUE(out_[1].estimated);
    EXPECT_EQ(out_[2].window, window_at(900, 1'200));
    EXPECT_EQ(out_[2].counters.lot_us, 400 * kMicro);
    EXPECT_TRUE(out_[2].estimated);
    EXPECT_FALSE(out_[3].estimated);
}

TEST_F(Maker, WhoSawNothingOfALeaseSaysNothing) {
    run(7'200, 7'300);
    EXPECT_TRUE(out_.empty());
    EXPECT_TRUE(maker_.done());
}

TEST_F(Maker, ShortAbsencesCountAsEstimatesLongOnesDoNot) {
    run(0, 350);
    run(600, 700);
    run(2'000, 2'100);
    ASSERT_EQ(out_.size(), 5U);
    EXPECT_EQ(out_[1].window, window_at(300, 600));
    EXPECT_EQ(out_[1].counters.lot_us, 1'200 * kMicro);
    EXPECT_TRUE(out_[1].estimated);
    EXPECT_EQ(out_[2].window, window_at(600, 900));
    EXPECT_EQ(out_[2].counters.lot_us, 1'400 * kMicro);
    // One reading for a whole time without a sample; the counters cover it.
    EXPECT_EQ(out_[3].window, window_at(900, 1'800));
    EXPECT_EQ(out_[3].counters.lot_us, 1'400 * kMicro);
    EXPECT_TRUE(out_[3].estimated);
    EXPECT_EQ(out_[4].counters.lot_us, 1'600 * kMicro);
}

TEST_F(Maker, DevicesThatAreGoneAreNotAvailable) {
    run(0, 100);
    Sample half = sample_at(110, 110 * kMicro);
    half.there_ppm = 500'000;
    add(half);
    run(120, 300);
    ASSERT_EQ(out_.size(), 1U);
    // Half of the lots, between the samples on both of its sides.
    EXPECT_EQ(out_[0].counters.lot_us, 580 * kMicro);
    EXPECT_FALSE(out_[0].estimated);
}

TEST_F(Maker, AClockThatIsSetBackShowsTimeTwiceAndItCountsOnce) {
    run(0, 450);
    // 400 s back.
    for (std::int64_t second = 460; second <= 1'400; second += 10) {
        Sample sample = sample_at(second, second * kMicro);
        sample.moment.wall_us -= 400 * kMicro;
        add(sample);
    }
    ASSERT_EQ(out_.size(), 3U);
    EXPECT_EQ(out_[1].window, window_at(300, 600));
    EXPECT_EQ(out_[1].counters.lot_us, 1'200 * kMicro);
    EXPECT_EQ(out_[2].window, window_at(600, 900));
}

TEST_F(Maker, AClockThatIsSetAheadSkipsTime) {
    run(0, 310);
    for (std::int64_t second = 320; second <= 500; second += 10) {
        Sample sample = sample_at(second, second * kMicro);
        sample.moment.wall_us += 100 * kMicro;
        add(sample);
    }
    ASSERT_EQ(out_.size(), 2U);
    EXPECT_EQ(out_[1].window, window_at(300, 600));
    EXPECT_EQ(out_[1].counters.lot_us, 1'000 * kMicro);
    EXPECT_TRUE(out_[1].estimated);
}

TEST_F(Maker, AJumpFarAheadIsBelievedOnlyAfterTenMinutes) {
    run(0, 310);
    const auto ahead = [](std::int64_t second) {
        Sample sample = sample_at(second, second * kMicro);
        sample.moment.wall_us += 3'600 * kMicro;
        return sample;
    };
    for (std::int64_t second = 320; second < 920; second += 10)
        add(ahead(second));
    EXPECT_EQ(out_.size(), 1U);
    EXPECT_TRUE(maker_.doubts_clock());
    // Set right again: nothing has happened but a while without samples.
    ReadingMaker right = maker_;
    const Readings after = right.add(sample_at(600, 600 * kMicro), kAll);
    ASSERT_EQ(after.size(), 1U);
    EXPECT_EQ(after[0].window, window_at(300, 600));
    EXPECT_EQ(after[0].counters.lot_us, 1'200 * kMicro);
    // Or it was right to jump: what was seen meanwhile counts at its new time.
    add(ahead(920));
    EXPECT_FALSE(maker_.doubts_clock());
    ASSERT_GE(out_.size(), 3U);
    EXPECT_EQ(out_[1].window, window_at(300, 600));
    EXPECT_EQ(out_[2].window, window_at(600, 3'600));
    EXPECT_EQ(out_.back().window, window_at(4'200, 4'500));
    EXPECT_EQ(out_.back().counters.lot_us, 900 * 2 * kMicro);
    EXPECT_FALSE(out_.back().estimated);
}

TEST_F(Maker, ARestartOfTheMachineOrOfACounterBeginsAnEpoch) {
    run(0, 310);
    Sample reset = sample_at(320, 5 * kMicro);
    add(reset);
    for (std::int64_t second = 330; second <= 600; second += 10)
        add(sample_at(second, (second - 315) * kMicro));
    ASSERT_EQ(out_.size(), 2U);
    EXPECT_EQ(out_[1].epoch, kBegin + 600);
    EXPECT_EQ(out_[1].seq, 0);
    EXPECT_EQ(out_[1].prev, Hash{});
    EXPECT_EQ(out_[1].counters.lot_us, 600 * kMicro);
    // Ten seconds before the reset, five in the sample after it, 280 later.
    EXPECT_EQ(out_[1].counters.busy_us, 295 * kMicro);
    for (std::int64_t second = 610; second <= 900; second += 10) {
        Sample sample = sample_at(second, (second - 600) * kMicro);
        sample.moment.boot = "boot-2";
        sample.moment.awake_us = (second - 600) * kMicro;
        add(sample);
    }
    ASSERT_EQ(out_.size(), 3U);
    EXPECT_EQ(out_[2].epoch, kBegin + 900);
    // From the last sample of the old boot to the first of the new nobody watched.
    EXPECT_EQ(out_[2].counters.lot_us, 580 * kMicro);
    EXPECT_TRUE(out_[2].estimated);
}

TEST_F(Maker, BusyTimeFromAShareOfDevices) {
    for (std::int64_t second = 0; second <= 300; second += 10) {
        Sample sample = sample_at(second);
        sample.raw.busy_us.reset();
        sample.busy_ppm = 250'000;
        sample.raw.energy_mj = 1'000 + second;
        add(sample);
    }
    ASSERT_EQ(out_.size(), 1U);
    EXPECT_EQ(out_[0].counters.busy_us, 150 * kMicro);
    EXPECT_EQ(out_[0].counters.energy_mj, 300);
    EXPECT_FALSE(out_[0].counters.net_in_b);
}

TEST_F(Maker, WithoutRoomNothingIsCutAndNothingIsLost) {
    run(0, 310);
    for (std::int64_t second = 320; second <= 4'000; second += 10)
        add(sample_at(second, second * kMicro), 0);
    EXPECT_EQ(out_.size(), 1U);
    run(4'010, 4'200);
    ASSERT_EQ(out_.size(), 4U);
    EXPECT_EQ(out_[1].window, window_at(300, 3'600));
    EXPECT_TRUE(out_[1].estimated);
    EXPECT_EQ(out_[1].counters.lot_us, 7'200 * kMicro);
    EXPECT_EQ(out_[2].window, window_at(3'600, 3'900));
    EXPECT_EQ(out_[3].window, window_at(3'900, 4'200));
    EXPECT_EQ(out_[3].counters.lot_us, 8'400 * kMicro);
}

TEST_F(Maker, GaugesAreTheHighestOfTheirWindow) {
    for (std::int64_t second = 0; second <= 600; second += 10) {
        Sample sample = sample_at(second);
        sample.gauges.memory_max_b = second == 130 ? 9'000 : 1'000 + second;
        add(sample);
    }
    ASSERT_EQ(out_.size(), 2U);
    EXPECT_EQ(out_[0].gauges.memory_max_b, 9'000);
    EXPECT_EQ(out_[1].gauges.memory_max_b, 1'590);
}

TEST_F(Maker, AMeterThatLostItsSpoolTakesNoIdForASecondTime) {
    run(0, 600);
    ReadingMaker fresh(some_lease(), some_meter(), {Lots(2)});
    fresh.set_active(window_at(0, 7'200));
    Readings out = fresh.add(sample_at(610), kAll);
    out = fresh.add(sample_at(900), kAll);
    ASSERT_FALSE(out.empty());
    EXPECT_GT(out[0].epoch, out_.back().epoch);
}

TEST(ChainStateJson, ComesBackAsItWas) {
    ReadingMaker maker(some_lease(), some_meter(), {Lots(2)});
    EXPECT_EQ(to_json(*parse_chain_state(to_json(maker.state()))), to_json(maker.state()));
    maker.set_active(window_at(0, 7'200));
    for (std::int64_t second = 0; second <= 405; second += 5) {
        Sample sample = sample_at(second, second);
        sample.raw.energy_mj = second;
        sample.gauges.rtt_p99_us = second;
        maker.add(sample, kAll);
    }
    const Json json = to_json(maker.state());
    const auto back = parse_chain_state(json);
    ASSERT_TRUE(back);
    EXPECT_EQ(to_json(*back), json);
    Json broken = json;
    broken["prev"] = "00";
    EXPECT_EQ(parse_chain_state(broken).error().code(), "bad_state");
    broken = json;
    broken.erase("open");
    EXPECT_EQ(parse_chain_state(broken).error().code(), "bad_state");
    EXPECT_EQ(parse_chain_state(Json::array()).error().code(), "bad_state");
}

}  // namespace
}  // namespace suanpan::meter
