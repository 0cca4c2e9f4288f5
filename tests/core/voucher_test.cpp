// Compute vouchers in the market: who may do what, what is reserved, and what becomes of it
// (metering-settlement "Vouchers", market §7).

#include "core/replay.hpp"
#include "voucher_day.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::core {
namespace {

using Voucher = VoucherDay;

TEST_F(Voucher, PaysItsShareOfADeliveredLease) {
    open();
    EXPECT_EQ(available(6), "400.000000");
    const LeaseRow lease = trade(day, 2, 1, 3, matching::Billing::kReserved, kClaim);
    expect_vouchers_add_up(day.market);
    // 40 and 1 % fee; half of the 40 is the programme's.
    ASSERT_TRUE(lease.voucher);
    EXPECT_EQ(to_string(lease.voucher->reserved), "20.000000");
    EXPECT_EQ(to_string(lease.hold), "20.400000");
    EXPECT_EQ(held(), "20.400000");
    EXPECT_EQ(state().left, Money(30'000'000));
    hand_over(day, lease.id);
    day.now = SmallMarket::hours(3, 4).start;
    read_all(day, lease.id, 2, 1, 3);
    const auto lines = settle(day);
    expect_vouchers_add_up(day.market);
    ASSERT_EQ(lines.size(), 2U);
    for (const SettlementLineRow& line : lines) {
        EXPECT_EQ(to_string(line.line.voucher), "10.000000");
        EXPECT_EQ(to_string(line.line.buyer_pays), "10.200000");
        EXPECT_EQ(to_string(line.line.provider_gets), "19.600000");
        EXPECT_EQ(line.grant, kGrant);
        EXPECT_FALSE(line.readings.empty());
    }
    EXPECT_EQ(available(4), "979.600000");
    EXPECT_EQ(held(), "0.000000");
    EXPECT_EQ(state().redeemed, Money(20'000'000));
    EXPECT_EQ(day.balance(6, AccountKind::kBudget), Money(80'000'000));
    EXPECT_EQ(day.balance(6, AccountKind::kReserved), Money(0));
    EXPECT_EQ(to_string(day.balance(2, AccountKind::kPending)), "39.200000");
    EXPECT_EQ(day.market.state().runs.at(0).totals.at(kCurrency).vouchers, Money(20'000'000));
}

TEST_F(Voucher, ReplaysFromTheLogAlone) {
    open();
    const LeaseRow lease = trade(day, 2, 1, 3, matching::Billing::kReserved, kClaim);
    hand_over(day, lease.id);
    buy(1, "5");
    day.now = SmallMarket::hours(2, 3).start;
    read_all(day, lease.id, 2, 1, 2);
    settle(day);
    Replay replay;
    for (std::string entry : day.log) {
        put_salt(entry, "0123456789abcdef0123456789abcdef");
        const auto done = replay.next(entry);
        ASSERT_TRUE(done) << done.error().detail();
    }
    EXPECT_EQ(digest(replay.market().state()), digest(day.market.state()));
    Market loaded;
    loaded.load(day.market.state());
    EXPECT_EQ(digest(loaded.state()), digest(day.market.state()));
}

TEST_F(Voucher, CancelGivesBackAndReplaceKeepsWhatStillFits) {
    open();
    const auto placed = buy(4, "10");
    EXPECT_EQ(to_string(placed.orders.at(0).voucher->reserved), "20.000000");
    EXPECT_EQ(to_string(placed.orders.at(0).hold), "20.400000");
    EXPECT_EQ(refusal(run(kBuyer, ReplaceOrder{*placed.order, 2, Price(10'000'000)})), "none");
    EXPECT_EQ(state().reserved, Money(10'000'000));
    EXPECT_EQ(held(), "10.200000");
    // The raise is the buyer's own.
    EXPECT_EQ(refusal(run(kBuyer, ReplaceOrder{*placed.order, 3, Price(10'000'000)})), "none");
    EXPECT_EQ(state().reserved, Money(10'000'000));
    EXPECT_EQ(held(), "20.300000");
    EXPECT_EQ(refusal(run(kBuyer, CancelOrder{*placed.order})), "none");
    EXPECT_EQ(state().left, Money(50'000'000));
    EXPECT_EQ(held(), "0.000000");
    EXPECT_EQ(available(4), "1000.000000");
}

TEST_F(Voucher, FillsTakeTheirPartsAndPriceImprovementGoesBack) {
    open();
    run(kSeller, day.sell(2, 1, "6", SmallMarket::hours(1, 9)));
    const auto placed = buy(3, "10");
    ASSERT_EQ(placed.leases.size(), 1U);
    EXPECT_EQ(to_string(placed.leases[0].voucher->reserved), "3.000000");
    EXPECT_EQ(to_string(placed.leases[0].hold), "3.060000");
    EXPECT_EQ(to_string(placed_by(placed).voucher->reserved), "10.000000");
    EXPECT_EQ(held(), "13.260000");
    EXPECT_EQ(state().left, Money(37'000'000));
}

TEST_F(Voucher, LetsABuyerOrderMoreThanItHas) {
    Programme whole = programme();
    whole.share_paid = Ppm(kPpm);
    open(whole);
    day.move_cash(kBuyer, -999'000'000);
    EXPECT_EQ(refusal(place_buy(day, 4, "10")), "insufficient_funds");
    EXPECT_EQ(refusal(buy(4, "10")), "none");  // only the fee is its own
    EXPECT_EQ(held(), "0.400000");
}

TEST_F(Voucher, ReservesWhatGrantAndCapsLeave) {
    Programme capped = programme();
    capped.caps.month = Money(12'000'000);
    open(capped, grant(15'000'000));
    EXPECT_EQ(to_string(buy(2, "10").orders.at(0).voucher->reserved), "10.000000");
    EXPECT_EQ(to_string(buy(2, "10").orders.at(0).voucher->reserved), "2.000000");
    EXPECT_EQ(refusal(buy(2, "10")), "voucher_over_cap");
}

TEST_F(Voucher, ExpiresByLoggedTime) {
    open();
    const auto placed = buy(2, "10");
    day.now = grant().expires;
    run(kBuyer, Tick{});
    EXPECT_TRUE(state().ended);
    // The order has ended with its window long ago, and what it held expired with the rest.
    EXPECT_EQ(state().expired, Money(50'000'000));
    EXPECT_EQ(day.balance(6, AccountKind::kBudget), Money(100'000'000));
    EXPECT_EQ(refusal(run(kBuyer, CancelOrder{*placed.order})), "order_not_found");
    EXPECT_EQ(refusal(run(kFunder, RevokeGrant{kGrant})), "grant_expired");
    PlaceOrder late = day.buy(
        4, 1, "10", Window{Time(kStart.value + 11 * kDay), Time(kStart.value + 11 * kDay + 3'600)});
    late.voucher = kClaim;
    EXPECT_EQ(refusal(run(kBuyer, late)), "grant_expired");
}

TEST_F(Voucher, WhatALeaseHoldsOutlivesItsGrant) {
    Grant brief = grant();
    brief.expires = Time(kStart.value + 1'800);
    open(programme(), brief);
    const LeaseRow lease = trade(day, 1, 1, 2, matching::Billing::kReserved, kClaim);
    hand_over(day, lease.id);
    day.now = SmallMarket::hours(2, 3).start;
    read_all(day, lease.id, 1, 1, 2);
    EXPECT_EQ(state().expired, Money(45'000'000));
    EXPECT_EQ(to_string(settle(day).at(0).line.voucher), "5.000000");
    expect_vouchers_add_up(day.market);
}

TEST_F(Voucher, IsRevokedWhileNothingIsReserved) {
    open();
    const auto placed = buy(2, "10");
    EXPECT_EQ(refusal(run(kFunder, RevokeGrant{kGrant})), "grant_reserved");
    run(kBuyer, CancelOrder{*placed.order});
    EXPECT_EQ(refusal(run(kBuyer, RevokeGrant{kGrant})), "unknown_grant");
    EXPECT_EQ(refusal(run(kFunder, RevokeGrant{kGrant})), "none");
    EXPECT_EQ(refusal(run(kFunder, RevokeGrant{kGrant})), "grant_revoked");
    EXPECT_EQ(refusal(buy(2, "10")), "grant_revoked");
    EXPECT_EQ(day.market.vouchers().totals(kProgramme).ungranted, Money(100'000'000));
}

TEST_F(Voucher, LeasesThatEndEarlyOrNeverGiveBack) {
    SetSchedule schedule = small_schedule();
    schedule.release_notice = Duration(0);
    run(kBoss, schedule);
    open();
    const LeaseRow late = trade(day, 1, 1, 3, matching::Billing::kReserved, kClaim);
    const LeaseRow never = trade(day, 1, 1, 3, matching::Billing::kReserved, kClaim);
    EXPECT_EQ(state().reserved, Money(20'000'000));
    // Handed over half an hour late: a quarter of the window can never be billed.
    day.now = Time(SmallMarket::hours(1, 2).start.value + 1'800);
    run(kSeller, AdvanceLease{late.id, LeaseAction::kAccept});
    run(kSeller, AdvanceLease{late.id, LeaseAction::kActivate});
    EXPECT_EQ(state().reserved, Money(17'500'000));
    day.now = SmallMarket::hours(2, 3).start;
    EXPECT_EQ(refusal(run(kBuyer, ReleaseLease{late.id})), "none");
    EXPECT_EQ(state().reserved, Money(12'500'000));
    day.now = SmallMarket::hours(3, 4).start;
    run(kBuyer, Tick{});
    EXPECT_EQ(state().reserved, Money(2'500'000));
    EXPECT_EQ(never.voucher->reserved, Money(10'000'000));
}

TEST_F(Voucher, PaysUpToTheIndexAndItsMargin) {
    Programme bound = programme();
    bound.share_paid = Ppm(kPpm);
    bound.index_margin = Ppm(100'000);
    open(bound);
    EXPECT_EQ(refusal(buy(1, "10")), "voucher_needs_cu");
    EXPECT_EQ(refusal(buy_cu(1, 200'000)), "no_index");
    run(kBoss, SetReference{kMarket, Price(50'000)});
    // Of 0.2 a CU·h the programme pays 0.055, on 100 CU.
    const auto placed = buy_cu(1, 200'000);
    EXPECT_EQ(to_string(placed.orders.at(0).voucher->reserved), "5.500000");
    EXPECT_EQ(placed.orders.at(0).voucher->price_cap, Price(55'000));
    // The index moves: the order and its lease keep theirs.
    run(kBoss, SetReference{kMarket, Price(10'000)});
    const auto sold = run(kSeller, day.sell(2, 1, "10", kHour));
    const auto& lease = sold.leases.empty() ? placed.leases : sold.leases;
    ASSERT_EQ(lease.size(), 1U);
    hand_over(day, lease[0].id);
    day.now = kHour.end;
    read_all(day, lease[0].id, 1, 2, 3);
    EXPECT_EQ(to_string(settle(day).at(0).line.voucher), "5.500000");
}

// The buyer of a group holds everything; the programme pays where the seller is not related.
TEST_F(Voucher, PaysNothingBetweenRelatedOrganisations) {
    open();
    const OrganisationId other = SmallMarket::organisation(3);
    run(kBoss, DescribeOrganisation{kBuyer, {}, "one house"});
    run(kBoss, DescribeOrganisation{kSeller, {}, "one house"});
    run(kSeller, day.sell(2, 1, "10", kHour));
    const auto related = buy(2, "10");
    EXPECT_FALSE(placed_by(related).voucher->covers);
    EXPECT_EQ(related.leases.at(0).voucher->reserved, Money(0));
    EXPECT_EQ(to_string(related.leases.at(0).hold), "10.100000");
    EXPECT_EQ(to_string(placed_by(related).hold), "10.100000");
    const auto fair = run(other, day.sell(3, 1, "10", kHour));
    EXPECT_EQ(fair.leases.at(0).voucher->reserved, Money(5'000'000));
    EXPECT_EQ(to_string(fair.leases.at(0).hold), "5.100000");
    EXPECT_EQ(state().left, Money(45'000'000));
}

TEST_F(Voucher, AGroupEndsOrdersThatAGrantCovers) {
    open();
    const auto covered = buy(1, "10");
    EXPECT_TRUE(covered.orders.at(0).voucher->covers);
    const auto plain = place_buy(day, 1, "9");
    run(kBoss, DescribeOrganisation{kBuyer, {}, "one house"});
    EXPECT_EQ(refusal(run(kBuyer, CancelOrder{*covered.order})), "order_not_found");
    EXPECT_EQ(refusal(run(kBuyer, CancelOrder{*plain.order})), "none");
    EXPECT_EQ(state().left, Money(50'000'000));
}

// Once a buyer could own nearly all of the pool it bought from, and the vouchers came back as
// money.
TEST_F(Voucher, PaysNothingWhereTheBuyerOwnsAPartOfThePool) {
    open();
    const CommandOutcome covered = buy(1, "10");
    EXPECT_TRUE(covered.orders.at(0).voucher->covers);
    const ProposeTitle title{
        numbered<PoolId>(2), day.now, {{kSeller, Ppm(10'000)}, {kBuyer, Ppm(kPpm - 10'000)}}};
    const CommandOutcome proposed = run(kSeller, title);
    EXPECT_NE(held(), "0.000000") << "nobody else's word cancels it";
    EXPECT_EQ(refusal(run(kBuyer, ConfirmTitle{title.pool, proposed.index})), "none");
    EXPECT_EQ(held(), "0.000000") << "the order counted on the voucher and is cancelled";
    run(kSeller, day.sell(2, 2, "10", kHour));
    const CommandOutcome bought = buy(1, "10");
    EXPECT_FALSE(placed_by(bought).voucher->covers);
    ASSERT_EQ(bought.leases.size(), 1U);
    EXPECT_EQ(bought.leases[0].voucher->reserved, Money(0));
    EXPECT_EQ(to_string(bought.leases[0].hold), "10.100000");
}

TEST_F(Voucher, ATitleDoesNotGoToWhomAVoucherPaysFor) {
    open();
    const LeaseRow lease = trade(day, 2, 1, 3, matching::Billing::kReserved, kClaim);
    ASSERT_GT(lease.voucher->reserved, Money(0));
    const auto title = [](Time from) {
        return ProposeTitle{numbered<PoolId>(2), from, {{kBuyer, Ppm(kPpm)}}};
    };
    EXPECT_EQ(refusal(run(kSeller, title(day.now))), "owner_has_voucher");
    EXPECT_EQ(refusal(run(kSeller, title(lease.terms.window.end))), "none");
}

// Named before it bought with a voucher, it could confirm afterwards.
TEST_F(Voucher, ATitleIsNotConfirmedByWhomAVoucherPaysForSince) {
    open();
    const Time soon(day.now.value + 600);
    const auto proposed =
        run(kSeller, ProposeTitle{numbered<PoolId>(2), soon, {{kBuyer, Ppm(kPpm)}}});
    ASSERT_EQ(refusal(proposed), "none");
    const LeaseRow lease = trade(day, 2, 1, 3, matching::Billing::kReserved, kClaim);
    ASSERT_GT(lease.voucher->reserved, Money(0));
    const ConfirmTitle confirmed{numbered<PoolId>(2), proposed.index};
    EXPECT_EQ(refusal(run(kBuyer, confirmed)), "owner_has_voucher");
    EXPECT_EQ(day.market.state().titles.at(0).state, TitleState::kProposed);
}

TEST_F(Voucher, AScopeOfHubsCoversWhereTheOrderAsksForThem) {
    Programme local = programme();
    local.scope.hubs = {"gansu", "guizhou"};
    open(local);
    EXPECT_FALSE(buy(1, "10").orders.at(0).voucher->covers);
    PlaceOrder bid = day.buy(4, 1, "10", kHour);
    bid.voucher = kClaim;
    bid.terms.requirement =
        *matching::parse_requirement(Json::parse(R"({"hub":{"one_of":["guizhou"]}})"));
    EXPECT_TRUE(run(kBuyer, bid).orders.at(0).voucher->covers);
}

TEST_F(Voucher, RefusesOrdersThatTheProgrammeIsNotFor) {
    Programme narrow = programme();
    narrow.scope.purposes = {"training"};
    narrow.scope.kinds = {BuyerKind::kUniversity};
    open(narrow, grant(3'000'000));
    EXPECT_EQ(refusal(buy(1, "10", {numbered<GrantId>(9), ""})), "unknown_grant");
    EXPECT_EQ(refusal(buy(1, "10", {kGrant, "games"})), "not_eligible");
    EXPECT_EQ(refusal(buy(1, "10", {kGrant, "training"})), "not_eligible");
    run(kBoss, DescribeOrganisation{kBuyer, {BuyerKind::kUniversity}, ""});
    EXPECT_EQ(refusal(buy(1, "10", {kGrant, "training"})), "none");
    EXPECT_EQ(refusal(buy(1, "10", {kGrant, "training"})), "grant_exhausted");
    PlaceOrder foreign = day.buy(5, 1, "10", kHour);
    foreign.voucher = kClaim;
    EXPECT_EQ(refusal(run(SmallMarket::organisation(5), foreign)), "unknown_grant");
}

}  // namespace
}  // namespace suanpan::core
