#include "services/publishing/log_records.hpp"

#include "ledger/tile.hpp"

#include <utility>

namespace suanpan::services {
namespace {

using Found = std::optional<ledger::SignedCheckpoint>;

Result<Found> open_record(const std::optional<std::string>& note, const std::string& where,
                          std::span<const ledger::VerifierKey> keys) {
    if (!note) return Found();
    auto opened = ledger::open_checkpoint(*note, keys);
    if (!opened) {
        return fail("bad_checkpoint_record", where +
                                                 " holds no checkpoint signed by this log's key (" +
                                                 opened.error().detail() + ")");
    }
    return Found(std::move(*opened));
}

}  // namespace

Result<ledger::SignedCheckpoint> find_last_checkpoint(const LogFiles& files,
                                                      std::span<const ledger::VerifierKey> keys) {
    const TileStore tiles(files.tiles());
    auto shown =
        open_record(tiles.read_checkpoint(), (files.tiles() / "checkpoint").string(), keys);
    if (!shown) return fail(shown.error());
    auto last = open_record(read_file(files.last_signed(), ledger::kMaxCheckpointBytes),
                            files.last_signed().string(), keys);
    if (!last) return fail(last.error());
    if (!*shown && !*last)
        return fail("not_published", "no checkpoint is in " + files.data.string());
    const bool later = *last && (!*shown || (*last)->checkpoint.size > (*shown)->checkpoint.size);
    return std::move(later ? **last : **shown);
}

Result<std::vector<std::string>> read_bundle(const TileStore& tiles, std::uint64_t number,
                                             std::uint64_t log_size) {
    const auto tile = ledger::tile_at(ledger::TileKind::kEntries, 0, number, log_size);
    if (!tile) return fail(tile.error());
    const auto bytes = tiles.read_tile(*tile);
    if (!bytes) return fail(bytes.error());
    const auto views = ledger::decode_bundle(*bytes, tile->width);
    if (!views) return fail(views.error());
    return std::vector<std::string>(views->begin(), views->end());
}

Result<std::vector<Hash>> read_leaves(const TileStore& tiles, std::uint64_t number,
                                      std::uint64_t log_size) {
    const auto tile = ledger::tile_at(ledger::TileKind::kHashes, 0, number, log_size);
    if (!tile) return fail(tile.error());
    const auto bytes = tiles.read_tile(*tile);
    if (!bytes) return fail(bytes.error());
    return ledger::decode_hash_tile(*bytes, tile->width);
}

}  // namespace suanpan::services
