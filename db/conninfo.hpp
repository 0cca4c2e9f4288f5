#pragma once

// Connection strings of libpq in both of its forms (PostgreSQL documentation, "Connection
// Strings"): key = value pairs, or a URI. Inside db/ only.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suanpan::db {

using ConnectionParameters = std::vector<std::pair<std::string_view, std::string>>;

// `conninfo` with these parameters added; they count over what it says itself.
std::string with_parameters(const std::string& conninfo, const ConnectionParameters& parameters);

}  // namespace suanpan::db
