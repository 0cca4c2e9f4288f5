// Two disputes of one window, ended in one order and in the other: the money is the same, and no
// end takes more than is held, whatever step of the grade lies between their outcomes.

#include "disputed.hpp"
#include "replayed.hpp"
#include "support/seed.hpp"
#include "voucher_sums.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>

namespace suanpan::core {
namespace {

using settlement::AccountKind;
using settlement::Delivered;
using settlement::DisputeParty;

const OrganisationId kFunder = SmallMarket::organisation(6);
const GrantId kGrant = numbered<GrantId>(1);
constexpr std::array kKinds{AccountKind::kAvailable,  AccountKind::kHeld,   AccountKind::kBond,
                            AccountKind::kPending,    AccountKind::kFees,   AccountKind::kTax,
                            AccountKind::kReceivable, AccountKind::kBudget, AccountKind::kReserved};
using Balances = std::map<std::pair<std::uint8_t, AccountKind>, std::int64_t>;

// Of two lots and an hour.
struct TwoDisputes {
    std::int64_t provider_us = 0;  // what the meters say …
    std::int64_t buyer_us = 0;
    std::int64_t claimed_us = 0;  // … and what the buyer claims
    std::int64_t raised_us = 0;   // the end of the mismatch, at least the lesser of the meters
    std::int64_t lowered_us = 0;  // the end of the buyer's dispute
    bool opened_before_the_run = false;
    bool with_partner = false;
    bool metered = false;
    std::int64_t days_between = 0;
    std::optional<std::int64_t> voucher;  // what is granted
    Ppm share_paid{0};
    SetSchedule schedule;
};

TwoDisputes some_disputes(std::mt19937_64& random) {
    const auto below = [&](std::int64_t n) {
        return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random);
    };
    // Mostly close to the steps, at 95, 99 and 99.5 %.
    const auto lot_us = [&](std::int64_t least, std::int64_t most) {
        const std::int64_t near = 2 * kHourUs * (94 + below(7)) / 100 - below(2) * 1'000'000;
        return below(3) == 0 ? least + below(most - least + 1) : std::clamp(near, least, most);
    };
    TwoDisputes out;
    out.buyer_us = lot_us(kHourUs, 2 * kHourUs - 20'000'000);
    out.provider_us = lot_us(out.buyer_us + 10'000'000, 2 * kHourUs);
    out.claimed_us = lot_us(0, out.buyer_us - 1);
    out.raised_us = lot_us(out.buyer_us, out.provider_us);
    out.lowered_us = lot_us(out.claimed_us, out.buyer_us);
    out.opened_before_the_run = below(2) == 0;
    out.with_partner = below(2) == 0;
    out.metered = below(3) == 0;
    out.days_between = below(3) * 5;
    if (below(2) == 0) out.voucher = 1 + below(30'000'000);
    out.share_paid = Ppm(below(2) == 0 ? kPpm : 1 + below(kPpm));
    out.schedule = small_schedule();
    out.schedule.grades["standard"] = settlement::standard_grade().steps;
    out.schedule.fees.buyer_flat = Price(below(100'000));
    out.schedule.fees.buyer_tax = Ppm(below(200'000));
    out.schedule.fees.provider_withholding = Ppm(below(100'000));
    out.schedule.metered_minimum = Ppm(below(kPpm));
    out.schedule.dispute_period = Duration(7 * kDay);
    return out;
}

class DisputedTwice {
 public:
    explicit DisputedTwice(const TwoDisputes& what) : what_(what) {
        day_.run(kBoss, what.schedule);
        if (what.with_partner) share_pool();
        register_buyer_meter(day_);
        register_arbiter(day_);
        if (what.voucher) fund();
        const auto billing =
            what.metered ? matching::Billing::kMetered : matching::Billing::kReserved;
        lease_ = trade(day_, 2, 1, 2, billing,
                       what.voucher ? std::optional(VoucherClaim{kGrant, ""}) : std::nullopt);
        hand_over(day_, lease_.id);
        measure();
        if (what.opened_before_the_run) open();
        settle(day_);
        if (!what.opened_before_the_run) open();
        day_.run(kSeller, ClaimDispute{mismatch_});
        day_.run(kSeller, ClaimDispute{buyers_});
    }

    void end(bool raising) {
        const std::int64_t held = held_by_buyer();
        const Delivered result{raising ? what_.raised_us : what_.lowered_us, Ppm(0)};
        const auto ended = day_.run(kArbiter, ruling(raising ? mismatch_ : buyers_, result));
        ASSERT_EQ(refusal(ended), "none");
        ASSERT_LE(ended.dispute->change->buyer_pays.value, held) << "more than was held";
        expect_sums();
        pass_days(what_.days_between);
        expect_sums();
    }
    Balances last() {
        pass_days(60);
        EXPECT_TRUE(day_.market.state().leases.empty());
        expect_the_same_from_log_and_rows(day_);
        Balances out;
        for (std::uint8_t who = 1; who <= 6; ++who) {
            for (const AccountKind kind : kKinds)
                out[{who, kind}] = day_.balance(who, kind).value;
        }
        EXPECT_EQ((out[{4, AccountKind::kHeld}]), 0);
        return out;
    }
    [[nodiscard]] std::size_t lines() const { return day_.lines.size(); }
    // All lines of the window.
    [[nodiscard]] std::int64_t billed_us() const {
        std::int64_t sum = 0;
        for (const SettlementLineRow& line : day_.lines)
            sum += line.lot_us;
        return sum;
    }

 private:
    void share_pool() {
        const PoolId pool = numbered<PoolId>(2);
        const auto proposed = day_.run(
            kSeller,
            ProposeTitle{pool, kStart, {{kSeller, Ppm(300'001)}, {kPartner, Ppm(699'999)}}});
        day_.run(kPartner, ConfirmTitle{pool, proposed.index});
    }
    void fund() {
        day_.run(kBoss, RegisterOrganisation{kFunder, {Role::kFunder}});
        day_.move_cash(kFunder, 900'000'000);
        settlement::Programme programme;
        programme.id = numbered<ProgrammeId>(1);
        programme.funders = {{kFunder, Ppm(kPpm)}};
        programme.currency = kCurrency;
        programme.budget = Money(900'000'000);
        programme.from = kStart;
        programme.until = Time(kStart.value + 90 * kDay);
        programme.share_paid = what_.share_paid;
        ASSERT_EQ(refusal(day_.run(kFunder, OpenProgramme{kFunder, programme})), "none");
        const settlement::Grant grant{kGrant, programme.id, kBuyer, Money(*what_.voucher),
                                      Time(kStart.value + 3 * kDay)};
        ASSERT_EQ(refusal(day_.run(kFunder, GrantVoucher{grant})), "none");
    }
    void measure() {
        const Window window = SmallMarket::hours(1, 2);
        day_.now = window.end;
        day_.run(kSeller, day_.reading(2, lease_.id, 0, window, what_.provider_us));
        const auto outcome = day_.run(kBuyer, meter_.reading(lease_.id, 0, window, what_.buyer_us));
        ASSERT_TRUE(outcome.dispute.has_value());
        mismatch_ = outcome.dispute->dispute.id;
    }
    void open() {
        settlement::DisputeClaim claim;
        claim.by = DisputeParty::kBuyer;
        claim.reason = settlement::DisputeReason::kNotUsable;
        claim.delivered = {what_.claimed_us, Ppm(0)};
        const auto outcome =
            day_.run(kBuyer, OpenDispute{lease_.id, SmallMarket::hours(1, 2).start, claim});
        ASSERT_EQ(refusal(outcome), "none");
        buyers_ = outcome.dispute->dispute.id;
    }
    void pass_days(std::int64_t days) {
        day_.now = Time(day_.now.value + days * kDay);
        day_.run(kBoss, Tick{});
    }
    [[nodiscard]] std::int64_t held_by_buyer() const {
        std::int64_t out = 0;
        for (const DisputeRow& row : day_.market.state().disputes)
            out += row.held.value;
        return out;
    }
    void expect_sums() {
        expect_vouchers_add_up(day_.market);
        ASSERT_TRUE(day_.market.total(kCurrency) == 0);
        const Rows state = day_.market.state();
        std::int64_t held = 0;
        for (const LeaseRow& row : state.leases)
            held += row.hold.value;
        ASSERT_EQ(day_.balance(4, AccountKind::kHeld).value, held);
        ASSERT_GE(held, held_by_buyer());
        for (const std::uint8_t owner : kProviders)
            ASSERT_EQ(day_.balance(owner, AccountKind::kReceivable), Money(0))
                << "what is in dispute was paid out";
    }

    TwoDisputes what_;
    SmallMarket day_;
    BuyerMeter meter_;
    LeaseRow lease_;
    DisputeId mismatch_;
    DisputeId buyers_;
};

// Below 95 % the hour costs nothing: nothing was frozen of what the provider's end then paid out.
TEST(DisputeOrder, TheBuyersDisputeKeepsWhatTheProvidersEndPays) {
    TwoDisputes what;
    what.provider_us = what.raised_us = 2 * kHourUs * 96 / 100;
    what.buyer_us = 2 * kHourUs * 94 / 100;
    what.claimed_us = what.lowered_us = 2 * kHourUs * 92 / 100;
    what.days_between = 10;
    what.schedule = small_schedule();
    what.schedule.grades["standard"] = settlement::standard_grade().steps;
    what.schedule.dispute_period = Duration(7 * kDay);
    DisputedTwice disputed(what);
    disputed.end(true);
    disputed.end(false);
    EXPECT_EQ((disputed.last()[{2, AccountKind::kAvailable}]), 0);
}

// They could differ where a step lay between: the buyer's end gave back what the provider's claim
// needed, and the correction was cut at what was left.
TEST(DisputeOrderRandom, BothOrdersGiveTheSameMoney) {
    std::mt19937_64 random(support::test_seed());
    int stepped = 0;
    for (int round = 0; round < 60; ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        const TwoDisputes what = some_disputes(random);
        DisputedTwice one(what);
        DisputedTwice other(what);
        if (testing::Test::HasFatalFailure()) return;
        for (const bool raising : {true, false}) {
            one.end(raising);
            other.end(!raising);
        }
        ASSERT_EQ(one.last(), other.last());
        const std::int64_t delivered_us = what.raised_us + what.lowered_us - what.buyer_us;
        for (const DisputedTwice* ended : {&one, &other}) {
            // A correction that moves no money has no line.
            if (ended->lines() == 3) ASSERT_EQ(ended->billed_us(), delivered_us);
        }
        if (testing::Test::HasFailure()) return;
        const auto grade = [](std::int64_t lot_us) {
            return settlement::availability_credit(settlement::standard_grade(), Lots(2),
                                                   SmallMarket::hours(1, 2), lot_us);
        };
        stepped += grade(what.lowered_us) == grade(delivered_us) ? 0 : 1;
    }
    EXPECT_GT(stepped, 0);
}

}  // namespace
}  // namespace suanpan::core
