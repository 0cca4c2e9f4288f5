#pragma once

#include <string>
#include <string_view>

namespace suanpan {

// Escaped for an HTML text or a quoted attribute.
std::string html_text(std::string_view text);

}  // namespace suanpan
