#pragma once

// gzip (RFC 1952), as bundles may be sent.

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace suanpan::audit {

/// One member, whole. Errors, their details to be put behind a name: `bad_gzip`, `too_large` when
/// more than `max_bytes` come out.
Result<std::string> unzip(std::string_view bytes, std::size_t max_bytes);

}  // namespace suanpan::audit
