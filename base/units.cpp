#include "base/units.hpp"

#include "base/check.hpp"

#include <initializer_list>

namespace suanpan {
namespace {

Result<Money> as_money(Int128 value) {
    const auto narrowed = narrow(value);
    if (!narrowed) return fail(narrowed.error());
    return Money(*narrowed);
}

Result<Int128> product(std::initializer_list<std::int64_t> factors) {
    bool zero = false;
    for (const std::int64_t factor : factors) {
        if (factor < 0)
            return fail("overflow", "an amount is made of factors that are not negative");
        zero = zero || factor == 0;
    }
    // Without this, factors before a zero could overflow although the product is nothing.
    if (zero) return Int128{0};
    Result<Int128> out = Int128{1};
    for (const std::int64_t factor : factors) {
        out = checked_mul128(*out, factor);
        if (!out) return out;
    }
    return out;
}

}  // namespace

Result<Money> ExactAmount::floor() const {
    return as_money(floor_div(numerator, denominator));
}
Result<Money> ExactAmount::ceil() const {
    return as_money(ceil_div(numerator, denominator));
}

Result<ExactAmount> exact_amount(Price price, Unit unit, Lots lots, Rate rate, Duration duration) {
    if (unit == Unit::kLot) {
        const auto numerator = product({price.value, lots.value, duration.value});
        if (!numerator) return fail(numerator.error());
        return ExactAmount{*numerator, kSecondsPerHour};
    }
    const auto numerator = product({price.value, lots.value, duration.value, rate.value});
    if (!numerator) return fail(numerator.error());
    return ExactAmount{*numerator, Int128{kSecondsPerHour} * kMilli};
}

Result<ExactAmount> exact_cu_amount(Price price, Cu quantity, Duration duration) {
    const auto numerator = product({price.value, quantity.value, duration.value});
    if (!numerator) return fail(numerator.error());
    return ExactAmount{*numerator, Int128{kSecondsPerHour} * kMilli};
}

Result<Money> share_of(Money amount, Ppm ppm) {
    CHECK(amount.value >= 0 && ppm.value >= 0);
    return as_money(floor_div(Int128{amount.value} * ppm.value, kPpm));
}

Result<Money> add(Money a, Money b) {
    const auto sum = checked_add(a.value, b.value);
    if (!sum) return fail(sum.error());
    return Money(*sum);
}

Result<Money> subtract(Money a, Money b) {
    const auto difference = checked_sub(a.value, b.value);
    if (!difference) return fail(difference.error());
    return Money(*difference);
}

}  // namespace suanpan
