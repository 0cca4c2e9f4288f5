#include "tests/settlement/metering.hpp"

namespace suanpan::settlement {

LeaseId test_lease() {
    LeaseId id;
    id.bytes[0] = 1;
    id.bytes[15] = 77;
    return id;
}

MeterId test_meter(std::uint8_t n) {
    MeterId id;
    id.bytes[0] = 2;
    id.bytes[15] = n;
    return id;
}

Time at(std::int64_t seconds) {
    return Time(1'795'161'600 + seconds);
}

Window between(std::int64_t start, std::int64_t end) {
    return Window{at(start), at(end)};
}

Reading SimulatedMeter::measure(const Window& window, std::int64_t lot_us, std::int64_t busy_us,
                                bool estimated) {
    counters_.lot_us += lot_us;
    counters_.busy_us += busy_us;
    Reading reading;
    reading.epoch = epoch_;
    reading.seq = seq_++;
    reading.prev = prev_;
    reading.window = window;
    reading.counters = counters_;
    reading.estimated = estimated;
    reading = rehashed(meter_, reading);
    prev_ = reading.hash;
    return reading;
}

void SimulatedMeter::reset() {
    ++epoch_;
    seq_ = 0;
    prev_ = Hash{};
    counters_ = Counters{};
}

ReadingBatch SimulatedMeter::batch(std::vector<Reading> readings) const {
    return ReadingBatch{test_lease(), meter_, role_, std::move(readings)};
}

Reading rehashed(const MeterId& meter, Reading reading) {
    reading.hash = reading_hash(test_lease(), meter, reading);
    return reading;
}

}  // namespace suanpan::settlement
