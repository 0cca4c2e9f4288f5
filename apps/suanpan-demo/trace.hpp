#pragma once

// The production trace through the market: every task an order, every lease metered and settled.

#include "apps/suanpan-demo/stage.hpp"

#include <string>

namespace suanpan::demo {

int replay_trace(const Settings& settings, const std::string& folder);

}  // namespace suanpan::demo
