// The worked examples of docs/matching.md on single orders. Prices are in whole units of currency
// (kTick).

#include "tests/matching/examples.hpp"

#include <gtest/gtest.h>

namespace suanpan::matching::testing {
namespace {

OrderTerms flexible(OrderTerms bid, std::int64_t for_hours) {
    bid.duration = Duration(for_hours * kHour);
    return bid;
}

TEST(WorkedExample, WindowsLatencyAndPrice) {
    World world;
    world.add_pool(1, 100, 1'000, R"({"rtt_ms":{"x":"10"}})", 1);
    world.add_pool(2, 50, 1'000, R"({"rtt_ms":{"x":"20"}})", 2);
    world.add_pool(3, 80, 1'000, R"({"rtt_ms":{"x":"30"}})", 3);
    world.place(sell(1, 1, 100, 5'000'000, hours(8, 24)));
    world.place(sell(2, 2, 50, 4'800'000, hours(8, 16)));
    world.place(sell(3, 3, 80, 4'000'000, hours(8, 16)));
    OrderTerms bid = buy(4, 64, 5'100'000, hours(8, 16));
    bid.requirement = requirement(R"({"rtt_ms":{"x":{"at_most":"20"}}})");
    EXPECT_EQ(brief(world.place(bid)), (Lines{"2 x 50 @ 4800000", "1 x 14 @ 5000000"}));
    EXPECT_EQ(world.view(1).rest_steps,
              (Steps{{at(8), Lots(86)}, {at(16), Lots(100)}, {at(24), Lots(0)}}));
    EXPECT_EQ(world.state(3), OrderState::kOpen);
}

TEST(WorkedExample, OnePoolListedTwiceIsSoldOnce) {
    World world = with_pools(1);
    world.place(sell(1, 1, 10, 2 * kTick, hours(0, 24)));
    world.place(sell(2, 1, 10, 3 * kTick, hours(0, 24)));
    EXPECT_EQ(fills(world.place(buy(3, 8, 3 * kTick, hours(6, 12)))), (Lines{"1 x 8 @ 2"}));
    EXPECT_EQ(fills(world.place(buy(4, 8, 3 * kTick, hours(10, 14)))), (Lines{"1 x 2 @ 2"}));
    EXPECT_EQ(world.view(4).rest, 6);
    EXPECT_EQ(fills(world.place(buy(5, 8, 3 * kTick, hours(12, 14)))), (Lines{"1 x 8 @ 2"}));
}

TEST(WorkedExample, LotsAndCuInOneBook) {
    World world;
    world.add_pool(1, 10, 300'000);
    world.add_pool(2, 10, 100'000);
    world.place(sell(1, 1, 1, 2'900'000, hours(1, 2)));
    world.place(sell(2, 2, 1, 1'000'000, hours(1, 2)));
    OrderTerms in_cu = buy(3, 300'000, 10'000, hours(1, 2));
    in_cu.unit = Unit::kCu;
    EXPECT_EQ(brief(world.engine.preview(in_cu, world.now).fills), (Lines{"1 x 1 @ 2900000"}));
    EXPECT_EQ(brief(world.place(buy(4, 1, 2'900'000, hours(1, 2)))), (Lines{"2 x 1 @ 1000000"}));
}

TEST(WorkedExample, TheLastLotOfACuOrder) {
    for (const auto& [excess, lots] : {std::pair(0, 2), std::pair(100, 3)}) {
        World world;
        world.add_pool(1, 10, 300'000);
        world.place(sell(1, 1, 10, kTick, hours(1, 2)));
        OrderTerms bid = buy(2, 800'000, 10'000, hours(1, 2));
        bid.unit = Unit::kCu;
        bid.max_excess = Cu(excess * 1'000);
        EXPECT_EQ(world.place(bid).fills.at(0).lots, Lots(lots));
    }
}

TEST(WorkedExample, LeastLotsSkipAndLookAgain) {
    World world = with_pools(2);
    world.place(sell(1, 1, 5, 1 * kTick, hours(1, 2)));
    world.place(sell(2, 2, 8, 2 * kTick, hours(1, 2)));
    OrderTerms bid = buy(3, 10, 2 * kTick, hours(1, 2));
    bid.min_lots = Lots(8);
    EXPECT_EQ(fills(world.place(bid)), (Lines{"2 x 8 @ 2", "1 x 2 @ 1"}));
}

TEST(WorkedExample, ALowerTotalKeepsItsPlace) {
    World world = with_pools(3);
    for (std::uint32_t n = 1; n <= 3; ++n)
        world.place(sell(n, n, 4, 5 * kTick, hours(1, 2)));
    world.replace(1, 3, 5 * kTick);  // less: keeps its place
    world.replace(2, 6, 5 * kTick);  // more: goes to the end
    EXPECT_EQ(fills(world.place(buy(9, 10, 5 * kTick, hours(1, 2)))),
              (Lines{"1 x 3 @ 5", "3 x 4 @ 5", "2 x 3 @ 5"}));
}

TEST(WorkedExample, ANewPriceIsANewArrival) {
    World world = with_pools(2);
    world.place(sell(1, 1, 4, 5 * kTick, hours(1, 2)));
    world.place(buy(2, 6, 3 * kTick, hours(1, 2)));
    EXPECT_EQ(fills(world.replace(2, 6, 5 * kTick)), (Lines{"1 x 4 @ 5"}));
    EXPECT_EQ(world.view(2).rest, 2);
    // The same price and total change nothing, not even the place.
    const OrderView before = world.view(2);
    EXPECT_TRUE(world.replace(2, 6, 5 * kTick).touched.empty());
    EXPECT_EQ(world.view(2), before);
}

TEST(WorkedExample, ATotalAtWhatIsFilledCloses) {
    for (const std::int64_t total : {4, 3}) {
        World world = with_pools(1);
        world.place(sell(1, 1, 4, 5 * kTick, hours(1, 2)));
        world.place(buy(2, 6, 5 * kTick, hours(1, 2)));
        EXPECT_EQ(world.replace(2, total, 5 * kTick).ended, (std::vector<OrderId>{order(2)}));
        EXPECT_EQ(world.state(2), OrderState::kCancelled);
        EXPECT_EQ(world.reason(2), EndReason::kByRequest);
        EXPECT_EQ(world.view(2).filled_lots, 4);
    }
}

TEST(WorkedExample, ASellsNewTotalCountsAtEveryMoment) {
    World world = with_pools(1);
    world.place(sell(1, 1, 8, 5 * kTick, hours(0, 12)));
    world.place(buy(2, 6, 5 * kTick, hours(4, 8)));
    world.replace(1, 5, 5 * kTick);
    // Six are sold from 4 to 8, one more than the new total.
    EXPECT_EQ(world.view(1).rest_steps,
              (Steps{{at(0), Lots(5)}, {at(4), Lots(-1)}, {at(8), Lots(5)}, {at(12), Lots(0)}}));
    EXPECT_TRUE(world.place(buy(3, 1, 5 * kTick, hours(7, 9))).fills.empty());
    EXPECT_EQ(fills(world.place(buy(4, 5, 5 * kTick, hours(8, 9)))), (Lines{"1 x 5 @ 5"}));
    world.replace(1, 8, 5 * kTick);
    EXPECT_EQ(world.view(3).rest, 0);  // two are free again from 4 to 8
}

TEST(WorkedExample, AReplacedPostOnlyThatWouldTakeIsRejected) {
    World world = with_pools(1);
    world.place(sell(1, 1, 4, 5 * kTick, hours(1, 2)));
    OrderTerms bid = buy(2, 4, 4 * kTick, hours(1, 2));
    bid.post_only = true;
    world.place(bid);
    EXPECT_TRUE(world.replace(2, 4, 5 * kTick).fills.empty());
    EXPECT_EQ(world.state(2), OrderState::kRejected);
    EXPECT_EQ(world.reason(2), EndReason::kPostOnly);
}

TEST(WorkedExample, AFlexibleBuyTakesTheStartThatGivesMost) {
    World world = with_pools(2);
    world.place(sell(1, 1, 3, 1 * kTick, hours(0, 4)));
    world.place(sell(2, 2, 5, 2 * kTick, hours(6, 12)));
    const Told told = world.place(flexible(buy(3, 8, 2 * kTick, hours(1, 12)), 2));
    EXPECT_EQ(fills(told), (Lines{"2 x 5 @ 2"}));
    EXPECT_EQ(told.fills[0].window, hours(6, 8));
    EXPECT_EQ(world.view(3).bound_start, at(6));
    EXPECT_EQ(world.due(3), at(6));
    // The first fill has bound the start.
    EXPECT_TRUE(world.place(sell(4, 1, 3, 1 * kTick, hours(0, 5))).fills.empty());
    EXPECT_EQ(fills(world.place(sell(5, 1, 3, 1 * kTick, hours(5, 9)))), (Lines{"3 x 3 @ 2"}));
}

TEST(WorkedExample, AmongEqualStartsTheCheapestThenTheEarliest) {
    World world = with_pools(1);
    world.place(sell(1, 1, 4, 3 * kTick, hours(0, 24)));
    world.place(sell(2, 1, 4, 1 * kTick, hours(10, 14)));
    const Told cheap = world.place(flexible(buy(3, 4, 3 * kTick, hours(2, 20)), 3));
    EXPECT_EQ(cheap.fills.at(0).window, hours(10, 13));
    const Told early = world.place(flexible(buy(4, 4, 3 * kTick, hours(2, 20)), 3));
    EXPECT_EQ(early.fills.at(0).window, hours(2, 5));
}

TEST(WorkedExample, AWaitingFlexibleBuyStartsWhereTheFirstSellLetsIt) {
    World world = with_pools(1);
    world.place(flexible(buy(1, 4, 2 * kTick, hours(2, 20)), 3));
    EXPECT_EQ(world.due(1), at(17));
    const Told told = world.place(sell(2, 1, 3, 1 * kTick, hours(5, 24)));
    EXPECT_EQ(fills(told), (Lines{"1 x 3 @ 2"}));
    EXPECT_EQ(told.fills[0].window, hours(5, 8));
    EXPECT_EQ(world.due(1), at(5));
}

TEST(WorkedExample, SameSiteBindsTheRest) {
    World world;
    world.add_pool(1, 5, 1'000, "{}", 1);
    world.add_pool(2, 9, 1'000, "{}", 2);
    world.place(sell(1, 1, 5, 1 * kTick, hours(1, 2)));
    world.place(sell(2, 2, 9, 2 * kTick, hours(1, 2)));
    OrderTerms bid = buy(3, 8, 2 * kTick, hours(1, 2));
    bid.together = Together::kSameSite;
    EXPECT_EQ(fills(world.place(bid)), (Lines{"1 x 5 @ 1"}));
    bid.id = order(4);
    bid.time_in_force = TimeInForce::kFok;
    EXPECT_EQ(fills(world.place(bid)), (Lines{"2 x 8 @ 2"}));
}

TEST(WorkedExample, AllOrNoneWaitsForEnough) {
    World world = with_pools(2);
    OrderTerms bid = buy(1, 8, 3 * kTick, hours(1, 2));
    bid.all_or_none = true;
    world.place(bid);
    EXPECT_TRUE(world.place(sell(2, 1, 5, 2 * kTick, hours(1, 2))).fills.empty());
    EXPECT_EQ(fills(world.place(sell(3, 2, 5, 1 * kTick, hours(1, 2)))),
              (Lines{"3 x 5 @ 1", "2 x 3 @ 2"}));
}

TEST(WorkedExample, LotsGivenBackAreSoldAgain) {
    World world = with_pools(1, 4);
    world.place(sell(1, 1, 4, 1 * kTick, hours(0, 8)));
    world.place(buy(2, 4, 1 * kTick, hours(2, 6)));
    world.place(buy(3, 3, 2 * kTick, hours(3, 5)));
    world.now = at(3);
    EXPECT_EQ(fills(world.give_back(1, 1, hours(3, 6), 2)), (Lines{"3 x 2 @ 2"}));
    EXPECT_EQ(world.view(3).rest, 1);
}

}  // namespace
}  // namespace suanpan::matching::testing
