#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace suanpan::api {

// Which of the media types on offer an Accept header likes best (RFC 9110 §12.5.1); the first of
// them for an empty header or "*/*", the earlier in the header of two it likes the same. Nullopt:
// none of them.
std::optional<std::string_view> choose_media_type(std::string_view header,
                                                  std::span<const std::string_view> offered);

}  // namespace suanpan::api
