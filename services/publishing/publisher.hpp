#pragma once

// Publishes the log: entries read back from the database become durable tiles, then a checkpoint
// that is checked, signed, swapped into the database, noted outside it, and shown (ledger
// "Publishing"). The order of these steps is what makes a crash at any point harmless.

#include "base/crypto.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/tile.hpp"
#include "services/publishing/publisher_store.hpp"
#include "services/publishing/tile_store.hpp"
#include "services/publishing/witnesses.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::services {

/// Names of the points at which a test may break off, in order.
inline constexpr std::array<std::string_view, 9> kPublisherSteps = {
    "entries_read", "tiles_written", "tiles_durable", "consistency_checked",
    "signed",       "swapped",       "last_signed",   "witnesses_answered",
    "published"};

struct Published {
    std::uint64_t old_size = 0;
    std::uint64_t size = 0;
    Hash root{};
    std::string note;  // with witnesses' lines
    Time time;
};

struct PublisherOptions {
    std::string origin;  // the log's URL prefix without scheme, and its key's name
    std::filesystem::path tile_directory;
    std::filesystem::path last_signed_file;  // outside tile_directory, best on another disk
    std::uint64_t max_entries = 65'536;      // a checkpoint
    bool remove_partial_tiles = true;        // once their full tile is published
    Witnesses* witnesses = nullptr;          // whose policy must hold; null: none is needed
    const SigningKey* former_key = nullptr;  // signs too while the log changes its key
    Disk* disk = &Disk::real();
};

/// The database was certainly set back behind what was signed: it must not grow before it is
/// restored. What a single witness says (`contradicts_witness`) stops the signing alone.
bool is_set_back(const Error& error);

/// One thread. What goes wrong is of three kinds. An exception (the database or the disk out of
/// reach) and an error while !stopped() (too few witnesses, an unknown commit) delay: the next call
/// starts over from what is durable. After any other error the publisher has stopped: every call
/// gives it again, its text says what to do. In none of them was anything signed that contradicts
/// what was signed before.
class Publisher {
 public:
    using FaultPoint = std::function<void(std::string_view step)>;

    /// `key`, `store`, the witnesses and the disk must outlive the publisher.
    Publisher(PublisherOptions options, const SigningKey& key, PublisherStore& store,
              FaultPoint fault = {});

    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    /// Publishes what was committed since the last checkpoint; empty when there is nothing new.
    /// Delays with: `too_few_witnesses`, `checkpoint_unknown`. Stops with: `checkpoint_lost`,
    /// `contradicts_last_signed`, `contradicts_witness`, `contradicts_quorum`,
    /// `bad_checkpoint_record`, `tiles_damaged`, `tile_conflict`, `entries_changed`,
    /// `entry_too_large`.
    Result<std::optional<Published>> publish_once(Time now);
    /// Looks, without signing anything, whether the database still holds all that was signed: for
    /// a start, before the log grows. Errors: as publish_once.
    Result<void> look_back();
    [[nodiscard]] bool stopped() const { return stopped_.has_value(); }

    /// What the last published checkpoint covers; 0 before the first.
    [[nodiscard]] std::uint64_t published_size() const { return shown_.size; }
    /// What was signed last: more than is published while witnesses are awaited.
    [[nodiscard]] std::uint64_t signed_size() const { return signed_.size; }
    [[nodiscard]] std::uint64_t max_entries() const { return options_.max_entries; }
    [[nodiscard]] const TileStore& tiles() const { return tiles_; }
    [[nodiscard]] const ledger::VerifierKey& verifier_key() const { return verifier_; }
    [[nodiscard]] const Witnesses* witnesses() const { return options_.witnesses; }

 private:
    using Record = std::optional<ledger::Checkpoint>;

    Result<std::optional<Published>> step(Time now);
    Result<void> get_ready();
    Result<bool> sign_next();
    Result<std::uint64_t> append_new_entries();
    Result<void> check_witnesses();
    Result<void> check_last_signed() const;
    Result<void> swap(const ledger::Checkpoint& next, const std::string& note);
    [[nodiscard]] std::string sign(const ledger::Checkpoint& checkpoint) const;
    [[nodiscard]] Error lost_swap();
    [[nodiscard]] std::string stored_note();
    [[nodiscard]] bool is_pending(const std::string& note) const;
    Result<void> publish_signed();
    Result<void> show(const std::string& note);
    void reset_builder();
    void write_waiting_tiles();
    void reach(std::string_view step) const;

    // Recovery (publisher_recovery.cpp): from what is durable to what is in memory.
    Result<void> recover();
    Result<Record> read_record(std::optional<std::string> note, std::string_view where) const;
    Result<Record> load_database_record();
    Result<void> check_against(const Record& seen, const Record& database,
                               std::string_view where) const;
    Result<void> check_pending(const Record& database);
    Result<void> restore_builder(const Record& database);
    Result<void> rebuild_tiles(const ledger::Checkpoint& signed_tree);
    Result<void> read_all_entries(std::uint64_t size,
                                  const std::function<void(std::string_view)>& each);
    Result<std::vector<Hash>> check_consistency(const ledger::Checkpoint& from,
                                                const ledger::Checkpoint& to) const;
    [[nodiscard]] ledger::TileHashReader::Fetch fetch() const;

    PublisherOptions options_;
    std::vector<const SigningKey*> signers_;
    PublisherStore& store_;
    FaultPoint fault_;
    TileStore tiles_;
    ledger::VerifierKey verifier_;
    std::vector<ledger::VerifierKey> verifiers_;  // of the signers
    ledger::TileBuilder builder_;
    std::vector<TileFile> waiting_tiles_;  // complete, not yet files
    std::size_t waiting_bytes_ = 0;
    std::optional<Error> sink_error_;
    std::optional<Error> stopped_;
    ledger::Checkpoint signed_;               // size 0: none yet
    ledger::Checkpoint shown_;                // at or before `signed_`
    std::vector<std::string> pending_notes_;  // of swaps whose outcome is not known
    std::uint64_t fixed_size_ = 0;            // the tiles of so many entries never change
    bool recovered_ = false;
    std::optional<std::int64_t> term_;  // the store's, when that was read
    bool witnesses_checked_ = false;
};

}  // namespace suanpan::services
