#pragma once

// Files that a crash leaves whole: the old text or the new one.

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace suanpan::audit {

/// Replaces the file (mode 0600) in one step and durably: write, fsync, rename, fsync of the
/// folder, which is made when it is missing. Throws AuditError; the file is then as it was, unless
/// only the last fsync failed.
void write_durably(const std::filesystem::path& path, std::string_view text);

/// write_durably for a file that is read again with this bound: above it, throws AuditError and
/// leaves the older file.
void write_state(const std::filesystem::path& path, std::string_view text, std::size_t max_bytes);

/// Makes a file (mode 0600) that must not be there yet. Throws AuditError.
void write_new_secret(const std::filesystem::path& path, std::string_view text);

}  // namespace suanpan::audit
