#pragma once

// Which readings are surely new, without a look into the database.

#include "base/ids.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace suanpan::services {

using ReadingKey = std::pair<std::int64_t, std::int64_t>;  // (epoch, seq)

// The highest reading of each chain that is stored or that this server has let through. What lies
// above it cannot be stored, so the database need not be asked: meters send in order. Bounded: a
// chain that was forgotten is begun again. Thread-safe.
class SeenReadings {
 public:
    using Chain = std::pair<LeaseId, MeterId>;

    [[nodiscard]] bool knows(const Chain& chain) const;
    // With the highest that is stored of it; nothing: none is. Never lowers what is known.
    void begin(const Chain& chain, const std::optional<ReadingKey>& stored);
    // Raises the chain to `last`; true when all that it knew lay below `first`. REQUIRES begin().
    bool pass(const Chain& chain, const ReadingKey& first, const ReadingKey& last);

 private:
    mutable std::mutex mutex_;
    std::map<Chain, ReadingKey> highest_;
};

}  // namespace suanpan::services
