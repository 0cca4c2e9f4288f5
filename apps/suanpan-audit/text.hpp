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

/// "850 ms", "12.3 s", "2 min 5 s", "3 h 20 min".
std::string span_text(std::uint64_t ms);
/// "Checking [######----]  62 % (620 of 1,000), 1,200/s, 5 s left". `here`: how many of those done
/// were done in these `elapsed_ms`.
std::string progress_line(std::string_view what, std::uint64_t done, std::uint64_t total,
                          std::uint64_t here, std::uint64_t elapsed_ms);

}  // namespace suanpan::audit
