#include "apps/suanpan-audit/verify.hpp"

#include "apps/suanpan-audit/text.hpp"
#include "apps/suanpan-audit/verify_report.hpp"
#include "apps/suanpan-audit/verify_state.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

namespace suanpan::audit {
namespace {

constexpr std::chrono::seconds kSaveEvery(5);

struct Options {
    OutputOptions output;
    KeyOptions keys;
    SourceOptions source;
    unsigned threads = 0;
    bool tree_only = false;
    std::string state;
};

std::vector<EntryHook> hooks_of(VerifyProgress& known, const std::string& origin) {
    std::vector<EntryHook> hooks = known.signatures.hooks(origin);
    std::ranges::move(known.money.hooks(), std::back_inserter(hooks));
    return hooks;
}

class Verification {
 public:
    explicit Verification(const Options& options)
        : options_(options),
          policy_(read_keys(options.keys)),
          source_(open_source(options.source)),
          report_("verify", options.output) {}

    int run() {
        const auto checkpoint = read_checkpoint(*source_, policy_);
        if (!checkpoint) return report_.fails(checkpoint.error());
        report_.checkpoint(*checkpoint, source_->name());
        report_.field("mode", options_.tree_only ? "tree" : "full");
        VerifyOptions how = prepare(*checkpoint);
        if (how.from.size > checkpoint->checkpoint.size) {
            return report_.fails(Fault{
                "went_back",
                "the log shows " + grouped(checkpoint->checkpoint.size) + " entries, but " +
                    grouped(how.from.size) +
                    " were verified before: this copy is out of date, or entries were taken away",
                {},
                "checkpoint"});
        }
        const Effort effort;
        const auto summary = verify_log(*source_, checkpoint->checkpoint, how);
        if (!summary && summary.error().code == "bad_state")
            throw AuditError("the state file " + options_.state + ": " + summary.error().detail);
        if (!summary) return report_.fails(summary.error());
        return conclude(*summary, effort, summary->entries - how.from.size, how.threads);
    }

 private:
    VerifyOptions prepare(const ledger::SignedCheckpoint& checkpoint) {
        const std::string& origin = origin_of(policy_);
        VerifyOptions how;
        how.threads = threads_for(*source_, options_.threads);
        how.tree_only = options_.tree_only;
        const EntryHook statements = known_.statements.hook(origin);
        if (!options_.state.empty() &&
            load_progress(options_.state, origin, options_.tree_only, known_)) {
            report_.line("Resumed", "behind " + grouped(known_.position.size) + " entries, by " +
                                        options_.state);
        }
        how.from = known_.position;
        if (!options_.tree_only) {
            how.hooks = hooks_of(known_, origin);
            how.hooks.push_back(statements);
        }
        how.progress = [this](std::uint64_t done, std::uint64_t total) {
            progress_.show(done, total);
        };
        if (!options_.state.empty()) {
            how.at_rest = [this, note = checkpoint.note, size = checkpoint.checkpoint.size](
                              const VerifyPosition& position) { save(position, note, size); };
        }
        return how;
    }

    // Now and then, and where the next run goes on after a finished one.
    void save(const VerifyPosition& position, const std::string& note, std::uint64_t size) {
        const auto now = std::chrono::steady_clock::now();
        const bool last = size - position.size < ledger::kTileWidth;
        if (!last && now - saved_ < kSaveEvery) return;
        save_progress(options_.state, origin_of(policy_), options_.tree_only, note, position,
                      known_);
        saved_ = std::chrono::steady_clock::now();
    }

    int conclude(const VerifySummary& summary, const Effort& effort, std::uint64_t read_now,
                 unsigned threads) {
        describe_entries(report_, summary, options_.tree_only);
        if (!options_.tree_only) {
            describe_signatures(report_, known_.signatures);
            describe_statements(report_, known_.statements);
            describe_money(report_, known_.money);
            const auto reached = known_.statements.reaches(ledger::log_keys(policy_));
            if (!reached)
                return report_.fails(
                    Fault{reached.error().code(), reached.error().detail(), {}, {}});
        }
        effort.describe(report_, read_now, threads);
        return report_.holds(
            options_.tree_only
                ? "every entry's hash is in the signed tree; what the entries say was not looked "
                  "at."
                : "no entry of this log was altered, added or removed since the checkpoint was "
                  "signed.");
    }

    const Options& options_;
    ledger::Policy policy_;
    std::unique_ptr<LogSource> source_;
    Report report_;
    Progress progress_{"Checking", options_.output};
    VerifyProgress known_;
    std::chrono::steady_clock::time_point saved_ = std::chrono::steady_clock::now();
};

}  // namespace

unsigned threads_for(const LogSource& source, unsigned wanted) {
    if (wanted > 0) return wanted;
    return std::max({1U, std::thread::hardware_concurrency(), source.useful_readers()});
}

void declare_threads(CLI::App& app, unsigned& threads) {
    constexpr unsigned kMostThreads = 256;
    app.add_option("--threads", threads,
                   "How many threads read, hash and check; default: one a processor, and some more "
                   "for a --url")
        ->check(CLI::Range(1U, kMostThreads));
}

Runner declare_verify(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    declare_source(app, options->source);
    declare_keys(app, options->keys);
    declare_output(app, options->output);
    declare_threads(app, options->threads);
    app.add_flag("--tree", options->tree_only,
                 "Hashes and root only: do not look at what the entries say");
    app.add_option("--state", options->state,
                   "Save the progress in this file, and go on from it: after an interruption, or "
                   "when the log has grown");
    return [options] { return Verification(*options).run(); };
}

}  // namespace suanpan::audit
