#include "settlement/waterfall.hpp"

#include "base/check.hpp"
#include "base/checked.hpp"
#include "settlement/shares.hpp"

#include <algorithm>
#include <utility>

namespace suanpan::settlement {
namespace {

// By how many micro-units a window's hold less its reservation may fall short of what is left to
// the buyer: the sale, the voucher, and both cumulative splits are each rounded once.
constexpr std::int64_t kMostRounding = 4;
constexpr std::int64_t kMicrosPerHour = kSecondsPerHour * 1'000'000;

Int128 gcd(Int128 a, Int128 b) {
    while (b != 0)
        a = std::exchange(b, a % b);
    return a;
}

bool is_share(Ppm ppm) {
    return ppm.value >= 0 && ppm.value <= kPpm;
}

// amount × multiplier ÷ divisor. Common factors go first, so that products stay within 128 bits.
// REQUIRES multiplier ≥ 0, divisor > 0.
Result<ExactAmount> scaled(const ExactAmount& amount, Int128 multiplier, Int128 divisor) {
    const Int128 common = std::max(Int128{1}, gcd(multiplier, divisor));
    multiplier /= common;
    divisor /= common;
    const Int128 above = std::max(Int128{1}, gcd(amount.numerator, divisor));
    const Int128 below = std::max(Int128{1}, gcd(multiplier, amount.denominator));
    const auto numerator = checked_mul128(amount.numerator / above, multiplier / below);
    if (!numerator) return fail(numerator.error());
    const auto denominator = checked_mul128(amount.denominator / below, divisor / above);
    if (!denominator) return fail(denominator.error());
    return ExactAmount{*numerator, *denominator};
}

Result<ExactAmount> sum_of(const ExactAmount& a, const ExactAmount& b) {
    const Int128 common = gcd(a.denominator, b.denominator);
    const auto left = checked_mul128(a.numerator, b.denominator / common);
    const auto right = checked_mul128(b.numerator, a.denominator / common);
    const auto denominator = checked_mul128(a.denominator / common, b.denominator);
    if (!left) return fail(left.error());
    if (!right) return fail(right.error());
    if (!denominator) return fail(denominator.error());
    const auto numerator = checked_add128(*left, *right);
    if (!numerator) return fail(numerator.error());
    return ExactAmount{*numerator, *denominator};
}

Result<void> check_fees(const FeeTerms& fees) {
    if (!is_share(fees.buyer_fee) || !is_share(fees.provider_fee) || !is_share(fees.buyer_tax) ||
        !is_share(fees.provider_withholding)) {
        return fail("bad_fees", "a fee or tax is from 0 to 1,000,000 parts per million");
    }
    if (fees.buyer_flat.value < 0 || fees.provider_flat.value < 0) {
        return fail("bad_fees", "a flat fee is not negative");
    }
    return {};
}

std::vector<Ppm> shares_of(const std::vector<OwnerShare>& owners) {
    std::vector<Ppm> out;
    out.reserve(owners.size());
    for (const OwnerShare& owner : owners)
        out.push_back(owner.share);
    return out;
}

Result<void> check_lot_time(const ContractTerms& terms, const WindowInput& input) {
    const Int128 most = Int128{terms.lots.value} * input.window.length().value * kPpm;
    if (input.final_lot_us < 0 || input.final_lot_us > most) {
        return fail("bad_lot_time", "the lot-time lies between nothing and what was sold");
    }
    if (!input.metered) return {};
    const MeteredUse& use = *input.metered;
    if (use.busy_us < 0 || use.busy_us > input.final_lot_us || !is_share(use.minimum_share)) {
        return fail("bad_lot_time",
                    "busy lot-time is part of the final one, and the minimum a share of it");
    }
    return {};
}

Result<void> check_input(const ContractTerms& terms, const WindowInput& input) {
    if (terms.lots.value <= 0 || terms.price.value < 0 || terms.rate.value < 0) {
        return fail("bad_terms", "a lease has lots, and neither price nor rate is negative");
    }
    if (input.window.start >= input.window.end) return fail("bad_terms", "the window is empty");
    if (input.buyer_held && input.buyer_held->value < 0) {
        return fail("bad_terms", "what is held for a window is not negative");
    }
    if (!is_share(input.credit)) return fail("bad_credit", "a credit is at most the whole sale");
    if (!is_share(input.discount)) {
        return fail("bad_discount", "a discount is at most the whole of what it is taken from");
    }
    const bool cap_negative = input.voucher_cap && input.voucher_cap->value < 0;
    if (!is_share(input.voucher_share) || input.voucher_left.value < 0 || cap_negative) {
        return fail("bad_voucher", "a voucher pays a share of the amount, from what is left of it");
    }
    return check_lot_time(terms, input);
}

// S before rounding.
Result<ExactAmount> exact_sale(const ContractTerms& terms, std::int64_t lot_us) {
    const ExactAmount one{terms.price.value, kMicrosPerHour};
    if (terms.price_unit == Unit::kLot) return scaled(one, lot_us, 1);
    const auto per_lot = scaled(one, terms.rate.value, kMilli);
    if (!per_lot) return per_lot;
    return scaled(*per_lot, lot_us, 1);
}

// ppm of A + flat per lot·h, one line, rounded down once.
Result<Money> fee(Money amount, Ppm ppm, Price flat, std::int64_t lot_us) {
    const auto proportional = scaled(ExactAmount{amount.value, 1}, ppm.value, kPpm);
    const auto per_time = scaled(ExactAmount{flat.value, kMicrosPerHour}, lot_us, 1);
    if (!proportional) return fail(proportional.error());
    if (!per_time) return fail(per_time.error());
    const auto sum = sum_of(*proportional, *per_time);
    if (!sum) return fail(sum.error());
    return sum->floor();
}

// The share of an amount at this price that a programme pays, rounded down once.
Result<Money> voucher_part(const ExactAmount& amount, Price price, Unit unit, Rate rate,
                           const VoucherTerms& voucher) {
    auto part = scaled(amount, voucher.share.value, kPpm);
    if (!part) return fail(part.error());
    if (!voucher.price_cap) return part->floor();
    // Both per lot·h where the price is.
    const bool per_lot = unit == Unit::kLot;
    const Int128 cap = Int128{voucher.price_cap->value} * (per_lot ? rate.value : 1);
    const Int128 whole = Int128{price.value} * (per_lot ? kMilli : 1);
    if (cap >= whole) return part->floor();
    part = scaled(*part, cap, whole);
    if (!part) return fail(part.error());
    return part->floor();
}

// S, C, D and A.
Result<WaterfallLine> amounts(const ContractTerms& terms, const WindowInput& input) {
    const auto sale = exact_sale(terms, paid_lot_us(input));
    if (!sale) return fail(sale.error());
    const auto rounded = sale->floor();
    if (!rounded) return fail(rounded.error());
    WaterfallLine line;
    line.sale = *rounded;
    // A share of at most the whole of what fits, so none of these can overflow.
    line.credit = *share_of(line.sale, input.credit);
    const Money after_credit(line.sale.value - line.credit.value);
    line.discount = *share_of(after_credit, input.discount);
    line.amount = Money(after_credit.value - line.discount.value);
    return line;
}

// Fee and tax of the buyer, V, and what the buyer pays.
Result<void> charge_buyer(const ContractTerms& terms, const WindowInput& input,
                          WaterfallLine& line) {
    const FeeTerms& fees = terms.fees;
    const auto buyer_fee = fee(line.amount, fees.buyer_fee, fees.buyer_flat, input.final_lot_us);
    if (!buyer_fee) return fail(buyer_fee.error());
    line.buyer_fee = *buyer_fee;
    const auto taxed = add(line.amount, line.buyer_fee);
    if (!taxed) return fail(taxed.error());
    line.buyer_tax = *share_of(*taxed, fees.buyer_tax);
    const auto owed = add(*taxed, line.buyer_tax);
    if (!owed) return fail(owed.error());
    const auto part = voucher_part(ExactAmount{line.amount.value, 1}, terms.price, terms.price_unit,
                                   terms.rate, {input.voucher_share, input.voucher_cap});
    if (!part) return fail(part.error());
    line.voucher = std::min(input.voucher_left, *part);
    if (input.buyer_held) {
        const Money short_by(owed->value - line.voucher.value - input.buyer_held->value);
        if (short_by.value > kMostRounding ||
            short_by.value > input.voucher_left.value - line.voucher.value) {
            return fail("exceeds_hold", "the window costs the buyer more than it holds for it");
        }
        line.voucher.value += std::max<std::int64_t>(0, short_by.value);
    }
    line.buyer_pays = Money(owed->value - line.voucher.value);
    return {};
}

}  // namespace

std::int64_t paid_lot_us(const WindowInput& input) {
    if (!input.metered) return input.final_lot_us;
    const Int128 least = Int128{input.final_lot_us} * input.metered->minimum_share.value / kPpm;
    return std::max(input.metered->busy_us, static_cast<std::int64_t>(least));
}

Result<WaterfallLine> waterfall(const ContractTerms& terms, const WindowInput& input,
                                const std::vector<OwnerShare>& owners) {
    if (const auto checked = check_fees(terms.fees); !checked) return fail(checked.error());
    if (const auto checked = check_shares(shares_of(owners)); !checked)
        return fail(checked.error());
    if (const auto checked = check_input(terms, input); !checked) return fail(checked.error());
    auto line = amounts(terms, input);
    if (!line) return line;

    if (const auto charged = charge_buyer(terms, input, *line); !charged) {
        return fail(charged.error());
    }
    const FeeTerms& fees = terms.fees;
    const auto provider_fee =
        fee(line->amount, fees.provider_fee, fees.provider_flat, input.final_lot_us);
    if (!provider_fee) return fail(provider_fee.error());
    line->provider_fee = std::min(*provider_fee, line->amount);
    const Money after_fee(line->amount.value - line->provider_fee.value);
    line->withheld = std::min(*share_of(line->amount, fees.provider_withholding), after_fee);
    line->provider_gets = Money(after_fee.value - line->withheld.value);
    line->owners = split_by_shares(line->provider_gets, shares_of(owners));
    return line;
}

Result<ExactAmount> worst_case(const ExactAmount& sale, const FeeTerms& fees, Lots lots,
                               Duration duration) {
    if (const auto checked = check_fees(fees); !checked) return fail(checked.error());
    const auto with_fee = scaled(sale, kPpm + fees.buyer_fee.value, kPpm);
    if (!with_fee) return with_fee;
    const auto flat = exact_amount(fees.buyer_flat, Unit::kLot, lots, Rate(0), duration);
    if (!flat) return flat;
    const auto before_tax = flat->numerator == 0 ? with_fee : sum_of(*with_fee, *flat);
    if (!before_tax) return before_tax;
    return scaled(*before_tax, kPpm + fees.buyer_tax.value, kPpm);
}

Result<Money> lease_hold(const ContractTerms& terms) {
    return hold_until(terms, terms.window.end);
}

Result<Money> hold_until(const ContractTerms& terms, Time until) {
    if (until <= terms.window.start) return Money(0);
    const Duration duration(std::min(until, terms.window.end).value - terms.window.start.value);
    const auto sale = exact_amount(terms.price, terms.price_unit, terms.lots, terms.rate, duration);
    if (!sale) return fail(sale.error());
    const auto hold = worst_case(*sale, terms.fees, terms.lots, duration);
    if (!hold) return fail(hold.error());
    return hold->floor();
}

Result<Money> voucher_limit(const ExactAmount& sale, Price price, Unit unit, Rate rate,
                            const VoucherTerms& voucher) {
    if (!is_share(voucher.share) || (voucher.price_cap && voucher.price_cap->value < 0) ||
        sale.numerator < 0 || price.value < 0 || rate.value < 0) {
        return fail("bad_voucher", "a voucher pays a share of a sale up to a price");
    }
    return voucher_part(sale, price, unit, rate, voucher);
}

ReservationSplit split_reservation(Money reserved, Money order_hold, Money lease_hold,
                                   Money rest_hold, Money lease_limit) {
    CHECK(reserved.value >= 0 && reserved <= order_hold && lease_limit.value >= 0);
    CHECK(lease_hold.value >= 0 && rest_hold.value >= 0);
    CHECK(lease_hold.value <= order_hold.value - rest_hold.value);
    ReservationSplit out{Money(0), Money(0)};
    if (reserved.value == 0) return out;
    out.rest = Money(
        static_cast<std::int64_t>(Int128{reserved.value} * rest_hold.value / order_hold.value));
    const std::int64_t free = reserved.value - out.rest.value;
    const std::int64_t unheld = order_hold.value - lease_hold.value - rest_hold.value;
    // Less than this, and the buyer would need more than the order's hold beside the reservation.
    const std::int64_t least = free - unheld;
    const std::int64_t most = std::min(free, lease_hold.value);
    out.lease = Money(std::min(most, std::max(least, lease_limit.value)));
    return out;
}

Result<Money> reserved_until(Money reserved, const ContractTerms& terms, Time until) {
    const auto whole = lease_hold(terms);
    if (!whole) return fail(whole.error());
    CHECK(reserved.value >= 0 && reserved <= *whole);
    if (reserved.value == 0) return Money(0);
    const auto part = hold_until(terms, until);
    if (!part) return fail(part.error());
    return Money(static_cast<std::int64_t>(Int128{reserved.value} * part->value / whole->value));
}

}  // namespace suanpan::settlement
