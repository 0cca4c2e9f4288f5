#include "tests/settlement/rational_waterfall.hpp"

#include <algorithm>

namespace suanpan::settlement {
namespace {

Rational part(Ppm ppm) {
    return Rational(ppm.value, 1'000'000);
}

Rational hours(const Rational& lot_us) {
    return lot_us / Rational(3'600'000'000);
}

}  // namespace

BigInt round_down(const Rational& value) {
    return numerator(value) / denominator(value);  // not negative here
}

Rational exact_sale_of(const ContractTerms& terms, const Rational& lot_us) {
    Rational price(terms.price.value);
    if (terms.price_unit == Unit::kCu) price *= Rational(terms.rate.value, 1'000);
    return price * hours(lot_us);
}

Rational rational_voucher(const ContractTerms& terms, const Rational& amount,
                          const VoucherTerms& voucher) {
    Rational out = amount * part(voucher.share);
    if (!voucher.price_cap) return out;
    Rational cap(voucher.price_cap->value);
    if (terms.price_unit == Unit::kLot) cap *= Rational(terms.rate.value, 1'000);
    const Rational price(terms.price.value);
    return cap < price ? Rational(out * cap / price) : out;
}

RationalLine rational_waterfall(const ContractTerms& terms, const WindowInput& input,
                                const std::vector<OwnerShare>& owners) {
    const Rational final_us(input.final_lot_us);
    BigInt paid_us = input.final_lot_us;
    if (input.metered) {
        paid_us = std::max(BigInt(input.metered->busy_us),
                           round_down(final_us * part(input.metered->minimum_share)));
    }
    RationalLine out;
    out.sale = round_down(exact_sale_of(terms, Rational(paid_us)));
    out.credit = round_down(out.sale * part(input.credit));
    out.discount = round_down((out.sale - out.credit) * part(input.discount));
    out.amount = out.sale - out.credit - out.discount;
    out.voucher = std::min(BigInt(input.voucher_left.value),
                           round_down(rational_voucher(terms, Rational(out.amount),
                                                       {input.voucher_share, input.voucher_cap})));
    const FeeTerms& fees = terms.fees;
    const auto fee = [&](Ppm share, Price flat) {
        return round_down(out.amount * part(share) + Rational(flat.value) * hours(final_us));
    };
    out.buyer_fee = fee(fees.buyer_fee, fees.buyer_flat);
    out.buyer_tax = round_down((out.amount + out.buyer_fee) * part(fees.buyer_tax));
    out.buyer_pays = out.amount - out.voucher + out.buyer_fee + out.buyer_tax;
    out.provider_fee = std::min(out.amount, fee(fees.provider_fee, fees.provider_flat));
    out.withheld = std::min(BigInt(out.amount - out.provider_fee),
                            round_down(out.amount * part(fees.provider_withholding)));
    out.provider_gets = out.amount - out.provider_fee - out.withheld;
    BigInt rest = out.provider_gets;
    for (const OwnerShare& owner : owners) {
        out.owners.push_back(round_down(out.provider_gets * part(owner.share)));
        rest -= out.owners.back();
    }
    for (std::size_t i = 0; rest > 0; ++i, --rest)
        ++out.owners[i];
    return out;
}

}  // namespace suanpan::settlement
