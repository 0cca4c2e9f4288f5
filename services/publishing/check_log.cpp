#include "services/publishing/check_log.hpp"

#include "ledger/tile.hpp"
#include "ledger/tree.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace suanpan::services {
namespace {

using ledger::kTileWidth;
using ledger::TileId;
using ledger::TileKind;

constexpr std::size_t kReadEntries = 1'024;

std::string hash_text(const Hash& hash) {
    return to_hex(as_chars(hash));
}

class LogChecker {
 public:
    LogChecker(PublisherStore& store, TileStore tiles, const ledger::Checkpoint& signed_tree,
               const Progress& progress)
        : store_(store),
          tiles_(std::move(tiles)),
          tree_(signed_tree),
          progress_(progress),
          builder_([this](const TileId& tile, std::string_view bytes) { compare(tile, bytes); }) {}

    LogCheck run() {
        out_.signed_size = tree_.size;
        for (std::uint64_t first = 0; first < tree_.size && !out_.damage; first += kTileWidth) {
            check_entries(first);
            if (progress_) progress_(out_.checked, tree_.size);
        }
        if (!out_.damage) builder_.flush();
        if (!out_.damage && builder_.root() != tree_.root) {
            damage(std::nullopt, "checkpoint",
                   "all entries and hashes agree with each other and give the root " +
                       hash_text(builder_.root()) + ", but signed was " + hash_text(tree_.root));
        }
        if (!out_.damage) check_record();
        if (!out_.damage) count_unpublished();
        return std::move(out_);
    }

 private:
    void damage(std::optional<std::uint64_t> index, std::string where, std::string detail) {
        if (!out_.damage) out_.damage = LogDamage{index, std::move(where), std::move(detail)};
    }

    // One bundle: the database's rows, the bundle and the leaf hashes, entry by entry.
    void check_entries(std::uint64_t first) {
        const std::uint64_t number = first / kTileWidth;
        const std::uint64_t width = std::min<std::uint64_t>(kTileWidth, tree_.size - first);
        const auto bundle = read_bundle(tiles_, number, tree_.size);
        if (!bundle) return damage(first, "bundle", bundle.error().detail());
        const auto leaves = read_leaves(tiles_, number, tree_.size);
        if (!leaves) return damage(first, "tile", leaves.error().detail());
        std::vector<std::string> rows;
        try {
            rows = store_.read_entries(first, width);
        } catch (const std::exception& gap) {
            return damage(first, "database", gap.what());
        }
        for (std::size_t i = 0; i < width && !out_.damage; ++i) {
            if (i >= rows.size()) return damage(first + i, "database", "the row is missing");
            check_entry(first + i, rows[i], (*bundle)[i], (*leaves)[i]);
            if (out_.damage) return;
            builder_.append(rows[i]);
            ++out_.checked;
        }
    }

    // Two of three that agree say which one was altered.
    void check_entry(std::uint64_t index, const std::string& row, const std::string& published,
                     const Hash& leaf) {
        const Hash of_row = ledger::leaf_hash(row);
        if (row == published && of_row == leaf) return;
        if (row == published) {
            return damage(index, "tile",
                          "the hash tile has " + hash_text(leaf) +
                              ", the database and the bundle give " + hash_text(of_row));
        }
        const Hash of_bundle = ledger::leaf_hash(published);
        if (of_bundle == leaf) {
            return damage(
                index, "database",
                "the row hashes to " + hash_text(of_row) + ", published was " + hash_text(leaf));
        }
        if (of_row == leaf) {
            return damage(index, "bundle",
                          "the bundle's entry hashes to " + hash_text(of_bundle) +
                              ", the database and the hash tile have " + hash_text(leaf));
        }
        damage(index, "unclear", "the database, the bundle and the hash tile are of three minds");
    }

    // What the tiles above the leaves must be.
    void compare(const TileId& tile, std::string_view bytes) {
        if (out_.damage || tile.kind == TileKind::kEntries || tile.level == 0) return;
        const auto stored = tiles_.read_tile(tile);
        if (!stored) {
            damage(std::nullopt, "tile", stored.error().detail());
        } else if (*stored != bytes) {
            damage(std::nullopt, "tile",
                   ledger::tile_path(tile) + " does not hold the hashes of the tiles below it");
        }
    }

    void check_record() {
        const auto stored = store_.load_checkpoint();
        if (!stored) return damage(std::nullopt, "database", "it has no record of a checkpoint");
        if (stored->size < tree_.size) {
            return damage(std::nullopt, "database",
                          "its last checkpoint is of " + std::to_string(stored->size) +
                              " entries, signed were " + std::to_string(tree_.size));
        }
        if (stored->size == tree_.size && stored->root != tree_.root)
            damage(std::nullopt, "database", "its last checkpoint has another root");
    }

    void count_unpublished() {
        for (std::uint64_t at = tree_.size;;) {
            const auto rows = store_.read_entries(at, kReadEntries);
            out_.unpublished += rows.size();
            at += rows.size();
            if (rows.size() < kReadEntries) return;
        }
    }

    PublisherStore& store_;
    TileStore tiles_;
    ledger::Checkpoint tree_;
    const Progress& progress_;
    LogCheck out_;
    ledger::TileBuilder builder_;
};

}  // namespace

Result<LogCheck> check_log(PublisherStore& store, const LogFiles& files,
                           std::span<const ledger::VerifierKey> keys, const Progress& progress) {
    const auto last = find_last_checkpoint(files, keys);
    if (!last && last.error().code() == "not_published") return fail(last.error());
    if (!last) {
        LogCheck check;
        check.damage = LogDamage{std::nullopt, "checkpoint", last.error().detail()};
        return check;
    }
    return LogChecker(store, TileStore(files.tiles()), last->checkpoint, progress).run();
}

}  // namespace suanpan::services
