#pragma once

// Small bounded readers that the text formats of this folder share.

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace suanpan::ledger {

/// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_valid_utf8(std::string_view text);

/// ASCII decimal without sign or leading zero, 0 … 2^63 − 1; empty otherwise.
std::optional<std::uint64_t> parse_count(std::string_view text);

/// 32 bytes in canonical base64 (44 characters); empty otherwise.
std::optional<Hash> parse_hash(std::string_view base64);

/// Cuts the first line off `rest`, without its LF; empty when no LF is left.
std::optional<std::string_view> take_line(std::string_view& rest);

/// A signed-note key name: not empty, valid UTF-8, no space of Unicode, no control character below
/// 0x20, no '+', at most 255 bytes.
bool is_key_name(std::string_view name);

/// The first `size` bytes as text for a message, made safe to print.
std::string printable(std::string_view text, std::size_t size = 60);

}  // namespace suanpan::ledger
