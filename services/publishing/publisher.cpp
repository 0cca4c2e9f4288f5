#include "services/publishing/publisher.hpp"

#include "ledger/tree.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <utility>

namespace suanpan::services {
namespace {

constexpr std::size_t kReadEntries = 1'024;  // at once: bounds the memory of a long backlog

std::string entries_text(std::uint64_t size) {
    return std::to_string(size) + (size == 1 ? " entry" : " entries");
}

}  // namespace

Publisher::Publisher(PublisherOptions options, const SigningKey& key, PublisherStore& store,
                     FaultPoint fault)
    : options_(std::move(options)),
      key_(key),
      store_(store),
      fault_(std::move(fault)),
      tiles_(options_.tile_directory),
      verifier_(
          ledger::make_verifier_key(options_.origin, ledger::KeyType::kEd25519, key.public_key())),
      builder_({}) {
    reset_builder();
}

void Publisher::reset_builder() {
    sink_error_.reset();
    builder_ = ledger::TileBuilder([this](const ledger::TileId& tile, std::string_view bytes) {
        const auto written = tiles_.write_tile(tile, bytes);
        if (!written && !sink_error_) sink_error_ = written.error();
    });
}

void Publisher::reach(std::string_view step) const {
    if (fault_) fault_(step);
}

ledger::TileHashReader::Fetch Publisher::fetch() const {
    return [this](const ledger::TileId& tile) { return tiles_.read_tile(tile); };
}

Result<std::optional<Published>> Publisher::publish_once(Time now) {
    if (stopped_) return fail(*stopped_);
    try {
        auto published = step(now);
        if (!published) stopped_ = published.error();
        return published;
    } catch (...) {
        // What is in memory may be ahead of what is durable: start over from the latter.
        recovered_ = false;
        throw;
    }
}

Result<std::optional<Published>> Publisher::step(Time now) {
    if (!recovered_) {
        if (const auto ready = recover(); !ready) return fail(ready.error());
        recovered_ = true;
    }
    const auto appended = append_new_entries();
    if (!appended) return fail(appended.error());
    if (*appended == 0) return std::optional<Published>();

    const ledger::Checkpoint from = signed_;
    const ledger::Checkpoint to{options_.origin, builder_.size(), builder_.root(), ""};
    auto proof = check_consistency(from, to);
    if (!proof) return fail(proof.error());
    reach("consistency_checked");

    if (const auto ok = check_last_signed(); !ok) return fail(ok.error());
    std::string note = ledger::sign_checkpoint(to, key_);
    reach("signed");
    if (const auto swapped = swap(to, note); !swapped) return fail(swapped.error());
    reach("swapped");
    write_file_durably(options_.last_signed_file, note);
    signed_ = to;
    reach("last_signed");
    note = ask_witnesses(from, std::move(*proof), std::move(note));
    reach("witnesses_answered");
    show(note, from.size, to.size);
    reach("published");
    return std::optional<Published>(Published{from.size, to.size, to.root, std::move(note), now});
}

Result<std::uint64_t> Publisher::append_new_entries() {
    std::uint64_t count = 0;
    while (count < options_.max_entries) {
        const std::size_t want =
            std::min<std::uint64_t>(kReadEntries, options_.max_entries - count);
        const auto entries = store_.read_entries(builder_.size(), want);
        for (const std::string& entry : entries) {
            if (entry.size() > ledger::kMaxEntryBytes) {
                return fail("entry_too_large", "entry " + std::to_string(builder_.size()) +
                                                   " in the database has more than 65,535 bytes "
                                                   "and cannot be published");
            }
            builder_.append(entry);
        }
        count += entries.size();
        if (sink_error_) return fail(*sink_error_);
        if (entries.size() < want) break;
    }
    if (count == 0) return count;
    reach("entries_read");
    builder_.flush();
    if (sink_error_) return fail(*sink_error_);
    reach("tiles_written");
    tiles_.sync();
    reach("tiles_durable");
    return count;
}

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

Result<void> Publisher::swap(const ledger::Checkpoint& next, const std::string& note) {
    SwapOutcome outcome = SwapOutcome::kUnknown;
    try {
        outcome = store_.compare_and_swap_checkpoint(signed_.size,
                                                     StoredCheckpoint{next.size, next.root, note});
    } catch (const std::exception&) {
        outcome = SwapOutcome::kUnknown;
    }
    switch (outcome) {
        case SwapOutcome::kOk: return {};
        case SwapOutcome::kLost:
            return fail("checkpoint_lost",
                        "the database's last checkpoint is no longer of size " +
                            std::to_string(signed_.size) +
                            ": another publisher signs this log; make sure that only one runs, "
                            "then restart it");
        case SwapOutcome::kUnknown: break;
    }
    return fail("checkpoint_unknown",
                "it is not known whether the database took the checkpoint of size " +
                    std::to_string(next.size) +
                    "; restart: the publisher then finds out from the database and goes on");
}

std::string Publisher::ask_witnesses(const ledger::Checkpoint& from, std::vector<Hash> proof,
                                     std::string note) const {
    const WitnessRequest request{from.size, std::move(proof), note};
    for (const Witness& witness : options_.witnesses) {
        const auto lines = witness(request);
        if (!lines) continue;
        // A witness's answer is foreign text: only what makes a note with it is taken.
        if (ledger::parse_note(note + *lines)) note += *lines;
    }
    return note;
}

void Publisher::show(const std::string& note, std::uint64_t old_size, std::uint64_t size) {
    tiles_.write_checkpoint(note);
    published_size_ = size;
    if (!options_.remove_partial_tiles) return;
    for (const ledger::TileId& tile : ledger::tiles_between(old_size, size)) {
        if (tile.is_full()) tiles_.remove_partials(tile);
    }
}

Result<void> Publisher::recover() {
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

    signed_ = database->value_or(ledger::Checkpoint{options_.origin, 0, ledger::empty_root(), ""});
    published_size_ = *shown ? (*shown)->size : 0;
    if (!*database) return {};
    // A run that ended between these two writes: finish them.
    const std::string note = ledger::sign_checkpoint(signed_, key_);
    if (!*last || (*last)->size < signed_.size) write_file_durably(options_.last_signed_file, note);
    if (published_size_ < signed_.size) {
        const ledger::Checkpoint from =
            shown->value_or(ledger::Checkpoint{options_.origin, 0, ledger::empty_root(), ""});
        auto proof = check_consistency(from, signed_);
        if (!proof) return fail(proof.error());
        show(ask_witnesses(from, std::move(*proof), note), from.size, signed_.size);
    }
    return {};
}

Result<Publisher::Record> Publisher::read_record(std::optional<std::string> note,
                                                 std::string_view where) const {
    if (!note) return Record();
    auto opened = ledger::open_checkpoint(*note, verifier_);
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
                        ": it was set back. Re-apply the missing entries from the published "
                        "bundles, or open a new log that names this one; nothing is signed "
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
    if (sink_error_) return fail(*sink_error_);
    tiles_.sync();
    return {};
}

// Again right before signing: the file may stand on a disk that another host shares.
Result<void> Publisher::check_last_signed() const {
    const auto last = read_record(read_file(options_.last_signed_file, ledger::kMaxCheckpointBytes),
                                  options_.last_signed_file.string());
    if (!last) return fail(last.error());
    if (*last ? **last == signed_ : signed_.size == 0) return {};
    return fail("contradicts_last_signed",
                options_.last_signed_file.string() +
                    " was changed while this publisher ran: make sure that only one publisher "
                    "signs this log, then restart it");
}

}  // namespace suanpan::services
