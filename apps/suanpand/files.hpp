#pragma once

#include <filesystem>
#include <string_view>

namespace suanpan::suanpand {

// For secrets: mode 0600 from its first moment, whole or not at all. Throws std::system_error.
void write_secret_file(const std::filesystem::path& path, std::string_view text);

// For others to read, whole or not at all.
void write_public_file(const std::filesystem::path& path, std::string_view text);

// A folder that one process at a time works in. The lock goes with the process, however it ends.
class FolderLock {
 public:
    // Makes the file. Throws std::system_error.
    explicit FolderLock(const std::filesystem::path& file);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

    // False while another holds it.
    [[nodiscard]] bool try_take();
    // For others to take. Nothing happens when it is not held.
    void give_back();

 private:
    std::filesystem::path path_;
    int descriptor_;
};

}  // namespace suanpan::suanpand
