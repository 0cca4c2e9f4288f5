#include "client/meter.hpp"

#include "base/checked.hpp"
#include "base/dsse.hpp"
#include "base/time.hpp"

#include <algorithm>

namespace suanpan::client {
namespace {

constexpr Duration kBillingHour{kSecondsPerHour};

// The next multiple of `step` after `time`.
Time next_boundary(Time time, Duration step) {
    return ceil_to_grid(Time(time.value + 1), step);
}

}  // namespace

Meter::Meter(const MeterId& id, settlement::MeterRole role, const Seed& seed)
    : id_(id), role_(role), key_(seed) {}

settlement::Reading Meter::next_reading(const LeaseId& lease, Chain& chain,
                                        const Measurement& measurement) const {
    settlement::Reading reading;
    reading.epoch = chain.epoch;
    reading.seq = chain.next_seq;
    reading.prev = chain.prev;
    reading.window = measurement.window;
    chain.counters.lot_us = checked_add(chain.counters.lot_us, measurement.lot_us).value();
    chain.counters.busy_us = checked_add(chain.counters.busy_us, measurement.busy_us).value();
    if (measurement.energy_mj) {
        chain.counters.energy_mj =
            checked_add(chain.counters.energy_mj.value_or(0), *measurement.energy_mj).value();
    }
    reading.counters = chain.counters;
    reading.gauges = measurement.gauges;
    reading.hash = settlement::reading_hash(lease, id_, reading);
    chain.prev = reading.hash;
    ++chain.next_seq;
    return reading;
}

std::string Meter::envelope(const settlement::ReadingBatch& batch) const {
    const std::string payload = settlement::make_batch(batch);
    return envelope_json(
        make_envelope(settlement::kReadingsPayloadType, payload, to_string(id_), key_));
}

std::vector<std::string> Meter::sign(const LeaseId& lease,
                                     const std::vector<Measurement>& measurements) {
    std::vector<std::string> envelopes;
    Chain& chain = chains_[lease];
    for (std::size_t begin = 0; begin < measurements.size(); begin += kMaxReadingsPerBatch) {
        const std::size_t end = std::min(begin + kMaxReadingsPerBatch, measurements.size());
        settlement::ReadingBatch batch;
        batch.lease = lease;
        batch.meter = id_;
        batch.role = role_;
        for (std::size_t i = begin; i < end; ++i)
            batch.readings.push_back(next_reading(lease, chain, measurements[i]));
        envelopes.push_back(envelope(batch));
    }
    return envelopes;
}

void Meter::reset(const LeaseId& lease) {
    Chain& chain = chains_[lease];
    chain.epoch += chain.next_seq > 0 ? 1 : 0;
    chain.next_seq = 0;
    chain.prev = Hash{};
    chain.counters = settlement::Counters{};
}

std::vector<Window> metering_windows(const Window& active, Duration step) {
    std::vector<Window> windows;
    for (Time start = active.start; start < active.end;) {
        const Time end =
            std::min({next_boundary(start, step), next_boundary(start, kBillingHour), active.end});
        windows.push_back({start, end});
        start = end;
    }
    return windows;
}

}  // namespace suanpan::client
