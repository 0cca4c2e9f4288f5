#include "services/metering/seen_readings.hpp"

#include <algorithm>

namespace suanpan::services {
namespace {

// Two sides of 250,000 leases.
constexpr std::size_t kMostChains = 500'000;
constexpr ReadingKey kNone{-1, -1};

}  // namespace

bool SeenReadings::knows(const Chain& chain) const {
    const std::lock_guard lock(mutex_);
    return highest_.contains(chain);
}

void SeenReadings::begin(const Chain& chain, const std::optional<ReadingKey>& stored) {
    const std::lock_guard lock(mutex_);
    // Ids grow with time: the first is of the oldest lease.
    if (highest_.size() >= kMostChains && !highest_.contains(chain))
        highest_.erase(highest_.begin());
    ReadingKey& highest = highest_.try_emplace(chain, kNone).first->second;
    highest = std::max(highest, stored.value_or(kNone));
}

bool SeenReadings::pass(const Chain& chain, const ReadingKey& first, const ReadingKey& last) {
    const std::lock_guard lock(mutex_);
    const auto found = highest_.find(chain);
    // Forgotten since it was begun.
    if (found == highest_.end()) return false;
    const bool above = found->second < first;
    found->second = std::max(found->second, last);
    return above;
}

}  // namespace suanpan::services
