#pragma once

// How long a start takes: everything live is read from PostgreSQL and becomes the market in memory.

#include <cstdint>

namespace suanpan::bench {

void run_start(std::int64_t open_orders, std::int64_t pools);

}  // namespace suanpan::bench
