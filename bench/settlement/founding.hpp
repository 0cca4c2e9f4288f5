#pragma once

// A market with leases in it, founded through the core in a past of its own choosing: what readings
// are sent for, and what settlement settles.

#include "bench/common/payer.hpp"
#include "bench/core/database.hpp"
#include "core/market.hpp"
#include "db/pool.hpp"
#include "services/clock.hpp"
#include "services/trading/core_loop.hpp"

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace suanpan::bench {

// Stands where it is set.
class SetClock final : public services::Clock {
 public:
    explicit SetClock(Time start) : now_s_(start.value) {}
    [[nodiscard]] Time now() const override { return Time(now_s_); }
    void set(Time time) { now_s_ = time.value; }

 private:
    std::atomic<std::int64_t> now_s_;
};

// A provider with one pool and one meter, and a buyer with money, each with an API key.
struct Pair {
    OrganisationId provider;
    OrganisationId buyer;
    PoolId pool;
    MeterId meter;
    std::string key;  // of the provider, for its meter too
    std::string buyer_key;
};

class Founding {
 public:
    // The operator, a schedule, a market, and the pairs; `start` on the hour.
    Founding(const BenchDatabase& database, Time start, std::int64_t pairs);
    ~Founding();
    Founding(const Founding&) = delete;
    Founding& operator=(const Founding&) = delete;

    // `count` leases of one lot of this pair, active from `window.start`, to which the clock moves.
    std::vector<LeaseId> make_leases(const Pair& pair, const Window& window, std::int64_t count);
    void activate();
    // Applies and waits for the commit; throws when it is refused.
    core::CommandOutcome run(const OrganisationId& actor, core::CommandBody body,
                             std::vector<db::SideRow> side = {});

    [[nodiscard]] const std::vector<Pair>& pairs() const { return pairs_; }
    [[nodiscard]] const OrganisationId& boss() const { return boss_; }
    [[nodiscard]] SetClock& clock() { return clock_; }
    // The seed of every meter's key.
    static Seed meter_seed() { return Seed{7}; }

 private:
    using Outcome = std::future<core::CommandOutcome>;
    Outcome send(const OrganisationId& actor, core::CommandBody body,
                 std::vector<db::SideRow> side = {});
    void found_market();
    void found_pair();

    SetClock clock_;
    db::Pool pool_;
    services::CoreLoop core_;
    OrganisationId boss_;
    Payer payer_;
    std::vector<Pair> pairs_;
    std::vector<std::pair<OrganisationId, LeaseId>> accepted_;
};

}  // namespace suanpan::bench
