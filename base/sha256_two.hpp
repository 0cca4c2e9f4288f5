#pragma once

// SHA-256 (FIPS 180-4) of two messages at a time. One message's rounds wait for each other; those
// of two fill the gaps, so on processors with the SHA extensions two take hardly longer than one.
// Elsewhere OpenSSL does one after the other. For hash trees, where there are always many to do.

#include "base/bytes.hpp"

#include <array>
#include <string_view>

namespace suanpan {

// SHA-256(prefix ‖ a) and SHA-256(prefix ‖ b); any lengths.
std::array<Hash, 2> sha256_two(char prefix, std::string_view a, std::string_view b);

}  // namespace suanpan
