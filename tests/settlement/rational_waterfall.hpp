#pragma once

// The waterfall once more, in fractions of unbounded integers: what the page says, line by line,
// with one rounding where it says so and no care for speed.

#include "settlement/waterfall.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <vector>

namespace suanpan::settlement {

using Rational = boost::multiprecision::cpp_rational;
using BigInt = boost::multiprecision::cpp_int;

BigInt round_down(const Rational& value);
Rational exact_sale_of(const ContractTerms& terms, const Rational& lot_us);

struct RationalLine {
    BigInt sale, credit, discount, amount, voucher, buyer_fee, provider_fee, buyer_tax, withheld;
    BigInt buyer_pays, provider_gets;
    std::vector<BigInt> owners;
};
/// Without WindowInput::buyer_held.
RationalLine rational_waterfall(const ContractTerms& terms, const WindowInput& input,
                                const std::vector<OwnerShare>& owners);
/// What a programme may pay of an amount, not rounded.
Rational rational_voucher(const ContractTerms& terms, const Rational& amount,
                          const VoucherTerms& voucher);

}  // namespace suanpan::settlement
