#include "matching/engine.hpp"

#include "base/check.hpp"
#include "tests/matching/world.hpp"

#include <gtest/gtest.h>

namespace suanpan::matching::testing {
namespace {

using Lines = std::vector<std::string>;

TEST(Engine, PlaysTheWorkedExample) {
    World world;
    world.add_pool(1, 100, 1'000, R"({"rtt_ms":{"x":"10"}})", 1);
    world.add_pool(2, 50, 1'000, R"({"rtt_ms":{"x":"20"}})", 2);
    world.add_pool(3, 80, 1'000, R"({"rtt_ms":{"x":"30"}})", 3);
    world.place(sell(1, 1, 100, 5'000'000, hours(8, 24)));
    world.place(sell(2, 2, 50, 4'800'000, hours(8, 16)));
    world.place(sell(3, 3, 80, 4'000'000, hours(8, 16)));
    OrderTerms bid = buy(4, 64, 5'100'000, hours(8, 16));
    bid.requirement = requirement(R"({"rtt_ms":{"x":{"at_most":"20"}}})");
    const Told outcome = world.place(bid);

    EXPECT_EQ(brief(outcome), (Lines{"2 x 50 @ 4800000", "1 x 14 @ 5000000"}));
    std::int64_t lot_hours = 0;
    Money cost;
    for (const Fill& fill : outcome.fills) {
        EXPECT_EQ(fill.window, hours(8, 16));
        lot_hours += fill.lots.value * fill.window.length().value / kHour;
        const auto part =
            exact_amount(fill.price, fill.price_unit, fill.lots, fill.rate, fill.window.length());
        cost = add(cost, part->floor().value()).value();
    }
    EXPECT_EQ(lot_hours, 512);
    EXPECT_EQ(cost, Money(2'480 * kYuan));
    EXPECT_EQ(world.view(1).rest_steps,
              (Steps{{at(8), Lots(86)}, {at(16), Lots(100)}, {at(24), Lots(0)}}));
    EXPECT_EQ(world.state(1), OrderState::kPartiallyFilled);
    EXPECT_EQ(world.state(2), OrderState::kFilled);
    EXPECT_EQ(world.state(3), OrderState::kOpen);
    EXPECT_EQ(world.state(4), OrderState::kFilled);
    EXPECT_EQ(outcome.touched, (std::vector<OrderId>{order(4), order(2), order(1)}));
    EXPECT_EQ(outcome.ended, (std::vector<OrderId>{order(2), order(4)}));
}

TEST(Engine, TakesTheBetterPriceThenTheOlderOrder) {
    World world;
    for (std::uint32_t n = 1; n <= 3; ++n)
        world.add_pool(n, 10);
    world.place(sell(1, 1, 2, 3'000'000, hours(1, 2)));
    world.place(sell(2, 2, 2, 2'000'000, hours(1, 2)));
    world.place(sell(3, 3, 2, 2'000'000, hours(1, 2)));
    world.place(sell(4, 1, 2, 3'000'001, hours(1, 2)));
    EXPECT_EQ(brief(world.place(buy(5, 10, 3'000'000, hours(1, 2)))),
              (Lines{"2 x 2 @ 2000000", "3 x 2 @ 2000000", "1 x 2 @ 3000000"}));
    EXPECT_EQ(world.view(5).rest, 4);
}

TEST(Engine, GivesArrivingSellsTheHighestBidAtTheBidsPrice) {
    World world;
    world.add_pool(1, 10);
    world.place(buy(1, 2, 3'000'000, hours(1, 2)));
    world.place(buy(2, 3, 5'000'000, hours(2, 4)));
    world.place(buy(3, 2, 5'000'000, hours(1, 2)));
    world.place(buy(4, 2, 1'999'999, hours(1, 2)));
    const Told outcome = world.place(sell(5, 1, 10, 2'000'000, hours(0, 4)));
    EXPECT_EQ(brief(outcome), (Lines{"2 x 3 @ 5000000", "3 x 2 @ 5000000", "1 x 2 @ 3000000"}));
    EXPECT_EQ(world.view(5).rest_steps,
              (Steps{{at(0), Lots(10)}, {at(1), Lots(6)}, {at(2), Lots(7)}, {at(4), Lots(0)}}));
}

TEST(Engine, ComparesPricesOfBothUnitsInTheTakersUnit) {
    World world;
    world.add_pool(1, 10, 300'000);  // 300 CU a lot
    world.add_pool(2, 10, 100'000);
    world.add_pool(3, 10, 100'000);
    world.place(sell(1, 1, 1, 2'900'000, hours(1, 2)));     // 9 666.6… a CU·h
    OrderTerms per_cu = sell(2, 2, 1, 9'667, hours(1, 2));  // 966 700 a lot·h
    per_cu.unit = Unit::kCu;
    world.place(per_cu);
    world.place(sell(3, 3, 1, 966'700, hours(1, 2)));  // exactly order 2's price, but younger

    OrderTerms in_lots = buy(4, 3, 10'000'000, hours(1, 2));
    EXPECT_EQ(brief(world.engine.preview(in_lots, world.now).fills),
              (Lines{"2 x 1 @ 9667", "3 x 1 @ 966700", "1 x 1 @ 2900000"}));
    OrderTerms in_cu = buy(5, 500'000, 10'000, hours(1, 2));
    in_cu.unit = Unit::kCu;
    const Told outcome = world.place(in_cu);
    EXPECT_EQ(brief(outcome), (Lines{"1 x 1 @ 2900000", "2 x 1 @ 9667", "3 x 1 @ 966700"}));
    EXPECT_EQ(outcome.fills[1].price_unit, Unit::kCu);
    EXPECT_EQ(outcome.fills[1].rate, Rate(100'000));
    EXPECT_EQ(world.state(5), OrderState::kFilled);
}

TEST(Engine, CountsWholeLotsOfACuOrder) {
    for (const std::int64_t excess : {0, 99'999, 100'000}) {
        World world;
        world.add_pool(1, 10, 300'000);
        world.place(sell(1, 1, 10, 1'000'000, hours(1, 2)));
        OrderTerms bid = buy(2, 800'000, 10'000, hours(1, 2));
        bid.unit = Unit::kCu;
        bid.max_excess = Cu(excess);
        const Told outcome = world.place(bid);
        ASSERT_EQ(outcome.fills.size(), 1U);
        const bool one_more = excess == 100'000;
        EXPECT_EQ(outcome.fills[0].lots, Lots(one_more ? 3 : 2));
        EXPECT_EQ(world.view(2).rest, one_more ? 0 : 200'000);
        EXPECT_EQ(world.state(2), one_more ? OrderState::kFilled : OrderState::kPartiallyFilled);
    }
}

TEST(Engine, SellsOnePoolsLotsOnceThroughAllItsOffers) {
    World world;
    MarketRules other;
    other.key = {"AI-INT8", "CNY"};
    world.engine.define_market(other, world.now);
    world.add_pool(1, 10);
    world.set_rate(1, 2'000, "AI-INT8");
    world.place(sell(1, 1, 10, 1'000'000, hours(0, 10)));
    world.place(sell(2, 1, 10, 1'100'000, hours(0, 10)));
    OrderTerms elsewhere = sell(3, 1, 10, 1'000'000, hours(0, 10));
    elsewhere.market = other.key;
    world.place(elsewhere);

    EXPECT_EQ(brief(world.place(buy(4, 6, 2'000'000, hours(2, 6)))), (Lines{"1 x 6 @ 1000000"}));
    OrderTerms bid = buy(5, 9, 2'000'000, hours(5, 7));
    bid.market = other.key;
    EXPECT_EQ(brief(world.place(bid)), (Lines{"3 x 4 @ 1000000"}));
    EXPECT_TRUE(world.place(buy(6, 1, 2'000'000, hours(5, 6))).fills.empty());
    // Order 1 has four left on 2–6 and none of them is free on 5–6; order 2 shares the calendar.
    EXPECT_EQ(brief(world.place(buy(7, 20, 2'000'000, hours(2, 5)))), (Lines{"1 x 4 @ 1000000"}));
    EXPECT_EQ(world.free(1, hours(0, 2)), 10);
    EXPECT_EQ(world.free(1, hours(2, 7)), 0);
}

TEST(Engine, SkipsOffersThatCannotServeAndLeavesThemAlone) {
    World world;
    for (std::uint32_t n = 1; n <= 5; ++n)
        world.add_pool(n, 10);
    world.place(sell(1, 1, 10, 1'000'000, hours(3, 6)));  // starts too late
    OrderTerms long_only = sell(2, 2, 10, 1'000'000, hours(0, 24));
    long_only.min_duration = Duration(3 * kHour);
    world.place(long_only);
    OrderTerms others_only = sell(3, 3, 10, 1'000'000, hours(0, 24));
    others_only.counterparties = {org(8), org(9)};
    world.place(others_only);
    OrderTerms large_only = sell(4, 4, 10, 1'000'000, hours(0, 24));
    large_only.min_lots = Lots(6);
    world.place(large_only);
    world.place(sell(5, 5, 10, 9'000'000, hours(0, 24)));
    std::vector<OrderView> before;
    for (std::uint32_t n = 1; n <= 5; ++n)
        before.push_back(world.view(n));

    EXPECT_EQ(brief(world.place(buy(6, 5, 9'000'000, hours(2, 4)))), (Lines{"5 x 5 @ 9000000"}));
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(world.find(before[i].terms.id), before[i]);
    }
    OrderTerms friendly = buy(7, 1, 1'000'000, hours(2, 4));
    friendly.organisation = org(9);
    EXPECT_EQ(brief(world.place(friendly)), (Lines{"3 x 1 @ 1000000"}));
}

TEST(Engine, RespectsTheLeastLotsOfBothSides) {
    World world;
    world.add_pool(1, 5);
    world.add_pool(2, 8);
    world.place(sell(1, 1, 5, 1'000'000, hours(1, 2)));
    world.place(sell(2, 2, 8, 2'000'000, hours(1, 2)));
    OrderTerms bid = buy(3, 10, 2'000'000, hours(1, 2));
    bid.min_lots = Lots(8);
    // Order 1 gives 5 < 8; after order 2 only 2 are wanted, and 2 is the bid's whole rest.
    EXPECT_EQ(brief(world.place(bid)), (Lines{"2 x 8 @ 2000000", "1 x 2 @ 1000000"}));
}

TEST(Engine, LooksAgainForABetterOfferOnceTheRestIsSmall) {
    World world;
    world.add_pool(1, 5);
    world.add_pool(2, 8);
    world.add_pool(3, 8);
    world.place(sell(1, 1, 5, 1'000'000, hours(1, 2)));
    world.place(sell(2, 2, 8, 2'000'000, hours(1, 2)));
    world.place(sell(3, 3, 8, 3'000'000, hours(1, 2)));
    OrderTerms bid = buy(4, 12, 3'000'000, hours(1, 2));
    bid.min_lots = Lots(6);
    // Going on down the book would give order 3 what order 1 offers for less.
    EXPECT_EQ(brief(world.place(bid)), (Lines{"2 x 8 @ 2000000", "1 x 4 @ 1000000"}));
}

TEST(Engine, FillsASellOnceNoLongEnoughRunIsLeft) {
    World world;
    world.add_pool(1, 4);
    OrderTerms offer = sell(1, 1, 4, 1'000'000, hours(0, 8));
    offer.min_duration = Duration(3 * kHour);
    world.place(offer);
    world.place(buy(2, 4, 1'000'000, hours(2, 5)));
    EXPECT_EQ(world.state(1), OrderState::kPartiallyFilled);
    world.place(buy(3, 4, 1'000'000, hours(5, 8)));
    EXPECT_EQ(world.state(1), OrderState::kFilled);  // 0–2 is too short to be sold
}

TEST(Engine, CountsOnlyWhatIsLeftOfASellsWindow) {
    World world;
    world.add_pool(1, 4);
    world.place(sell(1, 1, 4, 1'000'000, hours(0, 8)));
    world.now = at(3);
    world.place(buy(2, 4, 1'000'000, hours(3, 8)));
    EXPECT_EQ(world.state(1), OrderState::kFilled);  // 0–3 has passed
}

TEST(Engine, RejectsCrossingPostOnly) {
    World world;
    world.add_pool(1, 4);
    world.place(sell(1, 1, 4, 1'000'000, hours(0, 8)));
    OrderTerms bid = buy(2, 4, 1'000'000, hours(2, 8));
    bid.post_only = true;
    const Told outcome = world.place(bid);
    EXPECT_TRUE(outcome.fills.empty());
    EXPECT_EQ(world.state(2), OrderState::kRejected);
    EXPECT_EQ(world.view(2).end_reason, EndReason::kPostOnly);
    EXPECT_EQ(world.view(1).rest_steps.front().lots, Lots(4));
    bid.id = order(3);
    bid.limit_price = Price(999'999);
    world.place(bid);
    EXPECT_EQ(world.state(3), OrderState::kOpen);
    EXPECT_EQ(brief(world.place(sell(4, 1, 4, 999'999, hours(0, 8)))), (Lines{"3 x 4 @ 999999"}));
}

TEST(Engine, CancelsAndForgets) {
    World world;
    world.add_pool(1, 4);
    world.place(sell(1, 1, 4, 1'000'000, hours(0, 8)));
    EXPECT_EQ(world.due(1), Time(at(8).value - 60));
    EXPECT_EQ(world.cancel(1).ended, (std::vector<OrderId>{order(1)}));
    EXPECT_EQ(world.state(1), OrderState::kCancelled);
    EXPECT_EQ(world.view(1).end_reason, EndReason::kByRequest);
    EXPECT_EQ(world.due(1), std::nullopt);
    EXPECT_THROW(world.cancel(1), BugError);
    EXPECT_TRUE(world.place(buy(2, 1, 1'000'000, hours(1, 2))).fills.empty());
    world.forget_ended();
    EXPECT_EQ(world.find(order(1)), std::nullopt);
    EXPECT_EQ(world.open_orders(), (std::vector<OrderId>{order(2)}));
}

TEST(Engine, CancelsAllOfOneOrganisation) {
    World world;
    for (std::uint32_t n = 1; n <= 6; ++n) {
        OrderTerms bid = buy(n, 1, 1'000'000, hours(1, 2));
        bid.organisation = org(n % 2);
        world.place(bid);
    }
    OrderFilter filter;
    filter.organisation = org(1);
    const Told outcome = world.cancel_all(filter, EndReason::kKillSwitch);
    EXPECT_EQ(outcome.ended, (std::vector<OrderId>{order(1), order(3), order(5)}));
    EXPECT_EQ(world.view(3).end_reason, EndReason::kKillSwitch);
    EXPECT_EQ(world.state(2), OrderState::kOpen);
}

TEST(Engine, ExpiresWhatIsDue) {
    World world;
    world.add_pool(1, 4);
    OrderTerms offer = sell(1, 1, 4, 1'000'000, hours(0, 8));
    offer.min_duration = Duration(2 * kHour);
    world.place(offer);
    world.place(buy(2, 4, 1, hours(3, 4)));
    OrderTerms until = buy(3, 4, 1, hours(3, 4));
    until.time_in_force = TimeInForce::kGtd;
    until.expires_at = at(2);
    world.place(until);
    EXPECT_EQ(world.due(1), at(6));
    EXPECT_EQ(world.due(2), at(3));
    EXPECT_EQ(world.due(3), at(2));
    world.now = Time(at(2).value - 1);
    EXPECT_THROW(world.expire(3), BugError);
    EXPECT_EQ(world.state(3), OrderState::kOpen);
    for (const auto& [n, hour] : {std::pair(3U, 2), std::pair(2U, 3), std::pair(1U, 6)}) {
        world.now = at(hour);
        EXPECT_EQ(world.expire(n).ended, (std::vector<OrderId>{order(n)}));
    }
    EXPECT_EQ(world.view(1).end_reason, EndReason::kWindowPassed);
    EXPECT_EQ(world.view(2).end_reason, EndReason::kWindowPassed);
    EXPECT_EQ(world.view(3).end_reason, EndReason::kExpired);
    EXPECT_EQ(world.state(3), OrderState::kExpired);
    EXPECT_EQ(world.due(3), std::nullopt);
}

TEST(Engine, CancelsSellsWhoseRateChanged) {
    World world;
    world.add_pool(1, 4);
    world.place(sell(1, 1, 4, 1'000'000, hours(0, 8)));
    EXPECT_TRUE(world.set_rate(1, 1'000).ended.empty());
    EXPECT_TRUE(world.set_rate(1, 7, "AI-FP8").ended.empty());
    const Told outcome = world.set_rate(1, 900);
    EXPECT_EQ(outcome.ended, (std::vector<OrderId>{order(1)}));
    EXPECT_EQ(world.view(1).end_reason, EndReason::kRateChanged);
    EXPECT_EQ(world.engine.find_rate(pool(1), "AI-FP16"), Rate(900));
    world.set_rate(1, 0);
    EXPECT_EQ(world.fault(sell(2, 1, 1, 1, hours(1, 2))), "no_rate");
}

TEST(Engine, SellsReleasedLotsAgain) {
    World world;
    world.add_pool(1, 4);
    world.place(sell(1, 1, 4, 1'000'000, hours(0, 8)));
    world.place(buy(2, 4, 1'000'000, hours(2, 6)));
    world.place(buy(3, 3, 2'000'000, hours(3, 5)));
    EXPECT_EQ(world.view(3).rest, 3);
    // The buyer of order 2 lets two lots go from 3 on; order 3 waits for them.
    world.now = at(3);
    const Told outcome = world.give_back(1, 1, hours(3, 6), 2);
    EXPECT_EQ(brief(outcome), (Lines{"3 x 2 @ 2000000"}));
    EXPECT_EQ(outcome.fills[0].taker, order(1));
    EXPECT_EQ(world.view(3).rest, 1);
    EXPECT_EQ(world.free(1, hours(5, 6)), 2);
    EXPECT_EQ(minimum(world.view(1).rest_steps, Lots(0), hours(5, 6)), Lots(2));
}

TEST(Engine, KeepsBlockedLotsOffTheMarket) {
    World world;
    world.add_pool(1, 4);
    world.place(sell(1, 1, 4, 1'000'000, hours(0, 8)));
    world.place(buy(2, 1, 1'000'000, hours(2, 6)));
    EXPECT_EQ(world.engine.check_block(pool(1), hours(5, 7), Lots(4)).error().code(), "not_free");
    EXPECT_EQ(world.engine.check_block(pool(9), hours(5, 7), Lots(4)).error().code(),
              "pool_not_found");
    world.block(1, hours(5, 7), 3);
    EXPECT_TRUE(world.place(buy(3, 2, 1'000'000, hours(4, 6))).fills.empty());
    const Told outcome = world.unblock(1, hours(5, 7), 3);
    EXPECT_EQ(brief(outcome), (Lines{"3 x 2 @ 1000000"}));
}

}  // namespace
}  // namespace suanpan::matching::testing
