#pragma once

// The keys of one meter over time (metering-settlement "Meters"): registered, rotated, revoked,
// each by an entry of the log. Times are logged times, so that everybody who reads the log finds
// the same key for a batch. What was accepted before a revocation stays.

#include "base/crypto.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

#include <optional>
#include <vector>

namespace suanpan::settlement {

struct MeterKey {
    PublicKey key{};
    Time from;                  // of its entry
    std::optional<Time> until;  // rotated: the next one's `from`
    friend bool operator==(const MeterKey&, const MeterKey&) = default;
};

class MeterKeys {
 public:
    MeterKeys(const PublicKey& key, Time now);
    // As it was. REQUIRES keys in the order of time, each but the last with its end.
    MeterKeys(std::vector<MeterKey> keys, std::optional<Time> revoked_at);

    // Errors, in order of precedence: `revoked_meter`, `key_reused` (the meter had this key
    // before).
    Result<void> rotate(const PublicKey& key, Time now);
    // For good: all its keys, a rotated one's grace too. Error: `revoked_meter`.
    Result<void> revoke(Time now);

    // The keys that a batch received at `now` may be signed with, the newest first: the one in
    // force and those that were rotated less than `grace` ago, for what a node still had in its
    // spool. None from the revocation on. REQUIRES grace ≥ 0.
    [[nodiscard]] std::vector<PublicKey> keys_at(Time now, Duration grace) const;

    [[nodiscard]] const std::vector<MeterKey>& all() const { return keys_; }
    [[nodiscard]] const std::optional<Time>& revoked_at() const { return revoked_at_; }

 private:
    std::vector<MeterKey> keys_;  // never empty
    std::optional<Time> revoked_at_;
};

}  // namespace suanpan::settlement
