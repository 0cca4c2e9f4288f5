#pragma once

// A meter: a key pair that signs readings, one chain of cumulative counters a lease
// (metering-settlement "Meters"). What it makes goes to POST /v1/readings:batch.

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/units.hpp"
#include "settlement/reading.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::client {

// What was measured in one metering window: increments, not counters.
struct Measurement {
    Window window;
    std::int64_t lot_us = 0;   // lot-microseconds available
    std::int64_t busy_us = 0;  // of those, busy
    std::optional<std::int64_t> energy_mj;
    settlement::Gauges gauges;
};

// How many readings fit one ledger entry whatever they carry.
inline constexpr std::size_t kMaxReadingsPerBatch = 40;

class Meter {
 public:
    Meter(const MeterId& id, settlement::MeterRole role, const Seed& seed);

    [[nodiscard]] const MeterId& id() const { return id_; }
    [[nodiscard]] const PublicKey& public_key() const { return key_.public_key(); }

    // Continues the lease's chain and signs: canonical JSON of DSSE envelopes, each with at most
    // kMaxReadingsPerBatch readings, in order. REQUIRES measurements in order of time.
    std::vector<std::string> sign(const LeaseId& lease,
                                  const std::vector<Measurement>& measurements);
    // A reset of the counters: the next reading begins a new epoch at zero.
    void reset(const LeaseId& lease);
    // From now on it signs with this key; its chains go on.
    void rotate(const Seed& seed) { key_ = SigningKey(seed); }

 private:
    struct Chain {
        std::int64_t epoch = 0;
        std::int64_t next_seq = 0;
        Hash prev{};
        settlement::Counters counters;
    };
    settlement::Reading next_reading(const LeaseId& lease, Chain& chain,
                                     const Measurement& measurement) const;
    [[nodiscard]] std::string envelope(const settlement::ReadingBatch& batch) const;

    MeterId id_;
    settlement::MeterRole role_;
    SigningKey key_;
    std::map<LeaseId, Chain> chains_;
};

// `active` cut at the multiples of `step` and of the billing hour (UTC). REQUIRES step > 0.
std::vector<Window> metering_windows(const Window& active, Duration step);

}  // namespace suanpan::client
