#pragma once

// What the market core is made of beside rows: what is due, and what it keeps of orders and leases
// that are live. Only core/*.cpp include this.

#include "core/commands.hpp"
#include "core/rows.hpp"
#include "core/touched.hpp"
#include "matching/engine.hpp"
#include "settlement/lease_gauges.hpp"
#include "settlement/lease_meter.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
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
    kDispute,
    kLeaseClose,
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
    std::map<Time, FinalWindowRow> settled;  // that a dispute can still change; by start
    std::optional<Time> close_due;           // ended: when no dispute can change it any more
    // From activation on: what guarantees and attested rates are judged by.
    settlement::LeaseGauges gauges;

    // With no billing left to come.
    [[nodiscard]] bool is_settled() const;
};

// A window's two disputes: the one that could raise its bill, and the one that could lower it.
struct DisputeKey {
    LeaseId lease;
    Time window_start;
    bool raises = false;
    friend auto operator<=>(const DisputeKey&, const DisputeKey&) = default;
};

using Partners = std::pair<OrganisationId, OrganisationId>;  // provider, buyer

// Final windows that a month's volume decides on and that have no discount yet, in the order in
// which they count; with the index at which they became final.
using UnpricedWindows = std::map<settlement::RunOrder, LogIndex>;

// A sell's rest at its limit over its time; beyond 64 bits: the most they hold.
std::int64_t sell_notional(const matching::OrderTerms& terms,
                           const std::vector<matching::Step>& rest, Rate rate);

// What a buy's rest may still cost, before fees (market §7).
Result<ExactAmount> rest_amount(const matching::OrderTerms& terms, std::int64_t rest);

// `base`, and what is between the two others.
settlement::Delivered moved(const settlement::Delivered& base, const settlement::Delivered& from,
                            const settlement::Delivered& to);

// A title may name an owner more than once.
std::map<OrganisationId, Money> by_owner(const std::vector<settlement::OwnerShare>& owners,
                                         const std::vector<Money>& amounts);

// A line of the run.
void add_line(RunTotals& totals, const settlement::WaterfallLine& line);
// Settled by this run.
bool is_in_range(const RunRow& run, const FinalWindowRow& window);
// The order in which they are settled: the same whether they became final here or were loaded.
void sort_unsettled(std::vector<FinalWindowRow>& windows);
// The window that ends then. REQUIRES that the lease has it, and has not settled it.
template <typename Lease>  // may be const
auto& unsettled_window(Lease& lease, Time end) {
    return *std::ranges::find(lease.unsettled, end,
                              [](const FinalWindowRow& row) { return row.window.window.end; });
}

}  // namespace suanpan::core
