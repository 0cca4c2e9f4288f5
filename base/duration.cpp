#include "base/duration.hpp"

#include "base/checked.hpp"

#include <algorithm>
#include <array>

namespace suanpan {

namespace {

struct DurationUnit {
    char letter;
    bool time_part;
    std::int64_t seconds;
};
// Months and years have no fixed length and are not taken.
constexpr std::array kUnits = std::to_array<DurationUnit>({{'W', false, 604'800},
                                                           {'D', false, 86'400},
                                                           {'H', true, 3'600},
                                                           {'M', true, 60},
                                                           {'S', true, 1}});

constexpr std::int64_t kLongest = 100LL * 366 * 86'400;  // sums with times stay far from overflow

tl::unexpected<Error> bad_duration() {
    return fail(
        "bad_duration",
        "a duration is ISO 8601 in whole weeks, days, hours, minutes or seconds, as PT1H30M");
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
    if (text.size() < 3 || text.size() > 40 || text.front() != 'P') return bad_duration();
    text.remove_prefix(1);
    std::int64_t total = 0;
    bool time_part = false;
    std::size_t next_unit = 0;
    while (!text.empty()) {
        if (!time_part && text.front() == 'T') {
            time_part = true;
            text.remove_prefix(1);
            if (text.empty()) return bad_duration();
        }
        const std::size_t digits = text.find_first_not_of("0123456789");
        if (digits == 0 || digits == std::string_view::npos || digits > 12) return bad_duration();
        std::int64_t count = 0;
        for (const char c : text.substr(0, digits))
            count = count * 10 + (c - '0');
        const auto unit =
            std::find_if(kUnits.begin() + static_cast<std::ptrdiff_t>(next_unit), kUnits.end(),
                         [&](const DurationUnit& u) {
                             return u.letter == text[digits] && u.time_part == time_part;
                         });
        if (unit == kUnits.end()) return bad_duration();
        next_unit = static_cast<std::size_t>(unit - kUnits.begin()) + 1;
        const auto part = checked_mul(count, unit->seconds);
        const auto sum = part ? checked_add(total, *part) : part;
        if (!sum || *sum > kLongest) return bad_duration();
        total = *sum;
        text.remove_prefix(digits + 1);
    }
    return Duration(total);
}

std::string format_duration(Duration duration) {
    const std::int64_t hours = duration.value / 3600;
    const std::int64_t minutes = duration.value / 60 % 60;
    const std::int64_t seconds = duration.value % 60;
    std::string out = "PT";
    if (hours != 0) out += std::to_string(hours) + "H";
    if (minutes != 0) out += std::to_string(minutes) + "M";
    if (seconds != 0 || duration.value == 0) out += std::to_string(seconds) + "S";
    return out;
}

}  // namespace suanpan
