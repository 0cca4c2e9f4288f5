// How a publisher gets from what is durable (database, last-signed file, files) to what it has in
// memory, and why it refuses.

#include "ledger/tree.hpp"
#include "services/publishing/publisher.hpp"
#include "services/publishing/publisher_text.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace suanpan::services {
namespace {

constexpr std::size_t kReadEntries = 1'024;  // at once: bounds the memory of a rebuild

}  // namespace

// From the files as they are now, not from memory: what is signed is what was written.
Result<std::vector<Hash>> Publisher::check_consistency(const ledger::Checkpoint& from,
                                                       const ledger::Checkpoint& to) const {
    ledger::TileHashReader hashes(to.size, fetch());
    const auto damaged = [&](const Error& error) {
        return fail("tiles_damaged",
                    "the tiles in " + tiles_.directory().string() + " do not lead from size " +
                        std::to_string(from.size) + " to " + std::to_string(to.size) + " (" +
                        error.detail() +
                        "); restore them from a copy, or move them away: they are then written "
                        "again from the database");
    };
    auto proof = ledger::prove_consistency(from.size, to.size, std::ref(hashes));
    if (!proof) return damaged(proof.error());
    const Hash old_root = from.size == 0 ? ledger::empty_root() : from.root;
    const auto consistent =
        ledger::verify_consistency(from.size, old_root, to.size, to.root, *proof);
    if (!consistent) return damaged(consistent.error());
    return proof;
}

Result<void> Publisher::recover() {
    // Before what another leader may still change. Nothing swapped in under an earlier leadership
    // can get in any more.
    const auto term = store_.term();
    if (term_ && term && term != term_) pending_notes_.clear();
    term_ = term;
    const auto database = load_database_record();
    if (!database) return fail(database.error());
    const auto last = read_record(read_file(options_.last_signed_file, ledger::kMaxCheckpointBytes),
                                  options_.last_signed_file.string());
    if (!last) return fail(last.error());
    const auto shown =
        read_record(tiles_.read_checkpoint(), (tiles_.directory() / "checkpoint").string());
    if (!shown) return fail(shown.error());

    if (const auto restored = restore_builder(*database); !restored) return restored;
    if (const auto ok = check_against(*last, *database, "the last-signed file"); !ok) return ok;
    if (const auto ok = check_against(*shown, *database, "the published checkpoint"); !ok)
        return ok;

    if (const auto ok = check_pending(*database); !ok) return ok;

    const ledger::Checkpoint nothing{options_.origin, 0, ledger::empty_root(), ""};
    signed_ = database->value_or(nothing);
    shown_ = shown->value_or(nothing);
    // A run that ended between these two writes: finish them.
    if (*database && (!*last || (*last)->size < signed_.size))
        write_file_durably(options_.last_signed_file, sign(signed_), *options_.disk);
    return {};
}

// After a swap of unknown outcome the database has what it had before, or what was to be swapped
// in; anything else is somebody else's.
Result<void> Publisher::check_pending(const Record& database) {
    if (pending_notes_.empty()) return {};
    const std::uint64_t size = database ? database->size : 0;
    const bool got_in = database && is_pending(stored_note());
    if (!got_in && size != signed_.size) return fail(lost_swap());
    if (got_in) pending_notes_.clear();
    return {};
}

Result<Publisher::Record> Publisher::read_record(std::optional<std::string> note,
                                                 std::string_view where) const {
    if (!note) return Record();
    auto opened = ledger::open_checkpoint(*note, verifiers_);
    if (!opened) {
        return fail("bad_checkpoint_record",
                    std::string(where) + " holds no checkpoint signed by this log's key (" +
                        opened.error().detail() +
                        "); find out who changed it, or whether the key is another one");
    }
    return Record(std::move(opened->checkpoint));
}

Result<Publisher::Record> Publisher::load_database_record() {
    const auto stored = store_.load_checkpoint();
    if (!stored) return Record();
    auto record = read_record(stored->note, "the database");
    if (!record) return record;
    if ((*record)->size != stored->size || (*record)->root != stored->root) {
        return fail("bad_checkpoint_record",
                    "the database's checkpoint says another size or root than its signed text");
    }
    return record;
}

// `seen` was signed before; the database must have it or a later one that continues it.
Result<void> Publisher::check_against(const Record& seen, const Record& database,
                                      std::string_view where) const {
    if (!seen) return {};
    const std::uint64_t size = database ? database->size : 0;
    if (seen->size > size) {
        return fail("contradicts_last_signed",
                    std::string(where) + " says that " + entries_text(seen->size) +
                        " were signed, the database only knows " + std::to_string(size) +
                        ": it was set back. Run `suanpan ledger restore`, which re-applies the "
                        "missing entries from the published bundles, or `suanpan ledger "
                        "succeed`, which opens a new log that names this one; nothing is signed "
                        "until then");
    }
    if (seen->size == size ? seen->root == database->root
                           : check_consistency(*seen, *database).has_value())
        return {};
    return fail("contradicts_last_signed",
                std::string(where) + " and the database's checkpoint are not of one log from " +
                    entries_text(seen->size) +
                    " on, or the tiles between are damaged; nothing is signed until it is known "
                    "which one is right");
}

Result<void> Publisher::restore_builder(const Record& database) {
    reset_builder();
    fixed_size_ = database ? database->size : 0;
    if (!database) return {};
    const std::uint64_t size = database->size;
    const std::uint64_t tail_size = size % ledger::kTileWidth;
    const auto tail = tail_size == 0 ? std::vector<std::string>{}
                                     : store_.read_entries(size - tail_size, tail_size);
    const auto resumed = builder_.resume(size, tail, fetch());
    if (!resumed && resumed.error().code() == "no_such_tile") return rebuild_tiles(*database);
    if (!resumed && resumed.error().code() == "wrong_tail") {
        return fail("entries_changed", "the database's last entries before " +
                                           std::to_string(size) +
                                           " are not those that were published");
    }
    if (resumed && builder_.root() == database->root) return {};
    return fail("tiles_damaged",
                "the hash tiles in " + tiles_.directory().string() +
                    " do not give the signed root of " + entries_text(size) +
                    "; restore them from a copy, or move them away: they are then written "
                    "again from the database");
}

Result<void> Publisher::read_all_entries(std::uint64_t size,
                                         const std::function<void(std::string_view)>& each) {
    for (std::uint64_t at = 0; at < size;) {
        const auto entries =
            store_.read_entries(at, std::min<std::uint64_t>(kReadEntries, size - at));
        if (entries.empty()) {
            return fail("entries_changed", "the database holds only " + entries_text(at) +
                                               ", signed were " + std::to_string(size));
        }
        for (const std::string& entry : entries)
            each(entry);
        at += entries.size();
    }
    return {};
}

// Tiles are missing: write them again from the entries, if these still give the signed root.
Result<void> Publisher::rebuild_tiles(const ledger::Checkpoint& signed_tree) {
    ledger::Frontier frontier;
    auto read = read_all_entries(signed_tree.size, [&frontier](std::string_view entry) {
        frontier.append(ledger::leaf_hash(entry));
    });
    if (!read) return read;
    if (frontier.root() != signed_tree.root) {
        return fail("entries_changed",
                    "tiles are missing and cannot be written again: the database's entries do "
                    "not give the signed root of " +
                        entries_text(signed_tree.size));
    }
    reset_builder();
    read = read_all_entries(signed_tree.size,
                            [this](std::string_view entry) { builder_.append(entry); });
    if (!read) return read;
    builder_.flush();
    write_waiting_tiles();
    if (sink_error_) return fail(*sink_error_);
    tiles_.sync();
    return {};
}

ledger::TileHashReader::Fetch Publisher::fetch() const {
    return [this](const ledger::TileId& tile) { return tiles_.read_tile(tile); };
}

}  // namespace suanpan::services
