// The rows that a batch changed.

#include "core/market_impl.hpp"

#include <utility>

namespace suanpan::core {

Rows Market::Impl::take_changes() {
    Rows out = std::exchange(changes, Rows{});
    out.head = head;
    mark_changes(out);
    clear_touched();
    return out;
}

// Rows of what is still live; what ended was handed over by retire().
void Market::Impl::mark_changes(Rows& out) {
    const auto append = [](auto& rows, const auto& touched, const auto& live) {
        for (const auto& key : touched.keys()) {
            if (const auto found = live.find(key); found != live.end())
                rows.push_back(found->second);
        }
    };
    append(out.organisations, touched_organisations, organisations);
    append(out.meters, touched_meters, meters);
    old_keys.mark_changes(out);
    append(out.markets, touched_markets, markets);
    append(out.pools, touched_pools, pools);
    for (const auto& [index, row] : title_rows)
        out.titles.push_back(row);
    append(out.attestations, touched_attestations, attestations);
    append(out.blocks, touched_blocks, blocks);
    append(out.calls, touched_calls, calls);
    for (const LimitTarget& target : touched_limits.keys())
        out.limits.push_back(limits.at(target).row);
    append(out.windows, touched_windows, window_rows);
    if (touched_run) out.runs.push_back(*last_run);
    append(out.pending, touched_pending, pending);
    for (const auto& [partners, id] : touched_agreements.keys())
        out.agreements.push_back(*find_agreement(id));
    for (const auto& [agreement, month] : touched_volumes.keys())
        out.volumes.push_back(VolumeRow{agreement, month, volumes.at(agreement, month)});
    mark_vouchers(out);
    append(out.arbiter_keys, touched_arbiter_keys, arbiter_keys);
    append(out.disputes, touched_disputes, disputes);
    desk.mark_changes(out);
    requests.mark_changes(out);
    closing.mark_changes(out);
    projects.mark_changes(out);
    signing.mark_changes(out);
    for (const auto& id : touched_orders.keys()) {
        if (const auto slot = find_order(id)) out.orders.push_back(order_row(*slot));
    }
    for (const auto& id : touched_leases.keys()) {
        const auto lease = leases.find(id);
        if (lease != leases.end()) out.leases.push_back(lease_row(lease->second));
    }
    for (const auto& key : touched_balances.keys()) {
        out.balances.push_back(BalanceRow{key, accounts.balance(key)});
    }
}

void Market::Impl::mark_vouchers(Rows& out) {
    for (const ProgrammeId& id : touched_programmes.keys())
        out.programmes.push_back(programme_row(id));
    for (const GrantId& id : touched_grants.keys())
        out.grants.push_back(grant_row(id));
    for (const auto& key : touched_reservations.keys()) {
        const auto found = vouchers.reservations().find(key);
        const bool none = found == vouchers.reservations().end();
        out.reservations.push_back({key, none ? settlement::Reservation{} : found->second});
    }
    for (const auto& key : touched_voucher_months.keys()) {
        const auto found = vouchers.months().find(key);
        const Money used = found == vouchers.months().end() ? Money(0) : found->second;
        out.voucher_months.push_back({key.first.first, key.first.second, key.second, used});
    }
}

void Market::Impl::clear_touched() {
    window_rows.clear();
    title_rows.clear();
    touched_organisations.clear();
    touched_meters.clear();
    old_keys.touched.clear();
    touched_markets.clear();
    touched_pools.clear();
    touched_attestations.clear();
    touched_blocks.clear();
    touched_calls.clear();
    touched_limits.clear();
    touched_agreements.clear();
    touched_volumes.clear();
    touched_orders.clear();
    touched_leases.clear();
    touched_windows.clear();
    touched_run = false;
    touched_pending.clear();
    touched_programmes.clear();
    touched_grants.clear();
    touched_reservations.clear();
    touched_voucher_months.clear();
    touched_arbiter_keys.clear();
    touched_disputes.clear();
    touched_balances.clear();
    desk.clear_touched();
    requests.touched.clear();
    closing.clear_touched();
    projects.clear_touched();
    signing.touched.clear();
}

}  // namespace suanpan::core
