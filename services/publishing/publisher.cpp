#include "services/publishing/publisher.hpp"

#include "base/planted.hpp"
#include "ledger/tree.hpp"
#include "services/publishing/publisher_text.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <utility>

namespace suanpan::services {
namespace {

constexpr std::size_t kReadEntries = 1'024;  // at once: bounds the memory of a long backlog
// A disk makes many files durable in hardly more time than one; these bound the memory.
constexpr std::size_t kTilesAtOnce = 64;
constexpr std::size_t kTileBytesAtOnce = std::size_t{8} << 20U;

constexpr std::string_view kUnknown = "checkpoint_unknown";
constexpr std::string_view kTooFew = "too_few_witnesses";

// These are tried again; every other error needs a person.
bool is_delay(const Error& error) {
    return error.code() == kUnknown || error.code() == kTooFew;
}

Error too_few(const Witnesses& witnesses, const std::string& when) {
    return {kTooFew, "too few witnesses answered " + when + " (" + witnesses.describe() +
                         "): publishing waits for them, the market does not"};
}

}  // namespace

bool is_set_back(const Error& error) {
    return error.code() == "contradicts_last_signed" || error.code() == "contradicts_quorum";
}

Publisher::Publisher(PublisherOptions options, const SigningKey& key, PublisherStore& store,
                     FaultPoint fault)
    : options_(std::move(options)),
      store_(store),
      fault_(std::move(fault)),
      tiles_(options_.tile_directory, *options_.disk),
      verifier_(
          ledger::make_verifier_key(options_.origin, ledger::KeyType::kEd25519, key.public_key())),
      builder_({}) {
    signers_.push_back(&key);
    if (options_.former_key != nullptr) signers_.push_back(options_.former_key);
    for (const SigningKey* signer : signers_) {
        verifiers_.push_back(ledger::make_verifier_key(options_.origin, ledger::KeyType::kEd25519,
                                                       signer->public_key()));
    }
    reset_builder();
}

void Publisher::write_waiting_tiles() {
    const auto written = tiles_.write_tiles(waiting_tiles_, fixed_size_);
    if (!written && !sink_error_) sink_error_ = written.error();
    waiting_tiles_.clear();
    waiting_bytes_ = 0;
}

void Publisher::reset_builder() {
    sink_error_.reset();
    waiting_tiles_.clear();
    waiting_bytes_ = 0;
    builder_ = ledger::TileBuilder([this](const ledger::TileId& tile, std::string_view bytes) {
        waiting_tiles_.push_back({tile, std::string(bytes)});
        waiting_bytes_ += bytes.size();
        if (waiting_tiles_.size() >= kTilesAtOnce || waiting_bytes_ >= kTileBytesAtOnce)
            write_waiting_tiles();
    });
}

void Publisher::reach(std::string_view step) const {
    if (fault_) fault_(step);
}

Result<std::optional<Published>> Publisher::publish_once(Time now) {
    if (stopped_) return fail(*stopped_);
    try {
        auto published = step(now);
        if (!published && !is_delay(published.error())) stopped_ = published.error();
        return published;
    } catch (...) {
        // What is in memory may be ahead of what is durable: start over from the latter.
        recovered_ = false;
        throw;
    }
}

Result<void> Publisher::look_back() {
    if (stopped_) return fail(*stopped_);
    auto looked = get_ready();
    if (looked) looked = check_witnesses();
    if (!looked && !is_delay(looked.error())) stopped_ = looked.error();
    return looked;
}

// Under another leadership somebody else may have signed since this one looked.
Result<void> Publisher::get_ready() {
    if (recovered_ && store_.term() == term_) return {};
    auto ready = recover();
    if (ready) recovered_ = true;
    return ready;
}

Result<std::optional<Published>> Publisher::step(Time now) {
    if (const auto ready = get_ready(); !ready) return fail(ready.error());
    const std::uint64_t old_size = shown_.size;
    // What was signed before but not shown: an earlier run ended, or witnesses were missing.
    if (shown_.size < signed_.size) {
        if (const auto shown = publish_signed(); !shown) return fail(shown.error());
    }
    const auto more = sign_next();
    if (!more) return fail(more.error());
    if (*more) {
        if (const auto shown = publish_signed(); !shown) return fail(shown.error());
    }
    if (shown_.size == old_size) return std::optional<Published>();
    return std::optional<Published>(
        Published{old_size, shown_.size, shown_.root, *tiles_.read_checkpoint(), now});
}

// False: there is nothing new.
Result<bool> Publisher::sign_next() {
    const auto appended = append_new_entries();
    if (!appended) return fail(appended.error());
    if (*appended == 0) return false;

    const ledger::Checkpoint to{options_.origin, builder_.size(), builder_.root(), ""};
    const auto proof = check_consistency(signed_, to);
    if (!proof) return fail(proof.error());
    reach("consistency_checked");

    if (const auto ok = check_witnesses(); !ok) {
        recovered_ = false;  // the builder is ahead of what will be signed next
        return fail(ok.error());
    }
    if (const auto ok = check_last_signed(); !ok) return fail(ok.error());
    const std::string note = sign(to);
    reach("signed");
    if (const auto swapped = swap(to, note); !swapped) return fail(swapped.error());
    reach("swapped");
    write_file_durably(options_.last_signed_file, note, *options_.disk);
    signed_ = to;
    fixed_size_ = to.size;
    reach("last_signed");
    return true;
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
            builder_.append(planted("publish_other_bytes") ? entry + " " : entry);
        }
        count += entries.size();
        if (sink_error_) return fail(*sink_error_);
        if (entries.size() < want) break;
    }
    if (count == 0) return count;
    reach("entries_read");
    builder_.flush();
    write_waiting_tiles();
    if (sink_error_) return fail(*sink_error_);
    reach("tiles_written");
    tiles_.sync();
    reach("tiles_durable");
    return count;
}

Result<void> Publisher::swap(const ledger::Checkpoint& next, const std::string& note) {
    SwapOutcome outcome = SwapOutcome::kUnknown;
    try {
        outcome = store_.compare_and_swap_checkpoint(
            signed_.size, StoredCheckpoint{next.size, next.root, note}, term_);
    } catch (const std::exception&) {
        outcome = SwapOutcome::kUnknown;
    }
    if (outcome == SwapOutcome::kOk) {
        pending_notes_.clear();  // what was unknown before can no longer get in
        return {};
    }
    if (outcome == SwapOutcome::kStale) {
        recovered_ = false;
        return fail(std::string(kUnknown),
                    "who leads has changed since the log was looked at: the next try looks again, "
                    "and a server that no longer leads signs nothing");
    }
    // A swap of ours that was unknown may have got in after it was asked about.
    const bool own = outcome == SwapOutcome::kLost && is_pending(stored_note());
    if (outcome == SwapOutcome::kLost && !own) return fail(lost_swap());
    if (!own && !is_pending(note)) pending_notes_.push_back(note);
    // Nothing of it has left this process: whichever of the two the database has is the truth.
    recovered_ = false;
    return fail(std::string(kUnknown),
                "it is not known whether the database took the checkpoint of " +
                    std::to_string(next.size) +
                    " entries; the next try finds out from the database and goes on");
}

// Somebody else signed, or the database was set back while it was in use.
Error Publisher::lost_swap() {
    const auto stored = store_.load_checkpoint();
    if ((stored ? stored->size : 0) >= signed_.size) return checkpoint_lost(signed_.size);
    return {"contradicts_last_signed",
            "the database lost the checkpoint of " + entries_text(signed_.size) +
                " while this server ran: it was set back. Run `suanpan ledger restore`; nothing is "
                "signed until then"};
}

bool Publisher::is_pending(const std::string& note) const {
    return std::ranges::find(pending_notes_, note) != pending_notes_.end();
}

std::string Publisher::sign(const ledger::Checkpoint& checkpoint) const {
    return ledger::sign_checkpoint(checkpoint, signers_);
}

std::string Publisher::stored_note() {
    const auto stored = store_.load_checkpoint();
    return stored ? stored->note : std::string();
}

// Witnesses remember what they saw even when every record on our side was set back. Who has seen
// more than the database knows makes it certain that a signature now would be a fork.
Result<void> Publisher::check_witnesses() {
    if (options_.witnesses == nullptr || witnesses_checked_) return {};
    // Of a log that was never signed the empty tree is asked about.
    const auto seen = options_.witnesses->ask_sizes(signed_, sign(signed_));
    if (seen.largest > signed_.size) {
        // A leader before us may have signed since we looked at what it had.
        const auto stored = store_.load_checkpoint();
        if (stored && stored->size > signed_.size) {
            recovered_ = false;
            return fail(std::string(kUnknown), "the leader before this one has signed " +
                                                   entries_text(stored->size) +
                                                   " meanwhile; the next try goes on from there");
        }
        return fail(
            std::string(seen.larger_is_certain ? "contradicts_quorum" : "contradicts_witness"),
            "the witness " + seen.witness + " says that it has seen " + entries_text(seen.largest) +
                " of this log, the database only knows that " + std::to_string(signed_.size) +
                " were signed. If that is so, it was set back: run `suanpan ledger restore`, or "
                "`suanpan ledger succeed` if the published bundles are lost; nothing is "
                "signed until then. If the witness lies, take it out of the policy and "
                "restart");
    }
    if (!seen.enough) return fail(too_few(*options_.witnesses, "before the first signature"));
    witnesses_checked_ = true;
    return {};
}

// The checkpoint `signed_` is durable here; it is shown when the policy holds.
Result<void> Publisher::publish_signed() {
    std::string note = sign(signed_);
    if (options_.witnesses != nullptr) {
        const auto prove = [size = signed_.size, tiles = tiles_](std::uint64_t old_size) {
            ledger::TileHashReader hashes(
                size, [&tiles](const ledger::TileId& tile) { return tiles.read_tile(tile); });
            return ledger::prove_consistency(old_size, size, std::ref(hashes));
        };
        auto collected = options_.witnesses->collect(WitnessRequest{signed_, note, prove});
        note = std::move(collected.note);
        reach("witnesses_answered");
        if (!collected.enough && !planted("skip_witnesses"))
            return fail(too_few(*options_.witnesses,
                                "for the checkpoint of " + entries_text(signed_.size)));
    } else {
        reach("witnesses_answered");
    }
    if (const auto shown = show(note); !shown) return shown;
    reach("published");
    return {};
}

// Looks again right before: what readers have seen must never become smaller, whoever wrote it.
Result<void> Publisher::show(const std::string& note) {
    const auto there =
        read_record(tiles_.read_checkpoint(), (tiles_.directory() / "checkpoint").string());
    if (!there) return fail(there.error());
    if (*there && (*there)->size > signed_.size) return fail(checkpoint_lost(signed_.size));
    tiles_.write_checkpoint(note);
    const std::uint64_t old_size = std::exchange(shown_, signed_).size;
    if (!options_.remove_partial_tiles) return {};
    for (const ledger::TileId& tile : ledger::tiles_between(old_size, shown_.size)) {
        if (tile.is_full()) tiles_.remove_partials(tile);
    }
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
