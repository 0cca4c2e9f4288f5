#include "services/publishing/tile_store.hpp"

#include "ledger/checkpoint.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
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
            others.emplace_back(work);
        work();
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace

TileStore::TileStore(fs::path directory, Disk& disk)
    : directory_(std::move(directory)), disk_(&disk) {}

Result<std::optional<fs::path>> TileStore::place_for(const ledger::TileId& tile,
                                                     std::string_view bytes) {
    fs::path path = directory_ / ledger::tile_path(tile);
    if (const auto present = read_file(path, max_bytes_of(tile))) {
        if (*present == bytes) {
            // It may be there from a run that ended before its sync().
            unsynced_.insert(path.parent_path());
            return std::optional<fs::path>();
        }
        return fail("tile_conflict", path.string() +
                                         " is there with other content; published tiles never "
                                         "change, so find out who altered it or the database");
    }
    unsynced_.merge(make_folders(path.parent_path()));
    unsynced_.insert(path.parent_path());
    return std::optional<fs::path>(std::move(path));
}

Result<void> TileStore::write_tile(const ledger::TileId& tile, std::string_view bytes) {
    const auto path = place_for(tile, bytes);
    if (!path) return fail(path.error());
    if (*path) replace_file(**path, bytes, *disk_);
    return {};
}

Result<void> TileStore::write_tiles(std::span<const TileFile> tiles) {
    std::vector<NewFile> files;
    files.reserve(tiles.size());
    for (const auto& [tile, bytes] : tiles) {
        auto path = place_for(tile, bytes);
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
