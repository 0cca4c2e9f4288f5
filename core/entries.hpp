#pragma once

// The log entries of the core (ledger "Entries"): canonical JSON {"kind","v":1,"time","salt",…}.
// Every command becomes one input entry (of its own kind, or `refused`), followed by the entries
// that follow from it (`auction`, `trade`, `lease`, `settlement`), which a replay makes again. An
// input entry has the members "command" (id), "actor", "auth" and "body"; a derived one has "cause"
// (the command's id) and "body". The salt is drawn outside the core and put in by put_salt().

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "core/commands.hpp"
#include "core/rows.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::core {

inline constexpr std::size_t kMaxEntryBytes = 65'535;
// A refused command's entry is longer than a taken one's by its code and its kind, at most by this.
inline constexpr std::size_t kRefusalBytes = 256;

// An entry before its salt: 32 zeros stand in its place.
struct EntryDraft {
    std::string kind;
    std::string bytes;
    CommandId cause;
};

// `salt` is 32 hex digits.
void put_salt(std::string& entry, std::string_view salt);
// The entry with zeros for its salt: what a replay compares.
Result<std::string> without_salt(std::string_view entry);

// The kind of the entry that a command becomes when it is taken.
std::string_view entry_kind(const CommandBody& body);
EntryDraft command_entry(const Command& command, Time time);
EntryDraft refused_entry(const Command& command, Time time, std::string_view code);
EntryDraft trade_entry(const CommandId& cause, const TradeRow& trade);
// How a call closed; its trades follow. `reference`: the band's, per CU·h, from now on.
EntryDraft auction_entry(const CommandId& cause, Time time, const matching::CallView& call,
                         const std::optional<Price>& reference);
EntryDraft lease_entry(const CommandId& cause, Time time, const LeaseRow& lease);
EntryDraft settlement_entry(const CommandId& cause, Time time, const RunId& run,
                            const LeaseId& lease, std::int64_t part,
                            const std::vector<SettlementLineRow>& lines);
// Further readings that the one line of the part before it came from.
struct SettlementPart {
    RunId run;
    LeaseId lease;
    std::int64_t part = 0;
    Window window;
    std::vector<LogIndex> readings;
};
EntryDraft readings_entry(const CommandId& cause, Time time, const SettlementPart& part);
// A dispute as it stands: when it was opened, and when it ended.
EntryDraft dispute_entry(const CommandId& cause, Time time, const DisputeRow& row);
// An attested rate that the operator's probe has not found at a lease.
EntryDraft attestation_entry(const CommandId& cause, Time time, const AttestationRow& revoked,
                             const LeaseId& lease, Rate measured);
// The lines of a settled window that the end of a dispute changes, and the entry they are of.
EntryDraft correction_entry(const CommandId& cause, Time time, const SettlementLineRow& line);
// So many invoices of an organisation fit one entry, beside its balances.
inline constexpr std::size_t kEntryInvoices = 150;
// An organisation's balances as a period is closed, with its first invoices; the further ones; and
// the closing itself.
EntryDraft period_entry(const CommandId& cause, Time time, const PeriodBalanceRow& row,
                        std::span<const InvoiceRow> invoices);
EntryDraft more_invoices_entry(const CommandId& cause, Time time, const PeriodBalanceRow& row,
                               std::span<const InvoiceRow> invoices);
EntryDraft period_closed_entry(const CommandId& cause, Time time, const PeriodRow& period);
EntryDraft run_closed_entry(const CommandId& cause, Time time, const RunRow& run);

// What an entry of the log says. For derived entries `command` is empty.
struct LoggedEntry {
    std::string kind;
    Time time;
    bool refused = false;
    std::string code;  // of a refusal
    std::optional<Command> command;
};
// Errors: `bad_entry` with the reason.
Result<LoggedEntry> parse_entry(std::string_view bytes);

}  // namespace suanpan::core
