#pragma once

// Parts of printable pages.

#include "base/html_text.hpp"
#include "base/units.hpp"

#include <string>
#include <string_view>

namespace suanpan::services {

std::string grouped(const std::string& decimal);  // 1,234,567.123456: for people
std::string money_cell(Money amount);
std::string minute(Time time);  // 2026-11-30 12:00, with seconds where there are some
// Of a description list; the value is HTML.
std::string html_entry(std::string_view what, const std::string& value);

}  // namespace suanpan::services
