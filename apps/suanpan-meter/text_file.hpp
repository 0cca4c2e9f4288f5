#pragma once

// Small files of the kernel and of the configuration.

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace suanpan::meter {

inline constexpr std::size_t kMaxTextFile = 1U << 20U;

// The first kMaxTextFile bytes. Error `no_file`.
Result<std::string> read_text(const std::filesystem::path& path);
// Its first word; nothing when the file is not there or empty.
std::optional<std::string> read_word(const std::filesystem::path& path);
std::optional<std::int64_t> read_number(const std::filesystem::path& path);
// The number behind `key` and a space at the start of a line ("usage_usec 12").
std::optional<std::int64_t> find_number(std::string_view text, std::string_view key);
// The next word of `text`, which is cut off there; empty at its end.
std::string_view take_word(std::string_view& text);

}  // namespace suanpan::meter
