#include "apps/suanpan-audit/tree_check.hpp"

#include "apps/suanpan-audit/bundle_check.hpp"
#include "apps/suanpan-audit/text.hpp"
#include "ledger/tile.hpp"
#include "ledger/tree.hpp"

#include <utility>

namespace suanpan::audit {
namespace {

using ledger::kTileHeight;
using ledger::kTileWidth;
using ledger::TileId;
using ledger::TileKind;

constexpr std::string_view kAgrees = ", which agrees with the signed checkpoint";

}  // namespace

Audited<void> TreeCheck::resume(std::uint64_t size, OpenTiles open) {
    const Fault bad{"bad_state", "the saved tiles are not those of so many entries", {}, {}};
    if (size % kTileWidth != 0 || size > checkpoint_.size) return found(bad);
    for (unsigned level = 1; level <= open.size(); ++level) {
        const std::uint64_t count = ledger::hashes_at_level(level, size);
        const std::vector<Hash>& tile = open[level - 1];
        if (tile.size() != count % kTileWidth) return found(bad);
        for (std::size_t i = 0; i < tile.size(); ++i) {
            const std::uint64_t index = count - tile.size() + i;
            auto same = compare(level, index, tile[i]);
            if (same) continue;
            if (same.error().code != "entries_altered") return same;
            return found(Fault{"inconsistent",
                               "the first " + grouped(size) +
                                   " entries are not those that an earlier run verified: the log "
                                   "was rewritten since",
                               same.error().index, same.error().place});
        }
    }
    if (ledger::hashes_at_level(static_cast<unsigned>(open.size()) + 1, size) != 0)
        return found(bad);
    open_ = std::move(open);
    size_ = size;
    return {};
}

Audited<void> TreeCheck::append(const Hash& subtree) {
    size_ += kTileWidth;
    Hash hash = subtree;
    for (unsigned level = 1;; ++level) {
        if (open_.size() < level) open_.emplace_back();
        std::vector<Hash>& tile = open_[level - 1];
        tile.push_back(hash);
        auto same = compare(level, ledger::hashes_at_level(level, size_) - 1, hash);
        if (!same) return same;
        if (tile.size() < kTileWidth) return {};
        hash = ledger::root_of(tile);
        tile.clear();
    }
}

Audited<void> TreeCheck::finish(std::span<const Hash> tail) const {
    ledger::Frontier frontier;
    for (auto level = static_cast<unsigned>(open_.size()); level > 0; --level) {
        for (const Hash& hash : open_[level - 1])
            frontier.append_subtree(level * kTileHeight, hash);
    }
    for (const Hash& leaf : tail)
        frontier.append(leaf);
    if (frontier.size() == checkpoint_.size && frontier.root() == checkpoint_.root) return {};
    return found(Fault{"root_mismatch",
                       "all entries and tiles agree with each other, but they give another "
                       "root than the signed checkpoint: all were altered together, or they "
                       "are of another log",
                       {},
                       "checkpoint"});
}

// A hash that follows from the entries, against the one that the log serves in its place.
Audited<void> TreeCheck::compare(unsigned level, std::uint64_t index, const Hash& derived) {
    const auto kept = served(level, index / kTileWidth);
    if (!kept) return found(kept.error());
    const Hash there = (*kept)->hashes[index % kTileWidth];
    if (there == derived) return {};
    const bool derived_leads = leads_to_root(level, index, derived);
    const bool served_leads = leads_to_root(level, index, there);
    return found(explain(level, index, derived_leads, served_leads));
}

Fault TreeCheck::explain_leaf(std::uint64_t index, const Hash& derived) {
    auto same = compare(0, index, derived);
    if (!same) return std::move(same.error());
    return Fault{"entry_altered",
                 "the entry did not have the hash of its tile when it was read, but has it now: "
                 "the log's files change while they are read",
                 index, tile_path(tile(TileKind::kEntries, 0, index / kTileWidth))};
}

Fault TreeCheck::explain(unsigned level, std::uint64_t index, bool derived_leads,
                         bool served_leads) const {
    const std::string tile_name = tile_path(tile(TileKind::kHashes, level, index / kTileWidth));
    const std::uint64_t span = std::uint64_t{1} << (level * kTileHeight);
    const std::uint64_t first = index * span;
    const std::string entries =
        level == 0 ? "entry " + grouped(first)
                   : "the entries " + grouped(first) + " to " + grouped(first + span - 1);
    if (derived_leads) {
        return Fault{"tile_altered",
                     "the " + ordinal(index % kTileWidth + 1) +
                         " hash of the tile was altered: it is not the hash of " + entries +
                         std::string(kAgrees),
                     first, tile_name};
    }
    if (served_leads && level == 0) {
        return Fault{"entry_altered",
                     "the entry was altered: its bytes do not have the hash that " + tile_name +
                         " has for it" + std::string(kAgrees),
                     first, tile_path(tile(TileKind::kEntries, 0, first / kTileWidth))};
    }
    if (served_leads) {
        const std::string below = tile_path(tile(TileKind::kHashes, level - 1, index));
        return Fault{"entries_altered",
                     "something among " + entries + " was altered together with its hashes up to " +
                         below + ": they do not give the hash that " + tile_name + " has for them" +
                         std::string(kAgrees),
                     first, below};
    }
    return Fault{"entries_and_tiles_altered",
                 entries + " and " + tile_name +
                     " disagree, and neither agrees with the signed checkpoint: more than one "
                     "file was altered, or they are of another log",
                 first, tile_name};
}

// Whether the tree has the signed root when the hash at this place is `hash`, all others of its
// tile and of the tiles above and at the log's edge being as they are served.
bool TreeCheck::leads_to_root(unsigned level, std::uint64_t index, Hash hash) {
    unsigned at = level;
    while (tile(TileKind::kHashes, at, index / kTileWidth).is_full()) {
        const auto kept = served(at, index / kTileWidth);
        if (!kept) return false;
        std::vector<Hash> hashes = (*kept)->hashes;
        hashes[index % kTileWidth] = hash;
        hash = ledger::root_of(hashes);
        index /= kTileWidth;
        ++at;
    }
    ledger::Frontier frontier;
    unsigned top = 0;
    while (ledger::hashes_at_level(top + 1, checkpoint_.size) > 0)
        ++top;
    for (unsigned edge = top + 1; edge-- > 0;) {
        const std::uint64_t count = ledger::hashes_at_level(edge, checkpoint_.size);
        if (count % kTileWidth == 0) continue;
        const auto kept = served(edge, count / kTileWidth);
        if (!kept) return false;
        std::vector<Hash> hashes = (*kept)->hashes;
        if (edge == at) hashes[index % kTileWidth] = hash;
        for (const Hash& node : hashes)
            frontier.append_subtree(edge * kTileHeight, node);
    }
    return frontier.root() == checkpoint_.root;
}

// Kept until another of its level is asked for: the pointer holds as long.
Audited<const TreeCheck::Kept*> TreeCheck::served(unsigned level, std::uint64_t n) {
    const TileId id = tile(TileKind::kHashes, level, n);
    if (kept_.size() <= level) kept_.resize(level + 1);
    Kept& kept = kept_[level];
    if (!kept.hashes.empty() && kept.id == id) return &kept;
    const std::uint64_t first = (n * kTileWidth) << (level * kTileHeight);
    const auto bytes = source_.read_tile(id);
    if (!bytes) return found(unreadable(id, first, bytes.error()));
    auto hashes = ledger::decode_hash_tile(*bytes, id.width);
    if (!hashes) return found(unreadable(id, first, hashes.error()));
    kept = Kept{id, std::move(*hashes)};
    return &kept;
}

// REQUIRES that the log has it.
TileId TreeCheck::tile(TileKind kind, unsigned level, std::uint64_t n) const {
    return ledger::tile_at(kind, level, n, checkpoint_.size).value();
}

}  // namespace suanpan::audit
