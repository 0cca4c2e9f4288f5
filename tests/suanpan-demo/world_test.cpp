#include "apps/suanpan-demo/world.hpp"

#include "base/decimal.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace suanpan::demo {
namespace {

TEST(World, ListsWhatIsBuiltAndNamesWhatIsNot) {
    const World world = read_world();
    EXPECT_EQ(world.centres.size(), 24U);
    EXPECT_EQ(world.not_built.size(), 7U);
    EXPECT_EQ(world.not_built_p, 3'800);
    std::int64_t giga = 0;
    for (const CentrePlan& centre : world.centres) {
        for (const PoolPlan& pool : centre.pools)
            giga += pool.capacity_gf;
    }
    // 21,038.95 P in all less what is not built, and the 5 P of FP64 that Ningbo has besides.
    EXPECT_EQ(giga / 1'000, 21'038'950 - 3'800'000 + 5'000);
}

TEST(World, LotsAreCapacityByTheDevicesPeak) {
    const World world = read_world();
    const auto centre = std::ranges::find(world.centres, "34", &CentrePlan::id);
    ASSERT_NE(centre, world.centres.end());
    const PoolPlan& pool = centre->pools.at(0);
    EXPECT_EQ(pool.model, "ascend-910-910a");
    EXPECT_EQ(pool.lots.value, 300'000 / 256);
    EXPECT_EQ(to_string(pool.rate), "115.200");        // 256 × 0.45
    EXPECT_EQ(to_string(pool.cu_price), "0.072000");   // 40 % below the east
    EXPECT_EQ(to_string(pool.lot_price), "8.300000");  // 8.2944 up to the tick
}

TEST(World, EveryHubHasARoundTripToEveryPlace) {
    const World world = read_world();
    for (const CentrePlan& centre : world.centres)
        EXPECT_EQ(world.rtt_ms.at(centre.hub).size(), 4U) << centre.hub;
}

TEST(ScaledPrice, RoundsUpToTheTick) {
    EXPECT_EQ(scaled_price(Price(100), "1.15", Price(1)).value, 115);
    EXPECT_EQ(scaled_price(Price(101), "1.15", Price(10)).value, 120);
    EXPECT_EQ(scaled_price(Price(100), "1", Price(100)).value, 100);
}

}  // namespace
}  // namespace suanpan::demo
