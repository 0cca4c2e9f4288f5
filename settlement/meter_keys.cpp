#include "settlement/meter_keys.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <utility>

namespace suanpan::settlement {
namespace {

tl::unexpected<Error> revoked_meter() {
    return fail("revoked_meter", "the meter's key has been revoked");
}

// Why a key that was replaced is good no more.
Result<void> check_old(const MeterKey& key, Time now) {
    if (key.revoked) return fail("revoked_key", "this key of the meter has been revoked");
    if (key.until && now >= *key.until) {
        return fail("superseded_key",
                    "the meter has another key by now, and the time in which both were good is "
                    "over");
    }
    return {};
}

}  // namespace

MeterKeys::MeterKeys(std::vector<MeterKey> keys, bool revoked)
    : keys_(std::move(keys)), revoked_(revoked) {
    CHECK(!keys_.empty() && !keys_.back().until);
}

Result<void> MeterKeys::rotate(const PublicKey& key, Time now, Duration overlap) {
    if (revoked_) return revoked_meter();
    if (overlap.value < 0 || overlap > kLongestOverlap)
        return fail("bad_overlap", "the key before is good for 0 to 30 days more");
    if (std::ranges::find(keys_, key, &MeterKey::key) != keys_.end()) {
        return fail("key_reused", "the meter has or had this key; a new one is needed");
    }
    if (keys_.size() >= kMaxKeys)
        return fail("too_many", "a meter has at most 100 keys: register another meter");
    keys_.back().until = Time(now.value + overlap.value);
    keys_.push_back(MeterKey{key, std::nullopt});
    return {};
}

Result<void> MeterKeys::revoke(const PublicKey& key, Time now) {
    if (revoked_) return revoked_meter();
    const auto found = std::ranges::find(keys_, key, &MeterKey::key);
    if (found == keys_.end()) return fail("unknown_key", "the meter never had this key");
    if (!found->until) {
        return fail("key_in_force",
                    "the key in force is replaced by another one, without an overlap, or the meter "
                    "is revoked");
    }
    if (const auto good = check_old(*found, now); !good) return good;
    found->until = now;
    found->revoked = true;
    return {};
}

Result<void> MeterKeys::revoke() {
    if (revoked_) return revoked_meter();
    revoked_ = true;
    return {};
}

Result<void> MeterKeys::check(const PublicKey& signer, Time now) const {
    if (revoked_) return revoked_meter();
    const auto found = std::ranges::find(keys_, signer, &MeterKey::key);
    if (found == keys_.end())
        return fail("bad_signature", "the meter does not have the key that signed the readings");
    return check_old(*found, now);
}

}  // namespace suanpan::settlement
