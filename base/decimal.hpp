#pragma once

// Decimal strings on the wire: optional '-', digits, optional '.' and 1..scale digits. No exponent,
// no '+', no leading zeros ("01"), no bare point, no negative zero. Printing always gives exactly
// `scale` decimals. Text longer than 40 characters is refused unread.

#include "base/result.hpp"
#include "base/units.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace suanpan {

// REQUIRES 0 ≤ scale ≤ 18. The value × 10^scale. Errors: `bad_decimal` (form), `too_many_decimals`,
// `overflow`.
Result<std::int64_t> parse_scaled(std::string_view text, int scale);
std::string format_scaled(std::int64_t value, int scale);

Result<Money> parse_money(std::string_view text);
Result<Price> parse_price(std::string_view text);
Result<Rate> parse_rate(std::string_view text);
Result<Cu> parse_cu(std::string_view text);
Result<std::int64_t> parse_integer(std::string_view text);

std::string to_string(Money money);
std::string to_string(Price price);
std::string to_string(Rate rate);
std::string to_string(Cu cu);

}  // namespace suanpan
