#pragma once

// The tree over a log's bundles, grown in their order, against the hash tiles that the log serves
// and the signed root. Memory: one open tile and one served tile a level.

#include "apps/suanpan-audit/fault.hpp"
#include "apps/suanpan-audit/log_source.hpp"
#include "base/bytes.hpp"
#include "ledger/checkpoint.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace suanpan::audit {

class TreeCheck {
 public:
    /// The open tile of each level from 1 on: fewer than 256 roots of full tiles of the level
    /// below.
    using OpenTiles = std::vector<std::vector<Hash>>;

    TreeCheck(LogSource& source, const ledger::Checkpoint& checkpoint)
        : source_(source), checkpoint_(checkpoint) {}

    /// Goes on behind the first `size` entries, all in full bundles. That they lead to the signed
    /// root is found out in the end; that the served tiles hold their hashes, here. Codes:
    /// `bad_state` (the tiles are not those of `size` entries), `inconsistent` (the log was
    /// rewritten since), those of append.
    Audited<void> resume(std::uint64_t size, OpenTiles open);
    /// The next full bundle, by the root over its leaves. Codes: `missing_tile`, `bad_tile`,
    /// `tile_altered`, `entries_altered`, `entries_and_tiles_altered`.
    Audited<void> append(const Hash& subtree);
    /// What is wrong when the leaf at `index` is not the one of the served tile: `tile_altered`,
    /// `entry_altered`, `entries_and_tiles_altered`.
    Fault explain_leaf(std::uint64_t index, const Hash& derived);
    /// At the end of the log, with the leaves of its partial bundle. Code `root_mismatch`.
    [[nodiscard]] Audited<void> finish(std::span<const Hash> tail) const;

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] const OpenTiles& open_tiles() const { return open_; }

 private:
    struct Kept {
        ledger::TileId id;
        std::vector<Hash> hashes;
    };

    Audited<void> compare(unsigned level, std::uint64_t index, const Hash& derived);
    [[nodiscard]] Fault explain(unsigned level, std::uint64_t index, bool derived_leads,
                                bool served_leads) const;
    bool leads_to_root(unsigned level, std::uint64_t index, Hash hash);
    Audited<const Kept*> served(unsigned level, std::uint64_t n);
    [[nodiscard]] ledger::TileId tile(ledger::TileKind kind, unsigned level, std::uint64_t n) const;

    LogSource& source_;
    const ledger::Checkpoint& checkpoint_;
    std::uint64_t size_ = 0;
    OpenTiles open_;
    std::vector<Kept> kept_;  // by level
};

}  // namespace suanpan::audit
