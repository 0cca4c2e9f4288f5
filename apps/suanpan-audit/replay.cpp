#include "apps/suanpan-audit/replay.hpp"

#include "apps/suanpan-audit/log_verifier.hpp"
#include "apps/suanpan-audit/text.hpp"
#include "base/decimal.hpp"
#include "core/replay.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <memory>
#include <set>

namespace suanpan::audit {
namespace {

struct Options {
    OutputOptions output;
    KeyOptions keys;
    SourceOptions source;
    std::string balances_file;
};

// Sums of the balances by currency and kind of account, and over everything.
struct MoneySummary {
    std::map<std::string, std::map<std::string, Money>> by_currency;
    std::set<std::string> unbalanced;  // currencies whose accounts do not sum to zero
};

Result<MoneySummary> sum_up(const core::Market& market, const core::Rows& state) {
    MoneySummary out;
    for (const core::BalanceRow& row : state.balances) {
        const std::string kind(settlement::to_string(row.account.kind));
        Money& sum = out.by_currency[row.account.currency][kind];
        const auto added = add(sum, row.balance);
        if (!added) return fail(added.error());
        sum = *added;
    }
    for (const auto& [currency, sums] : out.by_currency) {
        if (market.total(currency) != 0) out.unbalanced.insert(currency);
    }
    return out;
}

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

std::int64_t count_of(const core::Replay& replay, const std::string& kind) {
    const auto found = replay.kinds().find(kind);
    return found == replay.kinds().end() ? 0 : found->second;
}

std::string counted(const core::Replay& replay, const std::string& kind) {
    return grouped(static_cast<std::uint64_t>(count_of(replay, kind)));
}

void describe(Report& report, const core::Replay& replay, const MoneySummary& money,
              const std::string& digest) {
    report.line("Replayed", grouped(static_cast<std::uint64_t>(replay.size().value)) +
                                " entries, byte for byte as the rules give them");
    report.line("Market", counted(replay, "order") + " orders, " + counted(replay, "trade") +
                              " trades, " + counted(replay, "refused") + " refusals");
    report.line("Metering",
                counted(replay, "readings") + " batches of readings, each signature holds");
    report.line("Settlement",
                counted(replay, "settlement") + " entries recomputed from the readings");
    Json authors = Json::object();
    std::string vouched;
    for (const auto& [author, count] : replay.authors()) {
        vouched += (vouched.empty() ? "" : ", ") + author + " " +
                   grouped(static_cast<std::uint64_t>(count));
        authors[author] = std::to_string(count);
    }
    report.line("Vouched by", vouched);
    report.field("authors", authors);
    Json sums = Json::object();
    for (const auto& [currency, kinds] : money.by_currency) {
        std::string text;
        for (const auto& [kind, sum] : kinds) {
            text += (text.empty() ? "" : ", ") + kind + " " + to_string(sum);
            sums[currency][kind] = to_string(sum);
        }
        report.line("Money " + currency, text);
    }
    report.field("sums", sums);
    report.line("State", digest);
    report.field("entries", std::to_string(replay.size().value));
    report.field("state_digest", digest);
}

int replay_log(const Options& options) {
    const ledger::Policy policy = read_keys(options.keys);
    const auto source = open_source(options.source);
    Report report("replay", options.output);
    const auto checkpoint = read_checkpoint(*source, policy);
    if (!checkpoint) return report.fails(checkpoint.error());
    report.checkpoint(*checkpoint, source->name());

    core::Replay replay;
    Progress progress("Replaying", options.output);
    VerifyOptions how;
    how.hooks.push_back({"", [&replay](const EntryView& entry) -> Result<OrderedStep> {
                             return [&replay, bytes = entry.bytes]() -> Result<LateCheck> {
                                 auto done = replay.next(bytes);
                                 if (!done) return fail(done.error());
                                 return LateCheck{};
                             };
                         }});
    how.progress = [&progress](std::uint64_t done, std::uint64_t total) {
        progress.show(done, total);
    };
    const auto verified = verify_log(*source, checkpoint->checkpoint, how);
    if (!verified) return report.fails(verified.error());
    const auto finished = replay.finish();
    if (!finished) {
        const auto at = static_cast<std::uint64_t>(replay.size().value);
        return report.fails(Fault{finished.error().code(), finished.error().detail(), at, {}});
    }
    const core::Rows state = replay.market().state();
    const auto money = sum_up(replay.market(), state);
    if (!money) return report.fails(Fault{money.error().code(), money.error().detail(), {}, {}});
    if (!options.balances_file.empty()) write_balances(options.balances_file, state);
    describe(report, replay, *money, to_hex(as_chars(core::digest(state))));
    if (!money->unbalanced.empty()) {
        return report.fails(
            Fault{"unbalanced",
                  "the accounts in " + *money->unbalanced.begin() + " do not sum to zero",
                  {},
                  {}});
    }
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
    app.add_option("--balances", options->balances_file,
                   "Write every account's balance to this CSV file");
    return [options] { return replay_log(*options); };
}

}  // namespace suanpan::audit
