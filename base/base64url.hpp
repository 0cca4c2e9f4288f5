#pragma once

// RFC 4648 §5 without padding, as JOSE uses it (RFC 7515 §2).

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace suanpan {

std::string to_base64url(std::string_view bytes);
// Refuses anything but the one canonical form (`bad_base64`).
Result<std::string> from_base64url(std::string_view text);

}  // namespace suanpan
