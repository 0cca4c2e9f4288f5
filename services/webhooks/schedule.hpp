#pragma once

// When a delivery that failed is tried again.

#include "base/units.hpp"

#include <cstdint>

namespace suanpan::services {

struct RetryRules {
    Duration first{5};         // after the first try; each later wait is four times the one before
    Duration longest{86'400};  // of a wait
    std::int64_t tries = 9;    // in all; after the last the delivery is dead
    Duration dying{5 *
                   86'400};  // an endpoint that has failed for so long is disabled when one dies
};

// After the `tries`th try, from 1: first × 4^(tries − 1), a quarter more or less by `chance`, which
// is any number, so that many that failed together are not tried together; at least a second, at
// most the longest wait.
Duration retry_delay(const RetryRules& rules, std::int64_t tries, std::uint32_t chance);

}  // namespace suanpan::services
