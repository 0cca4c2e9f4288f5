#pragma once

// The keys of one meter over time (metering-settlement "Meters"): registered, rotated and revoked,
// each by an entry of the log. Times are logged times, so that everybody who reads the log finds
// the same of a batch. What was accepted before a revocation stays.

#include "base/crypto.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

#include <optional>
#include <vector>

namespace suanpan::settlement {

struct MeterKey {
    PublicKey key{};
    std::optional<Time> until;  // of a key that another one replaced: batches are taken before this
    bool revoked = false;       // before its overlap was over
    friend bool operator==(const MeterKey&, const MeterKey&) = default;
};

// What a node had in its spool when its key was replaced is sent within this, at the most.
inline constexpr Duration kLongestOverlap{30 * 86'400};

// Of one meter, for ever; a node that changes its key each month has enough for eight years.
inline constexpr std::size_t kMaxKeys = 100;

class MeterKeys {
 public:
    explicit MeterKeys(const PublicKey& key) : keys_{MeterKey{key, std::nullopt}} {}
    // As it was. REQUIRES keys in the order of time, each but the last with its end.
    MeterKeys(std::vector<MeterKey> keys, bool revoked);

    // The key in force from `now` on; the one before it is good for `overlap` more. Errors, in
    // order of precedence: `revoked_meter`, `bad_overlap`, `key_reused` (the meter has or had this
    // key), `too_many` (it has had kMaxKeys).
    Result<void> rotate(const PublicKey& key, Time now, Duration overlap);
    // One that was replaced, before its overlap is over. Errors, in order of precedence:
    // `revoked_meter`, `unknown_key`, `key_in_force`, `revoked_key`, `superseded_key`.
    Result<void> revoke(const PublicKey& key, Time now);
    // The meter, for good: all its keys, a replaced one's overlap too. Error: `revoked_meter`.
    Result<void> revoke();

    // Whether a batch that is received at `now` may be signed with this key. Errors, in order of
    // precedence: `revoked_meter`, `bad_signature` (the meter does not have it, or not yet),
    // `revoked_key`, `superseded_key` (its overlap is over). REQUIRES a `now` not before the last
    // change.
    [[nodiscard]] Result<void> check(const PublicKey& signer, Time now) const;

    // The oldest first.
    [[nodiscard]] const std::vector<MeterKey>& all() const { return keys_; }
    [[nodiscard]] const PublicKey& first() const { return keys_.front().key; }
    [[nodiscard]] bool revoked() const { return revoked_; }

 private:
    std::vector<MeterKey> keys_;  // never empty
    bool revoked_ = false;
};

}  // namespace suanpan::settlement
