#pragma once

// Which readings are surely new, without a look into the database.

#include "base/ids.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

namespace suanpan::services {

using ReadingKey = std::pair<std::int64_t, std::int64_t>;  // (epoch, seq)

// The highest reading of each chain that this server has let through. What lies above it cannot be
// stored, so the database need not be asked: meters send in order. Bounded: a chain that was
// forgotten is looked up again. Thread-safe.
class SeenReadings {
 public:
    using Chain = std::pair<LeaseId, MeterId>;

    // Raises the chain to `last`; true when it was known and lay below `first`.
    bool pass(const Chain& chain, const ReadingKey& first, const ReadingKey& last);

 private:
    std::mutex mutex_;
    std::map<Chain, ReadingKey> highest_;
};

}  // namespace suanpan::services
