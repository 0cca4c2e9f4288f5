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

/// A witness, asked with a checkpoint that is signed and durable: gives its cosignature lines.
struct WitnessRequest {
    std::uint64_t old_size = 0;
    std::vector<Hash> proof;  // old_size → the checkpoint's size
    std::string note;
};
using Witness = std::function<Result<std::string>(const WitnessRequest&)>;

struct PublisherOptions {
    std::string origin;  // the log's URL prefix without scheme, and its key's name
    std::filesystem::path tile_directory;
    std::filesystem::path last_signed_file;  // outside tile_directory, best on another disk
    std::uint64_t max_entries = 65'536;      // a checkpoint
    bool remove_partial_tiles = true;        // once their full tile is published
    std::vector<Witness> witnesses;          // their lines are added; none is needed
};

/// One thread. After an error the publisher has stopped: every call gives the same error, whose
/// text says what to do; nothing was signed that contradicts what was signed before.
/// After an exception (database or disk out of reach) the next call starts over from what is
/// durable.
class Publisher {
 public:
    using FaultPoint = std::function<void(std::string_view step)>;

    /// `key` and `store` must outlive the publisher.
    Publisher(PublisherOptions options, const SigningKey& key, PublisherStore& store,
              FaultPoint fault = {});

    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    /// Publishes what was committed since the last checkpoint; empty when there is nothing new.
    /// Stops with: `checkpoint_lost`, `checkpoint_unknown`, `contradicts_last_signed`,
    /// `bad_checkpoint_record`, `tiles_damaged`, `tile_conflict`, `entries_changed`,
    /// `entry_too_large`.
    Result<std::optional<Published>> publish_once(Time now);

    /// What the last published checkpoint covers; 0 before the first.
    [[nodiscard]] std::uint64_t published_size() const { return published_size_; }
    [[nodiscard]] std::uint64_t max_entries() const { return options_.max_entries; }
    [[nodiscard]] const TileStore& tiles() const { return tiles_; }
    [[nodiscard]] const ledger::VerifierKey& verifier_key() const { return verifier_; }

 private:
    using Record = std::optional<ledger::Checkpoint>;

    Result<std::optional<Published>> step(Time now);
    Result<void> recover();
    Result<Record> read_record(std::optional<std::string> note, std::string_view where) const;
    Result<Record> load_database_record();
    Result<void> check_against(const Record& seen, const Record& database,
                               std::string_view where) const;
    Result<void> restore_builder(const Record& database);
    Result<void> rebuild_tiles(const ledger::Checkpoint& signed_tree);
    Result<void> read_all_entries(std::uint64_t size,
                                  const std::function<void(std::string_view)>& each);
    Result<void> check_last_signed() const;
    Result<std::uint64_t> append_new_entries();
    Result<std::vector<Hash>> check_consistency(const ledger::Checkpoint& from,
                                                const ledger::Checkpoint& to) const;
    Result<void> swap(const ledger::Checkpoint& next, const std::string& note);
    std::string ask_witnesses(const ledger::Checkpoint& from, std::vector<Hash> proof,
                              std::string note) const;
    void show(const std::string& note, std::uint64_t old_size, std::uint64_t size);
    void reset_builder();
    void reach(std::string_view step) const;
    [[nodiscard]] ledger::TileHashReader::Fetch fetch() const;

    PublisherOptions options_;
    const SigningKey& key_;
    PublisherStore& store_;
    FaultPoint fault_;
    TileStore tiles_;
    ledger::VerifierKey verifier_;
    ledger::TileBuilder builder_;
    std::optional<Error> sink_error_;
    std::optional<Error> stopped_;
    ledger::Checkpoint signed_;  // size 0: none yet
    std::uint64_t published_size_ = 0;
    bool recovered_ = false;
};

}  // namespace suanpan::services
