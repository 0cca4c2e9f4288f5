#pragma once

// Known faults of the server (base/planted.hpp), each of which a run must notice.

#include "tests/chaos/run.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::chaos {

struct Plant {
    std::string_view name;
    std::string_view what;
    std::vector<std::string> faults;  // that bring it to light; empty: none is needed
};
std::span<const Plant> plants();

/// Runs the market once for each on servers that have it, and prints which check caught it. False
/// when one was not caught. `options.server` is of a build with SUANPAN_PLANTS.
bool break_server(RunOptions options);

}  // namespace suanpan::chaos
