#pragma once

// Answers as people read them.

#include "apps/suanpan/session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace suanpan::cli {

// Columns as wide as their widest cell (characters, wide ones counted twice); numbers to the right.
// Without columns: one for each member of the first element. "(none)" for an empty array.
std::string format_table(const Json& rows, std::vector<Column> columns);
// "name: value" lines; what is nested is indented, arrays of objects become tables.
std::string format_object(const Json& object);

// How many columns of a terminal the UTF-8 text takes.
std::size_t display_width(std::string_view text);

}  // namespace suanpan::cli
