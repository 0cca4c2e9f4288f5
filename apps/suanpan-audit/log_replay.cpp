#include "apps/suanpan-audit/log_replay.hpp"

#include "apps/suanpan-audit/text.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace suanpan::audit {

Audited<VerifySummary> LogReplay::run(LogSource& source, const ledger::Checkpoint& checkpoint,
                                      const ledger::Policy& policy, unsigned threads,
                                      Progress& progress) {
    VerifyOptions how;
    how.threads = threads;
    const std::string& origin = origin_of(policy);
    how.hooks = signatures_.hooks(origin);
    how.hooks.push_back(statements_.hook(origin));
    replay_.expect_origin(origin);
    how.hooks.push_back({"", [this](const EntryView& entry) -> Result<OrderedStep> {
                             return [this, bytes = entry.bytes]() -> Result<LateCheck> {
                                 auto done = replay_.next(bytes);
                                 if (!done) return fail(done.error());
                                 return LateCheck{};
                             };
                         }});
    how.progress = [&progress](std::uint64_t done, std::uint64_t total) {
        progress.show(done, total);
    };
    auto verified = verify_log(source, checkpoint, how);
    if (!verified) return verified;
    const auto reached = statements_.reaches(ledger::log_keys(policy));
    if (!reached) return found(reached.error());
    return verified;
}

void describe_end(Report& report, const core::Replay& replay) {
    const std::size_t left = replay.unfinished();
    report.field("unfinished", std::to_string(left));
    if (left == 0) return;
    report.line("Ends within", "a command: the last one continues beyond this checkpoint (" +
                                   grouped(left) + (left == 1 ? " entry" : " entries") +
                                   "), to be compared once a later checkpoint has them; the "
                                   "figures count it whole");
}

void describe_difference(Report& report, const core::Replay& replay) {
    if (!replay.difference()) return;
    const core::Difference& difference = *replay.difference();
    report.line("Entry", grouped(static_cast<std::uint64_t>(difference.index.value)) + ", a " +
                             difference.kind);
    report.line("Rule", difference.rule);
    if (!difference.path.empty()) report.line("Differs at", difference.path);
    report.line("Rules give", difference.expected);
    report.line("Log has", difference.found);
    report.field("difference", {{"index", std::to_string(difference.index.value)},
                                {"kind", difference.kind},
                                {"rule", difference.rule},
                                {"path", difference.path},
                                {"rules_give", difference.expected},
                                {"log_has", difference.found}});
}

}  // namespace suanpan::audit
