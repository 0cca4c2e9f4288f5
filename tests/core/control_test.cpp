// Replacement, mass cancels, kill switch, halts, calls, bands: the market's control (market §4, §6,
// §7).

#include "base/decimal.hpp"
#include "one_hour.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <limits>

namespace suanpan::core {
namespace {

using matching::EndReason;
using matching::OrderState;
using settlement::AccountKind;

std::string kinds(const CommandOutcome& outcome) {
    std::string out;
    for (const EntryDraft& entry : outcome.entries)
        out += entry.kind + " ";
    return out;
}

OpenCall call_for(const Window& window, std::int64_t reference) {
    OpenCall open;
    open.call.market = kMarket;
    open.call.window = window;
    open.call.reference = Price(reference * 1'000'000);
    return open;
}

TEST(ReplaceOrder, HoldsWhatTheNewTotalMayCost) {
    SmallMarket day;
    const auto bid = place_buy(day, 4, "5");
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kHeld)), "20.200000");
    const auto replaced = day.run(kBuyer, ReplaceOrder{*bid.order, 3, *parse_price("6")});
    EXPECT_EQ(refusal(replaced), "none");
    EXPECT_EQ(replaced.order, bid.order);
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kHeld)), "18.180000");
    ASSERT_EQ(replaced.orders.size(), 1U);
    EXPECT_EQ(replaced.orders[0].view.terms.quantity, 3);
}

TEST(ReplaceOrder, WithoutFundsChangesNothing) {
    SmallMarket day;
    const auto bid = place_buy(day, 4, "5");
    const Rows before = day.market.state();
    const auto replaced = day.run(kBuyer, ReplaceOrder{*bid.order, 200, *parse_price("5")});
    EXPECT_EQ(refusal(replaced), "insufficient_funds");
    EXPECT_EQ(kinds(replaced), "refused ");
    Rows after = day.market.state();
    EXPECT_EQ(after.orders, before.orders);
    EXPECT_EQ(after.balances, before.balances);
}

TEST(ReplaceOrder, ClosesAtWhatIsFilledAndTradesAtABetterPrice) {
    SmallMarket day;
    const auto bid = place_buy(day, 4, "5");
    place_sell(day, 1, "5");
    const auto closed = day.run(kBuyer, ReplaceOrder{*bid.order, 1, *parse_price("5")});
    ASSERT_EQ(closed.orders.size(), 1U);
    EXPECT_EQ(closed.orders[0].view.state, OrderState::kCancelled);
    EXPECT_EQ(refusal(day.run(kBuyer, ReplaceOrder{*bid.order, 2, *parse_price("5")})),
              "order_not_found");
    const auto other = place_buy(day, 2, "4");
    place_sell(day, 2, "6");
    const auto met = day.run(kBuyer, ReplaceOrder{*other.order, 2, *parse_price("6")});
    EXPECT_EQ(kinds(met), "replace trade lease ");
    EXPECT_EQ(met.trades.at(0).fill.lots, Lots(2));
}

TEST(ReplaceOrder, IsOfTheOwnOrganisation) {
    SmallMarket day;
    const auto bid = place_buy(day, 4, "5");
    EXPECT_EQ(refusal(day.run(kSeller, ReplaceOrder{*bid.order, 1, *parse_price("5")})),
              "order_not_found");
}

TEST(CancelAll, CancelsWhatFitsTheFilter) {
    SmallMarket day;
    day.run(kBuyer, OpenProject{numbered<ProjectId>(1), kBuyer, "one"});
    auto bid = day.buy(4, 1, "3", kHour);
    bid.terms.project = numbered<ProjectId>(1);
    day.run(kBuyer, bid);
    place_buy(day, 1, "2");
    place_sell(day, 1, "9");
    CancelAll all;
    EXPECT_EQ(refusal(day.run(kBuyer, all)), "not_allowed");
    all.filter.organisation = kBuyer;
    EXPECT_EQ(refusal(day.run(kSeller, all)), "not_allowed");
    all.filter.project = numbered<ProjectId>(1);
    EXPECT_EQ(day.run(kBuyer, all).orders.size(), 1U);
    all = CancelAll{};
    all.filter.side = Side::kSell;
    EXPECT_EQ(day.run(kBoss, all).orders.size(), 1U);
    EXPECT_EQ(day.run(kBoss, CancelAll{}).orders.size(), 1U);
    EXPECT_EQ(day.balance(4, AccountKind::kHeld), Money(0));
}

TEST(KillSwitch, CancelsAllAndLetsNothingInUntilReinstated) {
    SmallMarket day;
    place_buy(day, 1, "3");
    place_buy(day, 1, "2");
    EXPECT_EQ(refusal(day.run(kSeller, KillSwitch{kBuyer})), "not_allowed");
    const auto killed = day.run(kBuyer, KillSwitch{kBuyer});
    ASSERT_EQ(killed.orders.size(), 2U);
    EXPECT_EQ(killed.orders[0].view.end_reason, EndReason::kKillSwitch);
    EXPECT_EQ(day.balance(4, AccountKind::kHeld), Money(0));
    EXPECT_EQ(refusal(place_buy(day, 1, "3")), "organisation_suspended");
    EXPECT_EQ(refusal(day.run(kBuyer, Reinstate{kBuyer})), "not_allowed");
    EXPECT_EQ(refusal(day.run(kBoss, Reinstate{kBuyer})), "none");
    EXPECT_EQ(refusal(place_buy(day, 1, "3")), "none");
}

TEST(HaltMarket, LetsOrdersWaitAndCancelsWork) {
    SmallMarket day;
    EXPECT_EQ(refusal(day.run(kBuyer, HaltMarket{kMarket})), "not_allowed");
    day.run(kBoss, HaltMarket{kMarket});
    EXPECT_EQ(refusal(day.run(kBoss, HaltMarket{kMarket})), "market_halted");
    place_sell(day, 4, "5");
    const auto bid = place_buy(day, 2, "5");
    const auto other = place_buy(day, 1, "5");
    EXPECT_TRUE(bid.trades.empty());
    EXPECT_EQ(refusal(day.run(kBuyer, CancelOrder{*other.order})), "none");
    const auto resumed = day.run(kBoss, ResumeMarket{kMarket});
    EXPECT_EQ(kinds(resumed), "admin trade lease ");
    EXPECT_EQ(refusal(day.run(kBoss, ResumeMarket{kMarket})), "not_halted");
}

// market §6, example (b), in a tenth of its lots: 201, and buyers are left.
TEST(CloseCall, TradesAtOnePriceThatBecomesTheReference) {
    SmallMarket day;
    EXPECT_EQ(refusal(day.run(kBoss, call_for(kHour, 200))), "none");
    EXPECT_EQ(refusal(day.run(kBoss, call_for(kHour, 200))), "call_exists");
    day.move_cash(kBuyer, 9'000'000'000);
    day.run(kBuyer, day.buy(4, 4, "202", kHour));
    day.run(kBuyer, day.buy(4, 2, "201", kHour));
    day.run(kSeller, day.sell(2, 3, "199", kHour));
    day.run(kSeller, day.sell(2, 2, "198", kHour));
    const auto indicative = day.market.engine().find_call(kMarket, kHour);
    ASSERT_TRUE(indicative);
    EXPECT_EQ(indicative->result.price, Price(201'000'000));
    EXPECT_EQ(indicative->result.surplus, Lots(1));
    const auto closed = day.run(kBoss, CloseCall{kMarket, kHour});
    ASSERT_GE(closed.entries.size(), 4U);
    EXPECT_EQ(closed.entries[0].kind, "admin");
    EXPECT_EQ(closed.entries[1].kind, "auction");
    EXPECT_EQ(closed.entries[2].kind, "trade");
    const Json auction = Json::parse(closed.entries[1].bytes).at("body");
    EXPECT_EQ(auction.at("price"), "201.000000");
    EXPECT_EQ(auction.at("volume"), "5");
    EXPECT_EQ(auction.at("surplus"), "1");
    EXPECT_EQ(auction.at("surplus_side"), "buy");
    EXPECT_EQ(auction.at("reference"), "2.010000");  // a lot is 100 CU
    for (const TradeRow& trade : closed.trades)
        EXPECT_EQ(trade.fill.price, Price(201'000'000));
    EXPECT_EQ(refusal(day.run(kBoss, CloseCall{kMarket, kHour})), "call_not_found");
    const auto markets = day.market.state().markets;
    EXPECT_EQ(markets.at(0).control.auction_reference, Price(2'010'000));
    EXPECT_TRUE(day.market.state().calls.empty());
}

TEST(CloseCall, EndsOrdersAtTheMarket) {
    SmallMarket day;
    auto offer = day.sell(2, 2, "1", kHour);
    offer.terms.at_market = true;
    EXPECT_EQ(refusal(day.run(kSeller, offer)), "no_call");
    day.run(kBoss, call_for(kHour, 5));
    const auto at_market = day.run(kSeller, offer);
    EXPECT_EQ(refusal(at_market), "none");
    place_buy(day, 1, "7");
    const auto closed = day.run(kBoss, CloseCall{kMarket, kHour});
    ASSERT_EQ(closed.trades.size(), 1U);
    EXPECT_EQ(refusal(day.run(kSeller, CancelOrder{*at_market.order})), "order_not_found");
}

// Also with a buy from before the call, which expires when the window begins.
TEST(OpenCall, ClosesByItselfBeforeItsWindowBegins) {
    for (const bool loaded : {false, true}) {
        SmallMarket day;
        place_buy(day, 2, "6");
        day.run(kBoss, call_for(kHour, 5));
        place_sell(day, 2, "4");
        if (loaded) {
            const Rows state = day.market.state();
            day.market = Market();
            day.market.load(state);
        }
        const Time closes(kHour.start.value - 10);
        EXPECT_EQ(kinds(day.run_at(Time(closes.value - 1), kBoss, Tick{})), "tick ");
        EXPECT_EQ(day.market.next_due(), closes);
        // A tick that is late by some seconds still finds the buy.
        const Time ticks(closes.value + (loaded ? 5 : 0));
        EXPECT_EQ(kinds(day.run_at(ticks, kBoss, Tick{})), "tick auction trade lease ");
        EXPECT_TRUE(day.market.state().calls.empty());
        EXPECT_EQ(refusal(day.run(kBoss, CloseCall{kMarket, kHour})), "call_not_found");
    }
}

TEST(OpenCall, ClosedBeforeItsWindowIsNotClosedAgain) {
    SmallMarket day;
    day.run(kBoss, call_for(kHour, 5));
    day.run(kBoss, CloseCall{kMarket, kHour});
    EXPECT_EQ(kinds(day.run_at(kHour.start, kBoss, Tick{})), "tick ");
    EXPECT_FALSE(day.market.next_due());
}

TEST(ResumeMarket, ClosesTheMarketsCalls) {
    SmallMarket day;
    day.run(kBoss, HaltMarket{kMarket});
    day.run(kBoss, call_for(kHour, 5));
    place_buy(day, 2, "6");
    place_sell(day, 2, "4");
    const auto resumed = day.run(kBoss, ResumeMarket{kMarket});
    EXPECT_EQ(kinds(resumed), "admin auction trade lease ");
    EXPECT_EQ(resumed.calls.size(), 1U);
}

TEST(SetBand, IsAroundTheReferenceInForce) {
    SmallMarket day;
    EXPECT_EQ(refusal(day.run(kBoss, SetBand{kMarket, Ppm(100'000), std::nullopt})),
              "no_reference");
    // 4 per lot·h are 0.04 per CU·h; the reference is 0.05 ± 10 %.
    day.run(kBoss, SetBand{kMarket, Ppm(100'000), Price(50'000)});
    place_sell(day, 4, "4");
    const auto outside = place_buy(day, 2, "4");
    EXPECT_TRUE(outside.trades.empty());
    ASSERT_FALSE(outside.orders.empty());
    EXPECT_EQ(outside.orders.front().view.end_reason, EndReason::kPriceBand);
    day.run(kBoss, SetReference{kMarket, Price(40'000)});
    EXPECT_EQ(place_buy(day, 2, "4").trades.size(), 1U);
    day.run(kBoss, SetBand{kMarket, std::nullopt, std::nullopt});
    EXPECT_FALSE(day.market.engine().find_band(kMarket));
}

TEST(SetBand, RoundsTheLowEndUpAndTheHighEndDown) {
    MarketControl control;
    control.band_width = Ppm(333'333);
    control.operator_reference = Price(10);
    const auto band = band_in_force(control);
    ASSERT_TRUE(band);
    EXPECT_EQ(band->low, Price(7));    // 6.66667
    EXPECT_EQ(band->high, Price(13));  // 13.33333
    control.index_reference = Price(20);
    control.auction_reference = Price(30);
    EXPECT_EQ(reference_in_force(control), Price(30));
    control.auction_reference.reset();
    EXPECT_EQ(reference_in_force(control), Price(20));
}

// A wider band lets an all-or-none order fill that rests; the money of that was left unposted.
TEST(SetBand, PostsWhatItLetsTrade) {
    SmallMarket day;
    place_sell(day, 4, "4");
    auto whole = day.buy(4, 8, "4", kHour);
    whole.terms.all_or_none = true;
    const auto bid = day.run(kBuyer, whole);
    day.run(kBoss, SetBand{kMarket, Ppm(100'000), Price(50'000)});
    EXPECT_TRUE(place_sell(day, 6, "4").trades.empty());
    const auto lifted = day.run(kBoss, SetBand{kMarket, std::nullopt, std::nullopt});
    EXPECT_EQ(refusal(lifted), "none");
    std::int64_t lots = 0;
    for (const TradeRow& trade : lifted.trades)
        lots += trade.fill.lots.value;
    EXPECT_EQ(lots, 8);
    EXPECT_EQ(refusal(day.run(kBuyer, CancelOrder{*bid.order})), "order_not_found");
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kHeld)), "32.320000");
    EXPECT_EQ(day.market.total(kCurrency), 0);
}

TEST(UnblockLots, LetsWaitingOrdersTrade) {
    SmallMarket day;
    const auto block = day.run(kSeller, BlockLots{numbered<PoolId>(2), kHour, Lots(8)});
    place_sell(day, 10, "5");
    EXPECT_EQ(place_buy(day, 4, "5").trades.at(0).fill.lots, Lots(2));
    EXPECT_EQ(refusal(day.run(kSeller, UnblockLots{numbered<PoolId>(3), block.index})),
              "unknown_pool");
    const auto ended = day.run(kSeller, UnblockLots{numbered<PoolId>(2), block.index});
    EXPECT_EQ(kinds(ended), "calendar trade lease ");
    EXPECT_EQ(refusal(day.run(kSeller, UnblockLots{numbered<PoolId>(2), block.index})),
              "unknown_block");
}

TEST(SetSchedule, BoundsEveryTimeThatIsAddedToOthers) {
    SmallMarket day;
    const Duration too_long(std::numeric_limits<std::int64_t>::max());
    const auto refused = [&](const std::function<void(SetSchedule&)>& edit) {
        SetSchedule schedule = small_schedule();
        edit(schedule);
        return refusal(day.run(kBoss, schedule));
    };
    const std::string bad = "bad_schedule";
    EXPECT_EQ(refused([&](SetSchedule& s) { s.release_notice = too_long; }), bad);
    EXPECT_EQ(refused([&](SetSchedule& s) { s.dispute_period = too_long; }), bad);
    EXPECT_EQ(refused([&](SetSchedule& s) { s.metering.deadline = too_long; }), bad);
    EXPECT_EQ(refused([&](SetSchedule& s) { s.metering.billing_window = too_long; }), bad);
    const Duration century(100LL * 366 * 86'400);
    EXPECT_EQ(refused([&](SetSchedule& s) { s.release_notice = century; }), "none");
}

}  // namespace
}  // namespace suanpan::core
