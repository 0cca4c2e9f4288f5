#pragma once

// The market core: one deterministic state machine over books, calendars, balances, leases and
// meters. Commands go in, in log order; log entries and changed rows come out. The server runs it
// behind a queue, the audit runs it over the entries of the log: the same code, so the same events.
// Pure: no clock, no I/O, no randomness. Not thread-safe: one thread owns it.

#include "base/result.hpp"
#include "base/units.hpp"
#include "core/commands.hpp"
#include "core/entries.hpp"
#include "core/rows.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace suanpan::core {

// What became of one command.
struct CommandOutcome {
    Time time;                        // logged
    LogIndex index;                   // of its input entry
    std::optional<Error> refusal;     // then nothing changed but the log
    std::vector<EntryDraft> entries;  // the first has `index`, the others follow
    std::optional<OrderId> order;     // PlaceOrder, ReplaceOrder, CancelOrder
    std::vector<TradeRow> trades;
    std::vector<OrderRow> orders;  // every order touched, as it stands after the command
    std::vector<LeaseRow> leases;  // made or changed by this command
    std::vector<settlement::ReadingVerdict> readings;        // SubmitReadings, in the batch's order
    std::optional<RunRow> run;                               // Settle
    std::vector<matching::CallView> calls;                   // closed by this command
    std::optional<settlement::DiscountAgreement> agreement;  // AgreeDiscount, EndDiscount
    std::optional<ProgrammeRow> programme;                   // OpenProgramme, FundProgramme
    std::optional<GrantRow> grant;                           // GrantVoucher, RevokeGrant
    std::optional<DisputeRow> dispute;                       // that the command was about
    std::optional<CashRow> cash;            // RequestCash, ApproveCash, RejectCash, TakePayment
    std::optional<PeriodRow> period;        // ClosePeriod, ApproveRequest
    std::optional<TitleRow> title;          // ProposeTitle, ConfirmTitle, RefuseTitle, RegisterPool
    std::optional<ProjectAccount> project;  // that the command was about
    std::optional<OperatorRequestRow> request;  // that the command was about
    std::optional<SigningKeyRow> signing_key;   // RegisterSigningKey, RevokeSigningKey
};

// The code of a command that the sequencer refused, and not a rule of the market.
inline constexpr std::string_view kCommitFailed = "commit_failed";

struct SettlementPreview;

class Market {
 public:
    // Accounts of the operator itself (fees, tax, cash) belong to this organisation, known from the
    // log's first entry: RegisterOrganisation with the role `operator`.
    Market();
    ~Market();
    Market(Market&&) noexcept;
    Market& operator=(Market&&) noexcept;
    Market(const Market&) = delete;
    Market& operator=(const Market&) = delete;

    // Applies one command at max(clock, last logged time), after everything that is due by then.
    CommandOutcome apply(const Command& command, Time clock);
    // The command goes into the log as refused, unread: one that could not be made durable
    // (kCommitFailed), so that it cannot stop the market. What is due takes effect as always.
    CommandOutcome refuse(const Command& command, const Error& reason, Time clock);

    // A batch is known before it is applied: hints that a command comes some commands from now, and
    // that it comes next. They spare it the wait for the memory of the order that it names.
    void expect(const Command& command) const;
    void expect_next(const Command& command) const;

    // The log has an entry that says nothing to the market (ledger/succession.hpp). Its time is
    // max(clock, last logged time), which is given back; what is due by then waits for the next
    // command.
    Time pass_over(Time clock);

    // When the next due thing is; a Tick is wanted once the clock has passed it.
    [[nodiscard]] std::optional<Time> next_due() const;
    [[nodiscard]] const HeadRow& head() const;

    // Rows changed since the last call.
    Rows take_changes();
    // Everything live.
    [[nodiscard]] Rows state() const;
    // REQUIRES a fresh Market and rows as state() gives them.
    void load(const Rows& state);

    // For previews and checks; const, changes nothing.
    [[nodiscard]] const matching::Engine& engine() const;
    [[nodiscard]] const settlement::VoucherBook& vouchers() const;
    [[nodiscard]] Money balance(const settlement::AccountKey& account) const;
    [[nodiscard]] Int128 total(std::string_view currency) const;
    // The most that the order could cost: its hold. Errors as for placing it, funds and limits set
    // aside.
    [[nodiscard]] Result<Money> worst_cost(const matching::OrderTerms& terms) const;
    // The refusals of PlaceOrder by `actor` at `now`, in their order: what placing it goes through.
    [[nodiscard]] Result<OrderCost> check_order(const OrganisationId& actor,
                                                const matching::OrderTerms& terms,
                                                const std::optional<VoucherClaim>& claim,
                                                Time now) const;
    [[nodiscard]] OrganisationId operator_id() const;
    // The next leases of it. REQUIRES run.closed to be false. Errors as Settle refuses the range.
    Result<void> preview_settlement(SettlementPreview& preview) const;

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace suanpan::core
