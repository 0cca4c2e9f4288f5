#include "settlement/shares.hpp"

#include "base/check.hpp"

#include <cstddef>

namespace suanpan::settlement {

Result<void> check_shares(const std::vector<Ppm>& shares) {
    Int128 sum = 0;
    for (const Ppm share : shares) {
        if (share.value < 1) return fail("bad_shares", "every share is above zero");
        sum += share.value;
    }
    if (sum != kPpm) return fail("bad_shares", "the shares sum to 1,000,000 parts per million");
    return {};
}

std::vector<Money> split_by_shares(Money whole, const std::vector<Ppm>& shares) {
    CHECK(whole.value >= 0);
    std::vector<Money> parts;
    parts.reserve(shares.size());
    std::int64_t rest = whole.value;
    for (const Ppm share : shares) {
        parts.push_back(*share_of(whole, share));
        rest -= parts.back().value;
    }
    for (std::size_t i = 0; rest > 0; ++i, --rest) {
        // Each floor loses less than one micro-unit, so the rest is smaller than the list.
        CHECK(i < parts.size());
        parts[i].value += 1;
    }
    return parts;
}

}  // namespace suanpan::settlement
