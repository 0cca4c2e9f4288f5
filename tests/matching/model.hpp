#pragma once

// The market's rules (market §5) in the most obvious form: plain vectors, a scan of everything for
// every step, a copy of everything for every attempt. It shares no code with the engine but the
// types of orders and the test of a profile against a requirement (which has its own tests).
// Moments are grid steps: every window is a multiple of kGrid.

#include "matching/engine.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::matching::testing {

inline constexpr std::int64_t kGrid = 60;

struct Usage {
    Window window;
    std::int64_t lots = 0;  // negative: given back
};

struct ModelPool {
    PoolRules rules;
    std::vector<std::pair<std::string, std::int64_t>> rates;
    std::vector<Usage> used;
};

struct ModelOrder {
    OrderTerms terms;
    std::int64_t sequence = 0;
    OrderState state = OrderState::kOpen;
    EndReason reason = EndReason::kNone;
    bool resting = false;
    std::int64_t rest = 0;    // buy
    std::vector<Usage> used;  // sell
    std::int64_t filled = 0;
    std::optional<SiteId> site;
    std::optional<PoolId> pool;

    [[nodiscard]] bool open() const {
        return state == OrderState::kOpen || state == OrderState::kPartiallyFilled;
    }
};

class Model {
 public:
    std::vector<ModelPool> pools;
    std::vector<ModelOrder> orders;
    std::int64_t next_sequence = 1;
    // Of the last command.
    std::vector<Fill> fills;
    std::vector<OrderId> ended;

    void place(const OrderTerms& terms, Time now);
    void cancel(const OrderId& id, Time now);
    void cancel_all(const OrganisationId& organisation, EndReason reason, Time now);
    void expire(const OrderId& id, EndReason reason, Time now);
    void set_rate(const PoolId& id, const std::string& name, std::optional<Rate> rate, Time now);
    void give_back(const OrderId& sell, const PoolId& id, const Window& window, Lots lots,
                   Time now);
    bool block(const PoolId& id, const Window& window, Lots lots, Time now);
    void unblock(const PoolId& id, const Window& window, Lots lots, Time now);

    [[nodiscard]] const ModelOrder& get(const OrderId& id) const;
    [[nodiscard]] std::int64_t free_at(const ModelPool& pool, Time moment) const;
    [[nodiscard]] std::int64_t rest_at(const ModelOrder& sell, Time moment) const;
    // A resting unconditional buy and sell of different organisations, without least lots, that
    // could trade: there must be none.
    [[nodiscard]] std::optional<std::pair<OrderId, OrderId>> missed_pair(Time now) const;

 private:
    struct Deal {
        std::int64_t lots = 0;
        Window window;
    };
    struct Attempt {
        bool filled = false;
        EndReason stopped = EndReason::kNone;
        std::optional<std::size_t> own;
    };

    void begin(Time now);
    void arrive(std::size_t taker);
    [[nodiscard]] Deal deal(std::size_t taker, std::size_t maker) const;
    [[nodiscard]] std::int64_t lots_over(std::size_t buy, std::size_t sell, Window window) const;
    [[nodiscard]] bool better(std::size_t taker, std::size_t a, std::size_t b) const;
    [[nodiscard]] std::optional<std::size_t> best(std::size_t taker) const;
    std::pair<EndReason, std::optional<std::size_t>> match(std::size_t taker, bool whole);
    void trade(std::size_t taker, std::size_t maker, const Deal& deal, bool strike_off);
    void check_done(std::size_t order, bool struck_off);
    Attempt attempt(std::size_t taker);
    Attempt attempt_places(std::size_t taker);
    Attempt attempt_once(std::size_t taker);
    void end(std::size_t order, OrderState state, EndReason reason);
    void retry();
    void rematch(const PoolId& id);
    [[nodiscard]] std::size_t index(const OrderId& id) const;
    [[nodiscard]] std::size_t pool_index(const PoolId& id) const;
    [[nodiscard]] std::int64_t rate_of(const ModelOrder& sell) const;

    Time now_;
    std::optional<Window> placed_;  // of a duration buy being tried
};

}  // namespace suanpan::matching::testing
