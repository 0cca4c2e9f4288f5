#include "apps/suanpan-audit/replay.hpp"

#include "apps/suanpan-audit/lines_check.hpp"
#include "apps/suanpan-audit/log_replay.hpp"
#include "apps/suanpan-audit/state_check.hpp"
#include "apps/suanpan-audit/text.hpp"
#include "apps/suanpan-audit/verify.hpp"
#include "apps/suanpan-audit/verify_report.hpp"
#include "base/decimal.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <memory>

namespace suanpan::audit {
namespace {

struct Options {
    OutputOptions output;
    KeyOptions keys;
    SourceOptions source;
    unsigned threads = 0;
    std::string balances_file;
};

// Every account with its balance, so that it can be compared with what the operator shows.
void write_balances(const std::string& path, const core::Rows& state) {
    std::ofstream out(path);
    out << "organisation,currency,account,balance\n";
    for (const core::BalanceRow& row : state.balances) {
        out << to_string(row.account.organisation) << ',' << row.account.currency << ','
            << settlement::to_string(row.account.kind) << ',' << to_string(row.balance) << '\n';
    }
    out.close();
    if (!out) throw AuditError("--balances: " + path + " could not be written");
}

std::string counted(const core::Replay& replay, const std::string& kind) {
    const auto found = replay.kinds().find(kind);
    return grouped(found == replay.kinds().end() ? 0 : static_cast<std::uint64_t>(found->second));
}

void describe_market(Report& report, const LogReplay& log) {
    const core::Replay& replay = log.replay();
    report.line("Replayed", grouped(static_cast<std::uint64_t>(replay.size().value)) +
                                " entries, byte for byte as the rules give them");
    report.line("Market", counted(replay, "order") + " orders, " + counted(replay, "trade") +
                              " trades, " + counted(replay, "refused") + " refusals");
    report.line("Metering",
                counted(replay, "readings") + " batches of readings, each signature holds");
    report.line("Settlement",
                counted(replay, "settlement") + " entries recomputed from the readings");
    if (replay.kinds().contains("dispute")) {
        report.line("Disputes", counted(replay, "ruling") + " signed rulings, " +
                                    counted(replay, "correction") + " corrections recomputed");
    }
    Json authors = Json::object();
    std::string vouched;
    for (const auto& [author, count] : replay.authors()) {
        vouched += (vouched.empty() ? "" : ", ") + author + " " +
                   grouped(static_cast<std::uint64_t>(count));
        authors[author] = std::to_string(count);
    }
    report.line("Vouched by", vouched);
    report.field("authors", authors);
    describe_statements(report, log.statements());
}

void describe_projects(Report& report, const core::Rows& state) {
    const std::uint64_t beyond = beyond_budget(state);
    report.field("projects", {{"known", std::to_string(state.projects.size())},
                              {"budgets", std::to_string(state.project_budgets.size())},
                              {"beyond_budget", std::to_string(beyond)}});
    if (state.projects.empty()) return;
    report.line("Projects", grouped(state.projects.size()) +
                                ", what they hold and have spent recomputed from orders, leases "
                                "and lines; " +
                                grouped(beyond) + " beyond a budget that was lowered since");
}

void describe_probes(Report& report, const ProbeCount& probes) {
    report.field("probe_batches", std::to_string(probes.batches()));
    if (probes.batches() > 0)
        report.line("Probes", grouped(probes.batches()) + " batches of the operator's own meters");
}

void describe_balances(Report& report, const MoneySums& money, const JournalCheck& journal) {
    report.line("Journal", grouped(journal.entries()) + " entries of " +
                               grouped(journal.postings()) + " postings, each sums to zero");
    report.field("journal", {{"entries", std::to_string(journal.entries())},
                             {"postings", std::to_string(journal.postings())}});
    Json sums = Json::object();
    for (const auto& [currency, kinds] : money) {
        std::string text;
        for (const auto& [kind, sum] : kinds) {
            text += (text.empty() ? "" : ", ") + kind + " " + to_string(sum);
            sums[currency][kind] = to_string(sum);
        }
        report.line("Money " + currency, text + ": together zero");
    }
    report.field("sums", sums);
}

int replay_log(const Options& options) {
    const ledger::Policy policy = read_keys(options.keys);
    const auto source = open_source(options.source);
    Report report("replay", options.output);
    const auto checkpoint = read_checkpoint(*source, policy);
    if (!checkpoint) return report.fails(checkpoint.error());
    report.checkpoint(*checkpoint, source->name());

    const Effort effort;
    const unsigned threads = threads_for(*source, options.threads);
    JournalCheck journal;
    SpendingCheck spending;
    ProbeCount probes;
    LogReplay log([&](const core::Rows& changes) {
        journal.see(changes);
        spending.see(changes);
        probes.see(changes);
    });
    Progress progress("Replaying", options.output);
    const auto verified = log.run(*source, checkpoint->checkpoint, policy, threads, progress);
    if (!verified) {
        describe_difference(report, log.replay());
        return report.fails(verified.error());
    }
    const core::Rows state = log.replay().market().state();
    if (!options.balances_file.empty()) write_balances(options.balances_file, state);
    describe_end(report, log.replay());
    describe_market(report, log);
    describe_probes(report, probes);
    if (const auto balanced = journal.result(); !balanced) return report.fails(balanced.error());
    const auto money = sum_balances(state);
    if (!money) return report.fails(money.error());
    describe_balances(report, *money, journal);
    if (const auto spent = spending.result(state); !spent) return report.fails(spent.error());
    describe_projects(report, state);
    const std::string digest = to_hex(as_chars(core::digest(state)));
    report.line("State", digest);
    report.field("entries", std::to_string(log.replay().size().value));
    report.field("state_digest", digest);
    if (const auto holds = check_state(log.replay().market(), state); !holds)
        return report.fails(holds.error());
    effort.describe(report, verified->entries, threads);
    return report.holds(
        "every trade, lease and settlement line of this log follows from its orders and signed "
        "readings, and all accounts sum to zero.");
}

}  // namespace

Runner declare_replay(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    declare_source(app, options->source);
    declare_keys(app, options->keys);
    declare_output(app, options->output);
    declare_threads(app, options->threads);
    app.add_option("--balances", options->balances_file,
                   "Write every account's balance to this CSV file");
    return [options] { return replay_log(*options); };
}

}  // namespace suanpan::audit
