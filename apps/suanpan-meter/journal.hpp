#pragma once

// A file of lines that a crash leaves readable: each line has the first 16 hex digits of its text's
// SHA-256 before it. A line is durable when append() returned; one that was not finished is cut off
// when the file is opened next.

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::meter {

struct JournalText {
    std::vector<std::string> lines;  // up to the first bad one
    std::uint64_t good_bytes = 0;
    bool torn = false;     // the last line was not finished
    bool damaged = false;  // a whole line is bad
};
// Of a file that another process may be writing. Error `no_file`.
Result<JournalText> read_journal(const std::filesystem::path& path);
// The file gets this text in one step, whatever it was before; after an error (`disk`) it is as it
// was. REQUIRES that no Journal has it open.
Result<void> replace_journal(const std::filesystem::path& path,
                             const std::vector<std::string>& lines);

// Not thread-safe; one process a file.
class Journal {
 public:
    // Makes the file when there is none; cuts a torn line off. Throws std::system_error. REQUIRES a
    // file that is not damaged.
    explicit Journal(std::filesystem::path path);
    ~Journal();
    Journal(Journal&& other) noexcept;
    Journal& operator=(Journal&&) = delete;
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    // Error `disk` with the reason (full, failing): the file is then as it was. REQUIRES no line
    // end in `text`.
    Result<void> append(std::string_view text);
    // All of it replaced in one step; after an error (`disk`) the old text is there.
    Result<void> rewrite(const std::vector<std::string>& lines);

    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
    std::filesystem::path path_;
    int file_ = -1;
    std::uint64_t bytes_ = 0;
    bool unsure_ = false;  // bytes beyond `bytes_` may be in the file
};

}  // namespace suanpan::meter
