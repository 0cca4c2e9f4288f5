#pragma once

// The inside of the market core; only core/*.cpp include this. One struct holds the whole state,
// and each .cpp file holds the commands of one subject.
//
// The course of a command: what is due takes effect; the handler refuses (a ladder of early
// returns, nothing changed) or writes its input entry and "from here it must succeed"; money moves
// are collected and posted as one journal entry; every row that changed is marked for the database.

#include "base/check.hpp"
#include "core/cash_desk.hpp"
#include "core/market.hpp"
#include "core/period_desk.hpp"
#include "core/touched.hpp"
#include "matching/engine.hpp"
#include "settlement/accounts.hpp"
#include "settlement/lease_meter.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace suanpan::core {

enum class DueKind : std::uint8_t {
    kOrder,
    kLeaseEnd,
    kMeterDeadline,
    kAttestation,
    kPending,
    kCall,
    kGrant,
    kApproval
};

// In order of time, then of the log entry that set it (design README, "The market core").
struct DueKey {
    Time time;
    LogIndex index;
    DueKind kind = DueKind::kOrder;
    IdBytes id{};
    friend auto operator<=>(const DueKey&, const DueKey&) = default;
};

// What the engine does not know of an order that it has.
struct OpenOrder {
    FeeSchedule fees;
    Money hold{0};
    Time placed_at;
    LogIndex index;
    std::optional<Time> due;
    // What limits count of it; without limits nobody counts.
    bool counted = false;
    std::int64_t notional = 0;
    std::optional<OrderVoucher> voucher{};
    std::int64_t voucher_rest = 0;  // with a voucher: the rest after the fills taken in so far

    // With what the voucher covers.
    [[nodiscard]] Money whole_hold() const {
        return voucher && voucher->covers ? Money(hold.value + voucher->reserved.value) : hold;
    }
};

// A whole hold, less what the voucher covers.
inline Money own_part(Money whole, const std::optional<OrderVoucher>& voucher) {
    if (!voucher || !voucher->covers) return whole;
    return Money(whole.value - voucher->reserved.value);
}

// The most that an order can cost, and what a grant covers of it.
struct OrderCost {
    Money whole;
    std::optional<OrderVoucher> voucher{};
};

// A part of a lease's hold: the buyer's and the programme's.
struct HoldShare {
    Money own;
    Money voucher;
};

struct ProgrammeHolder {
    OrganisationId holder;
    LogIndex index;
};

// Usage follows from the open orders and is not stored.
struct LimitedTarget {
    LimitRow row;
    std::int64_t open_orders = 0;
    Int128 notional = 0;
};

struct LiveLease {
    LeaseRow row;
    std::optional<settlement::LeaseMeter> meter;  // from activation on
    std::vector<FinalWindowRow> unsettled;        // by final_at, then by end
    std::optional<Time> meter_due;
};

using Partners = std::pair<OrganisationId, OrganisationId>;  // provider, buyer

struct PricedWindow {
    settlement::RunOrder order;
    FinalWindowRow window;
};

// A sell's rest at its limit over its time; beyond 64 bits: the most they hold.
std::int64_t sell_notional(const matching::OrderTerms& terms,
                           const std::vector<matching::Step>& rest, Rate rate);

// What a buy's rest may still cost, before fees (market §7).
Result<ExactAmount> rest_amount(const matching::OrderTerms& terms, std::int64_t rest);

// A line of the run.
void add_line(RunTotals& totals, const settlement::WaterfallLine& line);
// Settled by this run.
bool is_in_range(const RunRow& run, const FinalWindowRow& window);
// The order in which they are settled: the same whether they became final here or were loaded.
void sort_unsettled(std::vector<FinalWindowRow>& windows);

struct Market::Impl {
    HeadRow head;
    OrganisationId operator_id;
    std::map<OrganisationId, OrganisationRow> organisations;
    std::map<MeterId, MeterRow> meters;
    std::map<matching::MarketKey, MarketRow> markets;
    std::vector<ScheduleRow> schedules;  // the last one is in force
    std::map<std::string, ModelRow> models;
    std::map<SiteId, SiteRow> sites;
    std::map<PoolId, PoolRow> pools;
    std::map<PoolId, std::vector<TitleRow>> titles;  // by `from`
    std::map<AttestationId, AttestationRow> attestations;
    std::map<LogIndex, BlockRow> blocks;  // not ended early
    std::map<LogIndex, CallRow> calls;    // open ones
    std::map<LimitTarget, LimitedTarget> limits;
    // By the engine's slot; only open orders' places are good. The index is never walked.
    std::vector<OpenOrder> orders;
    std::unordered_map<OrderId, matching::OrderSlot, IdHash> order_slots;
    std::map<LeaseId, LiveLease> leases;
    std::optional<RunRow> last_run;  // the next one begins where it ended
    std::map<JournalId, PendingRow> pending;
    // By provider and buyer, in the order of their entries.
    std::map<Partners, std::vector<settlement::DiscountAgreement>> agreements;
    settlement::MonthlyVolumes volumes;  // of those that have tiers
    settlement::VoucherBook vouchers;
    std::map<ProgrammeId, ProgrammeHolder> programme_holders;
    std::map<GrantId, LogIndex> grant_indices;
    settlement::RelatedOrganisations relations;
    CashDesk desk;
    PeriodDesk closing;
    matching::Engine engine;
    settlement::Accounts accounts;
    std::set<DueKey> due;

    // Of the command under way.
    const Command* command = nullptr;
    CommandOutcome outcome;
    EntryDraft input_entry;
    bool accepted = false;
    std::uint32_t next_ordinal = 0;
    std::map<settlement::AccountKey, std::int64_t> moves;
    std::vector<matching::OrderSlot> ended_orders;
    std::vector<LeaseId> closed_leases;
    std::vector<JournalId> released_pending;
    std::vector<AttestationId> ended_attestations;
    std::vector<LogIndex> ended_blocks;
    std::vector<LogIndex> ended_calls;

    // Of the batch under way.
    Rows changes;  // rows that are only ever added
    Touched<OrganisationId> touched_organisations;
    Touched<MeterId> touched_meters;
    Touched<matching::MarketKey> touched_markets;
    Touched<PoolId> touched_pools;
    Touched<AttestationId> touched_attestations;
    Touched<LogIndex> touched_blocks;
    Touched<LogIndex> touched_calls;
    Touched<LimitTarget> touched_limits;
    Touched<OrderId> touched_orders;
    Touched<LeaseId> touched_leases;
    Touched<std::pair<LeaseId, Time>> touched_windows;
    std::map<std::pair<LeaseId, Time>, FinalWindowRow> window_rows;
    bool touched_run = false;
    Touched<JournalId> touched_pending;
    Touched<std::pair<Partners, AgreementId>> touched_agreements;
    Touched<settlement::MonthlyVolumes::Key> touched_volumes;
    Touched<ProgrammeId> touched_programmes;
    Touched<GrantId> touched_grants;
    Touched<settlement::ReservationKey> touched_reservations;
    Touched<settlement::VoucherBook::MonthKey> touched_voucher_months;
    Touched<settlement::AccountKey> touched_balances;

    // market.cpp
    CommandOutcome apply(const Command& what, Time clock, const Error* refusal);
    void run_due();
    void fire(const DueKey& key);
    void retire();

    // market_changes.cpp
    Rows take_changes();
    void mark_changes(Rows& out);
    void mark_vouchers(Rows& out);
    void clear_touched();

    // market_state.cpp
    [[nodiscard]] Rows state() const;
    void load(const Rows& rows);
    void load_registry(const Rows& rows);
    void load_lease(const LeaseRow& row);
    void load_agreements(const Rows& rows);
    void load_vouchers(const Rows& rows);
    void add_vouchers(Rows& out) const;
    [[nodiscard]] OrderRow order_row(matching::OrderSlot slot) const;
    void restore_order(const OrderRow& row);
    [[nodiscard]] LeaseRow lease_row(const LiveLease& lease) const;

    // The handlers. Each writes its input entry by accept() once nothing can refuse any more.
    Result<void> handle(const RegisterOrganisation& body);
    Result<void> handle(const RegisterMeter& body);
    Result<void> handle(const RevokeMeter& body);
    Result<void> handle(const DefineMarket& body);
    Result<void> handle(const SetSchedule& body);
    Result<void> handle(const RegisterModel& body);
    Result<void> handle(const RegisterSite& body);
    Result<void> handle(const RegisterPool& body);
    Result<void> handle(const SetTitle& body);
    Result<void> handle(const Attest& body);
    Result<void> handle(const RevokeAttestation& body);
    Result<void> handle(const BlockLots& body);
    Result<void> handle(const PlaceOrder& body);
    Result<void> handle(const CancelOrder& body);
    Result<void> handle(const CancelAll& body);
    Result<void> handle(const RequestCash& body);
    Result<void> handle(const AdvanceLease& body);
    Result<void> handle(const SubmitReadings& body);
    Result<void> handle(const Settle& body);
    Result<void> handle(const Tick& body);
    Result<void> handle(const UnblockLots& body);
    Result<void> handle(const ReplaceOrder& body);
    Result<void> handle(const KillSwitch& body);
    Result<void> handle(const Reinstate& body);
    Result<void> handle(const HaltMarket& body);
    Result<void> handle(const ResumeMarket& body);
    Result<void> handle(const OpenCall& body);
    Result<void> handle(const CloseCall& body);
    Result<void> handle(const SetBand& body);
    Result<void> handle(const SetReference& body);
    Result<void> handle(const SetLimits& body);
    Result<void> handle(const ReleaseLease& body);
    Result<void> handle(const AgreeDiscount& body);
    Result<void> handle(const EndDiscount& body);
    Result<void> handle(const DescribeOrganisation& body);
    Result<void> handle(const OpenProgramme& body);
    Result<void> handle(const FundProgramme& body);
    Result<void> handle(const GrantVoucher& body);
    Result<void> handle(const RevokeGrant& body);
    Result<void> handle(const RegisterUser& body);
    Result<void> handle(const RemoveUser& body);
    Result<void> handle(const RegisterPaymentKey& body);
    Result<void> handle(const RevokePaymentKey& body);
    Result<void> handle(const ApproveCash& body);
    Result<void> handle(const RejectCash& body);
    Result<void> handle(const TakePayment& body);
    Result<void> handle(const MoveBond& body);
    Result<void> handle(const ClosePeriod& body);

    // Common to the handlers.
    void accept();  // the command's own entry takes its place, the first
    void forget_others();
    void emit(EntryDraft draft);
    [[nodiscard]] Time now() const { return outcome.time; }
    [[nodiscard]] LogIndex next_index() const { return head.size; }
    template <typename IdType>
    IdType next_id() {
        return derive_id<IdType>(now(), command->id, next_ordinal++);
    }
    [[nodiscard]] bool is_operator() const { return is_operator(command->actor); }
    [[nodiscard]] bool is_operator(const OrganisationId& actor) const;
    [[nodiscard]] bool acts_for(const OrganisationId& organisation) const {
        return acts_for(command->actor, organisation);
    }
    [[nodiscard]] bool acts_for(const OrganisationId& actor,
                                const OrganisationId& organisation) const;
    [[nodiscard]] Result<void> require_operator() const;
    [[nodiscard]] Result<void> require_role(const OrganisationId& organisation, Role role) const;
    void move(const OrganisationId& organisation, const std::string& currency,
              settlement::AccountKind kind, Money amount);
    // From `available` to `held`; a negative amount: back.
    void move_hold(const OrganisationId& organisation, const std::string& currency, Money amount);
    void post_moves(std::string_view reason);
    void set_due(std::optional<Time>& slot, std::optional<Time> time, LogIndex index, DueKind kind,
                 const IdBytes& id);

    // In force when the entry at `index` was written: the terms that a contract keeps.
    [[nodiscard]] const ScheduleRow& schedule_at(LogIndex index) const;

    // orders.cpp
    // All refusals of an order; gives its cost. `meets_book` is the engine's part of them.
    template <typename MeetsBook>
    [[nodiscard]] Result<OrderCost> check_order(const OrganisationId& actor,
                                                const matching::OrderTerms& terms,
                                                const std::optional<VoucherClaim>& claim, Time when,
                                                MeetsBook meets_book) const;
    [[nodiscard]] Result<Money> order_hold(const matching::OrderTerms& terms,
                                           const FeeSchedule& fees, std::int64_t rest) const;
    OpenOrder& order_at(matching::OrderSlot slot);
    [[nodiscard]] const OpenOrder& order_at(matching::OrderSlot slot) const;
    [[nodiscard]] std::optional<matching::OrderSlot> find_order(const OrderId& id) const;
    // The order that a cancel or a replace is about.
    [[nodiscard]] std::optional<matching::OrderSlot> named_order(const Command& what) const;
    [[nodiscard]] Result<void> check_funds(const matching::OrderTerms& terms, Money more) const;

    // trades.cpp
    void absorb(const matching::Outcome& what);
    void set_order_hold(OpenOrder& order, const matching::OrderView& view, bool open);
    void make_trade(const matching::Execution& execution);

    // control.cpp
    [[nodiscard]] Result<MarketRow*> controlled_market(const matching::MarketKey& key);
    void change_control(MarketRow& market);
    static DueKey call_due(const LogIndex& index, const matching::CallTerms& call);
    std::size_t finish_call(const matching::CallView& call,
                            std::span<const matching::Execution> fills, std::size_t first);

    // limits.cpp
    template <typename Visit>
    void for_each_limit(const matching::OrderTerms& terms, Visit visit);
    template <typename Visit>
    void for_each_limit(const matching::OrderTerms& terms, Visit visit) const;
    // Errors, in this order: `limit_rate`, `limit_open_orders`, `limit_notional`.
    [[nodiscard]] Result<void> check_limits(const matching::OrderTerms& terms,
                                            std::int64_t new_orders, Int128 more_notional,
                                            Time when) const;
    void count_order(const matching::OrderTerms& terms);
    void count_usage(OpenOrder& order, const matching::OrderView& view, bool open);
    void count_open_orders(LimitedTarget& limited);
    [[nodiscard]] std::int64_t notional_of(const matching::OrderView& view, Money hold) const;

    // capacity.cpp
    void change_rate(const PoolId& pool, const std::string& compute_class,
                     std::optional<ClassRate> rate);
    [[nodiscard]] std::optional<ClassRate> nominal_rate(const PoolRow& pool,
                                                        const std::string& compute_class) const;
    void expire_attestation(const AttestationId& id);
    [[nodiscard]] Result<void> check_shares(
        const std::vector<settlement::OwnerShare>& shares) const;

    // leases.cpp
    [[nodiscard]] settlement::MeteringRules metering_rules(const LeaseRow& lease) const;
    void end_lease(const LeaseId& id);
    void shorten_lease(LiveLease& lease, Time until);
    void release_lease_hold(LiveLease& lease, const HoldShare& share);
    void release_rest(LiveLease& lease);
    void take_final_windows(LiveLease& lease);
    void close_if_done(LiveLease& lease);

    // discounts.cpp
    [[nodiscard]] settlement::DiscountAgreement* find_agreement(const AgreementId& id);
    [[nodiscard]] settlement::SaleFacts sale_facts(const LeaseRow& lease) const;
    [[nodiscard]] const std::vector<settlement::DiscountAgreement>& agreements_of(
        const LeaseRow& lease) const;
    [[nodiscard]] settlement::AppliedDiscount discount_for(const LeaseRow& lease,
                                                           const FinalWindowRow& window) const;
    // Of the range those that a month's volume decides on and nobody priced yet, in the order in
    // which they count, each with its discount; `counted` has them afterwards.
    [[nodiscard]] std::vector<PricedWindow> windows_by_volume(
        const RunRow& run, settlement::MonthlyVolumes& counted) const;
    void price_by_volume(const RunRow& run);

    // vouchers.cpp
    void cancel_covered_orders(const OrganisationId& buyer);
    [[nodiscard]] Result<void> check_budget(const settlement::Programme& programme,
                                            Money amount) const;
    void pay_budget(const settlement::Programme& programme, const OrganisationId& holder,
                    Money amount);
    void expire_grant(const GrantId& id, Time when);
    // REQUIRE a known grant or programme.
    [[nodiscard]] const settlement::Programme& programme_of(const GrantId& grant) const;
    [[nodiscard]] const OrganisationId& holder_of(const GrantId& grant) const;
    [[nodiscard]] ProgrammeRow programme_row(const ProgrammeId& id) const;
    [[nodiscard]] GrantRow grant_row(const GrantId& id) const;
    [[nodiscard]] bool is_sure_to_pay(const settlement::Programme& programme,
                                      const matching::OrderTerms& terms) const;
    [[nodiscard]] Result<std::optional<Price>> voucher_cap(const settlement::Programme& programme,
                                                           const matching::OrderTerms& terms) const;
    [[nodiscard]] Result<Money> most_of_voucher(const matching::OrderTerms& terms,
                                                std::int64_t rest,
                                                const OrderVoucher& voucher) const;
    [[nodiscard]] settlement::VoucherOrder voucher_order(const matching::OrderTerms& terms,
                                                         const std::string& purpose) const;
    // Errors, in order of precedence: `unknown_grant`, `not_eligible` (a sell), `voucher_needs_cu`,
    // `no_index`, `overflow`, those of VoucherBook::reserve().
    [[nodiscard]] Result<OrderVoucher> check_voucher(const matching::OrderTerms& terms,
                                                     const VoucherClaim& claim, Time when) const;
    void touch_voucher(const settlement::ReservationKey& key);
    void move_budget(const GrantId& grant, Money amount);
    void open_voucher(OpenOrder& order, const matching::OrderTerms& terms, Money whole,
                      const VoucherClaim& claim);
    void return_voucher(const settlement::ReservationKey& key, Money amount);
    void redeem_voucher(const settlement::ReservationKey& key, Money amount);
    void shrink_voucher(OpenOrder& order, const OrderId& id, Money whole);
    void take_voucher(OpenOrder& order, const matching::OrderTerms& buy, LeaseRow& lease);
    [[nodiscard]] HoldShare hold_share(const LeaseRow& lease, Time since, Time until) const;

    // cash.cpp
    [[nodiscard]] Result<void> require_person(const UserId& by) const;
    [[nodiscard]] Result<void> check_reversal(const CashMove& move) const;
    [[nodiscard]] Result<void> check_cash(const CashMove& move) const;
    void post_cash(CashRow& row);
    [[nodiscard]] ApprovalId own_approval() const;
    [[nodiscard]] Result<CashRow*> waiting_cash(const ApprovalId& id);
    void end_waiting(const CashRow& row);
    void expire_cash(const ApprovalId& id);

    // periods.cpp
    [[nodiscard]] Result<void> check_windows(settlement::Month month) const;
    [[nodiscard]] Result<void> begin_closing(settlement::Month month);
    void close_step(PeriodRow& period);
    [[nodiscard]] std::vector<InvoiceRow> issue_invoices(settlement::Month month,
                                                         const OrganisationId& organisation);

    // settle.cpp
    [[nodiscard]] settlement::ServiceGrade grade_of(const LeaseRow& lease) const;
    [[nodiscard]] settlement::WindowInput window_input(const LeaseRow& lease,
                                                       const FinalWindowRow& window) const;
    [[nodiscard]] Result<void> check_range(const Settle& range, LogIndex end) const;
    void begin_preview(SettlementPreview& preview) const;
    // Gives how many windows it would settle.
    std::int64_t preview_lease(SettlementPreview& preview, const LiveLease& lease) const;
    void begin_run(const Settle& range);
    void settle_step(RunRow& run);
    void settle_lease(RunRow& run, LiveLease& lease);
    void emit_settlement(const RunRow& run, const LeaseId& lease,
                         std::vector<SettlementLineRow>& lines);
    void pay_owners(const std::string& currency, const std::map<OrganisationId, Money>& proceeds,
                    Time release);
    [[nodiscard]] std::vector<settlement::OwnerShare> owners_at(const LeaseRow& lease,
                                                                Time time) const;
    void release_pending(const JournalId& id);
};

}  // namespace suanpan::core
