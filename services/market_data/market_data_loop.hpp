#pragma once

// Makes candles and the fixings of the price index of trades that are over. Beside the market,
// which waits for none of it: what is not made yet is read from the trades.

#include "base/units.hpp"
#include "db/pool.hpp"
#include "services/market_data/fixing_news.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace suanpan::services {

// Makes all that can be made of what is committed, in many short transactions. `stop`: between two
// of them. The same database may have two at work: they take turns.
void make_market_data(db::Pool& database, const std::stop_token& stop = {});

// Does so again and again, on a thread of its own, from construction to destruction, and tells
// `fixed` of each fixing once it is durable, whoever made it: another server may still, that does
// not know yet that it no longer leads. So who listens must come after the construction, which
// throws what the pool throws.
class MarketDataLoop {
 public:
    MarketDataLoop(db::Pool& database, FixingListener fixed,
                   std::chrono::milliseconds every = std::chrono::seconds(1));

 private:
    void run(const std::stop_token& stop);

    db::Pool& database_;
    FixingNews news_;
    std::chrono::milliseconds every_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::jthread thread_;  // last: it uses the others
};

}  // namespace suanpan::services
