// Leases from hand-over to their end, and their metering (market §8, metering-settlement
// "Accepting").

#include "base/checked.hpp"
#include "core/market_impl.hpp"

#include <algorithm>

namespace suanpan::core {

using settlement::MeterRole;

namespace {

settlement::MeteredLease metered_lease(const LeaseRow& row) {
    return settlement::MeteredLease{row.id, row.terms.lots, row.terms.window, row.buyer_metered};
}

const OrganisationId& measuring_side(const LeaseRow& row, MeterRole role,
                                     const OrganisationId& operator_id) {
    switch (role) {
        case MeterRole::kProvider: return row.provider;
        case MeterRole::kBuyer: return row.buyer;
        case MeterRole::kOperator: return operator_id;
    }
    fail_check("a meter's role", __FILE__, __LINE__);
}

bool is_running(const LeaseRow& row) {
    return row.state == LeaseState::kScheduled || row.state == LeaseState::kProvisioning ||
           row.state == LeaseState::kActive;
}

bool covers(const MeterRow& meter, const PoolId& pool) {
    return meter.pools.empty() || std::ranges::find(meter.pools, pool) != meter.pools.end();
}

}  // namespace

// The two sides agree only if they do so on the credit too.
settlement::MeteringRules Market::Impl::metering_rules(const LeaseRow& lease) const {
    settlement::MeteringRules rules = schedule_at(lease.index).metering;
    const settlement::ServiceGrade grade = grade_of(lease);
    if (!grade.steps.empty()) rules.availability_steps = settlement::availability_steps(grade);
    return rules;
}

Result<void> Market::Impl::handle(const AdvanceLease& body) {
    const auto found = leases.find(body.id);
    if (found == leases.end() || !acts_for(found->second.row.provider)) {
        return fail("lease_not_found",
                    "the organisation provides no such lease that is still open");
    }
    LiveLease& lease = found->second;
    LeaseRow& row = lease.row;
    const bool accepting = body.action == LeaseAction::kAccept;
    if (accepting && row.state != LeaseState::kScheduled) {
        return fail("wrong_lease_state", "only a scheduled lease can be accepted; this one is " +
                                             std::string(to_string(row.state)));
    }
    if (!accepting && row.state != LeaseState::kProvisioning) {
        return fail("wrong_lease_state", "only an accepted lease can be activated; this one is " +
                                             std::string(to_string(row.state)));
    }
    accept();
    touched_leases.mark(row.id);
    if (accepting) {
        row.state = LeaseState::kProvisioning;
    } else {
        row.state = LeaseState::kActive;
        row.active_from = std::max(now(), row.terms.window.start);
        row.buyer_metered = std::ranges::any_of(meters, [&](const auto& meter) {
            return meter.second.organisation == row.buyer &&
                   meter.second.role == MeterRole::kBuyer && !meter.second.revoked;
        });
        lease.meter.emplace(metered_lease(row), metering_rules(row));
        lease.meter->activate(*row.active_from);
        start_gauges(lease);
        set_due(lease.meter_due, lease.meter->next_deadline(), row.index, DueKind::kMeterDeadline,
                row.id.bytes);
        // What was not delivered before the hand-over can never be billed.
        release_lease_hold(lease, hold_share(row, row.terms.window.start, *row.active_from));
    }
    outcome.leases.push_back(lease_row(lease));
    return {};
}

// The lots are free at once, for the order that sold them and for others; billing goes on to the
// notice's end (market §8).
Result<void> Market::Impl::handle(const ReleaseLease& body) {
    const auto found = leases.find(body.id);
    if (found == leases.end() || !acts_for(found->second.row.buyer)) {
        return fail("lease_not_found", "the organisation bought no such lease that is still open");
    }
    LiveLease& lease = found->second;
    LeaseRow& row = lease.row;
    if (!is_running(row) || row.released_from) {
        return fail("wrong_lease_state",
                    "only a running lease that was not released before can be "
                    "released");
    }
    const Window contract = row.terms.window;
    const Time from = std::max(now(), contract.start);
    accept();
    touched_leases.mark(row.id);
    row.released_from = from;
    const auto notice = schedule_at(row.index).release_notice;
    if (notice) {
        const auto until = checked_add(now().value, notice->value);
        CHECK(until);  // a schedule's times are bounded
        shorten_lease(lease, Time(*until));
    }
    const auto sell = find_order(row.sell_order);
    absorb(engine.give_back(sell.value_or(matching::kNoOrder), row.pool, Window{from, contract.end},
                            row.terms.lots, now()));
    outcome.leases.push_back(lease_row(lease));
    return {};
}

// Billing ends at `until`, if that is before the contract's end.
void Market::Impl::shorten_lease(LiveLease& lease, Time until) {
    LeaseRow& row = lease.row;
    Window& window = row.terms.window;
    if (until >= window.end) return;
    due.erase(DueKey{window.end, row.index, DueKind::kLeaseEnd, row.id.bytes});
    if (until <= window.start) {
        if (lease.meter) lease.meter->end_active(window.start);
        end_lease(row.id);
        return;
    }
    // What was not handed over yet is released at the hand-over, and no billing window before
    // `until` is the smaller for this.
    release_lease_hold(lease, hold_share(row, until, window.end));
    window.end = until;
    due.insert(DueKey{until, row.index, DueKind::kLeaseEnd, row.id.bytes});
    if (!lease.meter) return;
    lease.meter->end_active(until);
    take_final_windows(lease);
}

// The contract's window is over, or what is billed of it.
void Market::Impl::end_lease(const LeaseId& id) {
    LiveLease& lease = leases.at(id);
    LeaseRow& row = lease.row;
    touched_leases.mark(id);
    if (row.released_from) {
        row.end_reason = "released";
        if (row.state == LeaseState::kActive) {
            row.active_until = lease.meter->active()->end;
            take_final_windows(lease);
        } else {
            release_rest(lease);
        }
        row.state = LeaseState::kTerminated;
    } else if (row.state == LeaseState::kActive) {
        row.state = LeaseState::kCompleted;
        row.end_reason = "window_ended";
        row.active_until = row.terms.window.end;
        take_final_windows(lease);
    } else {
        row.state = LeaseState::kDefaulted;
        row.fault = Fault::kProvider;
        row.end_reason = "never_handed_over";
        release_rest(lease);
    }
    close_if_done(lease);
}

void Market::Impl::release_lease_hold(LiveLease& lease, const HoldShare& share) {
    LeaseRow& row = lease.row;
    if (row.voucher) return_voucher({row.voucher->grant, row.id.bytes}, share.voucher);
    if (share.own.value == 0) return;
    CHECK(share.own <= row.hold);
    row.hold = Money(row.hold.value - share.own.value);
    move_hold(row.buyer, row.project, row.market.currency, Money(-share.own.value));
    touched_leases.mark(row.id);
}

// But for what open disputes keep of it.
void Market::Impl::release_rest(LiveLease& lease) {
    const HoldShare kept = kept_by_disputes(lease);
    HoldShare rest{Money(lease.row.hold.value - kept.own.value), Money(0)};
    if (lease.row.voucher) {
        const Money reserved = vouchers.reserved({lease.row.voucher->grant, lease.row.id.bytes});
        rest.voucher = Money(reserved.value - kept.voucher.value);
    }
    release_lease_hold(lease, rest);
}

void Market::Impl::take_final_windows(LiveLease& lease) {
    CHECK(lease.meter);
    for (settlement::FinalWindow& window : lease.meter->take_final(now(), outcome.index)) {
        FinalWindowRow row{std::move(window), now(), std::nullopt};
        const auto until =
            checked_add(now().value, schedule_at(lease.row.index).dispute_period.value);
        CHECK(until);  // a schedule's times are bounded
        row.dispute_until = Time(*until);
        row.missed = lease.gauges.judge(row.window.window);
        open_mismatch(lease.row, row);
        const std::pair key(row.window.lease, row.window.window.start);
        touched_windows.mark(key);
        window_rows[key] = row;
        note_unpriced(lease.row, row);
        lease.unsettled.push_back(std::move(row));
    }
    sort_unsettled(lease.unsettled);
    if (!lease.gauges.empty()) lease.gauges.forget_before(lease.meter->open_from());
    set_due(lease.meter_due, lease.meter->next_deadline(), lease.row.index, DueKind::kMeterDeadline,
            lease.row.id.bytes);
    touched_leases.mark(lease.row.id);
}

bool LiveLease::is_settled() const {
    const bool ended = row.state == LeaseState::kCompleted || row.state == LeaseState::kDefaulted ||
                       row.state == LeaseState::kTerminated;
    return ended && (!meter || meter->all_final()) && unsettled.empty();
}

// A settled lease stays as long as somebody may dispute a window of it.
void Market::Impl::close_if_done(LiveLease& lease) {
    LeaseRow& row = lease.row;
    if (!lease.is_settled()) return;
    // Rounding leaves nothing: the shares of all windows sum to the hold. An early end may leave
    // some.
    release_rest(lease);
    forget_windows(lease);
    set_close_due(lease);
    if (!lease.settled.empty()) return;
    row.closed = true;
    closed_leases.push_back(row.id);
}

void Market::Impl::set_close_due(LiveLease& lease) {
    std::optional<Time> until;
    for (const auto& [start, window] : lease.settled) {
        if (window.dispute_until > head.last_time)
            until = std::max(until, std::optional(window.dispute_until));
    }
    set_due(lease.close_due, until, lease.row.index, DueKind::kLeaseClose, lease.row.id.bytes);
}

Result<void> Market::Impl::handle(const SubmitReadings& body) {
    const settlement::ReadingBatch& batch = body.batch;
    const auto meter = meters.find(batch.meter);
    if (meter == meters.end()) return fail("unknown_meter", "the meter is not registered");
    if (meter->second.revoked) return fail("revoked_meter", "the meter's key has been revoked");
    if (meter->second.role != batch.role) {
        return fail("wrong_role", "the meter is registered for another role");
    }
    const settlement::MeterKeys keys = old_keys.keys_of(meter->second);
    if (const auto good = keys.check(body.signer.value_or(keys.first()), now()); !good) return good;
    const auto found = leases.find(batch.lease);
    if (found == leases.end()) {
        return fail("unknown_lease", "there is no such lease, or all its windows are settled");
    }
    LiveLease& lease = found->second;
    if (measuring_side(lease.row, batch.role, operator_id) != meter->second.organisation ||
        !covers(meter->second, lease.row.pool)) {
        return fail("foreign_lease", "the meter does not measure this lease");
    }
    if (!lease.meter) return fail("lease_not_active", "the lease has not been handed over yet");
    accept();
    // What arrives after a deadline is too late for the gauges too.
    if (lease.gauges.judges()) take_final_windows(lease);
    outcome.readings = lease.meter->accept(batch, now(), outcome.index);
    CHECK(outcome.readings.size() == batch.readings.size());
    add_gauges(lease, batch);
    for (std::size_t i = 0; i < batch.readings.size(); ++i) {
        const settlement::Verdict verdict = outcome.readings[i].verdict;
        const bool gap = verdict == settlement::Verdict::kAcceptedWithGap;
        if (verdict != settlement::Verdict::kAccepted && !gap) continue;
        const settlement::Reading& reading = batch.readings[i];
        changes.readings.push_back(ReadingRow{batch.lease, batch.meter, reading.epoch, reading.seq,
                                              reading.hash, reading.window, reading.counters.lot_us,
                                              gap, outcome.index});
    }
    take_final_windows(lease);
    close_if_done(lease);
    return {};
}

}  // namespace suanpan::core
