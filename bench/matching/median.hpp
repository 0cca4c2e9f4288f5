#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace suanpan::bench {

// The smallest value that at least `share` of them do not exceed. REQUIRES some values; 0 ≤ share
// ≤ 1.
template <typename T>
T quantile(std::vector<T> values, double share) {
    std::sort(values.begin(), values.end());
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(values.size()));
    return values[std::min(rank, values.size() - 1)];
}

template <typename T>
T median(std::vector<T> values) {
    return quantile(std::move(values), 0.5);
}

}  // namespace suanpan::bench
