#include "apps/suanpand/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace suanpan::suanpand {

namespace {

[[noreturn]] void fail_with(const std::filesystem::path& path) {
    throw std::system_error(errno, std::generic_category(), path.string());
}

void write_file(const std::filesystem::path& path, std::string_view text, mode_t mode) {
    const std::filesystem::path temporary = path.string() + ".new";
    std::filesystem::remove(temporary);
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file < 0) fail_with(temporary);
    const ssize_t written = ::write(file, text.data(), text.size());
    const bool good = written == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
    if (::close(file) != 0 || !good) fail_with(temporary);
    std::filesystem::rename(temporary, path);
}

}  // namespace

void write_secret_file(const std::filesystem::path& path, std::string_view text) {
    write_file(path, text, 0600);
}

void write_public_file(const std::filesystem::path& path, std::string_view text) {
    write_file(path, text, 0644);
}

FolderLock::FolderLock(const std::filesystem::path& file)
    : path_(file), descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) fail_with(path_);
}

FolderLock::~FolderLock() {
    ::close(descriptor_);
}

bool FolderLock::try_take() {
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno == EWOULDBLOCK || errno == EINTR) return false;
    fail_with(path_);
}

void FolderLock::give_back() {
    if (::flock(descriptor_, LOCK_UN) != 0) fail_with(path_);
}

}  // namespace suanpan::suanpand
