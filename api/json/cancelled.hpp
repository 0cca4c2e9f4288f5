#pragma once

// What a mass cancel or the kill switch says.

#include "base/ids.hpp"
#include "base/json.hpp"
#include "core/market.hpp"
#include "matching/order.hpp"

#include <cstddef>
#include <optional>

namespace suanpan::api {

inline constexpr std::size_t kMostCancelledShown = 1'000;

// {"cancelled":[…],"cancelled_count":…}: the orders that the command cancelled, for `reason`, in
// full up to kMostCancelledShown, and how many they are. With `organisation` its own only: what
// happened to others' orders on the way is theirs to see.
Json cancelled_json(const core::CommandOutcome& outcome, matching::EndReason reason,
                    const std::optional<OrganisationId>& organisation);

}  // namespace suanpan::api
