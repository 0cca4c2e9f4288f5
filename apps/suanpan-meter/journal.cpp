#include "apps/suanpan-meter/journal.hpp"

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "base/crypto.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace suanpan::meter {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDigits = 16;

std::string digits_of(std::string_view text) {
    return to_hex(as_chars(sha256(text))).substr(0, kDigits);
}

std::string line_of(std::string_view text) {
    CHECK(text.find('\n') == std::string_view::npos);
    return digits_of(text) + " " + std::string(text) + "\n";
}

bool is_good(std::string_view line) {
    return line.size() > kDigits && line[kDigits] == ' ' &&
           digits_of(line.substr(kDigits + 1)) == line.substr(0, kDigits);
}

[[noreturn]] void throw_for(const fs::path& path) {
    throw std::system_error(errno, std::generic_category(), path.string());
}

tl::unexpected<Error> disk_error(const fs::path& path) {
    return fail("disk", "cannot write " + path.string() + ": " + std::strerror(errno));
}

bool write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ::ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

bool sync_folder_of(const fs::path& path) {
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return false;
    const bool good = ::fsync(file) == 0;
    ::close(file);
    return good;
}

Result<std::string> read_all(const fs::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail("no_file", "cannot read " + path.string() + ": " + std::strerror(errno));
    std::string bytes;
    std::array<char, 65'536> chunk{};
    ::ssize_t got = 0;
    while ((got = ::read(file, chunk.data(), chunk.size())) > 0 || (got < 0 && errno == EINTR)) {
        if (got > 0) bytes.append(chunk.data(), static_cast<std::size_t>(got));
    }
    ::close(file);
    if (got < 0) return fail("no_file", "cannot read " + path.string());
    return bytes;
}

}  // namespace

Result<JournalText> read_journal(const fs::path& path) {
    const auto bytes = read_all(path);
    if (!bytes) return fail(bytes.error());
    JournalText out;
    std::string_view rest = *bytes;
    while (!rest.empty()) {
        const std::size_t size = rest.find('\n');
        const std::string_view line = rest.substr(0, size);
        if (size == std::string_view::npos || !is_good(line)) {
            // A write that was cut short has no end. Of a whole line nobody knows whether it was
            // good once, and sent.
            (size == std::string_view::npos ? out.torn : out.damaged) = true;
            return out;
        }
        out.lines.emplace_back(line.substr(kDigits + 1));
        out.good_bytes += size + 1;
        rest.remove_prefix(size + 1);
    }
    return out;
}

Journal::Journal(fs::path path) : path_(std::move(path)) {
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file_ < 0) throw_for(path_);
    const auto text = read_journal(path_);
    CHECK(text && !text->damaged);
    bytes_ = text->good_bytes;
    const bool cut = !text->torn || ::ftruncate(file_, static_cast<::off_t>(bytes_)) == 0;
    if (!cut || ::fsync(file_) != 0 || !sync_folder_of(path_)) {
        const int reason = errno;
        ::close(std::exchange(file_, -1));
        errno = reason;
        throw_for(path_);
    }
}

Journal::~Journal() {
    if (file_ >= 0) ::close(file_);
}

Journal::Journal(Journal&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      bytes_(other.bytes_),
      unsure_(other.unsure_) {}

Result<void> Journal::append(std::string_view text) {
    const auto end = static_cast<::off_t>(bytes_);
    if (unsure_ && ::ftruncate(file_, end) != 0) return disk_error(path_);
    const std::string line = line_of(text);
    // Until the sync is done, what is written is not there: a restart may or may not find it, and
    // nobody was told of it.
    if (write_all(file_, line) && ::fsync(file_) == 0) {
        bytes_ += line.size();
        unsure_ = false;
        return {};
    }
    auto error = disk_error(path_);
    unsure_ = ::ftruncate(file_, end) != 0;
    return error;
}

namespace {

struct NewFile {
    int file = -1;
    std::uint64_t bytes = 0;
};

// Replaces the file at `path` in one step; gives the new one, open.
Result<NewFile> write_new(const fs::path& path, const std::vector<std::string>& lines) {
    const fs::path temporary = path.string() + ".new";
    const int file = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
                            S_IRUSR | S_IWUSR);
    if (file < 0) return disk_error(temporary);
    std::string bytes;
    for (const std::string& line : lines)
        bytes += line_of(line);
    if (!write_all(file, bytes) || ::fsync(file) != 0 ||
        ::rename(temporary.c_str(), path.c_str()) != 0) {
        auto error = disk_error(temporary);
        ::close(file);
        ::unlink(temporary.c_str());
        return error;
    }
    return NewFile{file, bytes.size()};
}

}  // namespace

Result<void> replace_journal(const fs::path& path, const std::vector<std::string>& lines) {
    const auto made = write_new(path, lines);
    if (!made) return fail(made.error());
    ::close(made->file);
    if (!sync_folder_of(path)) return disk_error(path);
    return {};
}

Result<void> Journal::rewrite(const std::vector<std::string>& lines) {
    const auto made = write_new(path_, lines);
    if (!made) return fail(made.error());
    ::close(std::exchange(file_, made->file));
    bytes_ = made->bytes;
    unsure_ = false;
    if (!sync_folder_of(path_)) return disk_error(path_);
    return {};
}

}  // namespace suanpan::meter
