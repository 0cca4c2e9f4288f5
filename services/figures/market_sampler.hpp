#pragma once

// Keeps the figures of the market that only the database can tell at hand, so that reading the
// metrics waits for no query and many readers cost no more than one.

#include "db/pool.hpp"
#include "db/queries/figures.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace suanpan::services {

struct MarketSample {
    db::MarketFigures figures;
    std::chrono::steady_clock::time_point taken;
};

// Works on a thread of its own from construction to destruction. Thread-safe.
class MarketSampler {
 public:
    // Every `every`, and never for more than a twentieth of the time: counting a book of millions
    // must not slow the market.
    MarketSampler(db::Pool& database, std::chrono::milliseconds every);

    // Nothing before the first; the last one while the database is away.
    [[nodiscard]] std::optional<MarketSample> last() const;

 private:
    void run(const std::stop_token& stop);
    void take();

    db::Pool& database_;
    std::chrono::milliseconds every_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<MarketSample> last_;
    std::jthread thread_;  // last: it uses the others
};

}  // namespace suanpan::services
