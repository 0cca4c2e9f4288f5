#include "base/time.hpp"

#include "base/check.hpp"
#include "base/checked.hpp"

namespace suanpan {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kFirstTime = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr std::string_view kPattern = "dddd-dd-ddTdd:dd:ddZ";

struct Civil {
    std::int64_t year;
    std::int64_t month;
    std::int64_t day;
};

// Days since 1970-01-01 in the proleptic Gregorian calendar, counted in 400-year eras that begin on
// 1 March.
std::int64_t days_from_civil(Civil date) {
    const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t day_of_year =
        (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    const std::int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146'097 + day_of_era - 719'468;
}

Civil civil_from_days(std::int64_t days) {
    days += 719'468;
    const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
    const std::int64_t day_of_era = days - era * 146'097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month_index = (5 * day_of_year + 2) / 153;
    const std::int64_t day = day_of_year - (153 * month_index + 2) / 5 + 1;
    const std::int64_t month = month_index + (month_index < 10 ? 3 : -9);
    return Civil{year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

std::int64_t number(std::string_view text, std::size_t at, std::size_t length) {
    std::int64_t value = 0;
    for (std::size_t i = at; i < at + length; ++i)
        value = value * 10 + (text[i] - '0');
    return value;
}

void put(std::string& out, std::size_t at, std::size_t length, std::int64_t value) {
    for (std::size_t i = at + length; i > at; --i) {
        out[i - 1] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

bool matches_pattern(std::string_view text) {
    if (text.size() != kPattern.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (kPattern[i] == 'd' ? !digit : text[i] != kPattern[i]) return false;
    }
    return true;
}

tl::unexpected<Error> bad_time() {
    return fail("bad_time",
                "a UTC time such as \"2026-11-20T08:00:00Z\" is needed, in whole seconds");
}

Time on_grid(Int128 step, Duration grid) {
    const auto value = narrow(step * grid.value);
    CHECK(value.has_value());
    return Time(*value);
}

}  // namespace

Result<Time> parse_time(std::string_view text) {
    if (!matches_pattern(text)) return bad_time();
    const Civil date{number(text, 0, 4), number(text, 5, 2), number(text, 8, 2)};
    const std::int64_t hour = number(text, 11, 2);
    const std::int64_t minute = number(text, 14, 2);
    const std::int64_t second = number(text, 17, 2);
    if (date.year < 1 || date.month < 1 || date.month > 12 || date.day < 1) return bad_time();
    if (hour > 23 || minute > 59 || second > 59) return bad_time();
    const std::int64_t days = days_from_civil(date);
    const Civil back = civil_from_days(days);
    if (back.day != date.day || back.month != date.month) return bad_time();
    return Time(days * kSecondsPerDay + hour * 3600 + minute * 60 + second);
}

std::string to_string(Time time) {
    CHECK(time.value >= kFirstTime && time <= kLastTime);
    const auto days = static_cast<std::int64_t>(floor_div(time.value, kSecondsPerDay));
    const std::int64_t second_of_day = time.value - days * kSecondsPerDay;
    const Civil date = civil_from_days(days);
    std::string out = "0000-00-00T00:00:00Z";
    put(out, 0, 4, date.year);
    put(out, 5, 2, date.month);
    put(out, 8, 2, date.day);
    put(out, 11, 2, second_of_day / 3600);
    put(out, 14, 2, second_of_day / 60 % 60);
    put(out, 17, 2, second_of_day % 60);
    return out;
}

Time floor_to_grid(Time time, Duration grid) {
    return on_grid(floor_div(time.value, grid.value), grid);
}

Time ceil_to_grid(Time time, Duration grid) {
    return on_grid(ceil_div(time.value, grid.value), grid);
}

}  // namespace suanpan
