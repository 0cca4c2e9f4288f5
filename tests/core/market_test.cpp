#include "base/decimal.hpp"
#include "small_market.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace suanpan::core {
namespace {

using settlement::AccountKind;

constexpr std::int64_t kLotHourUs = 3'600'000'000;

TEST(Market, RegistersCapacityWithItsNominalRate) {
    SmallMarket day;
    const auto rate = day.market.engine().find_rate(numbered<PoolId>(2), "AI-FP16");
    ASSERT_TRUE(rate);
    EXPECT_EQ(rate->value, 100'000);  // half of the peak, by the schedule's efficiency
}

TEST(Market, ATradeHoldsTheBuyersWorstCaseAtTheTradePrice) {
    SmallMarket day;
    const auto offer = day.run(SmallMarket::organisation(2),
                               day.sell(2, 10, "5.000000", SmallMarket::hours(1, 25)));
    ASSERT_FALSE(offer.refusal);
    const auto bid =
        day.run(SmallMarket::organisation(4), day.buy(4, 4, "6.000000", SmallMarket::hours(2, 4)));
    ASSERT_FALSE(bid.refusal);
    ASSERT_EQ(bid.trades.size(), 1U);
    EXPECT_EQ(bid.trades[0].fill.price, *parse_price("5"));
    // 4 lots × 2 h × 5.00 = 40.00, and 1 % fee.
    EXPECT_EQ(to_string(bid.leases.at(0).hold), "40.400000");
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kHeld)), "40.400000");
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kAvailable)), "959.600000");
    EXPECT_EQ(bid.entries.size(), 3U);  // order, trade, lease
    EXPECT_EQ(bid.entries[1].kind, "trade");
}

TEST(Market, RefusesAnOrderThatTheBuyerCannotPayAndLogsIt) {
    SmallMarket day;
    const auto bid = day.run(SmallMarket::organisation(4),
                             day.buy(4, 10, "1000.000000", SmallMarket::hours(2, 4)));
    ASSERT_TRUE(bid.refusal);
    EXPECT_EQ(bid.refusal->code(), "insufficient_funds");
    ASSERT_EQ(bid.entries.size(), 1U);
    EXPECT_EQ(bid.entries[0].kind, "refused");
    EXPECT_EQ(day.balance(4, AccountKind::kHeld).value, 0);
}

TEST(Market, CancellingReleasesTheHold) {
    SmallMarket day;
    const auto bid =
        day.run(SmallMarket::organisation(4), day.buy(4, 3, "7.000000", SmallMarket::hours(2, 3)));
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kHeld)), "21.210000");
    const auto foreign = day.run(SmallMarket::organisation(5), CancelOrder{*bid.order});
    ASSERT_TRUE(foreign.refusal);
    EXPECT_EQ(foreign.refusal->code(), "order_not_found");
    const auto cancelled = day.run(SmallMarket::organisation(4), CancelOrder{*bid.order});
    ASSERT_FALSE(cancelled.refusal);
    EXPECT_EQ(day.balance(4, AccountKind::kHeld).value, 0);
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kAvailable)), "1000.000000");
}

TEST(Market, AnOrderThatExpiresReleasesItsHoldWhenTimePasses) {
    SmallMarket day;
    day.run(SmallMarket::organisation(4), day.buy(4, 3, "7.000000", SmallMarket::hours(2, 3)));
    ASSERT_TRUE(day.market.next_due());
    const auto tick = day.run_at(SmallMarket::hours(2, 3).start, OrganisationId{}, Tick{});
    ASSERT_FALSE(tick.refusal);
    EXPECT_EQ(day.balance(4, AccountKind::kHeld).value, 0);
    EXPECT_FALSE(day.market.next_due());
}

TEST(Market, TimeNeverGoesBack) {
    SmallMarket day;
    day.run_at(Time(kStart.value + 100), OrganisationId{}, Tick{});
    const auto earlier = day.run_at(kStart, OrganisationId{}, Tick{});
    EXPECT_EQ(earlier.time, Time(kStart.value + 100));
}

// One lease of 4 lots over two hours at 5.00, handed over in time.
LeaseId running_lease(SmallMarket& day) {
    day.run(SmallMarket::organisation(2), day.sell(2, 10, "5.000000", SmallMarket::hours(1, 25)));
    const auto bid =
        day.run(SmallMarket::organisation(4), day.buy(4, 4, "6.000000", SmallMarket::hours(2, 4)));
    const LeaseId lease = bid.leases.at(0).id;
    EXPECT_FALSE(
        day.run(SmallMarket::organisation(2), AdvanceLease{lease, LeaseAction::kAccept}).refusal);
    EXPECT_FALSE(
        day.run(SmallMarket::organisation(2), AdvanceLease{lease, LeaseAction::kActivate}).refusal);
    return lease;
}

TEST(Market, PaysForWhatWasDeliveredAndReleasesTheRest) {
    SmallMarket day;
    const LeaseId lease = running_lease(day);
    // The first hour in full; of the second, three of the four lots.
    const auto first =
        day.run_at(Time(kStart.value + 3 * 3600), SmallMarket::organisation(2),
                   day.reading(2, lease, 0, SmallMarket::hours(2, 3), 4 * kLotHourUs));
    ASSERT_FALSE(first.refusal);
    ASSERT_EQ(first.readings.size(), 1U);
    EXPECT_EQ(first.readings[0].verdict, settlement::Verdict::kAccepted);
    day.run_at(Time(kStart.value + 4 * 3600), SmallMarket::organisation(2),
               day.reading(2, lease, 1, SmallMarket::hours(3, 4), 7 * kLotHourUs));
    const Settle range{LogIndex(0), day.market.head().size};
    const auto settled = day.run(SmallMarket::organisation(1), range);
    ASSERT_FALSE(settled.refusal) << settled.refusal->detail();
    ASSERT_TRUE(settled.run);
    EXPECT_TRUE(settled.run->closed);
    EXPECT_EQ(settled.run->leases, 1);
    // 7 lot·h × 5.00 = 35.00; the buyer pays 1 % on top, the provider 2 % out of it.
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kAvailable)), "964.650000");
    EXPECT_EQ(day.balance(4, AccountKind::kHeld).value, 0);
    EXPECT_EQ(to_string(day.balance(2, AccountKind::kPending)), "34.300000");
    EXPECT_EQ(to_string(day.balance(1, AccountKind::kFees)), "1.050000");
    EXPECT_TRUE(day.market.total(kCurrency) == 0);
    // It stays as long as somebody may dispute a window of it.
    EXPECT_EQ(day.market.state().leases.size(), 1U);
    day.run_at(Time(day.now.value + 7 * 86'400), SmallMarket::organisation(1), Tick{});
    EXPECT_TRUE(day.market.state().leases.empty());
}

TEST(Market, ASecondRunOverTheSameRangePostsNothing) {
    SmallMarket day;
    const LeaseId lease = running_lease(day);
    day.run_at(Time(kStart.value + 3 * 3600), SmallMarket::organisation(2),
               day.reading(2, lease, 0, SmallMarket::hours(2, 3), 4 * kLotHourUs));
    const Settle range{LogIndex(0), day.market.head().size};
    day.run(SmallMarket::organisation(1), range);
    const Rows before = day.market.state();
    const auto again = day.run(SmallMarket::organisation(1), range);
    ASSERT_TRUE(again.run);
    EXPECT_EQ(again.entries.size(), 1U);
    EXPECT_EQ(day.market.state().balances, before.balances);
}

TEST(Market, ProceedsBecomeAvailableAfterTheDisputePeriod) {
    SmallMarket day;
    const LeaseId lease = running_lease(day);
    day.run_at(Time(kStart.value + 3 * 3600), SmallMarket::organisation(2),
               day.reading(2, lease, 0, SmallMarket::hours(2, 3), 4 * kLotHourUs));
    day.run(SmallMarket::organisation(1), Settle{LogIndex(0), day.market.head().size});
    const Time released(kStart.value + 3 * 3600 + 7 * 86'400);
    day.run_at(Time(released.value - 1), OrganisationId{}, Tick{});
    EXPECT_EQ(day.balance(2, AccountKind::kAvailable).value, 0);
    day.run_at(released, OrganisationId{}, Tick{});
    EXPECT_EQ(to_string(day.balance(2, AccountKind::kAvailable)), "19.600000");
    EXPECT_EQ(day.balance(2, AccountKind::kPending).value, 0);
}

TEST(Market, ALeaseNeverHandedOverDefaultsAndCostsNothing) {
    SmallMarket day;
    day.run(SmallMarket::organisation(2), day.sell(2, 10, "5.000000", SmallMarket::hours(1, 25)));
    day.run(SmallMarket::organisation(4), day.buy(4, 4, "6.000000", SmallMarket::hours(2, 4)));
    day.run_at(SmallMarket::hours(2, 4).end, OrganisationId{}, Tick{});
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kAvailable)), "1000.000000");
    EXPECT_TRUE(day.market.state().leases.empty());
}

TEST(Market, ALateHandOverReleasesTheHoldOfTheLostTime) {
    SmallMarket day;
    day.run(SmallMarket::organisation(2), day.sell(2, 10, "5.000000", SmallMarket::hours(1, 25)));
    const auto bid =
        day.run(SmallMarket::organisation(4), day.buy(4, 4, "6.000000", SmallMarket::hours(2, 4)));
    const LeaseId lease = bid.leases.at(0).id;
    const Time late(kStart.value + 3 * 3600);
    day.run_at(late, SmallMarket::organisation(2), AdvanceLease{lease, LeaseAction::kAccept});
    day.run(SmallMarket::organisation(2), AdvanceLease{lease, LeaseAction::kActivate});
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kHeld)), "20.200000");
}

TEST(Market, SplitsProceedsByTitle) {
    SmallMarket day;
    const auto proposed = day.run(SmallMarket::organisation(2),
                                  ProposeTitle{numbered<PoolId>(2),
                                               kStart,
                                               {{SmallMarket::organisation(2), Ppm(600'000)},
                                                {SmallMarket::organisation(3), Ppm(400'000)}}});
    day.run(SmallMarket::organisation(3), ConfirmTitle{numbered<PoolId>(2), proposed.index});
    const LeaseId lease = running_lease(day);
    day.run_at(Time(kStart.value + 3 * 3600), SmallMarket::organisation(2),
               day.reading(2, lease, 0, SmallMarket::hours(2, 3), 4 * kLotHourUs));
    day.run(SmallMarket::organisation(1), Settle{LogIndex(0), day.market.head().size});
    EXPECT_EQ(to_string(day.balance(2, AccountKind::kPending)), "11.760000");
    EXPECT_EQ(to_string(day.balance(3, AccountKind::kPending)), "7.840000");
}

TEST(Market, AnAttestationReplacesTheRateAndCancelsRestingSells) {
    SmallMarket day;
    const auto offer = day.run(SmallMarket::organisation(2),
                               day.sell(2, 10, "5.000000", SmallMarket::hours(1, 25)));
    ASSERT_TRUE(offer.order);
    day.run(SmallMarket::organisation(2),
            Attest{numbered<AttestationId>(1), numbered<PoolId>(2), "AI-FP16", Rate(120'000),
                   "bench 1.0", Time(kStart.value + 7200)});
    EXPECT_EQ(day.market.engine().find_rate(numbered<PoolId>(2), "AI-FP16"), Rate(120'000));
    EXPECT_TRUE(day.market.engine().open_orders().empty());
    day.run_at(Time(kStart.value + 7200), OrganisationId{}, Tick{});
    EXPECT_EQ(day.market.engine().find_rate(numbered<PoolId>(2), "AI-FP16"), Rate(100'000));
}

TEST(Market, LoadingItsStateGivesTheSameMarket) {
    SmallMarket day;
    const LeaseId lease = running_lease(day);
    day.run(SmallMarket::organisation(5), day.buy(5, 2, "4.000000", SmallMarket::hours(5, 9)));
    day.run_at(Time(kStart.value + 3 * 3600), SmallMarket::organisation(2),
               day.reading(2, lease, 0, SmallMarket::hours(2, 3), 4 * kLotHourUs));
    const Rows state = day.market.state();
    Market copy;
    copy.load(state);
    EXPECT_EQ(to_hex(as_chars(digest(copy.state()))), to_hex(as_chars(digest(state))));
    EXPECT_EQ(copy.next_due(), day.market.next_due());
}

// The refusals, each with its code; none may change anything but the log.
TEST(Market, RefusesWithAStableCode) {
    SmallMarket day;
    const LeaseId lease = running_lease(day);
    const auto boss = SmallMarket::organisation(1);
    const auto provider = SmallMarket::organisation(2);
    const auto buyer = SmallMarket::organisation(4);
    auto unpaid = day.reading(2, lease, 0, SmallMarket::hours(2, 3), kLotHourUs);
    auto foreign_meter = unpaid;
    foreign_meter.batch.meter = numbered<MeterId>(3);
    auto unknown_meter = unpaid;
    unknown_meter.batch.meter = numbered<MeterId>(9);
    auto wrong_role = unpaid;
    wrong_role.batch.role = settlement::MeterRole::kBuyer;
    auto unknown_lease = unpaid;
    unknown_lease.batch.lease = numbered<LeaseId>(99);
    auto other_pool = day.sell(2, 1, "1", SmallMarket::hours(5, 6));
    other_pool.terms.pool = numbered<PoolId>(3);
    RegisterModel absurd_model;
    absurd_model.model.id = "absurd";
    absurd_model.model.peak["AI-FP16"] = Rate(matching::kMaxRate + 1);
    const Attest absurd_rate{
        numbered<AttestationId>(2),   numbered<PoolId>(2), "AI-FP16",
        Rate(matching::kMaxRate + 1), "bench 1.0",         Time(kStart.value + 7200)};
    DefineMarket absurd_market;
    absurd_market.rules.key = kMarket;
    absurd_market.rules.max_lots = Lots(std::numeric_limits<std::int64_t>::max());
    const std::vector<std::tuple<std::string, OrganisationId, CommandBody>> cases = {
        {"bad_model", boss, absurd_model},
        {"bad_rate", provider, absurd_rate},
        {"bad_market", boss, absurd_market},
        {"not_allowed", buyer, RegisterOrganisation{numbered<OrganisationId>(9), {Role::kBuyer}}},
        {"organisation_exists", boss, RegisterOrganisation{buyer, {Role::kBuyer}}},
        {"operator_exists", boss,
         RegisterOrganisation{numbered<OrganisationId>(9), {Role::kOperator}}},
        {"bad_roles", boss, RegisterOrganisation{numbered<OrganisationId>(9), {}}},
        {"not_allowed", buyer, day.sell(2, 1, "1", SmallMarket::hours(5, 6))},
        {"role_missing", buyer, day.sell(4, 1, "1", SmallMarket::hours(5, 6))},
        {"unknown_pool", provider, other_pool},
        {"lease_not_found", buyer, AdvanceLease{lease, LeaseAction::kAccept}},
        {"wrong_lease_state", provider, AdvanceLease{lease, LeaseAction::kAccept}},
        {"foreign_lease", provider, foreign_meter},
        {"unknown_lease", provider, unknown_lease},
        {"unknown_meter", provider, unknown_meter},
        {"wrong_role", provider, wrong_role},
        {"bad_shares", provider,
         ProposeTitle{numbered<PoolId>(2), kStart, {{provider, Ppm(999'999)}}}},
        {"unknown_attestation", boss, RevokeAttestation{numbered<AttestationId>(7)}},
        {"range_not_complete", boss, Settle{LogIndex(0), LogIndex(100'000)}},
        {"bad_range", boss, Settle{LogIndex(5), LogIndex(5)}},
        {"not_allowed", provider, Settle{LogIndex(0), LogIndex(1)}},
        {"not_free", provider, BlockLots{numbered<PoolId>(2), SmallMarket::hours(2, 4), Lots(7)}},
    };
    for (const auto& [code, actor, body] : cases) {
        Rows before = day.market.state();
        const auto outcome = day.run(actor, body);
        ASSERT_TRUE(outcome.refusal) << code;
        EXPECT_EQ(outcome.refusal->code(), code);
        EXPECT_FALSE(outcome.refusal->detail().empty());
        Rows after = day.market.state();
        before.head = after.head;
        EXPECT_EQ(digest(before), digest(after)) << code;
    }
}

}  // namespace
}  // namespace suanpan::core
