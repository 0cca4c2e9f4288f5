#pragma once

// Files that survive a crash whole or not at all. I/O failures are std::system_error.

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace suanpan::services {

/// The calls that can find the disk full or failing; a test has its own. Thread-safe. As their
/// POSIX namesakes: below zero, and errno.
class Disk {
 public:
    virtual ~Disk() = default;
    virtual ::ssize_t write(int descriptor, std::string_view bytes);
    virtual int sync(int descriptor);

    static Disk& real();
};

/// Writes a temporary file beside, fsync, rename, fsync of the folder: after a crash there is the
/// old content or the new, never a mixture. Makes missing folders.
void write_file_durably(const std::filesystem::path& path, std::string_view bytes,
                        Disk& disk = Disk::real());

/// The parts of it, for who writes many files: durable once its folder, and those that
/// make_folders() gives, went through sync_folder().
void replace_file(const std::filesystem::path& path, std::string_view bytes, Disk& disk);
/// Makes `folder` and what is missing above it; gives the folders that got a new name in them.
std::set<std::filesystem::path> make_folders(const std::filesystem::path& folder);
void sync_folder(const std::filesystem::path& folder, Disk& disk);

/// Empty when there is no such file. Throws std::system_error for one above `max_bytes`.
std::optional<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes);

}  // namespace suanpan::services
