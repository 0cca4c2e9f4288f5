#include "apps/suanpan-audit/checkpoint.hpp"

#include "apps/suanpan-audit/text.hpp"
#include "ledger/tile.hpp"
#include "ledger/tree.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <memory>

namespace suanpan::audit {
namespace {

constexpr std::string_view kPlace = "checkpoint";

struct Options {
    OutputOptions output;
    KeyOptions keys;
    SourceOptions source;
    std::string state;
};

// A signed contradiction is proof against the log, so it is kept.
bool is_contradiction(const Fault& fault) {
    return fault.code == "two_roots" || fault.code == "inconsistent";
}

void remember(AuditState& state, const ledger::SignedCheckpoint& checkpoint) {
    const auto at = std::ranges::lower_bound(
        state.seen, checkpoint.checkpoint.size, {},
        [](const ledger::SignedCheckpoint& seen) { return seen.checkpoint.size; });
    if (at == state.seen.end() || at->checkpoint.size != checkpoint.checkpoint.size)
        state.seen.insert(at, checkpoint);
}

int check_checkpoint(const Options& options) {
    const ledger::Policy policy = read_keys(options.keys);
    const auto source = open_source(options.source);
    const std::filesystem::path path = options.state.empty() ? default_state_path(origin_of(policy))
                                                             : std::filesystem::path(options.state);
    AuditState state = load_state(path, policy);

    Report report("checkpoint", options.output);
    report.field("state", path.string());
    const auto checkpoint = read_checkpoint(*source, policy);
    if (!checkpoint) return report.fails(checkpoint.error());
    report.checkpoint(*checkpoint, source->name());
    const auto held = check_history(*source, checkpoint->checkpoint, state);
    if (!held) {
        if (is_contradiction(held.error()) &&
            std::ranges::find(state.evidence, checkpoint->note) == state.evidence.end()) {
            state.evidence.push_back(checkpoint->note);
            save_state(path, origin_of(policy), std::move(state));
            report.line("Evidence", "both signed checkpoints are kept in " + path.string());
        }
        return report.fails(held.error());
    }
    if (!state.evidence.empty()) {
        return report.fails(Fault{"inconsistent",
                                  "an earlier run found a checkpoint, signed by this log, that "
                                  "contradicts another one; both are kept in the state file",
                                  {},
                                  path.string()});
    }
    remember(state, *checkpoint);
    save_state(path, origin_of(policy), std::move(state));
    report.line("History", *held == 0
                               ? "this is the first checkpoint seen of this log"
                               : "continues all " + grouped(*held) + " checkpoints seen before");
    report.field("seen_before", *held);
    return report.holds("the checkpoint is signed, and the log only grew since it was seen first.");
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
    return found(Fault{"inconsistent",
                       "the first " + grouped(before.size) +
                           " entries are not those that were signed in an earlier checkpoint: the "
                           "log was rewritten",
                       {},
                       std::string(kPlace)});
}

}  // namespace

Audited<std::size_t> check_history(LogSource& source, const ledger::Checkpoint& now,
                                   const AuditState& state) {
    ledger::TileHashReader hashes(
        now.size, [&source](const ledger::TileId& tile) { return source.read_tile(tile); });
    for (const ledger::SignedCheckpoint& signed_before : state.seen) {
        const ledger::Checkpoint& before = signed_before.checkpoint;
        const auto fault = [&](std::string_view code, const std::string& detail) {
            return found(Fault{std::string(code), detail, {}, std::string(kPlace)});
        };
        if (before.size == now.size && before.root != now.root) {
            return fault("two_roots", "the log signed two different trees of " + grouped(now.size) +
                                          " entries: it shows different logs to different people, "
                                          "or was rewritten");
        }
        if (before.size > now.size) {
            return fault("went_back", "the log shows " + grouped(now.size) +
                                          " entries, but signed " + grouped(before.size) +
                                          " before: this copy is out of date, or entries were "
                                          "taken away");
        }
        if (auto continued = check_prefix(before, now, std::ref(hashes)); !continued)
            return found(std::move(continued.error()));
    }
    return state.seen.size();
}

Runner declare_checkpoint(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    declare_source(app, options->source);
    declare_keys(app, options->keys);
    declare_output(app, options->output);
    app.add_option("--state", options->state,
                   "The file that remembers the checkpoints seen; default: "
                   "~/.local/state/suanpan-audit/<origin>.json");
    return [options] { return check_checkpoint(*options); };
}

}  // namespace suanpan::audit
