#include "tests/matching/world.hpp"

#include <gtest/gtest.h>

namespace suanpan::matching::testing {
namespace {

World three_pools() {
    World world;
    world.add_pool(1, 100, 1'000, R"({"memory_gib":"80","hub":"guizhou","software":["cuda"]})");
    world.add_pool(2, 50, 1'000, R"({"memory_gib":"64","hub":"gansu","software":["cann"]})");
    world.add_pool(3, 10, 1'000, R"({"hub":"gansu","software":["cann","cuda"]})");
    world.place(sell(1, 1, 60, 5'000'000, hours(0, 24)));
    world.place(sell(2, 1, 60, 6'000'000, hours(0, 12)));
    world.place(sell(3, 2, 50, 4'000'000, hours(0, 24)));
    world.place(sell(4, 3, 10, 4'000'000, hours(0, 24)));
    return world;
}

TEST(WhyNot, CountsTheLotsThatFailEachCondition) {
    const World world = three_pools();
    OrderTerms bid = buy(9, 8, 9'000'000, hours(2, 4));
    bid.requirement = requirement(
        R"({"memory_gib":{"at_least":"96"},"hub":{"one_of":["gansu"]},)"
        R"("software":{"all_of":["cuda","nccl"]},"rtt_ms":{"beijing":{"at_most":"5"}}})");
    const WhyNot why = world.engine.why_not(bid, world.now);
    EXPECT_EQ(why.lots_listed, 160);
    EXPECT_EQ(why.lots_eligible, 0);
    EXPECT_EQ(why.lots_free, 0);
    ASSERT_EQ(why.failed.size(), 4U);
    EXPECT_EQ(why.failed[0].condition, "hub one of gansu");
    EXPECT_EQ(why.failed[0].lots_failing, 100);
    EXPECT_EQ(why.failed[0].nearest, "gansu");
    EXPECT_EQ(why.failed[1].condition, "memory_gib at least 96");
    EXPECT_EQ(why.failed[1].lots_failing, 160);
    EXPECT_EQ(why.failed[1].nearest, "80");
    EXPECT_EQ(why.failed[2].condition, "rtt_ms of beijing at most 5");
    EXPECT_EQ(why.failed[2].lots_failing, 160);
    EXPECT_EQ(why.failed[2].nearest, "");
    EXPECT_EQ(why.failed[3].condition, "software all of cuda, nccl");
    EXPECT_EQ(why.failed[3].nearest, "cuda");
}

TEST(WhyNot, TellsWindowAndPriceApart) {
    World world = three_pools();
    OrderTerms bid = buy(9, 8, 3'000'000, hours(11, 14));
    bid.requirement = requirement(R"({"software":{"all_of":["cuda"]}})");
    WhyNot why = world.engine.why_not(bid, world.now);
    EXPECT_EQ(why.lots_eligible, 110);
    EXPECT_EQ(why.lots_free, 70);  // order 2's window ends at 12
    EXPECT_EQ(why.lots_in_price, 0);
    bid.limit_price = Price(5'000'000);
    EXPECT_EQ(world.engine.why_not(bid, world.now).lots_in_price, 70);
    bid.window = hours(2, 4);
    EXPECT_EQ(world.engine.why_not(bid, world.now).lots_free, 110);
    world.block(1, hours(3, 4), 97);
    EXPECT_EQ(world.engine.why_not(bid, world.now).lots_free, 13);
}

TEST(WhyNot, LooksAtTheBestStartOfAFlexibleOrder) {
    World world = three_pools();
    world.block(1, hours(0, 20), 100);
    OrderTerms bid = buy(9, 60, 5'000'000, hours(2, 24));
    bid.duration = Duration(2 * kHour);
    bid.all_or_none = true;
    bid.requirement = requirement(R"({"hub":{"one_of":["guizhou"]}})");
    EXPECT_EQ(world.engine.why_not(bid, world.now).lots_in_price, 60);
    bid.window = hours(2, 20);
    EXPECT_EQ(world.engine.why_not(bid, world.now).lots_in_price, 0);
}

TEST(WhyNot, IsEmptyWhereNothingIsListed) {
    const World world;
    const WhyNot why = world.engine.why_not(buy(1, 1, 1, hours(1, 2)), world.now);
    EXPECT_EQ(why.lots_listed, 0);
    EXPECT_TRUE(why.failed.empty());
}

}  // namespace
}  // namespace suanpan::matching::testing
