// Orders with a condition: time in force, self-trade prevention, one site, all or none, duration.

#include "tests/matching/world.hpp"

#include <gtest/gtest.h>

namespace suanpan::matching::testing {
namespace {

using Lines = std::vector<std::string>;

struct InForce {
    TimeInForce time_in_force;
    std::int64_t lots;
    std::size_t fills;
    OrderState state;
    EndReason reason;
};

class TimesInForce : public ::testing::TestWithParam<InForce> {};

TEST_P(TimesInForce, DecideOnTheRemainder) {
    const InForce& expected = GetParam();
    for (const bool taker_buys : {true, false}) {
        World world;
        world.add_pool(1, 20);
        world.add_pool(2, 20);
        world.now = at(0);
        OrderTerms taker = taker_buys ? buy(3, expected.lots, 2'000'000, hours(1, 2))
                                      : sell(3, 1, expected.lots, 1'000'000, hours(1, 2));
        if (taker_buys) {
            world.place(sell(1, 1, 4, 1'000'000, hours(0, 8)));
            world.place(sell(2, 2, 4, 1'000'000, hours(0, 8)));
        } else {
            world.place(buy(1, 4, 2'000'000, hours(1, 2)));
            world.place(buy(2, 4, 2'000'000, hours(1, 2)));
        }
        taker.time_in_force = expected.time_in_force;
        if (taker.time_in_force == TimeInForce::kGtd) taker.expires_at = at(1);
        EXPECT_EQ(world.place(taker).fills.size(), expected.fills);
        EXPECT_EQ(world.state(3), expected.state);
        EXPECT_EQ(world.view(3).end_reason, expected.reason);
        const bool untouched = expected.fills == 0;
        EXPECT_EQ(world.state(1) == OrderState::kOpen, untouched);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, TimesInForce,
    ::testing::Values(
        InForce{TimeInForce::kGtc, 8, 2, OrderState::kFilled, EndReason::kNone},
        InForce{TimeInForce::kGtc, 9, 2, OrderState::kPartiallyFilled, EndReason::kNone},
        InForce{TimeInForce::kGtd, 9, 2, OrderState::kPartiallyFilled, EndReason::kNone},
        InForce{TimeInForce::kIoc, 8, 2, OrderState::kFilled, EndReason::kNone},
        InForce{TimeInForce::kIoc, 9, 2, OrderState::kCancelled, EndReason::kImmediateOrCancel},
        InForce{TimeInForce::kFok, 8, 2, OrderState::kFilled, EndReason::kNone},
        InForce{TimeInForce::kFok, 9, 0, OrderState::kCancelled, EndReason::kFillOrKill}));

struct SelfTradeCase {
    SelfTrade mode;
    Lines fills;
    OrderState own;     // the organisation's resting sell of 4 lots
    OrderState taker;   // its buy of 6 lots
    std::int64_t rest;  // of the buy
};

class SelfTrades : public ::testing::TestWithParam<SelfTradeCase> {};

// The book: a foreign sell (3 lots), the own one (4 lots), a foreign one (9 lots), best first.
TEST_P(SelfTrades, AreKeptFromHappening) {
    const SelfTradeCase& expected = GetParam();
    World world;
    for (std::uint32_t n = 1; n <= 3; ++n)
        world.add_pool(n, 10);
    world.place(sell(1, 1, 3, 1'000'000, hours(0, 8)));
    world.place(sell(2, 2, 4, 2'000'000, hours(1, 2)));
    world.place(sell(3, 3, 9, 3'000'000, hours(0, 8)));
    OrderTerms taker = buy(4, 6, 3'000'000, hours(1, 2));
    taker.organisation = org(102);
    taker.self_trade = expected.mode;
    EXPECT_EQ(brief(world.place(taker)), expected.fills);
    EXPECT_EQ(world.state(2), expected.own);
    EXPECT_EQ(world.state(4), expected.taker);
    EXPECT_EQ(world.view(4).rest, expected.rest);
    EXPECT_EQ(world.free(2, hours(0, 8)), 10);
}

INSTANTIATE_TEST_SUITE_P(Table, SelfTrades,
                         ::testing::Values(SelfTradeCase{SelfTrade::kCancelNewest,
                                                         {"1 x 3 @ 1000000"},
                                                         OrderState::kOpen,
                                                         OrderState::kCancelled,
                                                         3},
                                           SelfTradeCase{SelfTrade::kCancelOldest,
                                                         {"1 x 3 @ 1000000", "3 x 3 @ 3000000"},
                                                         OrderState::kCancelled,
                                                         OrderState::kFilled,
                                                         0},
                                           SelfTradeCase{SelfTrade::kCancelBoth,
                                                         {"1 x 3 @ 1000000"},
                                                         OrderState::kCancelled,
                                                         OrderState::kCancelled,
                                                         3},
                                           SelfTradeCase{SelfTrade::kDecrement,
                                                         {"1 x 3 @ 1000000"},
                                                         OrderState::kOpen,
                                                         OrderState::kCancelled,
                                                         0}));

TEST(SelfTrade, DecrementTakesTheSmallerOrderOutAndGoesOn) {
    World world;
    world.add_pool(1, 10);
    world.add_pool(2, 10);
    world.place(sell(1, 1, 4, 1'000'000, hours(1, 2)));
    world.place(sell(2, 2, 9, 2'000'000, hours(1, 2)));
    OrderTerms taker = buy(3, 6, 3'000'000, hours(1, 2));
    taker.organisation = org(101);
    taker.self_trade = SelfTrade::kDecrement;
    EXPECT_EQ(brief(world.place(taker)), (Lines{"2 x 2 @ 2000000"}));
    EXPECT_EQ(world.state(1), OrderState::kCancelled);
    EXPECT_EQ(world.view(1).end_reason, EndReason::kSelfTrade);
    EXPECT_EQ(world.state(3), OrderState::kFilled);
}

TEST(SelfTrade, IsNoMatterForAnOwnOrderThatCouldNotTrade) {
    World world;
    world.add_pool(1, 10);
    world.place(sell(1, 1, 4, 1'000'000, hours(5, 6)));
    OrderTerms taker = buy(2, 6, 3'000'000, hours(1, 2));
    taker.organisation = org(101);
    world.place(taker);
    EXPECT_EQ(world.state(1), OrderState::kOpen);
    EXPECT_EQ(world.state(2), OrderState::kOpen);
}

TEST(SelfTrade, EndsAnAllOrNothingOrderWithoutTradingAnything) {
    for (const SelfTrade mode :
         {SelfTrade::kCancelNewest, SelfTrade::kCancelBoth, SelfTrade::kDecrement}) {
        World world;
        world.add_pool(1, 10);
        world.add_pool(2, 10);
        world.place(sell(1, 1, 3, 1'000'000, hours(1, 2)));
        world.place(sell(2, 2, 9, 2'000'000, hours(1, 2)));
        OrderTerms taker = buy(3, 6, 3'000'000, hours(1, 2));
        taker.organisation = org(102);
        taker.self_trade = mode;
        taker.time_in_force = TimeInForce::kFok;
        EXPECT_TRUE(world.place(taker).fills.empty());
        EXPECT_EQ(world.view(3).end_reason, EndReason::kSelfTrade);
        EXPECT_EQ(world.state(1), OrderState::kOpen);
        EXPECT_EQ(world.state(2) == OrderState::kCancelled, mode == SelfTrade::kCancelBoth);
        EXPECT_EQ(world.view(1).rest_steps.front().lots, Lots(3));
        EXPECT_EQ(world.free(1, hours(1, 2)), 10);
    }
}

// Site 1 has the best offer but only 5 lots; site 2 has 4 + 6 in two pools.
World two_sites() {
    World world;
    world.add_pool(1, 5, 1'000, "{}", 1);
    world.add_pool(2, 4, 1'000, "{}", 2);
    world.add_pool(3, 6, 1'000, "{}", 2);
    world.place(sell(1, 1, 5, 1'000'000, hours(1, 2)));
    world.place(sell(2, 2, 4, 2'000'000, hours(1, 2)));
    world.place(sell(3, 3, 6, 3'000'000, hours(1, 2)));
    return world;
}

TEST(SameSite, BindsTheRestToTheFirstFillsSite) {
    World world = two_sites();
    OrderTerms bid = buy(4, 8, 3'000'000, hours(1, 2));
    bid.together = Together::kSameSite;
    EXPECT_EQ(brief(world.place(bid)), (Lines{"1 x 5 @ 1000000"}));
    EXPECT_EQ(world.view(4).bound_site, site(1));
    EXPECT_EQ(world.view(4).rest, 3);
    world.add_pool(4, 9, 1'000, "{}", 2);
    EXPECT_TRUE(world.place(sell(5, 4, 9, 1'000'000, hours(1, 2))).fills.empty());
    world.add_pool(5, 9, 1'000, "{}", 1);
    EXPECT_EQ(brief(world.place(sell(6, 5, 9, 1'000'000, hours(1, 2)))),
              (Lines{"4 x 3 @ 3000000"}));
}

TEST(SameSite, FillOrKillTakesTheFirstSiteThatFillsIt) {
    World world = two_sites();
    OrderTerms bid = buy(4, 8, 3'000'000, hours(1, 2));
    bid.together = Together::kSameSite;
    bid.time_in_force = TimeInForce::kFok;
    EXPECT_EQ(brief(world.place(bid)), (Lines{"2 x 4 @ 2000000", "3 x 4 @ 3000000"}));
    EXPECT_EQ(world.state(1), OrderState::kOpen);
    bid.id = order(5);
    EXPECT_TRUE(world.place(bid).fills.empty());
    EXPECT_EQ(world.view(5).bound_site, std::nullopt);
}

TEST(SamePool, IsNarrowerThanSameSite) {
    World world = two_sites();
    OrderTerms bid = buy(4, 7, 3'000'000, hours(1, 2));
    bid.together = Together::kSamePool;
    bid.time_in_force = TimeInForce::kFok;
    EXPECT_TRUE(world.place(bid).fills.empty());
    bid.id = order(5);
    bid.quantity = 6;
    EXPECT_EQ(brief(world.place(bid)), (Lines{"3 x 6 @ 3000000"}));
}

TEST(AllOrNone, RestsUntilSeveralOffersFillItTogether) {
    World world;
    for (std::uint32_t n = 1; n <= 3; ++n)
        world.add_pool(n, 10);
    OrderTerms bid = buy(1, 8, 3'000'000, hours(1, 2));
    bid.all_or_none = true;
    world.place(bid);
    EXPECT_TRUE(world.place(sell(2, 1, 5, 1'000'000, hours(1, 2))).fills.empty());
    EXPECT_EQ(world.state(1), OrderState::kOpen);
    const Told outcome = world.place(sell(3, 2, 5, 500'000, hours(1, 2)));
    EXPECT_EQ(brief(outcome), (Lines{"3 x 5 @ 500000", "2 x 3 @ 1000000"}));
    EXPECT_EQ(outcome.fills[0].taker, order(1));
    EXPECT_EQ(world.state(1), OrderState::kFilled);
    EXPECT_EQ(world.view(2).rest_steps.front().lots, Lots(2));
}

TEST(AllOrNone, ComesAfterUnconditionalOrdersAndOnlyAsAWhole) {
    World world;
    world.add_pool(1, 10);
    OrderTerms bid = buy(1, 4, 9'000'000, hours(1, 2));
    bid.all_or_none = true;
    world.place(bid);
    world.place(buy(2, 3, 1'000'000, hours(1, 2)));
    const Told outcome = world.place(sell(3, 1, 6, 1'000'000, hours(1, 2)));
    EXPECT_EQ(brief(outcome), (Lines{"2 x 3 @ 1000000"}));
    EXPECT_EQ(world.state(1), OrderState::kOpen);
    EXPECT_EQ(brief(world.place(sell(4, 1, 4, 2'000'000, hours(1, 2)))),
              (Lines{"1 x 4 @ 9000000"}));
}

TEST(AllOrNone, IsTriedInOrderOfPriceThenAge) {
    World world;
    for (std::uint32_t n = 1; n <= 2; ++n)
        world.add_pool(n, 3);
    for (std::uint32_t n = 1; n <= 3; ++n) {
        OrderTerms bid = buy(n, 5, n == 2 ? 3'000'000 : 2'000'000, hours(1, 2));
        bid.all_or_none = true;
        world.place(bid);
    }
    world.place(sell(4, 1, 3, 1'000'000, hours(1, 2)));
    const Told outcome = world.place(sell(5, 2, 3, 1'000'000, hours(1, 2)));
    EXPECT_EQ(outcome.ended.front(), order(4));
    EXPECT_EQ(world.state(1), OrderState::kOpen);
    EXPECT_EQ(world.state(2), OrderState::kFilled);
    EXPECT_EQ(world.state(3), OrderState::kOpen);
}

TEST(AllOrNone, IsTriedAgainWhenLotsAreReleased) {
    World world;
    world.add_pool(1, 4);
    world.place(sell(1, 1, 4, 1'000'000, hours(0, 8)));
    world.place(buy(2, 2, 1'000'000, hours(1, 2)));
    OrderTerms bid = buy(3, 4, 2'000'000, hours(1, 2));
    bid.all_or_none = true;
    world.place(bid);
    EXPECT_EQ(world.state(3), OrderState::kOpen);
    world.give_back(1, 1, hours(1, 2), 2);
    EXPECT_EQ(world.state(3), OrderState::kFilled);
}

OrderTerms flexible(std::uint32_t n, std::int64_t lots, std::int64_t price, Window window,
                    std::int64_t for_hours) {
    OrderTerms bid = buy(n, lots, price, window);
    bid.duration = Duration(for_hours * kHour);
    bid.all_or_none = true;
    return bid;
}

TEST(Duration, TakesTheCheapestStartThenTheEarliest) {
    World world;
    world.add_pool(1, 10);
    world.place(sell(1, 1, 10, 3'000'000, hours(0, 24)));
    world.place(sell(2, 1, 4, 1'000'000, hours(10, 14)));
    const Told outcome = world.place(flexible(3, 4, 3'000'000, hours(2, 20), 3));
    EXPECT_EQ(brief(outcome), (Lines{"2 x 4 @ 1000000"}));
    EXPECT_EQ(outcome.fills[0].window, hours(10, 13));
    const Told second = world.place(flexible(4, 4, 3'000'000, hours(2, 20), 3));
    EXPECT_EQ(second.fills[0].window, hours(2, 5));
}

TEST(Duration, WaitsForAStartThatFillsIt) {
    World world;
    world.add_pool(1, 4);
    world.place(sell(1, 1, 4, 1'000'000, hours(0, 24)));
    world.place(buy(2, 1, 1'000'000, hours(0, 24)));
    world.place(flexible(3, 4, 2'000'000, hours(2, 20), 3));
    EXPECT_EQ(world.state(3), OrderState::kOpen);
    EXPECT_EQ(world.due(3), at(17));
    world.now = at(4);
    const Told outcome = world.give_back(1, 1, hours(9, 24), 1);
    EXPECT_EQ(outcome.fills.at(0).window, hours(9, 12));
    EXPECT_EQ(world.state(3), OrderState::kFilled);
}

TEST(Duration, MeetsASellThatDoesNotRest) {
    World world;
    world.add_pool(1, 4);
    world.place(flexible(1, 4, 2'000'000, hours(2, 20), 3));
    OrderTerms offer = sell(2, 1, 4, 1'000'000, hours(5, 10));
    offer.time_in_force = TimeInForce::kIoc;
    const Told outcome = world.place(offer);
    EXPECT_EQ(brief(outcome), (Lines{"1 x 4 @ 2000000"}));
    EXPECT_EQ(outcome.fills.at(0).window, hours(5, 8));
}

}  // namespace
}  // namespace suanpan::matching::testing
