#include "services/publishing/tile_store.hpp"

#include "ledger/checkpoint.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <system_error>
#include <utility>

namespace suanpan::services {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void raise(const std::string& what, const fs::path& path) {
    throw std::system_error(errno, std::generic_category(), what + " " + path.string());
}

class File {
 public:
    File(const fs::path& path, int flags, ::mode_t mode = 0644)
        : path_(path), descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {
        if (descriptor_ < 0) raise("cannot open", path_);
    }
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    void write_all(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ::ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) raise("cannot write", path_);
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    void sync() const {
        if (::fsync(descriptor_) != 0) raise("cannot fsync", path_);
    }
    // Some file systems only report a full disk here.
    void close() {
        if (::close(std::exchange(descriptor_, -1)) != 0) raise("cannot close", path_);
    }

 private:
    const fs::path& path_;
    int descriptor_;
};

void sync_folder(const fs::path& folder) {
    const File file(folder.empty() ? fs::path(".") : folder, O_RDONLY | O_DIRECTORY);
    file.sync();
}

// Makes `folder` and what is missing above it; gives the folders that got a new name in them.
std::set<fs::path> make_folders(const fs::path& folder) {
    std::set<fs::path> changed;
    for (fs::path at = folder; !at.empty() && !fs::exists(at); at = at.parent_path())
        changed.insert(at.parent_path());
    if (!folder.empty()) fs::create_directories(folder);
    return changed;
}

void replace_file(const fs::path& path, std::string_view bytes) {
    fs::path temporary = path;
    temporary += ".tmp";
    File file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    file.write_all(bytes);
    file.sync();
    file.close();
    fs::rename(temporary, path);
}

std::size_t max_bytes_of(const ledger::TileId& tile) {
    return tile.kind == ledger::TileKind::kEntries ? ledger::kMaxBundleBytes
                                                   : ledger::kMaxHashTileBytes;
}

}  // namespace

void write_file_durably(const fs::path& path, std::string_view bytes) {
    auto changed = make_folders(path.parent_path());
    changed.insert(path.parent_path());
    replace_file(path, bytes);
    for (const fs::path& folder : changed)
        sync_folder(folder);
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

TileStore::TileStore(fs::path directory) : directory_(std::move(directory)) {}

Result<void> TileStore::write_tile(const ledger::TileId& tile, std::string_view bytes) {
    const fs::path path = directory_ / ledger::tile_path(tile);
    if (const auto present = read_file(path, max_bytes_of(tile))) {
        if (*present == bytes) {
            // It may be there from a run that ended before its sync().
            unsynced_.insert(path.parent_path());
            return {};
        }
        return fail("tile_conflict", path.string() +
                                         " is there with other content; published tiles never "
                                         "change, so find out who altered it or the database");
    }
    unsynced_.merge(make_folders(path.parent_path()));
    unsynced_.insert(path.parent_path());
    replace_file(path, bytes);
    return {};
}

void TileStore::sync() {
    for (const fs::path& folder : unsynced_)
        sync_folder(folder);
    unsynced_.clear();
}

Result<std::string> TileStore::read_tile(const ledger::TileId& tile) const {
    auto bytes = read_file(directory_ / ledger::tile_path(tile), max_bytes_of(tile));
    if (bytes) return std::move(*bytes);
    if (!tile.is_full()) {
        const fs::path full = directory_ / ledger::tile_path(tile.full());
        if (const auto whole = read_file(full, max_bytes_of(tile)))
            return ledger::cut_tile(tile, *whole);
    }
    return fail("no_such_tile", ledger::tile_path(tile) + " is not in " + directory_.string());
}

void TileStore::remove_partials(const ledger::TileId& full) {
    fs::path folder = directory_ / ledger::tile_path(full.full());
    folder += ".p";
    fs::remove_all(folder);
}

void TileStore::write_checkpoint(std::string_view note) {
    write_file_durably(directory_ / "checkpoint", note);
}

std::optional<std::string> TileStore::read_checkpoint() const {
    return read_file(directory_ / "checkpoint", ledger::kMaxCheckpointBytes);
}

Result<ledger::Receipt> make_receipt(const TileStore& tiles, std::uint64_t index) {
    const auto not_published = [index] {
        return fail("not_published", "entry " + std::to_string(index) +
                                         " is not under a published checkpoint yet; ask again "
                                         "in some seconds");
    };
    const auto note = tiles.read_checkpoint();
    if (!note) return not_published();
    const auto parsed = ledger::parse_note(*note);
    if (!parsed) return fail(parsed.error());
    const auto checkpoint = ledger::parse_checkpoint(parsed->text);
    if (!checkpoint) return fail(checkpoint.error());
    if (index >= checkpoint->size) return not_published();
    ledger::TileHashReader hashes(
        checkpoint->size, [&tiles](const ledger::TileId& tile) { return tiles.read_tile(tile); });
    auto proof = ledger::prove_inclusion(index, checkpoint->size, std::ref(hashes));
    if (!proof) return fail(proof.error());
    return ledger::Receipt{index, std::move(*proof), *note, ""};
}

}  // namespace suanpan::services
