// The worked examples of docs/matching.md on what concerns a whole market: bands, halts, calls.
// Prices are in whole units of currency (kTick).

#include "tests/matching/examples.hpp"

#include <gtest/gtest.h>

namespace suanpan::matching::testing {
namespace {

OrderTerms from(std::uint32_t organisation, OrderTerms terms) {
    terms.organisation = org(organisation);
    return terms;
}

TEST(WorkedExample, TheBandCancelsTheTakersRest) {
    World world;
    world.add_pool(1, 9, 2'000);  // 2 CU a lot
    world.place(sell(1, 1, 3, 4 * kTick, hours(1, 2)));
    world.place(sell(2, 1, 3, 7 * kTick, hours(1, 2)));
    world.engine.set_band(kMarket, PriceBand{Price(1 * kTick), Price(3 * kTick)}, std::nullopt,
                          world.now);
    // 4 a lot·h is 2 a CU·h; 7 a lot·h is 3.50.
    EXPECT_EQ(fills(world.place(buy(3, 6, 9 * kTick, hours(1, 2)))), (Lines{"1 x 3 @ 4"}));
    EXPECT_EQ(world.state(3), OrderState::kCancelled);
    EXPECT_EQ(world.reason(3), EndReason::kPriceBand);
    EXPECT_EQ(world.state(2), OrderState::kOpen);
}

TEST(WorkedExample, TheBandsEdgesAreInside) {
    for (const std::int64_t price : {1, 2, 6, 7}) {
        World world;
        world.add_pool(1, 9, 2'000);
        world.place(sell(1, 1, 3, price * kTick, hours(1, 2)));
        world.engine.set_band(kMarket, PriceBand{Price(1 * kTick), Price(3 * kTick)}, std::nullopt,
                              world.now);
        const bool inside = price >= 2 && price <= 6;
        EXPECT_EQ(world.place(buy(2, 3, 9 * kTick, hours(1, 2))).fills.size(), inside ? 1U : 0U)
            << price;
    }
}

TEST(WorkedExample, AWholeOrderOutsideOfTheBandTradesNothing) {
    World world = with_pools(1);
    world.place(sell(1, 1, 3, 2 * kTick, hours(1, 2)));
    world.place(sell(2, 1, 3, 4 * kTick, hours(1, 2)));
    world.engine.set_band(kMarket, PriceBand{Price(1 * kTick), Price(3 * kTick)}, std::nullopt,
                          world.now);
    OrderTerms bid = buy(3, 5, 9 * kTick, hours(1, 2));
    bid.time_in_force = TimeInForce::kFok;
    EXPECT_TRUE(world.place(bid).fills.empty());
    EXPECT_EQ(world.reason(3), EndReason::kPriceBand);
    // One that rests already goes on resting when it is tried again.
    World later = with_pools(1);
    bid = buy(3, 5, 9 * kTick, hours(1, 2));
    bid.all_or_none = true;
    later.place(bid);
    later.engine.set_band(kMarket, PriceBand{Price(1 * kTick), Price(3 * kTick)}, std::nullopt,
                          later.now);
    later.place(sell(1, 1, 3, 2 * kTick, hours(1, 2)));
    EXPECT_TRUE(later.place(sell(2, 1, 3, 4 * kTick, hours(1, 2))).fills.empty());
    EXPECT_EQ(later.state(3), OrderState::kOpen);
}

TEST(WorkedExample, AHaltLetsOrdersWait) {
    World world = with_pools(1);
    world.place(sell(1, 1, 4, 2 * kTick, hours(1, 2)));
    world.engine.halt(kMarket);
    EXPECT_TRUE(world.place(buy(2, 3, 3 * kTick, hours(1, 2))).fills.empty());
    EXPECT_TRUE(world.place(buy(3, 3, 5 * kTick, hours(1, 2))).fills.empty());
    EXPECT_TRUE(world.place(sell(4, 1, 4, 1 * kTick, hours(1, 2))).fills.empty());
    for (const TimeInForce at_once : {TimeInForce::kIoc, TimeInForce::kFok}) {
        OrderTerms bid = buy(5, 1, 5 * kTick, hours(1, 2));
        bid.time_in_force = at_once;
        EXPECT_EQ(world.fault(bid), "market_halted");
    }
    // By sequence, each against those before it: 2 takes 1, 3 takes what is left of 1, then 4
    // takes as a sell what 3 still bids.
    const Told told = world.resume();
    EXPECT_EQ(fills(told), (Lines{"1 x 3 @ 2", "1 x 1 @ 2", "3 x 2 @ 5"}));
    EXPECT_EQ(world.view(4).rest_steps.front().lots, Lots(2));
}

TEST(WorkedExample, APostOnlyOrderThatWouldTakeEndsWithTheHalt) {
    World world = with_pools(1);
    world.engine.halt(kMarket);
    world.place(sell(1, 1, 4, 2 * kTick, hours(1, 2)));
    OrderTerms bid = buy(2, 3, 3 * kTick, hours(1, 2));
    bid.post_only = true;
    world.place(bid);
    world.cancel_all({});
    EXPECT_EQ(world.state(1), OrderState::kCancelled);
    world.place(sell(3, 1, 4, 2 * kTick, hours(1, 2)));
    bid.id = order(4);
    world.place(bid);
    EXPECT_EQ(world.resume().ended, (std::vector<OrderId>{order(4)}));
    EXPECT_EQ(world.state(4), OrderState::kCancelled);
    EXPECT_EQ(world.reason(4), EndReason::kPostOnly);
    EXPECT_EQ(world.state(3), OrderState::kOpen);
}

TEST(WorkedExample, NoRetryOfAllOrNoneDuringAHalt) {
    World world = with_pools(1);
    OrderTerms bid = buy(1, 4, 3 * kTick, hours(1, 2));
    bid.all_or_none = true;
    world.place(bid);
    world.engine.halt(kMarket);
    EXPECT_TRUE(world.place(sell(2, 1, 4, 2 * kTick, hours(1, 2))).fills.empty());
    EXPECT_EQ(fills(world.resume()), (Lines{"1 x 4 @ 3"}));
}

// Buys 200@202, 200@201, 300@200; sells 100@200, 200@198, 400@197, all for the call's window.
TEST(WorkedExample, ACallClearsAtOnePrice) {
    World world = with_pools(1, 700);
    const Window window = hours(10, 12);
    world.engine.open_call({kMarket, window, Profile(), Price(200 * kTick)});
    const std::vector<std::pair<std::int64_t, std::int64_t>> buys = {
        {200, 202}, {200, 201}, {300, 200}};
    const std::vector<std::pair<std::int64_t, std::int64_t>> sells = {
        {100, 200}, {200, 198}, {400, 197}};
    std::uint32_t n = 1;
    for (const auto& [lots, price] : buys) {
        EXPECT_TRUE(world.place(from(n, buy(n, lots, price * kTick, window))).fills.empty());
        ++n;
    }
    for (const auto& [lots, price] : sells) {
        EXPECT_TRUE(world.place(sell(n, 1, lots, price * kTick, hours(0, 24))).fills.empty());
        ++n;
    }
    const auto view = world.engine.find_call(kMarket, window);
    EXPECT_EQ(view->result.price, Price(200 * kTick));
    EXPECT_EQ(view->result.volume, Lots(700));
    EXPECT_EQ(view->result.surplus, Lots(0));
    const Told told = world.close_call(window);
    EXPECT_EQ(told.calls, (std::vector<CallView>{*view}));
    std::int64_t lots = 0;
    for (const Fill& fill : told.fills) {
        EXPECT_EQ(fill.price, Price(200 * kTick));
        EXPECT_EQ(fill.window, window);
        lots += fill.lots.value;
    }
    EXPECT_EQ(lots, 700);
    EXPECT_EQ(world.view(6).rest_steps.front().lots, Lots(400));  // outside of the call's window
    EXPECT_EQ(world.free(1, window), 0);
}

TEST(WorkedExample, OnlyPlainBuysOfTheWindowWaitForACall) {
    World world = with_pools(1);
    const Window window = hours(10, 12);
    world.engine.open_call({kMarket, window, profile(R"({"hub":"a"})"), Price(2 * kTick)});
    world.place(sell(1, 1, 10, 1 * kTick, hours(0, 24)));
    EXPECT_TRUE(world.place(buy(2, 1, 3 * kTick, window)).fills.empty());
    OrderTerms picky = buy(3, 1, 3 * kTick, window);
    picky.min_lots = Lots(1);
    EXPECT_EQ(world.place(picky).fills.size(), 1U);
    EXPECT_EQ(world.place(buy(4, 1, 3 * kTick, hours(10, 11))).fills.size(), 1U);
    OrderTerms at_once = buy(5, 1, 3 * kTick, window);
    at_once.time_in_force = TimeInForce::kIoc;
    EXPECT_EQ(world.place(at_once).fills.size(), 1U);
    OrderTerms other_hub = buy(6, 1, 3 * kTick, window);
    other_hub.requirement = requirement(R"({"hub":{"one_of":["b"]}})");
    world.place(other_hub);
    // The pool has no hub, so its sell is not in the call; afterwards buy 2 takes it as usual.
    EXPECT_EQ(world.engine.find_call(kMarket, window)->result.price, std::nullopt);
    EXPECT_EQ(fills(world.close_call(window)), (Lines{"1 x 1 @ 1"}));
    EXPECT_EQ(world.state(6), OrderState::kOpen);
}

TEST(WorkedExample, OrdersAtTheMarketComeFirstAndEndWithTheCall) {
    World world = with_pools(2);
    const Window window = hours(10, 12);
    OrderTerms any_price = from(1, buy(1, 6, 9 * kTick, window));
    any_price.at_market = true;
    EXPECT_EQ(world.fault(any_price), "no_call");
    world.engine.open_call({kMarket, window, Profile(), Price(5 * kTick)});
    world.place(from(2, buy(2, 4, 5 * kTick, window)));
    world.place(any_price);
    world.place(sell(3, 1, 4, 5 * kTick, hours(8, 16)));
    const Told told = world.close_call(window);
    EXPECT_EQ(told.fills.size(), 1U);
    EXPECT_EQ(told.fills[0].buy, order(1));
    EXPECT_EQ(told.fills[0].price, Price(5 * kTick));
    EXPECT_EQ(world.reason(1), EndReason::kCallClosed);
    EXPECT_EQ(world.view(1).filled_lots, 4);
    EXPECT_EQ(world.state(2), OrderState::kOpen);
}

TEST(WorkedExample, WhoeverIsOnBothSidesOfACallIsOnTheFirst) {
    World world = with_pools(2);
    const Window window = hours(10, 12);
    world.engine.open_call({kMarket, window, Profile(), Price(2 * kTick)});
    world.place(from(101, buy(1, 4, 3 * kTick, window)));
    world.place(sell(2, 1, 4, 1 * kTick, window));  // of organisation 101 too
    EXPECT_EQ(world.engine.find_call(kMarket, window)->result.price, std::nullopt);
    world.place(sell(3, 2, 4, 2 * kTick, window));
    EXPECT_EQ(fills(world.close_call(window)), (Lines{"1 x 4 @ 2"}));
    EXPECT_EQ(world.state(2), OrderState::kOpen);
}

TEST(WorkedExample, ResumingAuctionsFirst) {
    World world = with_pools(1);
    const Window window = hours(10, 12);
    world.engine.halt(kMarket);
    world.engine.open_call({kMarket, window, Profile(), Price(4 * kTick)});
    world.place(sell(1, 1, 3, 2 * kTick, window));
    world.place(from(1, buy(2, 3, 5 * kTick, window)));
    world.place(sell(4, 1, 3, 2 * kTick, hours(10, 11)));
    world.place(from(2, buy(3, 3, 5 * kTick, hours(10, 11))));
    const Told told = world.resume();
    ASSERT_EQ(told.fills.size(), 2U);
    EXPECT_EQ(told.fills[0].price,
              Price(4 * kTick));  // the reference: no surplus anywhere from 2 to 5
    EXPECT_EQ(told.fills[0].buy, order(2));
    EXPECT_EQ(told.fills[1].price, Price(2 * kTick));  // continuous again
    EXPECT_EQ(told.fills[1].buy, order(3));
    EXPECT_TRUE(world.engine.calls().empty());
}

TEST(WorkedExample, MassCancelByAnyMixOfNames) {
    const auto filled = [] {
        World world = with_pools(1);
        for (std::uint32_t n = 1; n <= 8; ++n) {
            OrderTerms terms = n <= 4 ? from(n % 2, buy(n, 1, kTick, hours(1, 2)))
                                      : sell(n, 1, 1, 9 * kTick, hours(1, 2));
            if (n % 4 < 2) terms.project = id<ProjectId>(7);
            if (n % 3 == 0) terms.key = id<ApiKeyId>(3);
            world.place(terms);
        }
        return world;
    };
    const auto cancelled = [&](const OrderFilter& filter) {
        World world = filled();
        std::vector<std::uint32_t> out;
        for (const OrderId& one : world.cancel_all(filter).ended)
            out.push_back(number_of(one));
        return out;
    };
    using Numbers = std::vector<std::uint32_t>;
    OrderFilter filter;
    EXPECT_EQ(cancelled(filter), (Numbers{1, 2, 3, 4, 5, 6, 7, 8}));
    filter.side = Side::kBuy;
    EXPECT_EQ(cancelled(filter), (Numbers{1, 2, 3, 4}));
    filter.organisation = org(1);
    EXPECT_EQ(cancelled(filter), (Numbers{1, 3}));
    filter = {};
    filter.project = id<ProjectId>(7);
    EXPECT_EQ(cancelled(filter), (Numbers{1, 4, 5, 8}));
    filter = {};
    filter.key = id<ApiKeyId>(3);
    EXPECT_EQ(cancelled(filter), (Numbers{3, 6}));
    filter.key = id<ApiKeyId>(4);
    EXPECT_EQ(cancelled(filter), (Numbers{}));
    filter = {};
    filter.market = MarketKey{"AI-INT8", "CNY"};
    EXPECT_EQ(cancelled(filter), (Numbers{}));
}

}  // namespace
}  // namespace suanpan::matching::testing
