#pragma once

// Integer arithmetic that refuses to wrap. Products are formed in 128 bits; a result that does not
// fit is `overflow`, never a wrong number (design README, "Money, quantity, time are integers").

#include "base/result.hpp"

#include <cstdint>

namespace suanpan {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

Result<std::int64_t> checked_add(std::int64_t a, std::int64_t b);
Result<std::int64_t> checked_sub(std::int64_t a, std::int64_t b);
Result<std::int64_t> checked_mul(std::int64_t a, std::int64_t b);
Result<Int128> checked_mul128(Int128 a, Int128 b);
Result<Int128> checked_add128(Int128 a, Int128 b);

// numerator / denominator rounded towards minus or plus infinity. REQUIRES denominator > 0.
Int128 floor_div(Int128 numerator, Int128 denominator);
Int128 ceil_div(Int128 numerator, Int128 denominator);

// As int64, or `overflow`.
Result<std::int64_t> narrow(Int128 value);

}  // namespace suanpan
