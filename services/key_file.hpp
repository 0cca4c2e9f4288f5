#pragma once

// A secret of 32 bytes in a file of its own: 64 hexadecimal digits, with or without a line's end
// behind them, mode 0600.

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <filesystem>

namespace suanpan::services {

enum class KeyFault : std::uint8_t {
    kUnreadable,  // or not there
    kExposed,     // others may read or write the file
    kMalformed
};

/// Wiping what it gives is the caller's part.
tl::expected<std::array<std::uint8_t, 32>, KeyFault> read_key_file(
    const std::filesystem::path& path);

/// A fresh random secret, durable, unless there is a file: whole or not at all, and never over
/// another's. Makes missing folders. I/O failures are std::system_error.
void make_key_file(const std::filesystem::path& path);

}  // namespace suanpan::services
