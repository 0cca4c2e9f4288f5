#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace suanpan::api {

// Whether an Accept-Encoding header takes gzip (RFC 9110 §12.5.3): named, or "*", and not q=0.
bool accepts_gzip(std::string_view header);

// RFC 1952.
std::string gzip(std::string_view bytes);

}  // namespace suanpan::api
