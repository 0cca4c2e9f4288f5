#pragma once

#include "bench/matching/contestants.hpp"

#include <cstddef>
#include <span>

namespace suanpan::bench {

// Runs every contestant `rounds` times in turn over the plain workload and prints the medians with
// their ratios to the reference and the floor, which are among them. False: some contestant did
// not trade as the reference does, or the workload is not the published one.
bool report_plain(std::span<const Contestant> contestants, std::size_t rounds);

}  // namespace suanpan::bench
