#include "base/checked.hpp"

#include "base/check.hpp"

#include <limits>

namespace suanpan {
namespace {

tl::unexpected<Error> overflow() {
    return fail("overflow", "the amount is too large to be represented exactly");
}

}  // namespace

Result<std::int64_t> checked_add(std::int64_t a, std::int64_t b) {
    std::int64_t out = 0;
    if (__builtin_add_overflow(a, b, &out)) return overflow();
    return out;
}

Result<std::int64_t> checked_sub(std::int64_t a, std::int64_t b) {
    std::int64_t out = 0;
    if (__builtin_sub_overflow(a, b, &out)) return overflow();
    return out;
}

Result<std::int64_t> checked_mul(std::int64_t a, std::int64_t b) {
    std::int64_t out = 0;
    if (__builtin_mul_overflow(a, b, &out)) return overflow();
    return out;
}

Result<Int128> checked_mul128(Int128 a, Int128 b) {
    Int128 out = 0;
    if (__builtin_mul_overflow(a, b, &out)) return overflow();
    return out;
}

Result<Int128> checked_add128(Int128 a, Int128 b) {
    Int128 out = 0;
    if (__builtin_add_overflow(a, b, &out)) return overflow();
    return out;
}

Int128 floor_div(Int128 numerator, Int128 denominator) {
    CHECK(denominator > 0);
    const Int128 quotient = numerator / denominator;
    return numerator % denominator < 0 ? quotient - 1 : quotient;
}

Int128 ceil_div(Int128 numerator, Int128 denominator) {
    CHECK(denominator > 0);
    const Int128 quotient = numerator / denominator;
    return numerator % denominator > 0 ? quotient + 1 : quotient;
}

Result<std::int64_t> narrow(Int128 value) {
    if (value > std::numeric_limits<std::int64_t>::max() ||
        value < std::numeric_limits<std::int64_t>::min()) {
        return overflow();
    }
    return static_cast<std::int64_t>(value);
}

}  // namespace suanpan
