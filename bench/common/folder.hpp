#pragma once

// A folder of this machine while a benchmark runs: where what psql reads and a server writes can
// lie.

#include <filesystem>
#include <string>
#include <system_error>

namespace suanpan::bench {

class Folder {
 public:
    explicit Folder(const std::string& name)
        : path_(std::filesystem::temp_directory_path() / name) {
        std::filesystem::create_directories(path_);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    // A folder in it, empty.
    [[nodiscard]] std::filesystem::path fresh(const std::string& name) const {
        std::filesystem::remove_all(path_ / name);
        std::filesystem::create_directories(path_ / name);
        return path_ / name;
    }

 private:
    std::filesystem::path path_;
};

}  // namespace suanpan::bench
