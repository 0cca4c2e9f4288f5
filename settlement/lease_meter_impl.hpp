#pragma once

// State of a LeaseMeter. Private to settlement/.

#include "settlement/chain.hpp"
#include "settlement/lease_meter.hpp"
#include "settlement/window_sums.hpp"

#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace suanpan::settlement {

using SideSums = std::array<WindowSums, 2>;     // by MeterRole: provider, buyer
using SumsByWindow = std::map<Time, SideSums>;  // by the billing window's start
using ChainKey = std::pair<MeterRole, MeterId>;

struct LeaseMeter::Impl {
    Impl(const MeteredLease& metered_lease, const MeteringRules& metering_rules)
        : lease(metered_lease), rules(metering_rules) {}

    // The billing window that begins at or contains `time`. REQUIRES a time in the active window.
    [[nodiscard]] Window window_at(Time time) const;
    [[nodiscard]] ReadingVerdict judge(const ReadingBatch& batch, const Reading& reading,
                                       Time received, LogIndex index);
    // Adds the parts that fall into windows that are not final.
    void allocate(const Segment& segment, MeterRole role, SumsByWindow& sums) const;
    // Of the readings that may still be joined by others: segments after the anchors.
    [[nodiscard]] SumsByWindow sums_of_rest() const;
    [[nodiscard]] SideSums sums_at(Time start, const SumsByWindow& rest) const;
    [[nodiscard]] bool is_in(const Window& window, const SumsByWindow& rest) const;
    [[nodiscard]] FinalWindow decide(const Window& window, const SideSums& sides,
                                     LogIndex index) const;
    // Makes final what is final at (now, index).
    void settle(Time now, LogIndex index);
    // Forgets what only final windows needed.
    void close_final();

    MeteredLease lease;
    MeteringRules rules;
    std::optional<Window> active;
    bool ended = false;
    Time last_time{0};            // the latest logged time seen
    Time open_from{0};            // every window before it is final
    std::set<Time> final_starts;  // of final windows after open_from
    std::map<ChainKey, Chain> chains;
    SumsByWindow sums;               // of what the chains' anchors have passed
    std::vector<FinalWindow> ready;  // final, not yet taken
};

}  // namespace suanpan::settlement
