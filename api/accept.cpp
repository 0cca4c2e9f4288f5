#include "api/accept.hpp"

#include <algorithm>

namespace suanpan::api {

namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Takes what stands before `separator` off the text.
std::string_view take(std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view part = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

// In thousandths; what is no weight counts as 1.
int weight_of(std::string_view parameters) {
    while (!parameters.empty()) {
        const std::string_view parameter = take(parameters, ';');
        if (!parameter.starts_with("q=")) continue;
        int weight = 0;
        int unit = 1000;
        for (const char c : parameter.substr(2)) {
            if (c == '.') continue;
            if (c < '0' || c > '9' || unit == 0) return 1000;
            weight += (c - '0') * unit;
            unit /= 10;
        }
        return std::min(weight, 1000);
    }
    return 1000;
}

bool covers(std::string_view range, std::string_view type) {
    if (range == "*/*" || range == type) return true;
    return range.ends_with("/*") && type.starts_with(range.substr(0, range.size() - 1));
}

}  // namespace

std::optional<std::string_view> choose_media_type(std::string_view header,
                                                  std::span<const std::string_view> offered) {
    if (trimmed(header).empty()) return offered.front();
    std::optional<std::string_view> best;
    int best_weight = 0;
    while (!header.empty()) {
        std::string_view item = take(header, ',');
        const std::string_view range = take(item, ';');
        const int weight = weight_of(item);
        if (weight <= best_weight) continue;
        const auto found = std::ranges::find_if(
            offered, [range](std::string_view type) { return covers(range, type); });
        if (found == offered.end()) continue;
        best = *found;
        best_weight = weight;
    }
    return best;
}

}  // namespace suanpan::api
