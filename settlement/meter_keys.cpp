#include "settlement/meter_keys.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace suanpan::settlement {
namespace {

tl::unexpected<Error> revoked() {
    return fail("revoked_meter", "the meter's key has been revoked");
}

}  // namespace

MeterKeys::MeterKeys(const PublicKey& key, Time now) : keys_{MeterKey{key, now, std::nullopt}} {}

MeterKeys::MeterKeys(std::vector<MeterKey> keys, std::optional<Time> revoked_at)
    : keys_(std::move(keys)), revoked_at_(revoked_at) {
    CHECK(!keys_.empty() && !keys_.back().until);
}

Result<void> MeterKeys::rotate(const PublicKey& key, Time now) {
    if (revoked_at_) return revoked();
    if (std::ranges::find(keys_, key, &MeterKey::key) != keys_.end()) {
        return fail("key_reused", "the meter has or had this key; a new one is needed");
    }
    keys_.back().until = now;
    keys_.push_back(MeterKey{key, now, std::nullopt});
    return {};
}

Result<void> MeterKeys::revoke(Time now) {
    if (revoked_at_) return revoked();
    revoked_at_ = now;
    return {};
}

std::vector<PublicKey> MeterKeys::keys_at(Time now, Duration grace) const {
    CHECK(grace.value >= 0);
    std::vector<PublicKey> out;
    if (revoked_at_ && *revoked_at_ <= now) return out;
    for (const MeterKey& key : std::views::reverse(keys_)) {
        // `until` came before `now`, so the difference does not overflow.
        const bool in_time =
            !key.until || now < *key.until || now.value - key.until->value < grace.value;
        if (key.from <= now && in_time) out.push_back(key.key);
    }
    return out;
}

}  // namespace suanpan::settlement
