#pragma once

// Finds the fixings of the price index that are durable and were not told yet. It looks into the
// database, so that one is told also when nobody knows how the transaction ended that made it.

#include "base/units.hpp"
#include "db/pool.hpp"
#include "db/queries/market_data.hpp"

#include <functional>
#include <map>
#include <stop_token>
#include <vector>

namespace suanpan::services {

// Hears one fixing of one market, all its series. Must not throw.
using FixingListener = std::function<void(const std::vector<db::IndexRow>&)>;

// Not thread-safe.
class FixingNews {
 public:
    // What is fixed until now is no news. Reads that, and throws what the pool throws.
    FixingNews(db::Pool& database, FixingListener listener);

    // Tells what has been fixed since construction, each once, of a market in the order of time.
    // `stop`: between two of them.
    void tell(const std::stop_token& stop);

 private:
    db::Pool& database_;
    FixingListener listener_;
    Time begun_;
    Time seen_;  // all until here is told
    std::map<matching::MarketKey, Time> told_;
};

}  // namespace suanpan::services
