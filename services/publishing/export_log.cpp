#include "services/publishing/export_log.hpp"

#include "ledger/checkpoint.hpp"
#include "ledger/note.hpp"
#include "ledger/tile.hpp"

#include <string>

namespace suanpan::services {
namespace {

using ledger::TileId;
using ledger::TileKind;

Result<ledger::Checkpoint> checkpoint_of(const std::string& note) {
    const auto parsed = ledger::parse_note(note);
    if (!parsed) return fail(parsed.error());
    return ledger::parse_checkpoint(parsed->text);
}

Result<std::string> bundle_from(PublisherStore& store, const TileId& tile) {
    std::string bundle;
    const std::uint64_t first = tile.index * ledger::kTileWidth;
    const auto entries = store.read_entries(first, tile.width);
    for (const std::string& entry : entries) {
        if (entry.size() > ledger::kMaxEntryBytes)
            return fail("entry_too_large", "an entry of the database has more than 65,535 bytes");
        ledger::append_to_bundle(bundle, entry);
    }
    if (entries.size() == tile.width) return bundle;
    return fail("entries_missing", "the database has no entry " +
                                       std::to_string(first + entries.size()) +
                                       ", which is under the published checkpoint");
}

}  // namespace

Result<std::uint64_t> export_log(PublisherStore& store, const TileStore& published,
                                 const std::filesystem::path& target) {
    const auto note = published.read_checkpoint();
    if (!note) return fail("not_published", "no checkpoint is published yet");
    const auto checkpoint = checkpoint_of(*note);
    if (!checkpoint) return fail(checkpoint.error());
    if (std::filesystem::exists(target) && !std::filesystem::is_empty(target))
        return fail("target_not_empty", target.string() + " is not an empty folder");
    TileStore out(target);
    for (const TileId& tile : ledger::tiles_between(0, checkpoint->size)) {
        const auto bytes =
            tile.kind == TileKind::kEntries ? bundle_from(store, tile) : published.read_tile(tile);
        if (!bytes) return fail(bytes.error());
        if (const auto written = out.write_tile(tile, *bytes); !written)
            return fail(written.error());
    }
    out.sync();
    out.write_checkpoint(*note);
    return checkpoint->size;
}

}  // namespace suanpan::services
