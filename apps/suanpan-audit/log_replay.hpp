#pragma once

// A log, verified and replayed entry by entry: what `replay` and `export` have in common.

#include "apps/suanpan-audit/command.hpp"
#include "apps/suanpan-audit/entry_signatures.hpp"
#include "apps/suanpan-audit/log_statements.hpp"
#include "apps/suanpan-audit/log_verifier.hpp"
#include "core/replay.hpp"

namespace suanpan::audit {

/// For one run over one log.
class LogReplay {
 public:
    explicit LogReplay(core::Replay::Watch watch = {}) : replay_(std::move(watch)) {}

    /// Verifies every entry, with the signatures inside (as `verify` does), and replays it. Codes:
    /// those of verify_log, of core::Replay and of LogStatements.
    Audited<VerifySummary> run(LogSource& source, const ledger::Checkpoint& checkpoint,
                               const ledger::Policy& policy, unsigned threads, Progress& progress);

    [[nodiscard]] const core::Replay& replay() const { return replay_; }
    [[nodiscard]] const EntrySignatures& signatures() const { return signatures_; }
    [[nodiscard]] const LogStatements& statements() const { return statements_; }

 private:
    core::Replay replay_;
    EntrySignatures signatures_;
    LogStatements statements_;
};

/// Adds how many entries of the last command a later checkpoint must show: a checkpoint may be cut
/// between a command's entries (ledger "Publishing": batches by time and size).
void describe_end(Report& report, const core::Replay& replay);

/// Adds where and how the log and the rules differ, when they do.
void describe_difference(Report& report, const core::Replay& replay);

}  // namespace suanpan::audit
