#pragma once

#include <cstdint>

namespace suanpan::support {

/// Seed for a random test: SUANPAN_SEED (decimal) when set, else a fresh one. It is printed with
/// the running test's name, so that a failure can be repeated with `SUANPAN_SEED=... `. A
/// SUANPAN_SEED that is not a number is an error: std::runtime_error.
std::uint64_t test_seed();

}  // namespace suanpan::support
