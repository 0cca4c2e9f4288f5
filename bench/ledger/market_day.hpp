#pragma once

// Log entries as a market makes them: a real core takes real commands (orders, cancels, refusals,
// deposits, signed readings of leases that run), and what it logs gets its salts as the sequencer
// puts them in. The same entries on every machine, so a replay gives them again.

#include "core/market.hpp"
#include "db/batch.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace suanpan::bench {

class MarketDay {
 public:
    MarketDay();
    ~MarketDay();
    MarketDay(const MarketDay&) = delete;
    MarketDay& operator=(const MarketDay&) = delete;

    // The next entries of the log, exactly so many.
    std::vector<db::EntryRow> next(std::size_t count);

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace suanpan::bench
