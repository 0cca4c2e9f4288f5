#include "services/publishing/tile_store.hpp"

#include "base/thread_name.hpp"
#include "ledger/checkpoint.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <exception>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace suanpan::services {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesAtOnce = 8;

std::size_t max_bytes_of(const ledger::TileId& tile) {
    return tile.kind == ledger::TileKind::kEntries ? ledger::kMaxBundleBytes
                                                   : ledger::kMaxHashTileBytes;
}

Result<ledger::Checkpoint> parse_tree(const std::string& note) {
    const auto parsed = ledger::parse_note(note);
    if (!parsed) return fail(parsed.error());
    return ledger::parse_checkpoint(parsed->text);
}

struct NewFile {
    fs::path path;
    std::string_view bytes;
};

// While one waits for its fsync the others write, and what waits together is flushed together.
// Throws what the first failure threw, when all have ended.
void replace_files(std::span<const NewFile> files, Disk& disk) {
    std::atomic<std::size_t> next = 0;
    std::exception_ptr failure;
    std::mutex mutex;
    const auto work = [&] {
        try {
            for (std::size_t i = next++; i < files.size(); i = next++)
                replace_file(files[i].path, files[i].bytes, disk);
        } catch (...) {
            next = files.size();
            const std::scoped_lock lock(mutex);
            if (!failure) failure = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> others;
        while (others.size() + 1 < std::min(kFilesAtOnce, files.size()))
            others.emplace_back([&work] {
                name_thread("tile-files");
                work();
            });
        work();
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace

TileStore::TileStore(fs::path directory, Disk& disk)
    : directory_(std::move(directory)), disk_(&disk) {}

std::uint64_t size_with(const ledger::TileId& tile) {
    // Levels above hold more than 2^64 entries.
    constexpr unsigned kLevels = 8;
    if (tile.level >= kLevels) return kAllSigned;
    const unsigned shift = tile.level * ledger::kTileHeight;
    if (tile.index > kAllSigned / ledger::kTileWidth - 1) return kAllSigned;
    const std::uint64_t hashes = tile.index * ledger::kTileWidth + tile.width;
    return hashes > (kAllSigned >> shift) ? kAllSigned : hashes << shift;
}

// Another run may have left partial forms of this tile, of sizes that were never signed and with
// entries that are no more: nobody would ever write over them.
void TileStore::remove_unsigned_partials(const ledger::TileId& tile, std::uint64_t signed_size) {
    fs::path folder = directory_ / ledger::tile_path(tile.full());
    folder += ".p";
    std::error_code none;
    std::vector<fs::path> stale;
    for (const auto& file : fs::directory_iterator(folder, none)) {
        ledger::TileId other = tile;
        const std::string name = file.path().filename().string();
        const auto end = name.data() + name.size();
        const auto read = std::from_chars(name.data(), end, other.width);
        const bool known = read.ec == std::errc() && read.ptr == end;
        if (!known || (other != tile && size_with(other) > signed_size))
            stale.push_back(file.path());
    }
    for (const fs::path& path : stale)
        fs::remove(path);
}

Result<std::optional<fs::path>> TileStore::place_for(const ledger::TileId& tile,
                                                     std::string_view bytes,
                                                     std::uint64_t signed_size) {
    fs::path path = directory_ / ledger::tile_path(tile);
    const auto present = read_file(path, max_bytes_of(tile));
    if (size_with(tile) > signed_size) remove_unsigned_partials(tile, signed_size);
    if (present && *present == bytes) {
        // It may be there from a run that ended before its sync(), and so may each folder above.
        for (fs::path at = path.parent_path();; at = at.parent_path()) {
            unsynced_.insert(at);
            if (at == directory_ || !at.has_relative_path()) break;
        }
        unsynced_.insert(directory_.parent_path());
        return std::optional<fs::path>();
    }
    if (present && size_with(tile) <= signed_size) {
        return fail("tile_conflict", path.string() +
                                         " is there with other content; published tiles never "
                                         "change, so find out who altered it or the database");
    }
    unsynced_.merge(make_folders(path.parent_path()));
    unsynced_.insert(path.parent_path());
    return std::optional<fs::path>(std::move(path));
}

Result<void> TileStore::write_tile(const ledger::TileId& tile, std::string_view bytes,
                                   std::uint64_t signed_size) {
    const auto path = place_for(tile, bytes, signed_size);
    if (!path) return fail(path.error());
    if (*path) replace_file(**path, bytes, *disk_);
    return {};
}

Result<void> TileStore::write_tiles(std::span<const TileFile> tiles, std::uint64_t signed_size) {
    std::vector<NewFile> files;
    files.reserve(tiles.size());
    for (const auto& [tile, bytes] : tiles) {
        auto path = place_for(tile, bytes, signed_size);
        if (!path) return fail(path.error());
        if (*path) files.push_back({std::move(**path), bytes});
    }
    replace_files(files, *disk_);
    return {};
}

void TileStore::sync() {
    for (const fs::path& folder : unsynced_)
        sync_folder(folder, *disk_);
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
    write_file_durably(directory_ / "checkpoint", note, *disk_);
}

std::optional<std::string> TileStore::read_checkpoint() const {
    return read_file(directory_ / "checkpoint", ledger::kMaxCheckpointBytes);
}

Result<ledger::Checkpoint> read_published_tree(const TileStore& tiles) {
    const auto note = tiles.read_checkpoint();
    return note ? parse_tree(*note) : ledger::Checkpoint{"", 0, ledger::empty_root(), ""};
}

Result<ledger::Receipt> make_receipt(const TileStore& tiles, std::uint64_t index) {
    const auto not_published = [index] {
        return fail("not_published", "entry " + std::to_string(index) +
                                         " is not under a published checkpoint yet; ask again "
                                         "in some seconds");
    };
    const auto note = tiles.read_checkpoint();
    if (!note) return not_published();
    const auto checkpoint = parse_tree(*note);
    if (!checkpoint) return fail(checkpoint.error());
    if (index >= checkpoint->size) return not_published();
    ledger::TileHashReader hashes(
        checkpoint->size, [&tiles](const ledger::TileId& tile) { return tiles.read_tile(tile); });
    auto proof = ledger::prove_inclusion(index, checkpoint->size, std::ref(hashes));
    if (!proof) return fail(proof.error());
    return ledger::Receipt{index, std::move(*proof), *note, ""};
}

}  // namespace suanpan::services
