#pragma once

// Many clients at once: how many orders a second, and how many share a commit.

#include "apps/suanpan-demo/stage.hpp"

#include <cstdint>

namespace suanpan::demo {

int measure_load(const Settings& settings, std::int64_t clients);

}  // namespace suanpan::demo
