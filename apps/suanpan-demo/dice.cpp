#include "apps/suanpan-demo/dice.hpp"

#include "base/check.hpp"

#include <numeric>

namespace suanpan::demo {

std::uint64_t Dice::next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
}

std::int64_t Dice::below(std::int64_t below) {
    CHECK(below > 0);
    // The bias is below × 2⁻⁶⁴: of no weight in a demo.
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(below));
}

std::int64_t Dice::between(std::int64_t low, std::int64_t high) {
    return low + below(high - low + 1);
}

std::size_t Dice::weighted(const std::vector<std::int64_t>& weights) {
    std::int64_t left = below(std::accumulate(weights.begin(), weights.end(), std::int64_t{0}));
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (left < weights[i]) return i;
        left -= weights[i];
    }
    CHECK(false);
}

}  // namespace suanpan::demo
