#pragma once

// Bytes, hashes and their text forms.

#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan {

using Hash = std::array<std::uint8_t, 32>;

inline std::string_view as_chars(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}
template <std::size_t N>
std::string_view as_chars(const std::array<std::uint8_t, N>& bytes) {
    return as_chars(bytes.data(), bytes.size());
}

std::string to_hex(std::string_view bytes);
Result<std::string> from_hex(std::string_view text);  // error `bad_hex`

// RFC 4648 §4, with padding; decoding refuses anything but the one canonical form (`bad_base64`).
std::string to_base64(std::string_view bytes);
Result<std::string> from_base64(std::string_view text);

}  // namespace suanpan
