#include "apps/suanpan-audit/durable_file.hpp"

#include "apps/suanpan-audit/fault.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace suanpan::audit {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const fs::path& path) {
    throw AuditError("cannot write " + path.string() + ": " + std::strerror(errno));
}

fs::path folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

void sync_folder(const fs::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) cannot_write(folder);
    const bool good = ::fsync(descriptor) == 0;
    ::close(descriptor);
    if (!good) cannot_write(folder);
}

void write_file(const fs::path& path, std::string_view text, int flags) {
    const int descriptor =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, S_IRUSR | S_IWUSR);
    if (descriptor < 0) cannot_write(path);
    bool good = true;
    while (good && !text.empty()) {
        const ::ssize_t count = ::write(descriptor, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        good = count > 0;
        if (good) text.remove_prefix(static_cast<std::size_t>(count));
    }
    good = good && ::fsync(descriptor) == 0;
    if (::close(descriptor) != 0 || !good) cannot_write(path);
}

}  // namespace

void write_durably(const fs::path& path, std::string_view text) {
    const fs::path folder = folder_of(path);
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw AuditError("cannot make " + folder.string() + ": " + error.message());
    fs::path temporary = path;
    temporary += ".tmp";
    write_file(temporary, text, O_TRUNC);
    fs::rename(temporary, path, error);
    if (error) throw AuditError("cannot write " + path.string() + ": " + error.message());
    sync_folder(folder);
}

void write_state(const fs::path& path, std::string_view text, std::size_t max_bytes) {
    if (text.size() > max_bytes) {
        throw AuditError("the state has grown to " + std::to_string(text.size()) +
                         " bytes, more than the " + std::to_string(max_bytes) +
                         " that would be read again; " + path.string() + " is as it was");
    }
    write_durably(path, text);
}

void write_new_secret(const fs::path& path, std::string_view text) {
    write_file(path, text, O_EXCL);
    sync_folder(folder_of(path));
}

}  // namespace suanpan::audit
