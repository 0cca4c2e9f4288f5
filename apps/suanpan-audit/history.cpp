#include "apps/suanpan-audit/checkpoint.hpp"
#include "apps/suanpan-audit/text.hpp"
#include "ledger/tile.hpp"
#include "ledger/tree.hpp"

#include <functional>
#include <utility>

namespace suanpan::audit {
namespace {

constexpr std::string_view kPlace = "checkpoint";

Fault at_checkpoint(std::string_view code, std::string detail) {
    return Fault{std::string(code), std::move(detail), {}, std::string(kPlace)};
}

// The old root is computed from the tiles and led to the new signed root first: only then does a
// difference to the old signed root accuse the log, and not a damaged copy of its tiles.
Audited<void> check_prefix(const ledger::Checkpoint& before, const ledger::Checkpoint& now,
                           const ledger::HashReader& hashes) {
    const auto old_tree = ledger::read_frontier(before.size, hashes);
    if (!old_tree) return found(old_tree.error(), "hash tiles");
    const auto proof = ledger::prove_consistency(before.size, now.size, hashes);
    if (!proof) return found(proof.error(), "hash tiles");
    const auto leads =
        ledger::verify_consistency(before.size, old_tree->root(), now.size, now.root, *proof);
    if (!leads) {
        return found(Fault{"tile_altered",
                           "the hash tiles do not give the signed root: run verify to see which "
                           "one was altered",
                           {},
                           "hash tiles"});
    }
    if (old_tree->root() == before.root) return {};
    return found(at_checkpoint("inconsistent",
                               "the first " + grouped(before.size) +
                                   " entries are not those that were signed in an earlier "
                                   "checkpoint: the log was rewritten, or shows different logs to "
                                   "different people"));
}

}  // namespace

tl::expected<std::size_t, Contradiction> check_history(
    LogSource& source, const ledger::Checkpoint& now,
    std::span<const ledger::SignedCheckpoint> seen) {
    ledger::TileHashReader hashes(
        now.size, [&source](const ledger::TileId& tile) { return source.read_tile(tile); });
    for (const ledger::SignedCheckpoint& signed_before : seen) {
        const ledger::Checkpoint& before = signed_before.checkpoint;
        const auto blame = [&](Fault fault) {
            const bool log_is_to_blame = is_fork(fault.code) || fault.code == "went_back";
            return tl::unexpected(
                Contradiction{std::move(fault), log_is_to_blame ? signed_before.note : ""});
        };
        if (before.size == now.size && before.root != now.root) {
            return blame(at_checkpoint(
                "two_roots", "the log signed two different trees of " + grouped(now.size) +
                                 " entries: it shows different logs to different people, or was "
                                 "rewritten"));
        }
        if (before.size > now.size) {
            return blame(at_checkpoint(
                "went_back", "the log shows " + grouped(now.size) + " entries, but signed " +
                                 grouped(before.size) +
                                 " before: this copy is out of date, or entries were taken away"));
        }
        if (auto continued = check_prefix(before, now, std::ref(hashes)); !continued)
            return blame(std::move(continued.error()));
    }
    return seen.size();
}

}  // namespace suanpan::audit
