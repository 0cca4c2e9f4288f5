#include "settlement/month.hpp"

#include "base/time.hpp"

#include <chrono>

namespace suanpan::settlement {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kMonthsPerYear = 12;
constexpr std::int64_t kFirstYear = 1970;

Time start_of(Month month) {
    const auto year = floor_div(month.value, kMonthsPerYear);
    const auto first = std::chrono::year_month_day(
        std::chrono::year(static_cast<int>(kFirstYear + year)),
        std::chrono::month(static_cast<unsigned>(month.value - year * kMonthsPerYear + 1)),
        std::chrono::day(1));
    return Time(std::chrono::sys_days(first).time_since_epoch().count() * kSecondsPerDay);
}

}  // namespace

Month month_of(Time time) {
    const auto days = static_cast<std::int64_t>(floor_div(time.value, kSecondsPerDay));
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
    return Month((static_cast<int>(date.year()) - kFirstYear) * kMonthsPerYear +
                 static_cast<unsigned>(date.month()) - 1);
}

Window month_window(Month month) {
    return Window{start_of(month), start_of(Month(month.value + 1))};
}

std::string to_string(Month month) {
    constexpr std::size_t kYearAndMonth = 7;
    return suanpan::to_string(start_of(month)).substr(0, kYearAndMonth);
}

Result<Month> parse_month(std::string_view text) {
    const auto start = parse_time(std::string(text) + "-01T00:00:00Z");
    if (!start) return fail("bad_month", "a month is written like 2026-11");
    return month_of(*start);
}

}  // namespace suanpan::settlement
