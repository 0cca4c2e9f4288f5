// The keys of meters, and what their gauges say of guarantees and of attested rates
// (metering-settlement "Meters", "Service level"; market §2).

#include "core/market_impl.hpp"

#include <algorithm>

namespace suanpan::core {

namespace {

// Of an attested rate, in percent; less than this and the attestation is revoked.
constexpr std::int64_t kLeastOfAttested = 95;

bool was_accepted(const settlement::ReadingVerdict& verdict) {
    return verdict.verdict == settlement::Verdict::kAccepted ||
           verdict.verdict == settlement::Verdict::kAcceptedWithGap;
}

}  // namespace

Result<MeterRow*> Market::Impl::find_own_meter(const MeterId& id) {
    const auto found = meters.find(id);
    if (found == meters.end() || !acts_for(found->second.organisation))
        return fail("unknown_meter", "the organisation has no such meter");
    return &found->second;
}

Result<void> Market::Impl::handle(const RotateMeter& body) {
    const auto meter = find_own_meter(body.id);
    if (!meter) return fail(meter.error());
    settlement::MeterKeys keys = old_keys.keys_of(**meter);
    if (const auto rotated = keys.rotate(body.key, now(), body.overlap); !rotated) return rotated;
    accept();
    old_keys.add(body.id, keys.all().at(keys.all().size() - 2), outcome.index);
    (*meter)->key = body.key;
    touched_meters.mark(body.id);
    return {};
}

Result<void> Market::Impl::handle(const RevokeMeterKey& body) {
    const auto meter = find_own_meter(body.id);
    if (!meter) return fail(meter.error());
    settlement::MeterKeys keys = old_keys.keys_of(**meter);
    if (const auto revoked = keys.revoke(body.key, now()); !revoked) return revoked;
    accept();
    old_keys.change(body.id, *std::ranges::find(keys.all(), body.key, &settlement::MeterKey::key));
    return {};
}

Result<void> Market::Impl::handle(const RevokeMeter& body) {
    const auto meter = find_own_meter(body.id);
    if (!meter) return fail(meter.error());
    if ((*meter)->revoked) return fail("revoked_meter", "the meter is already revoked");
    accept();
    (*meter)->revoked = true;
    touched_meters.mark(body.id);
    return {};
}

// By the pool's profile, which never changes, and the schedule of the trade.
std::vector<settlement::Guarantee> Market::Impl::guarantees_of(const LeaseRow& lease) const {
    const ScheduleRow& schedule = schedule_at(lease.index);
    const std::string name = grade_name(lease);
    const bool known = schedule.guarantees.contains(name) || schedule.grades.contains(name);
    const auto found =
        schedule.guarantees.find(known ? name : std::string(settlement::kStandardGrade));
    if (found == schedule.guarantees.end()) return {};
    return found->second;
}

void Market::Impl::start_gauges(LiveLease& lease) const {
    lease.gauges =
        settlement::LeaseGauges(guarantees_of(lease.row), metering_rules(lease.row).billing_window);
}

// A buyer's meter counts if it does for the lot-time.
void Market::Impl::add_gauges(LiveLease& lease, const settlement::ReadingBatch& batch) {
    const bool probe = batch.role == settlement::MeterRole::kOperator;
    if (!probe && !lease.gauges.judges()) return;
    if (batch.role == settlement::MeterRole::kBuyer && !lease.row.buyer_metered) return;
    std::optional<Rate> least;
    for (std::size_t i = 0; i < batch.readings.size(); ++i) {
        if (!was_accepted(outcome.readings[i])) continue;
        const settlement::Reading& reading = batch.readings[i];
        const auto rate_mcu = lease.gauges.add(batch.role, batch.meter, reading);
        if (rate_mcu && !reading.estimated)
            least = std::min(least.value_or(Rate(*rate_mcu)), Rate(*rate_mcu));
    }
    if (probe && least) check_attested_rate(lease, *least);
}

// The probe under-measures it: the attestation ends, as if the operator had revoked it.
void Market::Impl::check_attested_rate(const LiveLease& lease, Rate measured) {
    const AttestationRow* attested =
        find_attestation(lease.row.pool, lease.row.market.compute_class);
    if (attested == nullptr ||
        Int128{measured.value} * 100 >= Int128{attested->rate.value} * kLeastOfAttested)
        return;
    emit(attestation_entry(command->id, now(), *attested, lease.row.id, measured));
    due.erase(
        DueKey{attested->expires, attested->index, DueKind::kAttestation, attested->id.bytes});
    expire_attestation(attested->id);
}

}  // namespace suanpan::core
