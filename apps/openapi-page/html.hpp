#pragma once

#include "base/html_text.hpp"
#include "base/json.hpp"

#include <string>
#include <string_view>

namespace suanpan::openapi {

// Text with `code` in backticks; lines that begin with "- " are a list.
std::string prose(std::string_view text);
// Indented JSON.
std::string json_block(const Json& value);

}  // namespace suanpan::openapi
