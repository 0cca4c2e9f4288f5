#pragma once

namespace suanpan::services {

// The calling thread, and each that it makes, gives way to those that everybody waits for: what is
// sampled or cleared away a moment later costs nobody anything, and what is published only those
// who asked to be answered when it is (`Prefer: wait=`); an order costs its trader.
// (A nice value counts for one thread on Linux. Where it cannot be set, all stays as it is.)
void give_way();

}  // namespace suanpan::services
