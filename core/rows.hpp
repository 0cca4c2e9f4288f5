#pragma once

// The state of the market core as rows. The same types carry what a batch changed (to be written to
// PostgreSQL), everything that is live (to be loaded at the start), and what the state digest is
// taken over: so "memory equals database" is one comparison of two sets of rows.
//
// A row with `index` names the log entry that set it; due times are ordered by it.

#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/units.hpp"
#include "core/account_rows.hpp"
#include "core/dispute_rows.hpp"
#include "core/meter_rows.hpp"
#include "core/period_rows.hpp"
#include "core/project_rows.hpp"
#include "core/request_rows.hpp"
#include "core/signing_key_rows.hpp"
#include "core/title_rows.hpp"
#include "core/voucher_rows.hpp"
#include "matching/engine.hpp"
#include "settlement/accounts.hpp"
#include "settlement/discount.hpp"
#include "settlement/guarantee.hpp"
#include "settlement/lease_meter.hpp"
#include "settlement/service_level.hpp"
#include "settlement/tax.hpp"
#include "settlement/waterfall.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::core {

enum class Role : std::uint8_t {
    kProvider,
    kBuyer,
    kFunder,
    kMeter,
    kSettlement,
    kOperator,
    kAuditor,
    kArbiter
};
std::string_view to_string(Role role);
Result<Role> parse_role(std::string_view text);

struct OrganisationRow {
    OrganisationId id;
    std::vector<Role> roles;  // ascending, distinct
    bool suspended = false;
    LogIndex index;
    std::vector<settlement::BuyerKind> kinds{};  // ascending, distinct
    std::string group{};  // organisations of one group are related; empty: of none
    std::string tax_class{};
    friend bool operator==(const OrganisationRow&, const OrganisationRow&) = default;
};

// What the operator and the auctions have made of a market. References are per CU·h.
struct MarketControl {
    bool halted = false;
    std::optional<Ppm> band_width{};  // on both sides of the reference in force
    std::optional<Price> auction_reference{};
    std::optional<Price> index_reference{};
    std::optional<Price> operator_reference{};
    friend bool operator==(const MarketControl&, const MarketControl&) = default;
};
// Last auction, else last index, else the operator's figure (market §7).
std::optional<Price> reference_in_force(const MarketControl& control);
// The reference less and plus the width, the low end rounded up and the high end down; nothing
// without a width or a reference.
std::optional<matching::PriceBand> band_in_force(const MarketControl& control);

struct MarketRow {
    matching::MarketRules rules;
    LogIndex index;  // of the rules
    MarketControl control{};
    friend bool operator==(const MarketRow&, const MarketRow&) = default;
};

// A call auction (market §6). `result`, once it is closed, is what it gave.
struct CallRow {
    matching::CallTerms call;
    LogIndex index;  // of its opening: calls close in this order
    bool open = true;
    matching::CallResult result{};
    friend bool operator==(const CallRow&, const CallRow&) = default;
};

// Whom limits bind: an organisation, or one project or one key of it. The other ids are nil.
struct LimitTarget {
    OrganisationId organisation;
    ProjectId project;
    ApiKeyId key;
    friend auto operator<=>(const LimitTarget&, const LimitTarget&) = default;
};

// What is absent is not limited (market §7).
struct Limits {
    std::optional<std::int64_t> open_orders{};
    // The sum of the holds of buys, and of sells limit × lots × time, in one currency.
    std::optional<Money> notional{};
    std::string currency;  // of `notional`
    std::optional<std::int64_t> orders_per_second{};
    friend bool operator==(const Limits&, const Limits&) = default;
};

struct LimitRow {
    LimitTarget target;
    Limits limits;
    // Orders placed and replaced in the logged second `counted_at`.
    Time counted_at;
    std::int64_t counted = 0;
    LogIndex index;
    friend bool operator==(const LimitRow&, const LimitRow&) = default;
};

// Fees of the maker and of the taker; a lease takes one of the two for each side.
struct FeeSchedule {
    Ppm buyer_maker{0};
    Ppm buyer_taker{0};
    Ppm provider_maker{0};
    Ppm provider_taker{0};
    Price buyer_flat{0};
    Price provider_flat{0};
    Ppm buyer_tax{0};
    Ppm provider_withholding{0};
    friend bool operator==(const FeeSchedule&, const FeeSchedule&) = default;
};

// What credits a window's availability gives, by the name that a pool's `sla_grade` says; a pool
// without one, or with another name, has `standard`. Without that: no credits.
using Grades = std::map<std::string, std::vector<settlement::CreditStep>>;

// What is guaranteed beyond the lot-time, by the same names; of a grade that is not here nothing,
// of a name that no grade has what `standard` guarantees.
using Guarantees = std::map<std::string, std::vector<settlement::Guarantee>>;

struct ScheduleRow {
    std::int64_t version = 0;
    FeeSchedule fees;
    settlement::MeteringRules metering;
    Duration dispute_period{7 * 86'400};
    std::map<std::string, Ppm> efficiency;  // nominal, by compute class
    LogIndex index;
    // How long a lease is billed after its buyer released it; none: to its end (market §8).
    std::optional<Duration> release_notice{};
    // A `metered` lease pays its busy lot-time, at least this share of what was delivered.
    Ppm metered_minimum{0};
    Grades grades;
    // Of disputes, whose opening `dispute_period` bounds, from final on.
    Duration dispute_claim{7 * 86'400};
    Duration dispute_rule{30 * 86'400};
    Guarantees guarantees{};
    std::vector<settlement::TaxRule> taxes{};  // before the fees' own rates
    friend bool operator==(const ScheduleRow&, const ScheduleRow&) = default;
};

struct ModelRow {
    std::string id;  // "a100-sxm4-80gb"
    std::string device;
    std::string vendor;
    std::string kind;                  // gpu, npu, cpu, …
    std::map<std::string, Rate> peak;  // dense peak by compute class
    std::int64_t memory_gib = 0;       // 0: not sourced
    std::int64_t memory_bandwidth_gb_s = 0;
    std::string source;
    LogIndex index;
    friend bool operator==(const ModelRow&, const ModelRow&) = default;
};

struct SiteRow {
    SiteId id;
    OrganisationId organisation;
    std::string hub;
    LogIndex index;
    friend bool operator==(const SiteRow&, const SiteRow&) = default;
};

struct ClassRate {
    Rate rate;
    bool attested = false;  // otherwise nominal, and shown as such
    friend bool operator==(const ClassRate&, const ClassRate&) = default;
};

struct PoolRow {
    matching::PoolRules rules;
    std::string model;
    std::map<std::string, ClassRate> rates;  // by compute class
    LogIndex index;
    friend bool operator==(const PoolRow& a, const PoolRow& b) {
        return a.rules.id == b.rules.id && a.rules.owner == b.rules.owner &&
               a.rules.site == b.rules.site && a.rules.lots == b.rules.lots &&
               a.rules.profile == b.rules.profile && a.model == b.model && a.rates == b.rates &&
               a.index == b.index;
    }
};

struct AttestationRow {
    AttestationId id;
    PoolId pool;
    std::string compute_class;
    Rate rate;
    std::string benchmark;  // name and version
    Time expires;
    bool ended = false;  // expired or revoked
    LogIndex index;
    friend bool operator==(const AttestationRow&, const AttestationRow&) = default;
};

// Lots taken out of a calendar (maintenance, withdrawal).
struct BlockRow {
    PoolId pool;
    Window window;
    Lots lots;
    LogIndex index;
    std::optional<Time> ended_at{};  // early, by the provider; then its lots are free again
    friend bool operator==(const BlockRow&, const BlockRow&) = default;
};

struct OrderRow {
    matching::OrderView view;
    FeeSchedule fees;  // as at acceptance
    Money hold{0};     // of a buy: what its organisation holds for its rest
    Time placed_at;
    LogIndex index;
    std::optional<OrderVoucher> voucher{};
    friend bool operator==(const OrderRow&, const OrderRow&) = default;
};

struct TradeRow {
    TradeId id;
    LeaseId lease;
    matching::MarketKey market;
    matching::Fill fill;
    Time time;
    LogIndex index;
    friend bool operator==(const TradeRow&, const TradeRow&) = default;
};

enum class LeaseState : std::uint8_t {
    kScheduled,
    kProvisioning,
    kActive,
    kCompleted,
    kDefaulted,
    kTerminated
};
enum class Fault : std::uint8_t { kNone, kBuyer, kProvider, kOperator };
std::string_view to_string(LeaseState state);
std::string_view to_string(Fault fault);
Result<LeaseState> parse_lease_state(std::string_view text);
Result<Fault> parse_fault(std::string_view text);

struct LeaseRow {
    LeaseId id;
    TradeId trade;
    OrganisationId buyer;
    OrganisationId provider;
    OrderId buy_order;
    OrderId sell_order;
    PoolId pool;
    matching::MarketKey market;
    matching::Billing billing = matching::Billing::kReserved;
    settlement::ContractTerms terms;
    LeaseState state = LeaseState::kScheduled;
    Fault fault = Fault::kNone;
    std::string end_reason;  // typed word; empty while it runs
    std::optional<Time> active_from;
    std::optional<Time> active_until;
    bool buyer_metered = false;
    Money hold{0};         // what its buyer still holds for it
    std::string metering;  // snapshot of its LeaseMeter; empty before activation
    bool closed = false;   // ended, every window settled: nothing can happen to it any more
    LogIndex index;
    // Released by its buyer: from here on the lots are others'. `terms.window` ends where billing
    // does.
    std::optional<Time> released_from{};
    std::optional<LeaseVoucher> voucher{};
    ProjectId project{};   // of the buy; nil: none
    std::string gauges{};  // snapshot of its LeaseGauges; empty where nobody needs them
    friend bool operator==(const LeaseRow&, const LeaseRow&) = default;
};

// An accepted reading, for look-ups; billing works from the lease's metering state.
struct ReadingRow {
    LeaseId lease;
    MeterId meter;
    std::int64_t epoch = 0;
    std::int64_t seq = 0;
    Hash hash{};
    Window window;
    std::int64_t lot_us = 0;  // the cumulative counter
    bool gap = false;
    LogIndex index;
    friend bool operator==(const ReadingRow&, const ReadingRow&) = default;
};

struct FinalWindowRow {
    settlement::FinalWindow window;
    Time final_time;
    std::optional<RunId> settled_by;
    // Set when its run began, where a month's volume decides on it.
    std::optional<settlement::AppliedDiscount> discount{};
    Time dispute_until{};                  // from then on nobody may open a dispute
    std::optional<LogIndex> line_index{};  // of the settlement entry that has its line
    std::vector<settlement::MissedGuarantee> missed{};
    friend bool operator==(const FinalWindowRow&, const FinalWindowRow&) = default;
};

struct SettlementLineRow {
    RunId run;
    LeaseId lease;
    Window window;
    std::int64_t lot_us = 0;
    std::int64_t paid_us = 0;  // of it what the sale counts: less where use is paid
    std::string currency;
    settlement::WaterfallLine line;
    std::vector<OrganisationId> owners;  // same order as line.owners
    std::vector<LogIndex> readings;
    LogIndex index;
    AgreementId agreement{};  // by which `line.discount` was given; nil: by none
    GrantId grant{};          // of which `line.voucher` was redeemed; nil: of none
    // Of a correction: after − before of every line and of the lot-time, and what it corrects.
    DisputeId dispute{};
    std::optional<LogIndex> corrects{};
    std::vector<settlement::MissedGuarantee> missed{};  // of its window
    friend bool operator==(const SettlementLineRow&, const SettlementLineRow&) = default;
};

// Sums of a run, by currency.
struct RunTotals {
    std::int64_t windows = 0;
    Money sale{0};
    Money buyer_pays{0};
    Money provider_gets{0};
    Money fees{0};
    Money tax{0};
    Money vouchers{0};
    friend bool operator==(const RunTotals&, const RunTotals&) = default;
};

struct RunRow {
    RunId id;
    LogIndex from;  // windows that became final at an index in [from, to)
    LogIndex to;
    LeaseId cursor;  // the last lease that was settled, or that had nothing to settle
    // The last window that had its turn to be priced by a month's volume.
    settlement::RunOrder priced{};
    std::int64_t leases = 0;
    std::map<std::string, RunTotals> totals;
    bool closed = false;
    LogIndex index;
    friend bool operator==(const RunRow&, const RunRow&) = default;
};

// What an agreement's tiers go by: A of a UTC month's windows so far.
struct VolumeRow {
    AgreementId agreement;
    settlement::Month month;
    Money volume;
    friend bool operator==(const VolumeRow&, const VolumeRow&) = default;
};

// Proceeds that become available when the dispute period has passed.
struct PendingRow {
    JournalId id;
    OrganisationId organisation;
    std::string currency;
    Money amount;
    Time due;
    bool released = false;
    LogIndex index;
    LeaseId lease{};      // that they come from
    DisputeId dispute{};  // that keeps them from becoming available; nil: none
    friend bool operator==(const PendingRow&, const PendingRow&) = default;
};

struct BalanceRow {
    settlement::AccountKey account;
    Money balance;
    friend bool operator==(const BalanceRow&, const BalanceRow&) = default;
};

// Where the log stands. The coordinator row of the database.
struct HeadRow {
    LogIndex size{0};                // entries written: the next index
    Time last_time{0};               // log times never decrease
    std::int64_t next_sequence = 1;  // time priority
    friend bool operator==(const HeadRow&, const HeadRow&) = default;
};

// Changes: rows as they stand after the batch, each key at most once, in order of first change.
// State: all rows that something can still happen to (orders that are open, leases not closed,
// windows not settled, …); trades, readings, lines and journal are history and are then empty.
struct Rows {
    HeadRow head;
    std::vector<OrganisationRow> organisations;
    std::vector<MeterRow> meters;
    std::vector<MarketRow> markets;
    std::vector<CallRow> calls;
    std::vector<LimitRow> limits;
    std::vector<ScheduleRow> schedules;
    std::vector<ModelRow> models;
    std::vector<SiteRow> sites;
    std::vector<PoolRow> pools;
    std::vector<TitleRow> titles;
    std::vector<AttestationRow> attestations;
    std::vector<BlockRow> blocks;
    std::vector<OrderRow> orders;
    std::vector<TradeRow> trades;
    std::vector<LeaseRow> leases;
    std::vector<ReadingRow> readings;
    std::vector<FinalWindowRow> windows;
    std::vector<SettlementLineRow> lines;
    std::vector<RunRow> runs;
    std::vector<settlement::DiscountAgreement> agreements;
    std::vector<VolumeRow> volumes;
    std::vector<ProgrammeRow> programmes;
    std::vector<GrantRow> grants;
    std::vector<ReservationRow> reservations;
    std::vector<VoucherMonthRow> voucher_months;
    std::vector<ArbiterKeyRow> arbiter_keys;
    std::vector<DisputeRow> disputes;
    std::vector<PendingRow> pending;
    std::vector<UserRow> users;
    std::vector<PaymentKeyRow> payment_keys;
    std::vector<CashRow> cash;
    std::vector<PeriodRow> periods;
    std::vector<PeriodBalanceRow> period_balances;
    std::vector<InvoiceRow> invoices;
    std::vector<InvoiceSumRow> invoice_sums;
    std::vector<ProjectRow> projects;
    std::vector<ProjectBudgetRow> project_budgets;
    std::vector<BalanceRow> balances;
    std::vector<settlement::JournalEntry> journal;
    std::vector<MeterKeyRow> meter_keys;
    std::vector<OperatorRequestRow> operator_requests;
    std::vector<SigningKeyRow> signing_keys;
    std::vector<SignedWriteRow> signed_writes;
};

// SHA-256 over a canonical text of the state rows, sorted by key; equal states give equal digests.
Hash digest(Rows state);

}  // namespace suanpan::core
