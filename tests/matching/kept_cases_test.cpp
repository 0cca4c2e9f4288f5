// What random streams found, shortened. Each case begins with what went wrong.

#include "tests/matching/world.hpp"

#include <gtest/gtest.h>

namespace suanpan::matching::testing {
namespace {

using Lines = std::vector<std::string>;

constexpr std::int64_t kTick = 1'000'000;

OrderTerms at_market(OrderTerms terms) {
    terms.at_market = true;
    return terms;
}

// A sell at the market counted as one without limit because its limit was under the reference,
// while a buy at the market kept a lower limit: they traded below the seller's limit.
TEST(KeptCase, OrdersAtTheMarketKeepTheirLimitsAgainstEachOther) {
    World world;
    world.add_pool(1, 10);
    world.engine.open_call({kMarket, hours(1, 2), Profile(), Price(11 * kTick)});
    world.place(at_market(sell(1, 1, 8, 5 * kTick, hours(1, 2))));
    world.place(at_market(buy(2, 3, 3 * kTick, hours(1, 2))));
    EXPECT_EQ(world.engine.find_call(kMarket, hours(1, 2))->result.price, std::nullopt);
    EXPECT_TRUE(world.close_call(hours(1, 2)).fills.empty());
    EXPECT_EQ(world.reason(1), EndReason::kCallClosed);
}

// A buy that may start at several moments was placed at the first of them when no start gave
// anything, so that an offer outside of the band at a later start went unnoticed: both rested.
TEST(KeptCase, AFlexibleBuyIsStoppedByTheBandAtAnyStart) {
    World world;
    world.add_pool(1, 10);
    world.place(sell(1, 1, 1, 8 * kTick, hours(3, 9)));
    world.engine.set_band(kMarket, PriceBand{Price(1), Price(2 * kTick)}, std::nullopt, world.now);
    OrderTerms bid = buy(2, 3, 12 * kTick, hours(2, 5));
    bid.duration = Duration(2 * kHour);
    EXPECT_TRUE(world.place(bid).fills.empty());
    EXPECT_EQ(world.reason(2), EndReason::kPriceBand);
}

// The same with an own order.
TEST(KeptCase, AFlexibleBuyMeetsItsOwnOrderAtAnyStart) {
    World world;
    world.add_pool(1, 10);
    world.place(sell(1, 1, 1, 8 * kTick, hours(3, 9)));
    OrderTerms bid = buy(2, 3, 12 * kTick, hours(2, 5));
    bid.duration = Duration(2 * kHour);
    bid.organisation = org(101);
    world.place(bid);
    EXPECT_EQ(world.reason(2), EndReason::kSelfTrade);
    EXPECT_EQ(world.state(1), OrderState::kOpen);
}

// A market's book remembered a price level by its number; once empty, another market used the
// number for the same price, and orders of both came into one queue.
TEST(KeptCase, MarketsDoNotShareALevelThatOneOfThemGaveUp) {
    World world;
    MarketRules other;
    other.key = {"AI-INT8", "CNY"};
    world.engine.define_market(other, world.now);
    for (const std::uint32_t n : {1U, 2U}) {
        world.add_pool(n, 8);
        world.set_rate(n, 1'000, "AI-INT8");
    }
    const auto elsewhere = [&](OrderTerms terms) {
        terms.market = other.key;
        return terms;
    };
    world.place(elsewhere(sell(1, 1, 8, 5 * kTick, hours(1, 9))));
    world.cancel(1);
    world.place(sell(2, 2, 2, 5 * kTick, hours(1, 9)));
    world.place(elsewhere(sell(3, 1, 4, 5 * kTick, hours(1, 9))));
    EXPECT_EQ(brief(world.place(elsewhere(buy(4, 8, 6 * kTick, hours(2, 3))))),
              (Lines{"3 x 4 @ 5000000"}));
    EXPECT_EQ(brief(world.place(buy(5, 8, 6 * kTick, hours(2, 3)))), (Lines{"2 x 2 @ 5000000"}));
}

// A previewed sell left its place and number in its pool's list. The next order got both, and was
// taken for a sell of that pool.
TEST(KeptCase, APreviewedSellLeavesNothingInItsPoolsList) {
    World world;
    world.add_pool(1, 10);
    world.add_pool(2, 10);
    static_cast<void>(world.engine.preview(sell(1, 1, 1, kTick, hours(1, 2)), world.now));
    world.place(sell(2, 2, 1, kTick, hours(1, 2)));
    EXPECT_TRUE(world.set_rate(1, 2'000).ended.empty());
    EXPECT_EQ(world.state(2), OrderState::kOpen);
    EXPECT_EQ(world.set_rate(2, 2'000).ended, (std::vector<OrderId>{order(2)}));
}

// A sell replaced by less than it had sold showed a rest of 0 when it was sold over its whole
// window, but the shortfall when over a part.
TEST(KeptCase, ARestBelowZeroIsShownHoweverItCameAbout) {
    for (const std::int64_t end : {2, 3}) {
        World world;
        world.add_pool(1, 10);
        world.place(sell(1, 1, 5, kTick, hours(1, end)));
        world.place(buy(2, 3, kTick, hours(1, 2)));
        world.replace(1, 1, kTick);
        EXPECT_EQ(world.state(1) == OrderState::kCancelled, end == 2);
        EXPECT_EQ(minimum(world.view(1).rest_steps, Lots(0), hours(1, 2)), Lots(-2));
    }
}

// A pool that had lost its rate was asked for it when some of its lots became free, because an
// all-or-none order in CU was waiting.
TEST(KeptCase, APoolWithoutARateSuppliesNothing) {
    World world;
    world.add_pool(1, 10);
    OrderTerms bid = buy(1, 1'000, 5 * kTick, hours(1, 4));
    bid.unit = Unit::kCu;
    bid.all_or_none = true;
    world.place(bid);
    world.set_rate(1, 0);
    world.block(1, hours(0, 5), 1);
    EXPECT_TRUE(world.unblock(1, hours(0, 5), 1).fills.empty());
    EXPECT_EQ(world.state(1), OrderState::kOpen);
}

// A site was not tried for an all-or-none order because its best offer, too large for the order,
// had been counted as using up the pool.
TEST(KeptCase, ASiteIsTriedBehindAnOfferThatIsTooLarge) {
    World world;
    world.add_pool(1, 5);
    OrderTerms large = sell(1, 1, 5, kTick, hours(0, 7));
    large.min_lots = Lots(2);
    world.place(large);
    world.place(sell(2, 1, 2, 2 * kTick, hours(0, 7)));
    OrderTerms bid = buy(3, 1, 9 * kTick, hours(3, 4));
    bid.together = Together::kSameSite;
    bid.all_or_none = true;
    EXPECT_EQ(brief(world.place(bid)), (Lines{"2 x 1 @ 2000000"}));
}

// A flexible buy was bound to a start in an attempt that was taken back. Its level still said that
// it could only be met there.
TEST(KeptCase, AStartBoundInAnAttemptIsFreeAgainAfterIt) {
    World world;
    world.add_pool(1, 11);
    OrderTerms bid = buy(1, 2, 5 * kTick, hours(1, 6));
    bid.duration = Duration(3 * kHour);
    bid.together = Together::kSamePool;
    world.place(bid);
    const OrderView before = world.view(1);
    OrderTerms whole = sell(2, 1, 9, kTick, hours(2, 5));
    whole.time_in_force = TimeInForce::kFok;
    EXPECT_TRUE(world.place(whole).fills.empty());
    EXPECT_EQ(world.view(1), before);
    EXPECT_EQ(brief(world.place(sell(3, 1, 1, kTick, hours(3, 8)))), (Lines{"1 x 1 @ 5000000"}));
}

// What a waiting all-or-none order could find was counted anew in a preview, and the count stayed
// when the preview's trades were taken back.
TEST(KeptCase, APreviewDoesNotChangeWhenAllOrNoneOrdersAreTried) {
    World world;
    world.add_pool(1, 10);
    world.add_pool(2, 10);
    world.place(sell(1, 1, 2, 5 * kTick, hours(1, 9)));
    OrderTerms bid = buy(2, 3, 6 * kTick, hours(3, 4));
    bid.all_or_none = true;
    world.place(bid);
    static_cast<void>(world.engine.preview(buy(3, 7, 9 * kTick, hours(2, 5)), world.now));
    EXPECT_EQ(brief(world.place(sell(4, 2, 1, 2 * kTick, hours(1, 9)))),
              (Lines{"4 x 1 @ 2000000", "1 x 2 @ 5000000"}));
}

// Another band is tried at once; it used to wait for the next command, and a start from the
// database then traded what the log's replay did not.
TEST(KeptCase, AWiderBandLetsAWaitingWholeOrderFill) {
    World world;
    world.add_pool(1, 10);
    OrderTerms bid = buy(1, 3, 6 * kTick, hours(3, 4));
    bid.all_or_none = true;
    world.place(bid);
    world.engine.set_band(kMarket, PriceBand{Price(1), Price(2 * kTick)}, std::nullopt, world.now);
    world.place(sell(2, 1, 2, 5 * kTick, hours(1, 9)));
    EXPECT_TRUE(world.place(sell(3, 1, 1, 5 * kTick, hours(1, 9))).fills.empty());
    const auto told =
        world.tell(world.engine.set_band(kMarket, std::nullopt, std::nullopt, world.now));
    EXPECT_EQ(brief(told), (Lines{"2 x 2 @ 5000000", "3 x 1 @ 5000000"}));
}

// The buyer's own offer stood in the way of a whole order; a higher price takes it out of reach.
TEST(KeptCase, AnOfferInTheWayThatLeavesLetsAWholeOrderFill) {
    World world;
    world.add_pool(1, 10);
    world.add_pool(2, 10);
    const OrderTerms own = sell(3, 1, 1, 5 * kTick, hours(3, 4));
    OrderTerms bid = buy(2, 10, 7 * kTick, hours(3, 4));
    bid.organisation = own.organisation;
    bid.all_or_none = true;
    world.place(bid);
    world.place(own);
    world.place(sell(4, 2, 5, 6 * kTick, hours(3, 4)));
    EXPECT_TRUE(world.place(sell(5, 2, 5, 6 * kTick, hours(3, 4))).fills.empty());
    EXPECT_EQ(brief(world.replace(3, 1, 8 * kTick)), (Lines{"4 x 5 @ 6000000", "5 x 5 @ 6000000"}));
}

// A price per CU·h at a high rate is beyond any price per lot·h: it wrapped to one below zero.
TEST(KeptCase, ASellBeyondAllLotPricesStaysOutOfACall) {
    World world;
    world.add_pool(1, 100, kMaxRate);
    world.add_pool(2, 100);
    OrderTerms dear = sell(1, 1, 100, kMaxPrice, hours(2, 4));
    dear.unit = Unit::kCu;
    world.place(dear);
    world.place(sell(2, 2, 10, 2 * kTick, hours(2, 4)));
    const Window window = hours(2, 4);
    world.engine.open_call({kMarket, window, Profile(), Price(2 * kTick)});
    OrderTerms bid = buy(3, 10, 3 * kTick, window);
    world.place(bid);
    const auto told = world.tell(world.engine.close_call(kMarket, window, world.now));
    EXPECT_EQ(brief(told), (Lines{"2 x 10 @ 2000000"}));
    EXPECT_EQ(world.state(1), OrderState::kOpen);
}

// Less at the same price is always allowed, even where a new order of that size would be refused.
TEST(KeptCase, ATotalUnderTheLeastLotsClosesTheOrder) {
    World world;
    world.add_pool(1, 100);
    OrderTerms bid = buy(1, 100, 3 * kTick, hours(2, 4));
    bid.min_lots = Lots(10);
    world.place(bid);
    world.place(sell(2, 1, 95, 3 * kTick, hours(2, 4)));
    world.replace(1, 5, 3 * kTick);
    EXPECT_EQ(world.state(1), OrderState::kCancelled);
}

// A sell that must trade whole took the waiting flexible buy on trial; taken back, the buy was
// listed under the window of the trial.
TEST(KeptCase, ATrialLeavesAFlexibleWholeOrderFree) {
    World world;
    world.add_pool(1, 5);
    world.add_pool(2, 12);
    OrderTerms bid = buy(1, 7, 5 * kTick, hours(2, 8));
    bid.duration = Duration(2 * kHour);
    bid.all_or_none = true;
    world.place(bid);
    OrderTerms trial = sell(2, 2, 11, 2 * kTick, hours(2, 12));
    trial.time_in_force = TimeInForce::kFok;
    EXPECT_TRUE(world.place(trial).fills.empty());
    world.place(sell(3, 1, 5, 2 * kTick, hours(6, 12)));
    EXPECT_EQ(brief(world.place(sell(4, 2, 2, 3 * kTick, hours(6, 12)))),
              (Lines{"3 x 5 @ 2000000", "4 x 2 @ 3000000"}));
}

// A call that closes late made a sell trade a second time that its first trade had ended: what was
// left of its window was too short.
TEST(KeptCase, ACallThatClosesLateTradesNothing) {
    World world;
    world.add_pool(1, 10);
    world.place(sell(1, 1, 8, 2 * kTick, hours(1, 3)));
    const Window window = hours(1, 3);
    world.engine.open_call({kMarket, window, Profile(), Price(2 * kTick)});
    world.place(buy(2, 3, 3 * kTick, window));
    world.place(buy(3, 3, 3 * kTick, window));
    world.now = at(4);
    const auto told = world.tell(world.engine.close_call(kMarket, window, world.now));
    EXPECT_TRUE(told.fills.empty());
    ASSERT_EQ(told.calls.size(), 1U);
    EXPECT_FALSE(told.calls[0].result.price);
}

}  // namespace
}  // namespace suanpan::matching::testing
