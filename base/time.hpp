#pragma once

// RFC 3339 UTC times in whole seconds ("2026-11-20T08:00:00Z"), the only form on the wire.
// Range: years 0001 to 9999. No leap seconds, no offsets, no fractions.

#include "base/result.hpp"
#include "base/units.hpp"

#include <string>
#include <string_view>

namespace suanpan {

inline constexpr Time kLastTime{253'402'300'799};  // 9999-12-31T23:59:59Z

// Error: `bad_time`.
Result<Time> parse_time(std::string_view text);
// REQUIRES a time within the range.
std::string to_string(Time time);

// The largest multiple of `grid` at or before, and the smallest at or after, `time`. REQUIRES grid
// > 0.
Time floor_to_grid(Time time, Duration grid);
Time ceil_to_grid(Time time, Duration grid);

}  // namespace suanpan
