#pragma once

// How the worked examples of docs/matching.md are written down: prices in whole units of currency.

#include "tests/matching/world.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace suanpan::matching::testing {

using Lines = std::vector<std::string>;

inline constexpr std::int64_t kTick = 1'000'000;

// "maker x lots @ price" in whole units of currency.
inline Lines fills(const Told& told) {
    Lines out;
    for (const Fill& fill : told.fills) {
        out.push_back(std::to_string(number_of(fill.maker)) + " x " +
                      std::to_string(fill.lots.value) + " @ " +
                      std::to_string(fill.price.value / kTick));
    }
    return out;
}

inline World with_pools(std::uint32_t count, std::int64_t lots = 10) {
    World world;
    for (std::uint32_t n = 1; n <= count; ++n)
        world.add_pool(n, lots);
    return world;
}

}  // namespace suanpan::matching::testing
