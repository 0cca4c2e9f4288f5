#pragma once

// What becomes of the windows on which the meters of both sides do not agree: one is ruled by an
// arbiter, one is settled by the two sides, and the others nobody claims.

#include "apps/suanpan-demo/cast.hpp"
#include "apps/suanpan-demo/stage.hpp"
#include "base/json.hpp"
#include "base/units.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::demo {

// Moves the clock beyond the time to claim; gives the disputes as they ended.
Json end_disputes(Stage& stage, Cast& cast, Time now);

}  // namespace suanpan::demo
