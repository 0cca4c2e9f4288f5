#pragma once

#include "base/json.hpp"
#include "base/result.hpp"

#include <string>
#include <vector>

namespace suanpan::cli {

// Owners as the API takes them, from "org_…=600000" each. Error `bad_owner`.
Result<Json> owners_of(const std::vector<std::string>& texts);

}  // namespace suanpan::cli
