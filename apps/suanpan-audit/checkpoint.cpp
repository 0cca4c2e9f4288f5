#include "apps/suanpan-audit/checkpoint.hpp"

#include "apps/suanpan-audit/durable_file.hpp"
#include "apps/suanpan-audit/text.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace suanpan::audit {
namespace {

namespace fs = std::filesystem;

struct Options {
    OutputOptions output;
    KeyOptions keys;
    SourceOptions source;
    std::string state;
    std::vector<std::string> others;  // states of other auditors
    std::string evidence;             // compare: where to write it
};

AuditState existing_state(const std::string& path, const ledger::Policy& policy) {
    if (!fs::exists(path)) throw AuditError("there is no state file " + path);
    return load_state(path, policy);
}

// In words that cannot be misread, and both notes, so that anyone can check them.
void describe_verdict(Report& report, const Evidence& evidence) {
    const bool fork = is_fork(evidence.code);
    report.line("Verdict", fork
                               ? "FORK: the log signed two histories; its operator must answer for "
                                 "both checkpoints below"
                               : "SHRINK: the log shows fewer entries than it signed before");
    report.field("verdict", fork ? "fork" : "shrink");
    report.note("Before", evidence.before);
    report.note("After", evidence.after);
    report.field("evidence", {{"before", evidence.before}, {"after", evidence.after}});
}

int check_checkpoint(const Options& options) {
    const ledger::Policy policy = read_keys(options.keys);
    const auto source = open_source(options.source);
    const fs::path path =
        options.state.empty() ? default_state_path(origin_of(policy)) : fs::path(options.state);
    AuditState state = load_state(path, policy);
    std::vector<ledger::SignedCheckpoint> seen = state.seen;
    for (const std::string& other : options.others)
        std::ranges::move(existing_state(other, policy).seen, std::back_inserter(seen));

    Report report("checkpoint", options.output);
    report.field("state", path.string());
    const auto checkpoint = read_checkpoint(*source, policy);
    if (!checkpoint) return report.fails(checkpoint.error());
    report.checkpoint(*checkpoint, source->name());
    const auto held = check_history(*source, checkpoint->checkpoint, seen);
    if (!held) {
        const Contradiction& found = held.error();
        if (found.before.empty()) return report.fails(found.fault);
        const Evidence evidence{found.fault.code, found.before, checkpoint->note};
        if (std::ranges::find(state.evidence, evidence) == state.evidence.end())
            state.evidence.push_back(evidence);
        save_state(path, origin_of(policy), std::move(state));
        describe_verdict(report, evidence);
        report.line("Evidence", "both signed checkpoints are kept in " + path.string());
        return report.fails(found.fault);
    }
    const auto fork = std::ranges::find_if(
        state.evidence, [](const Evidence& evidence) { return is_fork(evidence.code); });
    if (fork != state.evidence.end()) {
        describe_verdict(report, *fork);
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

// Two checkpoints of one size with different roots need no tiles to convict the log.
std::optional<Evidence> same_size_fork(const AuditState& one, const AuditState& two) {
    for (const ledger::SignedCheckpoint& mine : one.seen) {
        const auto theirs = std::ranges::find_if(two.seen, [&](const auto& other) {
            return other.checkpoint.size == mine.checkpoint.size &&
                   other.checkpoint.root != mine.checkpoint.root;
        });
        if (theirs != two.seen.end()) return Evidence{"two_roots", mine.note, theirs->note};
    }
    return std::nullopt;
}

// The largest size that both saw, with the same root; 0 when there is none.
std::uint64_t common_size(const AuditState& one, const AuditState& two) {
    std::uint64_t size = 0;
    for (const ledger::SignedCheckpoint& mine : one.seen) {
        for (const ledger::SignedCheckpoint& theirs : two.seen) {
            if (mine.checkpoint.size == theirs.checkpoint.size)
                size = std::max(size, mine.checkpoint.size);
        }
    }
    return size;
}

class Comparison {
 public:
    explicit Comparison(const Options& options)
        : options_(options),
          policy_(read_keys(options.keys)),
          one_(existing_state(options.others.at(0), policy_)),
          two_(existing_state(options.others.at(1), policy_)),
          report_("compare", options.output) {}

    int run() {
        report_.line("Log", origin_of(policy_));
        report_.line("Seen", grouped(one_.seen.size()) + " checkpoints by " + options_.others[0] +
                                 ", " + grouped(two_.seen.size()) + " by " + options_.others[1]);
        report_.field("origin", origin_of(policy_));
        if (const auto fork = same_size_fork(one_, two_)) {
            return convict(*fork, Fault{fork->code,
                                        "two checkpoints of the same size have different roots: "
                                        "the log showed different logs to these two auditors",
                                        {},
                                        "checkpoint"});
        }
        return options_.source.directory.empty() && options_.source.url.empty() ? offline()
                                                                                : with_tiles();
    }

 private:
    int offline() {
        const std::uint64_t size = common_size(one_, two_);
        if (size == 0) {
            throw AuditError(
                "the two auditors saw no checkpoint of the same size: give the log's tiles (--dir "
                "or --url), which lead from one to the other");
        }
        report_.line("Common", "both saw the same tree of " + grouped(size) +
                                   " entries; what either saw beyond it was not compared (give "
                                   "--dir or --url for that)");
        report_.field("common_size", std::to_string(size));
        return report_.holds("both auditors were shown the same log, up to there.");
    }

    int with_tiles() {
        const auto source = open_source(options_.source);
        const auto checkpoint = read_checkpoint(*source, policy_);
        if (!checkpoint) return report_.fails(checkpoint.error());
        report_.checkpoint(*checkpoint, source->name());
        std::vector<ledger::SignedCheckpoint> seen = one_.seen;
        seen.insert(seen.end(), two_.seen.begin(), two_.seen.end());
        const auto held = check_history(*source, checkpoint->checkpoint, seen);
        if (!held) {
            const Contradiction& found = held.error();
            if (found.before.empty()) return report_.fails(found.fault);
            return convict({found.fault.code, found.before, checkpoint->note}, found.fault);
        }
        report_.field("compared", *held);
        return report_.holds("the log continues all " + grouped(*held) +
                             " checkpoints that the two auditors saw: both were shown the same "
                             "log.");
    }

    int convict(const Evidence& evidence, const Fault& fault) {
        describe_verdict(report_, evidence);
        if (!options_.evidence.empty()) {
            write_durably(options_.evidence, Json{{"v", 1},
                                                  {"origin", origin_of(policy_)},
                                                  {"code", evidence.code},
                                                  {"before", evidence.before},
                                                  {"after", evidence.after}}
                                                     .dump(1) +
                                                 "\n");
            report_.line("Evidence", "both signed checkpoints are in " + options_.evidence);
        }
        return report_.fails(fault);
    }

    const Options& options_;
    ledger::Policy policy_;
    AuditState one_;
    AuditState two_;
    Report report_;
};

}  // namespace

Runner declare_checkpoint(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    declare_source(app, options->source);
    declare_keys(app, options->keys);
    declare_output(app, options->output);
    app.add_option("--state", options->state,
                   "The file that remembers the checkpoints seen; default: "
                   "~/.local/state/suanpan-audit/<origin>.json");
    app.add_option("--with", options->others,
                   "Another auditor's state file, whose checkpoints must fit too; may be given "
                   "again");
    return [options] { return check_checkpoint(*options); };
}

Runner declare_compare(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    app.add_option("states", options->others, "The state files of two auditors of one log")
        ->required()
        ->expected(2);
    declare_source(app, options->source);
    declare_keys(app, options->keys);
    declare_output(app, options->output);
    app.add_option("--evidence", options->evidence,
                   "Where to write the two checkpoints, when they contradict each other");
    return [options] { return Comparison(*options).run(); };
}

}  // namespace suanpan::audit
