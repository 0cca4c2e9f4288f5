// Compute vouchers in the market: who may do what, what is reserved, and what becomes of it
// (metering-settlement "Vouchers", market §7).

#include "base/decimal.hpp"
#include "core/replay.hpp"
#include "delivery.hpp"
#include "voucher_sums.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace suanpan::core {
namespace {

using settlement::AccountKind;
using settlement::BuyerKind;
using settlement::Grant;
using settlement::GrantState;
using settlement::Programme;
const OrganisationId kFunder = SmallMarket::organisation(6);
const ProgrammeId kProgramme = numbered<ProgrammeId>(1);
const GrantId kGrant = numbered<GrantId>(1);
const VoucherClaim kClaim{kGrant, ""};
constexpr std::int64_t kDay = 86'400;

Programme programme() {  // pays half, out of 100
    Programme out;
    out.id = kProgramme;
    out.funders = {{kFunder, Ppm(kPpm)}};
    out.currency = kCurrency;
    out.budget = Money(100'000'000);
    out.from = kStart;
    out.until = Time(kStart.value + 30 * kDay);
    out.share_paid = Ppm(500'000);
    return out;
}

Grant grant(std::int64_t amount = 50'000'000) {
    return {kGrant, kProgramme, kBuyer, Money(amount), Time(kStart.value + 10 * kDay)};
}

// A market with a funder that has 500. Whatever is done here, the sums are looked at after it.
class Voucher : public testing::Test {
 protected:
    Voucher() {
        run(kBoss, RegisterOrganisation{kFunder, {Role::kFunder}});
        day.move_cash(kFunder, 500'000'000);
    }
    CommandOutcome run(const OrganisationId& actor, CommandBody body) {
        auto outcome = day.run(actor, std::move(body));
        expect_vouchers_add_up(day.market);
        return outcome;
    }
    void open(const Programme& opened = programme(), const Grant& granted = grant()) {
        ASSERT_EQ(refusal(run(kFunder, OpenProgramme{kFunder, opened})), "none");
        ASSERT_EQ(refusal(run(kFunder, GrantVoucher{granted})), "none");
    }
    CommandOutcome buy(std::int64_t lots, const char* price, const VoucherClaim& claim = kClaim) {
        PlaceOrder bid = day.buy(4, lots, price, kHour);
        bid.voucher = claim;
        return run(kBuyer, bid);
    }
    CommandOutcome buy_cu(std::int64_t lots, std::int64_t limit_micro) {
        PlaceOrder bid = day.buy(4, lots, "1", kHour);
        bid.terms.unit = Unit::kCu;
        bid.terms.quantity = lots * 100'000;
        bid.terms.limit_price = Price(limit_micro);
        bid.voucher = kClaim;
        return run(kBuyer, bid);
    }
    // The order that the command placed, as it stands after it.
    static const OrderRow& placed_by(const CommandOutcome& outcome) {
        return *std::ranges::find_if(outcome.orders, [&](const OrderRow& row) {
            return row.view.terms.id == outcome.order;
        });
    }
    [[nodiscard]] const GrantState& state() const {
        return *day.market.vouchers().find_grant(kGrant);
    }
    [[nodiscard]] std::string available(std::uint8_t organisation) const {
        return to_string(day.balance(organisation, AccountKind::kAvailable));
    }
    [[nodiscard]] std::string held() const { return to_string(day.balance(4, AccountKind::kHeld)); }

    SmallMarket day;
};

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

TEST_F(Voucher, RefusesProgrammesWithTheFaultsCode) {
    const auto with = [](const auto& change) {
        OpenProgramme body{kFunder, programme()};
        change(body.programme);
        return body;
    };
    const auto as_is = with([](auto&) {});
    EXPECT_EQ(refusal(run(kBuyer, as_is)), "not_allowed");
    EXPECT_EQ(refusal(run(kBuyer, OpenProgramme{kBuyer, programme()})), "role_missing");
    EXPECT_EQ(refusal(run(kFunder, with([](auto& p) { p.share_paid = Ppm(0); }))), "bad_programme");
    EXPECT_EQ(refusal(run(kFunder, with([](auto& p) { p.funders[0].share = Ppm(1); }))),
              "bad_shares");
    EXPECT_EQ(refusal(run(kFunder, with([](auto& p) { p.funders[0].funder = kBuyer; }))),
              "not_allowed");
    EXPECT_EQ(refusal(run(kFunder, with([](auto& p) { p.budget = Money(500'000'001); }))),
              "insufficient_funds");
    EXPECT_EQ(refusal(run(kFunder, as_is)), "none");
    EXPECT_EQ(refusal(run(kFunder, as_is)), "programme_exists");
    EXPECT_EQ(refusal(run(kBuyer, FundProgramme{kProgramme, Money(1)})), "unknown_programme");
    EXPECT_EQ(refusal(run(kFunder, FundProgramme{kProgramme, Money(0)})), "bad_amount");
    EXPECT_EQ(refusal(run(kFunder, FundProgramme{kProgramme, Money(400'000'001)})),
              "insufficient_funds");
    EXPECT_EQ(refusal(run(kFunder, FundProgramme{kProgramme, Money(400'000'000)})), "none");
    EXPECT_EQ(available(6), "0.000000");
}

TEST_F(Voucher, AProgrammeThatIsOverGivesItsRestBack) {
    run(kFunder, OpenProgramme{kFunder, programme()});
    run(kFunder, GrantVoucher{grant()});
    EXPECT_EQ(refusal(run(kFunder, CloseProgramme{kProgramme})), "programme_not_over");
    day.now = programme().until;
    EXPECT_EQ(refusal(run(kBuyer, CloseProgramme{kProgramme})), "unknown_programme");
    EXPECT_EQ(refusal(run(kFunder, CloseProgramme{kProgramme})), "none");
    EXPECT_EQ(available(6), "500.000000");
    EXPECT_EQ(refusal(run(kFunder, CloseProgramme{kProgramme})), "nothing_to_return");
    EXPECT_EQ(refusal(run(kFunder, FundProgramme{kProgramme, Money(1)})), "programme_over");
    OpenProgramme late{kFunder, programme()};
    late.programme.id = numbered<ProgrammeId>(77);
    EXPECT_EQ(refusal(run(kFunder, late)), "bad_programme");
}

TEST_F(Voucher, RefusesGrantsWithTheFaultsCode) {
    run(kFunder, OpenProgramme{kFunder, programme()});
    const auto with = [](const auto& change) {
        GrantVoucher body{grant()};
        change(body.grant);
        return body;
    };
    EXPECT_EQ(refusal(run(kBuyer, GrantVoucher{grant()})), "unknown_programme");
    EXPECT_EQ(refusal(run(kFunder, with([](auto& g) { g.organisation = kFunder; }))),
              "role_missing");
    EXPECT_EQ(refusal(run(kFunder, with([](auto& g) { g.amount = Money(0); }))), "bad_amount");
    EXPECT_EQ(refusal(run(kFunder, with([](auto& g) { g.expires = kStart; }))), "grant_expired");
    EXPECT_EQ(refusal(run(kFunder, with([](auto& g) { g.amount = Money(100'000'001); }))),
              "budget_exhausted");
    EXPECT_EQ(refusal(run(kFunder, GrantVoucher{grant()})), "none");
    EXPECT_EQ(refusal(run(kFunder, GrantVoucher{grant()})), "grant_exists");
    EXPECT_EQ(refusal(run(kFunder, DescribeOrganisation{kBuyer, {}, ""})), "not_allowed");
    EXPECT_EQ(refusal(run(kBoss, DescribeOrganisation{numbered<OrganisationId>(9), {}, ""})),
              "unknown_organisation");
    EXPECT_EQ(refusal(run(kBoss, DescribeOrganisation{kBuyer, {}, std::string(129, 'x')})),
              "bad_description");
}

TEST_F(Voucher, SeveralFundersPayByTheirShares) {
    const OrganisationId second = SmallMarket::organisation(7);
    run(kBoss, RegisterOrganisation{second, {Role::kFunder}});
    day.move_cash(second, 100'000'000);
    Programme joint = programme();
    joint.funders = {{kFunder, Ppm(750'000)}, {second, Ppm(250'000)}};
    EXPECT_EQ(refusal(run(kFunder, OpenProgramme{kFunder, joint})), "not_allowed");
    EXPECT_EQ(refusal(run(kBoss, OpenProgramme{kFunder, joint})), "none");
    EXPECT_EQ(available(6), "425.000000");
    EXPECT_EQ(available(7), "75.000000");
    EXPECT_EQ(refusal(run(kFunder, FundProgramme{kProgramme, Money(1'000'000)})), "not_allowed");
}

}  // namespace
}  // namespace suanpan::core
