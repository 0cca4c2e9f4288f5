#pragma once

#include "base/json.hpp"

#include <string>

namespace suanpan::openapi {

// YAML of the kind that is JSON written for people: anchors and aliases, but no tags. A quoted
// scalar is text; a plain one is null, a boolean or an integer where it reads so, else text.
// Throws std::runtime_error.
Json parse_yaml(const std::string& text);

}  // namespace suanpan::openapi
