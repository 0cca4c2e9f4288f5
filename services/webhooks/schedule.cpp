#include "services/webhooks/schedule.hpp"

#include <algorithm>

namespace suanpan::services {

Duration retry_delay(const RetryRules& rules, std::int64_t tries, std::uint32_t chance) {
    constexpr std::int64_t kFactor = 4;
    std::int64_t wait = std::min(rules.first.value, rules.longest.value);
    for (std::int64_t i = 1; i < tries && wait < rules.longest.value; ++i)
        wait = std::min(wait * kFactor, rules.longest.value);
    // From three quarters to five quarters of it.
    const std::int64_t spread = wait / 2 + 1;
    const std::int64_t shifted = wait - wait / 4 + static_cast<std::int64_t>(chance) % spread;
    return Duration(
        std::clamp<std::int64_t>(shifted, 1, std::max<std::int64_t>(1, rules.longest.value)));
}

}  // namespace suanpan::services
