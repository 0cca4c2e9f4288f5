#pragma once

// Figures of single providers put together, so that none of them shows what one provider sold and
// delivered: a hub with fewer than three providers is told as a part of the rest of its class, and
// the rest takes in further hubs until it has three itself; where even the whole class has fewer,
// nothing is told of it. Pure.

#include "db/queries/utilisation.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::services {

inline constexpr std::size_t kLeastProviders = 3;

struct CapacityGroup {
    std::string compute_class;
    std::optional<std::string> hub;  // nullopt: several hubs, which are not named
    std::size_t providers = 0;       // distinct
    db::Holding sums;                // of no provider
};

struct FoldedCapacity {
    std::vector<CapacityGroup> groups;  // by class and hub, the rest of a class last
    std::vector<std::string> withheld;  // classes
};

// Error `overflow`.
Result<FoldedCapacity> fold_capacity(const std::vector<db::Holding>& holdings);

}  // namespace suanpan::services
