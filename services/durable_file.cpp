#include "services/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace suanpan::services {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void raise(const std::string& what, const fs::path& path) {
    const int error = errno;
    throw std::system_error(error, std::generic_category(), what + " " + path.string());
}

class File {
 public:
    File(fs::path path, int flags, Disk& disk)
        : path_(std::move(path)),
          disk_(disk),
          descriptor_(::open(path_.c_str(), flags | O_CLOEXEC, 0644)) {
        if (descriptor_ < 0) raise("cannot open", path_);
    }
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    void write_all(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ::ssize_t written = disk_.write(descriptor_, bytes);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) raise("cannot write", path_);
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    void sync() const {
        if (disk_.sync(descriptor_) != 0) raise("cannot fsync", path_);
    }
    // Some file systems only report a full disk here.
    void close() {
        if (::close(std::exchange(descriptor_, -1)) != 0) raise("cannot close", path_);
    }

 private:
    fs::path path_;
    Disk& disk_;
    int descriptor_;
};

}  // namespace

::ssize_t Disk::write(int descriptor, std::string_view bytes) {
    return ::write(descriptor, bytes.data(), bytes.size());
}

int Disk::sync(int descriptor) {
    return ::fsync(descriptor);
}

Disk& Disk::real() {
    static Disk disk;
    return disk;
}

void sync_folder(const fs::path& folder, Disk& disk) {
    const File file(folder.empty() ? fs::path(".") : folder, O_RDONLY | O_DIRECTORY, disk);
    file.sync();
}

std::set<fs::path> make_folders(const fs::path& folder) {
    std::set<fs::path> changed;
    for (fs::path at = folder; !at.empty() && !fs::exists(at); at = at.parent_path())
        changed.insert(at.parent_path());
    if (!folder.empty()) fs::create_directories(folder);
    return changed;
}

void replace_file(const fs::path& path, std::string_view bytes, Disk& disk) {
    fs::path temporary = path;
    temporary += ".tmp";
    try {
        File file(temporary, O_WRONLY | O_CREAT | O_TRUNC, disk);
        file.write_all(bytes);
        file.sync();
        file.close();
        fs::rename(temporary, path);
    } catch (...) {
        // What is half written must not fill a disk that is full. A file whose fsync failed is
        // written anew: the kernel reports a lost page once only.
        std::error_code ignored;
        fs::remove(temporary, ignored);
        throw;
    }
}

void write_file_durably(const fs::path& path, std::string_view bytes, Disk& disk) {
    auto changed = make_folders(path.parent_path());
    changed.insert(path.parent_path());
    replace_file(path, bytes, disk);
    for (const fs::path& folder : changed)
        sync_folder(folder, disk);
}

std::optional<std::string> read_file(const fs::path& path, std::size_t max_bytes) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
        raise("cannot open", path);
    }
    std::string out;
    std::string chunk(65'536, '\0');
    ::ssize_t count = 0;
    while (out.size() <= max_bytes) {
        count = ::read(descriptor, chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        out.append(chunk, 0, static_cast<std::size_t>(count));
    }
    const int error = count < 0 ? errno : out.size() > max_bytes ? EFBIG : 0;
    ::close(descriptor);
    if (error != 0) {
        errno = error;
        raise("cannot read", path);
    }
    return out;
}

}  // namespace suanpan::services
