// The whole state as rows, and back.

#include "core/market_impl.hpp"

#include <algorithm>

namespace suanpan::core {
namespace {

template <typename Key, typename Row>
void append(std::vector<Row>& out, const std::map<Key, Row>& rows) {
    for (const auto& [key, row] : rows)
        out.push_back(row);
}

template <typename Key, typename Row, typename KeyOf>
void index_rows(std::map<Key, Row>& out, const std::vector<Row>& rows, KeyOf key_of) {
    for (const Row& row : rows)
        out.emplace(key_of(row), row);
}

}  // namespace

void sort_unsettled(std::vector<FinalWindowRow>& windows) {
    std::ranges::sort(windows, [](const FinalWindowRow& a, const FinalWindowRow& b) {
        return std::pair(a.window.final_at, a.window.window.end) <
               std::pair(b.window.final_at, b.window.window.end);
    });
}

OrderRow Market::Impl::order_row(matching::OrderSlot slot) const {
    const OpenOrder& order = order_at(slot);
    return OrderRow{engine.view(slot), order.fees,  order.hold,
                    order.placed_at,   order.index, order.voucher};
}

LeaseRow Market::Impl::lease_row(const LiveLease& lease) const {
    LeaseRow row = lease.row;
    if (lease.meter && !row.closed) row.metering = lease.meter->snapshot();
    if (!lease.gauges.empty() && !row.closed) row.gauges = lease.gauges.snapshot();
    return row;
}

Rows Market::Impl::state() const {
    Rows out;
    out.head = head;
    append(out.organisations, organisations);
    append(out.meters, meters);
    old_keys.add_state(out);
    append(out.markets, markets);
    out.schedules = schedules;
    append(out.models, models);
    append(out.sites, sites);
    append(out.pools, pools);
    add_titles(out);
    append(out.attestations, attestations);
    append(out.blocks, blocks);
    append(out.calls, calls);
    for (const auto& [target, limited] : limits)
        out.limits.push_back(limited.row);
    for (const matching::OrderSlot slot : engine.open_orders())
        out.orders.push_back(order_row(slot));
    for (const auto& [id, lease] : leases) {
        out.leases.push_back(lease_row(lease));
        out.windows.insert(out.windows.end(), lease.unsettled.begin(), lease.unsettled.end());
        for (const auto& [start, window] : lease.settled) {
            if (is_open_to_dispute(window)) out.windows.push_back(window);
        }
    }
    add_disputes(out);
    if (last_run) out.runs.push_back(*last_run);
    append(out.pending, pending);
    for (const auto& [partners, list] : agreements)
        out.agreements.insert(out.agreements.end(), list.begin(), list.end());
    for (const auto& [key, volume] : volumes.all())
        out.volumes.push_back(VolumeRow{key.first, key.second, volume});
    add_vouchers(out);
    desk.add_state(out);
    requests.add_state(out);
    closing.add_state(out);
    projects.add_state(out);
    signing.add_state(out);
    accounts.for_each([&](const settlement::AccountKey& key, Money balance) {
        out.balances.push_back(BalanceRow{key, balance});
    });
    return out;
}

void Market::Impl::load(const Rows& rows) {
    CHECK(organisations.empty() && head == HeadRow{});
    head = rows.head;
    load_registry(rows);
    for (const LeaseRow& row : rows.leases)
        load_lease(row);
    for (const FinalWindowRow& row : rows.windows) {
        LiveLease& lease = leases.at(row.window.lease);
        if (row.settled_by)
            lease.settled.emplace(row.window.window.start, row);
        else
            lease.unsettled.push_back(row);
    }
    load_agreements(rows);
    for (auto& [id, lease] : leases) {
        sort_unsettled(lease.unsettled);
        for (const FinalWindowRow& window : lease.unsettled)
            note_unpriced(lease.row, window);
    }
    order_slots.reserve(rows.orders.size());
    for (const OrderRow& row : rows.orders)
        restore_order(row);
    engine.restore_next_sequence(head.next_sequence);
    if (!rows.runs.empty()) last_run = rows.runs.back();
    for (const PendingRow& row : rows.pending) {
        if (put_pending(row).dispute.is_nil()) set_pending_due(row, true);
    }
    touched_pending.clear();
    load_disputes(rows);
    load_vouchers(rows);
    desk.load(rows);
    requests.load(rows);
    closing.load(rows);
    projects.load(rows);
    signing.load(rows);
    for (const CashRow& row : rows.cash) {
        if (row.approval.state == settlement::ApprovalState::kRequested)
            due.insert(DueKey{row.approval.expires_at, row.index, DueKind::kApproval,
                              row.approval.id.bytes});
    }
    for (const auto& [id, row] : requests.waiting)
        due.insert(DueKey{row.approval.expires_at, row.index, DueKind::kApproval, id.bytes});
    for (const BalanceRow& row : rows.balances)
        accounts.restore(row.account, row.balance);
}

void Market::Impl::load_agreements(const Rows& rows) {
    for (const settlement::DiscountAgreement& agreement : rows.agreements)
        agreements[{agreement.provider, agreement.buyer}].push_back(agreement);
    for (auto& [partners, list] : agreements)
        std::ranges::sort(list, {}, &settlement::DiscountAgreement::index);
    for (const VolumeRow& row : rows.volumes)
        volumes.restore(row.agreement, row.month, row.volume);
}

void Market::Impl::add_vouchers(Rows& out) const {
    for (const auto& [id, holder] : programme_holders)
        out.programmes.push_back(programme_row(id));
    for (const auto& [id, index] : grant_indices)
        out.grants.push_back(grant_row(id));
    for (const auto& [key, reservation] : vouchers.reservations())
        out.reservations.push_back({key, reservation});
    for (const auto& [key, used] : vouchers.months())
        out.voucher_months.push_back({key.first.first, key.first.second, key.second, used});
}

void Market::Impl::load_vouchers(const Rows& rows) {
    for (const ProgrammeRow& row : rows.programmes) {
        vouchers.restore(row.state);
        programme_holders[row.state.programme.id] = {row.holder, row.index};
    }
    for (const GrantRow& row : rows.grants) {
        const settlement::Grant& grant = row.state.grant;
        vouchers.restore(row.state);
        grant_indices[grant.id] = row.index;
        if (!row.state.revoked && !row.state.ended)
            due.insert(DueKey{grant.expires, row.index, DueKind::kGrant, grant.id.bytes});
    }
    for (const ReservationRow& row : rows.reservations)
        vouchers.restore(row.key, row.reservation);
    for (const VoucherMonthRow& row : rows.voucher_months)
        vouchers.restore({{row.programme, row.organisation}, row.month}, row.used);
}

void Market::Impl::add_disputes(Rows& out) const {
    append(out.arbiter_keys, arbiter_keys);
    for (const auto& [id, row] : disputes) {
        if (find_window(row.dispute.lease, row.dispute.window.start) != nullptr)
            out.disputes.push_back(row);
    }
}

void Market::Impl::load_disputes(const Rows& rows) {
    index_rows(arbiter_keys, rows.arbiter_keys, [](const auto& row) { return row.id; });
    index_rows(disputes, rows.disputes, [](const auto& row) { return row.dispute.id; });
    for (const auto& [id, row] : disputes) {
        dispute_ids[{row.dispute.lease, row.dispute.window.start, row.raises()}] = id;
        if (const auto deadline = row.dispute.deadline())
            due.insert(DueKey{*deadline, row.index, DueKind::kDispute, id.bytes});
    }
    // One whose last window is no more open to disputes closes with the next command.
    for (auto& [id, lease] : leases) {
        if (!lease.is_settled()) continue;
        set_close_due(lease);
        if (lease.settled.empty())
            set_due(lease.close_due, head.last_time, lease.row.index, DueKind::kLeaseClose,
                    id.bytes);
    }
}

void Market::Impl::restore_order(const OrderRow& row) {
    const matching::OrderSlot slot = engine.restore(row.view);
    const OrderId& id = row.view.terms.id;
    order_slots.emplace(id, slot);
    OpenOrder& order = order_at(slot);
    order = OpenOrder{row.fees, row.hold, row.placed_at, row.index, std::nullopt};
    order.voucher = row.voucher;
    order.voucher_rest = row.view.rest;
    set_due(order.due, engine.due_time(slot), order.index, DueKind::kOrder, id.bytes);
    count_usage(order, row.view, true);
}

void Market::Impl::load_registry(const Rows& rows) {
    index_rows(organisations, rows.organisations, [](const auto& row) { return row.id; });
    for (const OrganisationRow& row : rows.organisations) {
        if (std::ranges::find(row.roles, Role::kOperator) != row.roles.end()) operator_id = row.id;
    }
    for (const OrganisationRow& row : rows.organisations)
        relations.set_group(row.id, row.group);
    index_rows(meters, rows.meters, [](const auto& row) { return row.id; });
    old_keys.load(rows);
    index_rows(markets, rows.markets, [](const auto& row) { return row.rules.key; });
    for (const auto& [key, row] : markets) {
        engine.define_market(row.rules, head.last_time);
        engine.set_band(key, band_in_force(row.control), row.control.band_width, head.last_time);
        if (row.control.halted) engine.halt(key);
    }
    index_rows(calls, rows.calls, [](const auto& row) { return row.index; });
    for (const auto& [index, row] : calls) {
        engine.open_call(row.call);
        due.insert(call_due(index, row.call));
    }
    for (const LimitRow& row : rows.limits)
        limits[row.target].row = row;
    schedules = rows.schedules;
    std::ranges::sort(schedules, {}, &ScheduleRow::version);
    index_rows(models, rows.models, [](const auto& row) { return row.id; });
    index_rows(sites, rows.sites, [](const auto& row) { return row.id; });
    index_rows(pools, rows.pools, [](const auto& row) { return row.rules.id; });
    for (const auto& [id, pool] : pools) {
        CHECK(engine.add_pool(pool.rules));
        for (const auto& [compute_class, rate] : pool.rates) {
            engine.set_rate(id, compute_class, rate.rate, head.last_time);
        }
    }
    load_titles(rows);
    index_rows(attestations, rows.attestations, [](const auto& row) { return row.id; });
    for (const auto& [id, row] : attestations) {
        due.insert(DueKey{row.expires, row.index, DueKind::kAttestation, id.bytes});
    }
    index_rows(blocks, rows.blocks, [](const auto& row) { return row.index; });
    for (const auto& [index, row] : blocks)
        engine.restore_reservation(row.pool, row.window, row.lots);
}

void Market::Impl::load_lease(const LeaseRow& row) {
    LiveLease lease;
    lease.row = row;
    lease.row.metering.clear();
    lease.row.gauges.clear();
    if (row.state == LeaseState::kScheduled || row.state == LeaseState::kProvisioning ||
        row.state == LeaseState::kActive) {
        const Window taken{row.terms.window.start,
                           row.released_from.value_or(row.terms.window.end)};
        if (taken.start < taken.end) engine.restore_reservation(row.pool, taken, row.terms.lots);
        due.insert(DueKey{row.terms.window.end, row.index, DueKind::kLeaseEnd, row.id.bytes});
    }
    if (!row.metering.empty()) {
        const settlement::MeteredLease metered{row.id, row.terms.lots, row.terms.window,
                                               row.buyer_metered};
        auto meter = settlement::LeaseMeter::restore(metered, metering_rules(row), row.metering);
        CHECK(meter);
        lease.meter.emplace(std::move(*meter));
        set_due(lease.meter_due, lease.meter->next_deadline(), row.index, DueKind::kMeterDeadline,
                row.id.bytes);
    }
    if (lease.meter) start_gauges(lease);
    if (!row.gauges.empty()) CHECK(lease.gauges.restore(row.gauges));
    leases_of_pool.emplace(row.pool, row.id);
    leases.emplace(row.id, std::move(lease));
}

}  // namespace suanpan::core
