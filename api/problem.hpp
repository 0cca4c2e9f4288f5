#pragma once

// Errors on the wire: RFC 9457 problem details, and the one table from code to status.

#include "api/http.hpp"
#include "base/error.hpp"

#include <string_view>

namespace suanpan::api {

// 422 for a code that the table does not name: a rule of the market refused it.
int status_of(std::string_view code);

// `instance` is the path of the request. A `Retry-After` header goes with 429 and 503.
Response problem(const Error& error, std::string_view instance);
// Of a stored or freshly made body.
std::string_view content_type_of(int status);

}  // namespace suanpan::api
