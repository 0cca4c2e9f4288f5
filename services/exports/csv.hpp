#pragma once

// RFC 4180.

#include <initializer_list>
#include <string>
#include <string_view>

namespace suanpan::services {

// Quoted where it must be. A text that a spreadsheet would take for a formula ("=…", "+…", "-…",
// "@…") gets an apostrophe in front: names come from others. REQUIRES no number: those go as they
// are.
std::string csv_text(std::string_view text);
// Cells as they are, with CRLF.
std::string csv_row(std::initializer_list<std::string_view> cells);

}  // namespace suanpan::services
