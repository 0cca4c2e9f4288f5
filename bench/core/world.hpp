#pragma once

// A small exchange in a database of its own and many who trade on it: the load for bench/core.

#include "bench/core/database.hpp"
#include "core/market.hpp"
#include "db/pool.hpp"
#include "services/clock.hpp"
#include "services/trading/core_loop.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace suanpan::bench {

inline constexpr int kSubmitters = 64;

struct LoadResult {
    std::int64_t orders = 0;
    double seconds = 0;
    std::vector<double> latencies_ms;  // sorted
    services::CoreFigures before;
    services::CoreFigures after;

    [[nodiscard]] double rate() const { return static_cast<double>(orders) / seconds; }
    [[nodiscard]] double mean_batch() const;
    // `part` of 100.
    [[nodiscard]] double percentile(double part) const;
};

// Operator, market, schedule; a provider with a pool and a buyer with money for each submitter.
class World {
 public:
    explicit World(const BenchDatabase& database);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // Every submitter keeps up to `window` orders under way until `seconds` have passed.
    LoadResult run(double seconds, int window);
    // All submitters together send `rate` orders a second, evenly.
    LoadResult run_paced(double seconds, double rate);

 private:
    struct Submitter;
    void found();
    void send(Submitter& who);
    LoadResult measure(const std::function<void(Submitter&, int)>& work);
    core::CommandBody next_order(Submitter& who) const;
    services::Submission next_submission(Submitter& who) const;

    services::SystemClock clock_;
    db::Pool pool_;
    std::unique_ptr<services::CoreLoop> core_;
    OrganisationId boss_;
    std::vector<std::unique_ptr<Submitter>> submitters_;
};

}  // namespace suanpan::bench
