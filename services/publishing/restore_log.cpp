#include "services/publishing/restore_log.hpp"

#include "base/random.hpp"
#include "db/leader.hpp"
#include "db/ledger_store.hpp"
#include "ledger/tree.hpp"
#include "services/publishing/log_applier.hpp"
#include "services/publishing/postgres_store.hpp"
#include "services/trading/bootstrap.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::services {
namespace {

using ledger::kTileWidth;

// Hashes the database's entries and the published ones behind them, and compares each with the
// published leaf hashes and all of them with the signed root.
class Check {
 public:
    Check(PublisherStore& store, const TileStore& tiles, std::uint64_t held,
          const ledger::Checkpoint& signed_tree)
        : store_(store), tiles_(tiles), held_(held), tree_(signed_tree) {}

    Result<void> run(const Progress& progress) {
        for (std::uint64_t first = 0; first < tree_.size; first += kTileWidth) {
            if (const auto ok = check_tile(first); !ok) return ok;
            if (progress) progress(std::min(first + kTileWidth, tree_.size), tree_.size);
        }
        if (frontier_.root() == tree_.root) return {};
        return fail("tiles_damaged",
                    "the published files do not give the signed root: restore them from a copy, "
                    "then run this again");
    }

 private:
    Result<void> check_tile(std::uint64_t first) {
        const auto leaves = read_leaves(tiles_, first / kTileWidth, tree_.size);
        if (!leaves) return fail(leaves.error());
        const std::uint64_t end = first + leaves->size();
        std::vector<std::string> entries;
        if (first < held_) entries = store_.read_entries(first, std::min(end, held_) - first);
        if (end > held_) {
            auto bundle = read_bundle(tiles_, first / kTileWidth, tree_.size);
            if (!bundle) return fail(bundle.error());
            for (std::size_t i = entries.size(); i < bundle->size(); ++i)
                entries.push_back(std::move((*bundle)[i]));
        }
        for (std::size_t i = 0; i < leaves->size(); ++i) {
            const std::uint64_t index = first + i;
            if (i >= entries.size() || ledger::leaf_hash(entries[i]) != (*leaves)[i]) {
                return fail("entries_changed",
                            "entry " + std::to_string(index) + " of the " +
                                (index < held_ ? "database" : "published bundles") +
                                " is not what was signed; nothing was restored");
            }
            frontier_.append((*leaves)[i]);
        }
        return {};
    }

    PublisherStore& store_;
    const TileStore& tiles_;
    std::uint64_t held_;
    const ledger::Checkpoint& tree_;
    ledger::Frontier frontier_;
};

// The first start's key, which the log does not hold.
void add_operator_key(LogApplier& applier, const LogFiles& files) {
    const auto text = read_file(files.operator_key(), 1'024);
    const OrganisationId owner = applier.market().operator_id();
    if (!text || owner.is_nil()) return;
    const std::string secret = text->substr(0, text->find_first_of("\r\n"));
    const db::ApiKeyRow key{random_id<ApiKeyId>(applier.market().head().last_time),
                            owner,
                            hash_api_secret(secret),
                            {"settlement", "operator", "auditor"},
                            std::nullopt,
                            "restored"};
    applier.add_side({key, owner, std::nullopt});
}

Result<void> apply_missing(LogApplier& applier, const TileStore& tiles, std::uint64_t size,
                           const Progress& progress) {
    while (applier.size() < size) {
        const std::uint64_t first = applier.size() / kTileWidth * kTileWidth;
        const auto entries = read_bundle(tiles, first / kTileWidth, size);
        if (!entries) return fail(entries.error());
        for (std::size_t i = applier.size() - first; i < entries->size(); ++i) {
            if (const auto done = applier.next((*entries)[i]); !done) return done;
        }
        if (progress) progress(applier.size(), size);
    }
    return {};
}

// The database's record of what was signed, so that a publisher finds all in agreement.
Result<bool> record_checkpoint(PublisherStore& store, const ledger::SignedCheckpoint& last) {
    const auto stored = store.load_checkpoint();
    const std::uint64_t old_size = stored ? stored->size : 0;
    if (old_size >= last.checkpoint.size) return false;
    const auto outcome = store.compare_and_swap_checkpoint(
        old_size, {last.checkpoint.size, last.checkpoint.root, last.note}, store.term());
    if (outcome == SwapOutcome::kOk) return true;
    return fail("checkpoint_unknown",
                "the entries are restored, but the database did not take the checkpoint: run this "
                "again");
}

}  // namespace

Result<RestoredLog> restore_log(db::Pool& database, const LogFiles& files,
                                std::span<const ledger::VerifierKey> keys,
                                const Progress& progress) {
    auto leader = db::Leader::try_lead(database);
    if (!leader) {
        return fail("leader_runs",
                    "a server runs the market on this database: stop it, then run this again");
    }
    const auto last = find_last_checkpoint(files, keys);
    if (!last) return fail(last.error());
    PostgresStore store(database);
    const TileStore tiles(files.tiles());
    LogApplier applier(*leader);
    RestoredLog restored;
    restored.from = applier.size();
    const std::uint64_t size = last->checkpoint.size;
    Check check(store, tiles, restored.from, last->checkpoint);
    if (const auto good = check.run(progress); !good) return fail(good.error());

    if (const auto done = apply_missing(applier, tiles, size, progress); !done)
        return fail(done.error());
    if (restored.from == 0 && size > 0) add_operator_key(applier, files);
    restored.made = applier.finish();
    restored.to = applier.size();
    const auto recorded = record_checkpoint(store, *last);
    if (!recorded) return fail(recorded.error());
    restored.checkpoint_recorded = *recorded;
    return restored;
}

}  // namespace suanpan::services
