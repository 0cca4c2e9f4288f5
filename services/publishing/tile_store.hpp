#pragma once

// The published log as files in one directory (ledger "Tiles"): `tile/…` and `checkpoint`. A web
// server may serve the directory as it is.
// I/O failures are std::system_error. Reading is thread-safe; one thread writes.

#include "base/result.hpp"
#include "ledger/receipt.hpp"
#include "ledger/tile.hpp"
#include "services/durable_file.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace suanpan::services {

struct TileFile {
    ledger::TileId tile;
    std::string bytes;
};

inline constexpr std::uint64_t kAllSigned = UINT64_MAX;

/// The smallest log that has this tile; kAllSigned when no log can.
std::uint64_t size_with(const ledger::TileId& tile);

class TileStore {
 public:
    /// `disk` must outlive the store.
    explicit TileStore(std::filesystem::path directory, Disk& disk = Disk::real());

    /// What a log of `signed_size` has never changes: a file that is there with the same bytes is
    /// left alone, with others it is `tile_conflict`. Beyond that size nobody was promised
    /// anything: what a run left that ended before its signature is replaced.
    /// Durable only after the next sync().
    Result<void> write_tile(const ledger::TileId& tile, std::string_view bytes,
                            std::uint64_t signed_size = kAllSigned);
    /// All of them as write_tile() does it, several at a time: a disk makes many files durable in
    /// hardly more time than one. The first error; of the others any number may be written then.
    Result<void> write_tiles(std::span<const TileFile> tiles,
                             std::uint64_t signed_size = kAllSigned);
    void sync();
    /// Errors: `no_such_tile`. A partial tile that is gone is cut from the full one.
    [[nodiscard]] Result<std::string> read_tile(const ledger::TileId& tile) const;
    /// Removes the partial forms of a full tile.
    void remove_partials(const ledger::TileId& full);

    void write_checkpoint(std::string_view note);
    [[nodiscard]] std::optional<std::string> read_checkpoint() const;

    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

 private:
    /// The tile's place, with its folder made; nothing when the same file is there.
    Result<std::optional<std::filesystem::path>> place_for(const ledger::TileId& tile,
                                                           std::string_view bytes,
                                                           std::uint64_t signed_size);
    void remove_unsigned_partials(const ledger::TileId& tile, std::uint64_t signed_size);

    std::filesystem::path directory_;
    Disk* disk_;
    std::set<std::filesystem::path> unsynced_;  // folders with new names in them
};

/// What the published checkpoint says, its signatures unchecked; size 0 when there is none.
/// Errors: those of parsing.
Result<ledger::Checkpoint> read_published_tree(const TileStore& tiles);

/// A receipt for the entry `index` under the published checkpoint, from the files alone.
/// Errors: `not_published` (no checkpoint covers the index yet), those of reading tiles.
Result<ledger::Receipt> make_receipt(const TileStore& tiles, std::uint64_t index);

}  // namespace suanpan::services
