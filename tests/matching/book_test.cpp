// The book as a data structure: levels, their boundaries, places in a queue, long walks.

#include "base/check.hpp"
#include "tests/matching/world.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace suanpan::matching::testing {
namespace {

using Lines = std::vector<std::string>;

constexpr std::int64_t kTick = 1'000'000;
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

// Sells 1 to `count` of one lot each at one price.
World one_level(std::uint32_t count) {
    World world;
    world.add_pool(1, 100);
    for (std::uint32_t n = 1; n <= count; ++n)
        world.place(sell(n, 1, 1, 5 * kTick, hours(1, 2)));
    return world;
}

TEST(Book, KeepsTheQueueWhenItsHeadMiddleOrTailIsCancelled) {
    const std::vector<std::pair<std::uint32_t, Lines>> rows = {
        {1, {"2 x 1 @ 5000000", "3 x 1 @ 5000000", "4 x 1 @ 5000000"}},
        {2, {"1 x 1 @ 5000000", "3 x 1 @ 5000000", "4 x 1 @ 5000000"}},
        {4, {"1 x 1 @ 5000000", "2 x 1 @ 5000000", "3 x 1 @ 5000000"}}};
    for (const auto& [cancelled, fills] : rows) {
        World world = one_level(4);
        world.cancel(cancelled);
        EXPECT_EQ(brief(world.place(buy(9, 4, 5 * kTick, hours(1, 2)))), fills) << cancelled;
    }
}

TEST(Book, QueuesAgainBehindTheTailAfterAllWereCancelled) {
    World world = one_level(3);
    for (const std::uint32_t n : {2U, 3U, 1U})
        world.cancel(n);
    world.place(sell(4, 1, 1, 5 * kTick, hours(1, 2)));
    world.place(sell(5, 1, 1, 5 * kTick, hours(1, 2)));
    EXPECT_EQ(brief(world.place(buy(9, 4, 5 * kTick, hours(1, 2)))),
              (Lines{"4 x 1 @ 5000000", "5 x 1 @ 5000000"}));
}

TEST(Book, HasNoPhantomOfABestLevelThatIsGone) {
    World world;
    world.add_pool(1, 100);
    for (std::uint32_t n = 1; n <= 3; ++n)
        world.place(sell(n, 1, 2, n * kTick, hours(1, 2)));
    world.cancel(1);
    EXPECT_TRUE(world.place(buy(4, 1, kTick, hours(1, 2))).fills.empty());
    EXPECT_EQ(brief(world.place(buy(5, 2, 3 * kTick, hours(1, 2)))), (Lines{"2 x 2 @ 2000000"}));
    // The buy of order 4 is the best bid once; then nobody is.
    world.cancel(4);
    EXPECT_TRUE(world.place(sell(6, 1, 1, kTick, hours(1, 2))).fills.empty());
    EXPECT_EQ(brief(world.place(buy(7, 9, 9 * kTick, hours(1, 2)))),
              (Lines{"6 x 1 @ 1000000", "3 x 2 @ 3000000"}));
}

TEST(Book, EndsExactlyAtTheBoundaryOfALevel) {
    const auto levels = [] {
        World world;
        world.add_pool(1, 100);
        for (std::uint32_t n = 1; n <= 4; ++n)
            world.place(sell(n, 1, 5, (n + 1) / 2 * kTick, hours(1, 2)));
        return world;
    };
    struct Row {
        std::int64_t lots;
        std::int64_t limit;
        std::size_t fills;
        OrderState second;  // of the first level's last order
        OrderState third;   // of the second level's first order
    };
    for (const Row& row : {Row{9, 2, 2, OrderState::kPartiallyFilled, OrderState::kOpen},
                           Row{10, 2, 2, OrderState::kFilled, OrderState::kOpen},
                           Row{11, 2, 3, OrderState::kFilled, OrderState::kPartiallyFilled},
                           Row{11, 1, 2, OrderState::kFilled, OrderState::kOpen},
                           Row{20, 2, 4, OrderState::kFilled, OrderState::kFilled}}) {
        World world = levels();
        EXPECT_EQ(world.place(buy(9, row.lots, row.limit * kTick, hours(1, 2))).fills.size(),
                  row.fills)
            << row.lots;
        EXPECT_EQ(world.state(2), row.second) << row.lots;
        EXPECT_EQ(world.state(3), row.third) << row.lots;
        EXPECT_EQ(world.view(9).rest, row.lots - world.view(9).filled_lots);
    }
}

TEST(Book, SweepsFiveThousandOffersInOrder) {
    constexpr std::uint32_t kOffers = 5'000;
    World world;
    world.add_pool(1, 2 * kOffers);
    // Prices descend as sequences ascend, but for each tenth, which repeats the price before it.
    for (std::uint32_t n = 1; n <= kOffers; ++n)
        world.place(sell(n, 1, 2, (kOffers - n + (n % 10 == 0 ? 1 : 0)) * kTick + 1, hours(1, 2)));
    const Told told =
        world.place(buy(kOffers + 1, 2 * kOffers - 1, kOffers * kTick + 1, hours(1, 2)));
    ASSERT_EQ(told.fills.size(), kOffers);
    for (std::size_t i = 1; i < told.fills.size(); ++i) {
        const Fill& better = told.fills[i - 1];
        const Fill& worse = told.fills[i];
        ASSERT_TRUE(better.price < worse.price ||
                    (better.price == worse.price && better.maker < worse.maker));
    }
    EXPECT_EQ(told.fills.back().lots, Lots(1));
    EXPECT_EQ(told.ended.size(), kOffers);  // all but the last offer, and the buy
    EXPECT_EQ(world.free(1, hours(1, 2)), 1);
    EXPECT_EQ(world.state(kOffers + 1), OrderState::kFilled);
}

TEST(Book, TellsAStaleCancelFromAnOpenOrder) {
    World world = one_level(1);
    world.place(buy(2, 1, 5 * kTick, hours(1, 2)));
    EXPECT_EQ(world.state(1), OrderState::kFilled);
    EXPECT_EQ(world.due(1), std::nullopt);  // how a caller knows that it came too late
    EXPECT_THROW(world.cancel(1), BugError);
    EXPECT_EQ(world.state(1), OrderState::kFilled);
}

TEST(Book, GivesAPlaceAgainWithoutItsHistory) {
    World world = one_level(2);
    world.place(buy(3, 1, 5 * kTick, hours(1, 2)));
    world.forget_ended();
    // Takes the memory of orders 1 and 3.
    world.place(sell(4, 1, 7, 6 * kTick, hours(0, 9)));
    world.place(buy(5, 3, kTick, hours(3, 4)));
    EXPECT_EQ(world.view(4).filled_lots, 0);
    EXPECT_EQ(world.view(4).rest_steps, (Steps{{at(0), Lots(7)}, {at(9), Lots(0)}}));
    EXPECT_EQ(world.view(5).rest, 3);
    EXPECT_EQ(world.open_orders(), (std::vector<OrderId>{order(2), order(4), order(5)}));
}

TEST(Book, RefusesTheExtremesOfIntegersEverywhere) {
    World world = one_level(1);
    for (const std::int64_t extreme : {kMost, kMost - 1, -kMost - 1, std::int64_t{-1}}) {
        OrderTerms bid = buy(9, extreme, kTick, hours(1, 2));
        EXPECT_NE(world.fault(bid), "") << extreme;
        bid.unit = Unit::kCu;
        EXPECT_NE(world.fault(bid), "") << extreme;
        EXPECT_NE(world.fault(sell(9, 1, extreme, kTick, hours(1, 2))), "") << extreme;
        EXPECT_NE(world.fault(sell(9, 1, 1, extreme, hours(1, 2))), "") << extreme;
        EXPECT_NE(world.fault(buy(9, 1, extreme, hours(1, 2))), "") << extreme;
        bid = buy(9, 1, kTick, hours(1, 2));
        bid.min_lots = Lots(extreme);
        EXPECT_NE(world.fault(bid), "") << extreme;
        const OrderSlot slot = world.slots.at(order(1));
        EXPECT_FALSE(world.engine.check_replace(slot, {extreme, Price(kTick)}, world.now));
        EXPECT_FALSE(world.engine.check_replace(slot, {1, Price(extreme)}, world.now));
        EXPECT_FALSE(
            world.engine.check_call({kMarket, hours(1, 2), Profile(), Price(extreme)}, world.now));
    }
    EXPECT_EQ(world.view(1).terms.quantity, 1);
}

}  // namespace
}  // namespace suanpan::matching::testing
