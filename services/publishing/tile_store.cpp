#include "services/publishing/tile_store.hpp"

#include "ledger/checkpoint.hpp"

#include <functional>
#include <utility>

namespace suanpan::services {
namespace {

namespace fs = std::filesystem;

std::size_t max_bytes_of(const ledger::TileId& tile) {
    return tile.kind == ledger::TileKind::kEntries ? ledger::kMaxBundleBytes
                                                   : ledger::kMaxHashTileBytes;
}

}  // namespace

TileStore::TileStore(fs::path directory, Disk& disk)
    : directory_(std::move(directory)), disk_(&disk) {}

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
    replace_file(path, bytes, *disk_);
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
