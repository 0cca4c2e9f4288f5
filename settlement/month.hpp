#pragma once

// Calendar months in UTC: what volumes, caps and closed periods count by. Pure calendar arithmetic.

#include "base/result.hpp"
#include "base/strong.hpp"
#include "base/units.hpp"

#include <string>
#include <string_view>

namespace suanpan::settlement {

// Months since January 1970.
using Month = StrongInt<struct MonthTag>;

// REQUIRES a time in the years 0001 to 9999, as everywhere.
Month month_of(Time time);
// [start of the month, start of the next).
Window month_window(Month month);
// "2026-11", and back from just that. Error `bad_month`.
std::string to_string(Month month);
Result<Month> parse_month(std::string_view text);

}  // namespace suanpan::settlement
