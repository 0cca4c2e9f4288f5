#include "apps/suanpan-audit/log_source.hpp"

#include "apps/suanpan-audit/fault.hpp"
#include "ledger/checkpoint.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <tl/expected.hpp>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

namespace suanpan::audit {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const { return number_; }

 private:
    int number_;
};

enum class Trouble : std::uint8_t { kAbsent, kTooLarge };

// The whole of a regular file; throws AuditError when it is there and can't be read.
tl::expected<std::string, Trouble> read_bounded(const fs::path& path, std::size_t max_bytes) {
    // A pipe in a copy of the log must not hold the audit up for ever.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    const bool absent = file.number() < 0 && (errno == ENOENT || errno == ENOTDIR);
    if (absent) return tl::unexpected(Trouble::kAbsent);
    struct ::stat about{};
    if (file.number() < 0 || ::fstat(file.number(), &about) != 0)
        throw AuditError("cannot read " + path.string());
    if (!S_ISREG(about.st_mode)) return tl::unexpected(Trouble::kAbsent);
    const auto size = static_cast<std::size_t>(about.st_size);
    if (size > max_bytes) return tl::unexpected(Trouble::kTooLarge);
    std::string out(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const ::ssize_t count = ::read(file.number(), out.data() + done, size - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw AuditError("cannot read " + path.string());
        if (count == 0) break;  // it was cut in the meantime
        done += static_cast<std::size_t>(count);
    }
    out.resize(done);
    return out;
}

}  // namespace

Result<std::string> LogSource::read_tile(const ledger::TileId& tile) {
    const std::size_t max_bytes = tile.kind == ledger::TileKind::kEntries
                                      ? ledger::kMaxBundleBytes
                                      : ledger::kMaxHashTileBytes;
    auto bytes = read(ledger::tile_path(tile), max_bytes);
    if (bytes || tile.is_full() || bytes.error().code() != "not_found") return bytes;
    const auto whole = read(ledger::tile_path(tile.full()), max_bytes);
    if (!whole) return bytes;
    return ledger::cut_tile(tile, *whole);
}

Result<std::string> LogSource::read_checkpoint() {
    return read("checkpoint", ledger::kMaxCheckpointBytes);
}

DirectorySource::DirectorySource(fs::path directory) : directory_(std::move(directory)) {
    if (!fs::is_directory(directory_))
        throw AuditError(directory_.string() + " is not a directory");
}

Result<std::string> DirectorySource::read(std::string_view path, std::size_t max_bytes) {
    auto bytes = read_bounded(directory_ / path, max_bytes);
    if (bytes) return std::move(*bytes);
    if (bytes.error() == Trouble::kAbsent)
        return fail("not_found", std::string(path) + " is missing in " + name());
    return fail("too_large",
                std::string(path) + " has more than " + std::to_string(max_bytes) + " bytes");
}

std::unique_ptr<LogSource> DirectorySource::another() const {
    return std::make_unique<DirectorySource>(directory_);
}

std::string read_local_file(const fs::path& path, std::size_t max_bytes) {
    auto bytes = read_bounded(path, max_bytes);
    if (bytes) return std::move(*bytes);
    if (bytes.error() == Trouble::kAbsent) throw AuditError("there is no file " + path.string());
    throw AuditError(path.string() + " has more than " + std::to_string(max_bytes) +
                     " bytes: not what is wanted here");
}

}  // namespace suanpan::audit
