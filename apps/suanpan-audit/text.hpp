#pragma once

// Words for people.

#include <cstdint>
#include <string>
#include <string_view>

namespace suanpan::audit {

std::string grouped(std::uint64_t number);  // "12,345"
std::string ordinal(std::uint64_t number);  // "1st"
/// Foreign text made safe for a terminal: control characters become '?'.
std::string printable(std::string_view text);

}  // namespace suanpan::audit
