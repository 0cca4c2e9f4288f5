#pragma once

#include <filesystem>
#include <string_view>

namespace suanpan::suanpand {

// For secrets: mode 0600 from its first moment, whole or not at all. Throws std::system_error.
void write_secret_file(const std::filesystem::path& path, std::string_view text);

// For others to read, whole or not at all.
void write_public_file(const std::filesystem::path& path, std::string_view text);

}  // namespace suanpan::suanpand
