#pragma once

// A market with a funder, for tests of vouchers.

#include "base/decimal.hpp"
#include "delivery.hpp"
#include "voucher_sums.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace suanpan::core {

using settlement::AccountKind;
using settlement::BuyerKind;
using settlement::Grant;
using settlement::GrantState;
using settlement::Programme;

inline const OrganisationId kFunder = SmallMarket::organisation(6);
inline const ProgrammeId kProgramme = numbered<ProgrammeId>(1);
inline const GrantId kGrant = numbered<GrantId>(1);
inline const VoucherClaim kClaim{kGrant, ""};

inline Programme programme() {  // pays half, out of 100
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

inline Grant grant(std::int64_t amount = 50'000'000) {
    return {kGrant, kProgramme, kBuyer, Money(amount), Time(kStart.value + 10 * kDay)};
}

// A market with a funder that has 500. Whatever is done here, the sums are looked at after it.
class VoucherDay : public testing::Test {
 protected:
    VoucherDay() {
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

}  // namespace suanpan::core
