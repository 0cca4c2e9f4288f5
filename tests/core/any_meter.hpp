#pragma once

// A meter of any role that counts what it is told, and whose key may change.

#include "base/dsse.hpp"
#include "small_market.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace suanpan::core {

inline SigningKey test_key(std::uint8_t number) {
    Seed seed{};
    seed.fill(number);
    return SigningKey(seed);
}

struct Measured {
    Window window;
    std::int64_t lot_us = 0;  // since the reading before
    settlement::Gauges gauges{};
    std::optional<std::int64_t> ops{};  // since the reading before
};

class AnyMeter {
 public:
    AnyMeter(std::uint8_t number, settlement::MeterRole role)
        : id_(numbered<MeterId>(number)), role_(role), key_(number) {}

    [[nodiscard]] const MeterId& id() const { return id_; }
    [[nodiscard]] RegisterMeter registration(const OrganisationId& owner,
                                             std::vector<PoolId> pools = {}) const {
        return {id_, owner, role_, test_key(key_).public_key(), std::move(pools)};
    }
    // From now on it signs with this one, and its readings say so.
    void sign_with(std::uint8_t key) { named_ = key_ = key; }

    SubmitReadings reading(const LeaseId& lease, const Measured& measured) {
        Chain& chain = chains_[lease];
        settlement::Reading reading;
        reading.seq = chain.seq++;
        reading.prev = chain.prev;
        reading.window = measured.window;
        reading.gauges = measured.gauges;
        reading.counters.lot_us = chain.lot_us += measured.lot_us;
        reading.counters.busy_us = chain.lot_us;
        if (measured.ops) reading.counters.ops = chain.ops += *measured.ops;
        chain.prev = settlement::reading_hash(lease, id_, reading);
        const std::string payload = settlement::make_batch({lease, id_, role_, {reading}});
        SubmitReadings out;
        out.envelope = envelope_json(
            make_envelope(settlement::kReadingsPayloadType, payload, "meter", test_key(key_)));
        out.batch = *settlement::parse_batch(payload);
        if (named_) out.signer = test_key(*named_).public_key();
        return out;
    }

 private:
    struct Chain {
        std::int64_t seq = 0;
        Hash prev{};
        std::int64_t lot_us = 0;
        std::int64_t ops = 0;
    };
    MeterId id_;
    settlement::MeterRole role_;
    std::uint8_t key_;
    std::optional<std::uint8_t> named_;
    std::map<LeaseId, Chain> chains_;
};

}  // namespace suanpan::core
