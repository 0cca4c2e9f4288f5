#pragma once

// Durations as the wire has them: ISO 8601 in whole weeks, days, hours, minutes or seconds
// ("PT1H30M", "P1DT6H", "PT90S").

#include "base/result.hpp"
#include "base/units.hpp"

#include <string>
#include <string_view>

namespace suanpan {

// Error: `bad_duration`.
Result<Duration> parse_duration(std::string_view text);
std::string format_duration(Duration duration);

}  // namespace suanpan
