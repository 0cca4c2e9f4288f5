#pragma once

#include <filesystem>

namespace suanpan::support {

/// A fresh folder below the system's temporary one; removed with all that is in it.
class TempDir {
 public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
    std::filesystem::path path_;
};

}  // namespace suanpan::support
