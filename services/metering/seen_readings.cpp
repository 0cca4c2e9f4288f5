#include "services/metering/seen_readings.hpp"

#include <algorithm>

namespace suanpan::services {
namespace {

constexpr std::size_t kMostChains = 200'000;

}  // namespace

bool SeenReadings::pass(const Chain& chain, const ReadingKey& first, const ReadingKey& last) {
    const std::lock_guard lock(mutex_);
    if (highest_.size() >= kMostChains && !highest_.contains(chain)) highest_.clear();
    const auto [at, unknown] = highest_.try_emplace(chain, last);
    const bool above = !unknown && at->second < first;
    at->second = std::max(at->second, last);
    return above;
}

}  // namespace suanpan::services
