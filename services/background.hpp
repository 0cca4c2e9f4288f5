#pragma once

namespace suanpan::services {

// The calling thread, and each that it makes, gives way to those that somebody waits for: what is
// published, sampled or cleared away a moment later costs nobody anything, an order does. (A nice
// value counts for one thread on Linux. Where it cannot be set, all stays as it is.)
void give_way();

}  // namespace suanpan::services
