#pragma once

// Random numbers that are the same everywhere: SplitMix64 (Steele, Lea, Flood 2014) and integer
// arithmetic only, so that a seed names a day.

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace suanpan::demo {

class Dice {
 public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next();
    // Uniform in [0, below). REQUIRES below > 0.
    std::int64_t below(std::int64_t below);
    // In [low, high].
    std::int64_t between(std::int64_t low, std::int64_t high);
    bool chance(std::int64_t per_mille) { return below(1'000) < per_mille; }
    // An index, by weight. REQUIRES a positive sum.
    std::size_t weighted(const std::vector<std::int64_t>& weights);

 private:
    std::uint64_t state_;
};

}  // namespace suanpan::demo
