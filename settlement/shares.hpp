#pragma once

// Whole amounts divided by shares: owners of a pool, funders of a programme.

#include "base/result.hpp"
#include "base/units.hpp"

#include <vector>

namespace suanpan::settlement {

// Error `bad_shares`: none, one below 1, or a sum that is not 1,000,000.
Result<void> check_shares(const std::vector<Ppm>& shares);

// Floor of each share, then the left-over micro-units one each in the order of the shares.
// REQUIRES whole ≥ 0 and shares that check_shares accepts.
std::vector<Money> split_by_shares(Money whole, const std::vector<Ppm>& shares);

}  // namespace suanpan::settlement
