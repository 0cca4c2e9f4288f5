#include "apps/suanpan-demo/demand.hpp"

#include "base/time.hpp"

#include <gtest/gtest.h>

#include <map>

namespace suanpan::demo {
namespace {

constexpr DemandSpan kSpan{Time(1'781'481'600), Time(1'781'568'000), Time(1'781'589'600)};

TEST(Demand, TheSameSeedGivesTheSameDay) {
    const World world = read_world();
    const auto a = plan_demand(world, kSpan, 1, 50);
    const auto b = plan_demand(world, kSpan, 1, 50);
    const auto c = plan_demand(world, kSpan, 2, 50);
    ASSERT_EQ(a.size(), 50U);
    bool differs = false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_EQ(a[i].body, b[i].body);
        differs = differs || a[i].body != c[i].body;
    }
    EXPECT_TRUE(differs);
}

TEST(Demand, WindowsLieAfterTheOrderAndBeforeTheEnd) {
    for (const PlannedOrder& order : plan_demand(read_world(), kSpan, 3, 400)) {
        const Json& window = order.body.at("window");
        const Time start = parse_time(window.at("start").get<std::string>()).value();
        const Time end = parse_time(window.at("end").get<std::string>()).value();
        EXPECT_LE(kSpan.open, order.place_at);
        EXPECT_LT(order.place_at, kSpan.close);
        EXPECT_LT(order.place_at, start);
        EXPECT_LT(start, end);
        EXPECT_LE(end, kSpan.last_end);
        EXPECT_EQ(start.value % kDayStep.value, 0);
    }
}

TEST(Demand, MixesAllKindsWithInferenceInFront) {
    std::map<std::string, int> kinds;
    for (const PlannedOrder& order : plan_demand(read_world(), kSpan, 5, 1'000))
        ++kinds[order.kind];
    EXPECT_GT(kinds["inference"], 450);
    EXPECT_LT(kinds["inference"], 650);
    EXPECT_GT(kinds["training"], 150);
    EXPECT_GT(kinds["model"], 50);
    EXPECT_GT(kinds["hpc"], 40);
}

TEST(Demand, InferenceIsBoundToAPlaceAndTrainingIsNot) {
    for (const PlannedOrder& order : plan_demand(read_world(), kSpan, 7, 200)) {
        const bool near =
            order.body.contains("requirement") && order.body.at("requirement").contains("rtt_ms");
        EXPECT_EQ(near, order.kind == "inference");
    }
}

TEST(Durations, StayWithinTheTracesQuantiles) {
    Dice dice(11);
    const auto mix = seed_table("trace_mix.csv");
    for (int i = 0; i < 1'000; ++i) {
        const Duration duration = draw_duration(dice, mix, 0);
        EXPECT_GE(duration.value, kDayStep.value);
        EXPECT_LE(duration.value, 197'369 + kDayStep.value);
        EXPECT_EQ(duration.value % kDayStep.value, 0);
    }
}

TEST(Dice, ReachesBothEndsAndKeepsToThem) {
    Dice dice(1);
    bool low = false;
    bool high = false;
    for (int i = 0; i < 1'000; ++i) {
        const std::int64_t drawn = dice.between(-2, 2);
        ASSERT_GE(drawn, -2);
        ASSERT_LE(drawn, 2);
        low = low || drawn == -2;
        high = high || drawn == 2;
    }
    EXPECT_TRUE(low && high);
    EXPECT_EQ(dice.weighted({0, 5, 0}), 1U);
}

}  // namespace
}  // namespace suanpan::demo
