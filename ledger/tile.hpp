#pragma once

// C2SP tlog-tiles: the log as static files (ledger "Tiles"). The paths and bytes are what auditors
// everywhere read: never change them.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "ledger/tree.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::ledger {

inline constexpr unsigned kTileHeight = 8;
inline constexpr unsigned kTileWidth = 256;
inline constexpr unsigned kMaxTileLevel = 63;
inline constexpr std::size_t kMaxEntryBytes = 65'535;
inline constexpr std::size_t kMaxHashTileBytes = std::size_t{kTileWidth} * 32;
inline constexpr std::size_t kMaxBundleBytes = std::size_t{kTileWidth} * (kMaxEntryBytes + 2);

enum class TileKind : std::uint8_t { kHashes, kEntries };

struct TileId {
    TileKind kind = TileKind::kHashes;
    unsigned level = 0;           // 0 for entries
    std::uint64_t index = 0;      // N
    unsigned width = kTileWidth;  // 1 … 256; 256 is a full tile

    friend bool operator==(const TileId&, const TileId&) = default;
    [[nodiscard]] bool is_full() const { return width == kTileWidth; }
    [[nodiscard]] TileId full() const { return TileId{kind, level, index, kTileWidth}; }
};

/// "tile/0/x001/234/067.p/8", "tile/entries/000": relative to the log's prefix.
std::string tile_path(const TileId& tile);

/// Error `bad_tile_path` for anything tile_path can't have printed.
Result<TileId> parse_tile_path(std::string_view path);

/// Hashes at `level` that a log of `size` entries has in tiles: ⌊size / 256^level⌋.
std::uint64_t hashes_at_level(unsigned level, std::uint64_t size);
/// All tiles and bundles of a log of `size` that a log of `old_size` (≤ size) lacks; by level,
/// then index. With old_size 0: all full ones and each level's last partial one.
std::vector<TileId> tiles_between(std::uint64_t old_size, std::uint64_t size);
/// The tile of this kind, level and index as a log of `size` serves it (partial at the edge).
/// Error `no_such_tile`.
Result<TileId> tile_at(TileKind kind, unsigned level, std::uint64_t index, std::uint64_t size);

std::string encode_hash_tile(std::span<const Hash> hashes);
/// Error `bad_tile` unless the bytes are exactly `width` hashes.
Result<std::vector<Hash>> decode_hash_tile(std::string_view bytes, unsigned width);

/// Appends one entry to a bundle. REQUIRES entry.size() ≤ 65,535.
void append_to_bundle(std::string& bundle, std::string_view entry);
/// Cuts the first entry off `rest`; empty, with `rest` as it was, when it is not whole.
std::optional<std::string_view> take_bundle_entry(std::string_view& rest);
/// The entries, as views into `bytes`. Error `bad_bundle` unless there are exactly `width`.
Result<std::vector<std::string_view>> decode_bundle(std::string_view bytes, unsigned width);

/// The bytes of the partial `tile` out of those of its full tile: what a reader falls back to once
/// partial tiles were removed. Errors: `bad_tile`, `bad_bundle`.
Result<std::string> cut_tile(const TileId& tile, std::string_view full_bytes);

/// Reads tiles as hashes of complete subtrees. `fetch` gives a tile's bytes for exactly the id
/// asked; the last tile of each level is kept, so the memory is some 8 kB a level.
/// Only subtrees inside a log of `size` may be asked for (else `no_such_tile`). Not thread-safe.
class TileHashReader {
 public:
    using Fetch = std::function<Result<std::string>(const TileId&)>;

    TileHashReader(std::uint64_t size, Fetch fetch) : size_(size), fetch_(std::move(fetch)) {}
    Result<Hash> operator()(NodeId node);

 private:
    struct Kept {
        TileId id;
        std::vector<Hash> hashes;
    };
    Result<const Kept*> tile(unsigned level, std::uint64_t index);

    std::uint64_t size_;
    Fetch fetch_;
    std::vector<Kept> kept_;  // at most one a level
};

/// Turns appended entries into tiles. Full tiles and bundles go to the sink as they complete;
/// flush() gives it the partial ones of the present size. Memory: one tile a level, one bundle.
class TileBuilder {
 public:
    /// `bytes` are valid during the call only. What it throws passes through.
    using Sink = std::function<void(const TileId&, std::string_view bytes)>;
    /// Told of each hash that enters a tile, before the tile itself is given to the sink.
    using Watch = std::function<void(unsigned level, std::uint64_t index, const Hash&)>;

    explicit TileBuilder(Sink sink, Watch watch = {})
        : sink_(std::move(sink)), watch_(std::move(watch)) {}

    /// Goes on from a log of `size` entries: its partial hash tiles, read through `fetch`, and the
    /// `size % 256` entries of its partial bundle. Errors: those of fetch, `bad_tile`,
    /// `wrong_tail` (the entries are not those of the level-0 tile).
    Result<void> resume(std::uint64_t size, std::span<const std::string> tail,
                        const TileHashReader::Fetch& fetch);

    /// REQUIRES entry.size() ≤ 65,535.
    void append(std::string_view entry);
    void flush();

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] Hash root() const;

 private:
    void add(unsigned level, const Hash& hash);

    Sink sink_;
    Watch watch_;
    std::uint64_t size_ = 0;
    std::vector<std::vector<Hash>> levels_;  // the open tile of each level, < 256 hashes
    std::string bundle_;
};

}  // namespace suanpan::ledger
