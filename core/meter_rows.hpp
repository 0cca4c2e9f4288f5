#pragma once

// What the market knows of meters, as rows (metering-settlement "Meters"); see rows.hpp.

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/units.hpp"
#include "settlement/meter_keys.hpp"
#include "settlement/reading.hpp"

#include <vector>

namespace suanpan::core {

// A key pair that signs readings.
struct MeterRow {
    MeterId id;
    OrganisationId organisation;
    settlement::MeterRole role = settlement::MeterRole::kProvider;
    PublicKey key{};  // in force
    // That it measures. Empty: a provider's measures all of its organisation's.
    std::vector<PoolId> pools;
    bool revoked = false;
    LogIndex index;
    friend bool operator==(const MeterRow&, const MeterRow&) = default;
};

// A key that a meter had before another one replaced it.
struct MeterKeyRow {
    MeterId meter;
    PublicKey key{};
    Time until;  // batches signed with it are taken before this
    bool revoked = false;
    LogIndex index;  // of the rotation that replaced it
    friend bool operator==(const MeterKeyRow&, const MeterKeyRow&) = default;
};

// `before`: the keys that it had, in the order of their rotations.
settlement::MeterKeys meter_keys_of(const MeterRow& meter, const std::vector<MeterKeyRow>& before);

}  // namespace suanpan::core
