#pragma once

// Builders for readings, shared by the tests of metering.

#include "settlement/reading.hpp"

#include <vector>

namespace suanpan::settlement {

LeaseId test_lease();
MeterId test_meter(std::uint8_t n);

/// 2026-11-20T08:00:00Z plus seconds.
Time at(std::int64_t seconds);
Window between(std::int64_t start, std::int64_t end);

/// A meter that measures: keeps its counters, its epoch and its chain of hashes.
class SimulatedMeter {
 public:
    SimulatedMeter(std::uint8_t n, MeterRole role) : meter_(test_meter(n)), role_(role) {}

    /// The next reading: `lot_us` and `busy_us` more than before.
    Reading measure(const Window& window, std::int64_t lot_us, std::int64_t busy_us = 0,
                    bool estimated = false);
    /// Counters start again from nothing in the next epoch.
    void reset();
    [[nodiscard]] ReadingBatch batch(std::vector<Reading> readings) const;
    [[nodiscard]] MeterId meter() const { return meter_; }
    [[nodiscard]] MeterRole role() const { return role_; }

 private:
    MeterId meter_;
    MeterRole role_;
    std::int64_t epoch_ = 0;
    std::int64_t seq_ = 0;
    Hash prev_{};
    Counters counters_;
};

/// Recomputes the hash after a change.
Reading rehashed(const MeterId& meter, Reading reading);

}  // namespace suanpan::settlement
