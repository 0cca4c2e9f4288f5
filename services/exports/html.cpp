#include "services/exports/html.hpp"

#include "base/decimal.hpp"
#include "base/time.hpp"

#include <algorithm>

namespace suanpan::services {

std::string grouped(const std::string& decimal) {
    std::string out = decimal;
    const std::size_t point = std::min(out.find('.'), out.size());
    const std::size_t first = out.starts_with('-') ? 1 : 0;
    for (std::size_t at = point; at > first + 3; at -= 3)
        out.insert(at - 3, ",");
    return out;
}

std::string money_cell(Money amount) {
    return "<td>" + grouped(to_string(amount)) + "</td>";
}

std::string minute(Time time) {
    const std::string text = to_string(time);
    return text.substr(0, 10) + " " + text.substr(11, text.ends_with(":00Z") ? 5 : 8);
}

std::string html_entry(std::string_view what, const std::string& value) {
    return "<dt>" + std::string(what) + "</dt><dd>" + value + "</dd>\n";
}

}  // namespace suanpan::services
