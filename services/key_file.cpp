#include "services/key_file.hpp"

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "services/durable_file.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace suanpan::services {
namespace {

namespace fs = std::filesystem;
using Key = std::array<std::uint8_t, 32>;

constexpr std::size_t kDigits = 2 * Key{}.size();

void wipe(std::string& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
}

// At most `most` bytes. Not by a stream: its buffer would keep them.
std::optional<std::string> read_start(const fs::path& path, std::size_t most) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return std::nullopt;
    std::string out(most, '\0');
    std::size_t size = 0;
    ::ssize_t count = 1;
    while (count != 0 && size < most) {
        count = ::read(descriptor, out.data() + size, most - size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) break;
        size += static_cast<std::size_t>(count);
    }
    ::close(descriptor);
    if (count < 0) {
        wipe(out);
        return std::nullopt;
    }
    out.resize(size);
    return out;
}

// Durable, but for its name in the folder.
void write_new_key(const fs::path& path) {
    fs::remove(path);
    const int descriptor =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) {
        throw std::system_error(errno, std::generic_category(), "cannot make " + path.string());
    }
    std::string bytes = random_bytes(Key{}.size());
    std::string text = to_hex(bytes) + "\n";
    wipe(bytes);
    const auto size = static_cast<::ssize_t>(text.size());
    const bool written =
        ::write(descriptor, text.data(), text.size()) == size && ::fsync(descriptor) == 0;
    int error = errno;
    wipe(text);
    const bool closed = ::close(descriptor) == 0;
    if (written && closed) return;
    if (written) error = errno;
    std::error_code ignored;
    fs::remove(path, ignored);
    throw std::system_error(error, std::generic_category(), "cannot write " + path.string());
}

}  // namespace

tl::expected<Key, KeyFault> read_key_file(const fs::path& path) {
    struct ::stat info{};
    if (::stat(path.c_str(), &info) != 0) return tl::unexpected(KeyFault::kUnreadable);
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) return tl::unexpected(KeyFault::kExposed);
    auto text = read_start(path, kDigits + 2);
    if (!text) return tl::unexpected(KeyFault::kUnreadable);
    auto bytes = from_hex(std::string_view(*text).substr(0, kDigits));
    const std::size_t size = text->size();
    const bool form = size == kDigits || (size == kDigits + 1 && text->back() == '\n');
    wipe(*text);
    Key key{};
    const bool good = form && bytes && bytes->size() == key.size();
    if (good) std::ranges::copy(*bytes, key.begin());
    if (bytes) wipe(*bytes);
    if (!good) return tl::unexpected(KeyFault::kMalformed);
    return key;
}

void make_key_file(const fs::path& path) {
    if (fs::exists(path)) return;
    if (path.has_parent_path()) fs::create_directories(path.parent_path());
    // The name is given once all is durable.
    const fs::path temporary = path.string() + ".new." + std::to_string(::getpid());
    write_new_key(temporary);
    std::error_code failure;
    fs::create_hard_link(temporary, path, failure);
    fs::remove(temporary);
    if (failure && failure != std::errc::file_exists)
        throw std::system_error(failure, "cannot make " + path.string());
    sync_folder(path.parent_path(), Disk::real());
}

}  // namespace suanpan::services
