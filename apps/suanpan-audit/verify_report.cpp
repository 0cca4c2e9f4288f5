#include "apps/suanpan-audit/verify_report.hpp"

#include "apps/suanpan-audit/text.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::audit {
namespace {

using Counts = std::vector<std::pair<std::string, std::uint64_t>>;

// Most frequent first.
std::string counts_text(const std::map<std::string, std::uint64_t>& counts) {
    Counts sorted(counts.begin(), counts.end());
    std::ranges::sort(sorted, [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    std::string out;
    for (const auto& [name, count] : sorted) {
        if (!out.empty()) out += ", ";
        out += name + " " + grouped(count);
    }
    return out;
}

Json counts_json(const std::map<std::string, std::uint64_t>& counts) {
    Json out = Json::object();
    for (const auto& [name, count] : counts)
        out[name] = std::to_string(count);
    return out;
}

std::string counted(std::int64_t count, const std::string& what) {
    return grouped(static_cast<std::uint64_t>(count)) + " " + what + (count == 1 ? "" : "s");
}

Json totals_json(const CurrencyTotals& totals, const AccountTotals& accounts) {
    Json out = {{"deposited", to_string(totals.deposited)},
                {"withdrawn", to_string(totals.withdrawn)},
                {"lines", std::to_string(totals.lines)},
                {"accounts",
                 {{"organisations", to_string(accounts.organisations)},
                  {"fees", to_string(accounts.fees)},
                  {"tax", to_string(accounts.tax)},
                  {"vouchers", to_string(accounts.vouchers)},
                  {"cash", to_string(accounts.cash)}}}};
    for (std::size_t i = 0; i < kLineParts.size(); ++i)
        out["settled"][std::string(kLineParts[i])] = to_string(totals.parts[i]);
    return out;
}

}  // namespace

void describe_entries(Report& report, const VerifySummary& summary, bool tree_only) {
    report.line("Entries", grouped(summary.entries) + ", " + grouped(summary.entry_bytes) +
                               (tree_only ? " bytes: each is in the signed tree, unaltered"
                                          : " bytes: each is in the signed tree, unaltered and "
                                            "in canonical form"));
    report.line("Tiles", grouped(summary.hash_tiles) + " hash tiles and " +
                             grouped(summary.bundles) +
                             " bundles agree with each other and with the checkpoint");
    if (summary.first_time && summary.last_time) {
        report.line("Times", to_string(*summary.first_time) + " to " +
                                 to_string(*summary.last_time) + ", never going back");
        report.field("first_time", to_string(*summary.first_time));
        report.field("last_time", to_string(*summary.last_time));
    }
    if (!summary.kinds.empty()) report.line("Kinds", counts_text(summary.kinds));
    if (!summary.auth.empty()) report.line("Vouched by", counts_text(summary.auth));
    report.field("entries", std::to_string(summary.entries));
    report.field("entry_bytes", std::to_string(summary.entry_bytes));
    report.field("bundles", std::to_string(summary.bundles));
    report.field("hash_tiles", std::to_string(summary.hash_tiles));
    if (tree_only) return;
    report.field("kinds", counts_json(summary.kinds));
    report.field("auth", counts_json(summary.auth));
}

void describe_signatures(Report& report, const EntrySignatures& signatures) {
    report.line("Signatures", grouped(signatures.batches()) +
                                  " batches of readings, each signed by one of " +
                                  grouped(signatures.meters()) + " registered meters");
    report.field("signed_batches", std::to_string(signatures.batches()));
    report.field("meters", std::to_string(signatures.meters()));
    if (signatures.probe_batches() != 0) {
        report.line("Probes", grouped(signatures.probe_batches()) +
                                  " of the batches are of the operator's probes and bill nothing");
        report.field("probe_batches", std::to_string(signatures.probe_batches()));
    }
    const SignedWrites& signed_writes = signatures.signed_writes();
    if (signed_writes.writes() != 0) {
        report.line("Signed writes", grouped(signed_writes.writes()) +
                                         ", each signed by its author with one of " +
                                         grouped(signed_writes.keys()) + " registered keys");
        report.field("signed_writes", std::to_string(signed_writes.writes()));
        report.field("signing_keys", std::to_string(signed_writes.keys()));
    }
    if (signatures.rulings() == 0) return;
    report.line("Rulings",
                grouped(signatures.rulings()) + " of disputes, each signed by its arbiter");
    report.field("rulings", std::to_string(signatures.rulings()));
}

void describe_statements(Report& report, const LogStatements& statements) {
    if (statements.succession()) {
        const ledger::OpenedSuccession& opened = *statements.succession();
        report.line("Follows", "the log " + opened.succession.from.name + " of " +
                                   grouped(opened.succession.size) + " entries" +
                                   (opened.is_signed_by_old
                                        ? ", by that log's signature"
                                        : ": by this log's word alone, that log's key is lost"));
        report.field("follows", {{"log", to_string(opened.succession.from)},
                                 {"size", std::to_string(opened.succession.size)},
                                 {"signed_by_old", opened.is_signed_by_old}});
    }
    Json rotations = Json::array();
    for (const LogStatements::Rotated& rotated : statements.rotations()) {
        report.line("New key", to_string(rotated.rotation.to) + " since " +
                                   to_string(rotated.rotation.time) + " (entry " +
                                   grouped(rotated.index) + "), signed by the old key and the new");
        rotations.push_back({{"index", std::to_string(rotated.index)},
                             {"old", to_string(rotated.rotation.from)},
                             {"new", to_string(rotated.rotation.to)},
                             {"time", to_string(rotated.rotation.time)}});
    }
    if (!rotations.empty()) report.field("rotations", std::move(rotations));
}

void describe_money(Report& report, const MoneyTotals& money) {
    Json out = Json::object();
    for (const auto& [currency, totals] : money.by_currency()) {
        const AccountTotals accounts = MoneyTotals::accounts(totals).value();
        report.line("Cash " + currency, "in " + to_string(totals.deposited) + " by " +
                                            counted(totals.deposits, "deposit") + ", out " +
                                            to_string(totals.withdrawn) + " by " +
                                            counted(totals.withdrawals, "withdrawal"));
        report.line("Sold " + currency,
                    to_string(totals.part("amount")) + " in " + counted(totals.lines, "line") +
                        ": buyers paid " + to_string(totals.part("buyer_pays")) +
                        ", providers got " + to_string(totals.part("provider_gets")));
        report.line("Sum " + currency, "organisations " + to_string(accounts.organisations) +
                                           ", fees " + to_string(accounts.fees) + ", tax " +
                                           to_string(accounts.tax) + ", vouchers " +
                                           to_string(accounts.vouchers) + ", cash " +
                                           to_string(accounts.cash) + ": together zero");
        out[currency] = totals_json(totals, accounts);
    }
    report.field("money", std::move(out));
}

}  // namespace suanpan::audit
