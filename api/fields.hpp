#pragma once

// What the API adds to reading a request's members.

#include "base/fields.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>

namespace suanpan::api {

// `invalid_request` with the faults.
Error invalid_request(Faults faults);

// Parsers for Fields.
Result<std::string> parse_currency(std::string_view text);  // three capital letters
Result<std::string> parse_class(std::string_view text);     // "AI-FP16"

}  // namespace suanpan::api
