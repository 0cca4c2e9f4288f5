#pragma once

// Prices in either unit compared exactly (market §5: "exact 128-bit rational comparison").

#include "base/units.hpp"

#include <algorithm>
#include <compare>
#include <cstdint>

namespace suanpan::matching {

// numerator / denominator micro-units per lot·h or CU·h, denominator > 0.
// With price ≤ kMaxPrice and rate ≤ kMaxRate a comparison of two ratios of one unit forms products
// of at most 10^31: both have the denominator 1 or 1000 (per lot), or 1 or a rate (per CU).
struct Ratio {
    Int128 numerator = 0;
    std::int64_t denominator = 1;

    friend std::strong_ordering operator<=>(const Ratio& a, const Ratio& b) {
        // Nearly always: prices in the unit of the taker.
        if (a.denominator == b.denominator) {
            return a.numerator < b.numerator   ? std::strong_ordering::less
                   : b.numerator < a.numerator ? std::strong_ordering::greater
                                               : std::strong_ordering::equal;
        }
        const Int128 left = a.numerator * b.denominator;
        const Int128 right = b.numerator * a.denominator;
        return left < right   ? std::strong_ordering::less
               : right < left ? std::strong_ordering::greater
                              : std::strong_ordering::equal;
    }
    friend bool operator==(const Ratio& a, const Ratio& b) { return (a <=> b) == 0; }
};

// A price per `from` as a price per `to`, for lots of `rate`. REQUIRES rate > 0 when the units
// differ.
inline Ratio price_in(Price price, Unit from, Unit to, Rate rate) {
    if (from == to) return {price.value, 1};
    if (to == Unit::kLot) return {Int128{price.value} * rate.value, kMilli};
    return {Int128{price.value} * kMilli, rate.value};
}

// The same, in sixteenths of a micro-unit and rounded down: prices whose keys differ are ordered as
// their keys are, so that an exact comparison is made of two that are all but equal.
using PriceKey = std::int64_t;
inline constexpr std::int64_t kKeySteps = 16;
inline constexpr PriceKey kMaxKey = PriceKey{1} << 61U;

inline PriceKey key_in(Price price, Unit from, Unit to, Rate rate) {
    const PriceKey own = price.value * kKeySteps;
    if (from == to) return own;
    const std::int64_t factor = to == Unit::kLot ? rate.value : kMilli;
    const std::int64_t divisor = to == Unit::kLot ? kMilli : rate.value;
    std::int64_t product = 0;
    if (!__builtin_mul_overflow(own, factor, &product)) [[likely]]
        return std::min(product / divisor, kMaxKey);
    return static_cast<PriceKey>(std::min(Int128{own} * factor / divisor, Int128{kMaxKey}));
}

}  // namespace suanpan::matching
