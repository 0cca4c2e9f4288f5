#pragma once

// The market's rules (market §4–§7) in the most obvious form: plain vectors, a scan of everything
// for every step, a copy of everything for every attempt. It shares no code with the engine but the
// types of orders, the test of a profile against a requirement and the allocation of a call, which
// have their own tests. Moments are grid steps from kDay on: every window is a multiple of kGrid.

#include "matching/engine.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::matching::testing {

inline constexpr std::int64_t kGrid = 60;
inline constexpr std::size_t kSteps = 48;  // of the grid that all windows lie in
inline constexpr std::size_t kMostPools = 4;
using PerStep = std::array<std::int64_t, kSteps>;

struct ModelPool {
    PoolRules rules;
    std::vector<std::pair<std::string, std::int64_t>> rates;
};

struct ModelMarket {
    MarketKey key;
    bool halted = false;
    std::optional<PriceBand> band;
    std::vector<CallTerms> calls;
};

struct ModelOrder {
    const OrderTerms* terms = nullptr;  // as accepted; the next two may be replaced
    std::int64_t quantity = 0;
    std::int64_t price = 0;
    std::size_t market = 0;
    std::size_t pool = 0;                        // sell
    std::array<bool, kMostPools> eligible = {};  // buy: pools that satisfy its requirement
    std::int64_t least_seconds = 0;              // sell
    std::int64_t sequence = 0;
    OrderState state = OrderState::kOpen;
    EndReason reason = EndReason::kNone;
    bool resting = false;
    bool waits = false;     // for a call
    std::int64_t rest = 0;  // buy
    PerStep sold = {};      // sell; struck off included, given back taken off
    std::int64_t filled = 0;
    std::optional<SiteId> bound_site;
    std::optional<PoolId> bound_pool;
    std::optional<Time> bound_start;
    friend bool operator==(const ModelOrder&, const ModelOrder&) = default;

    [[nodiscard]] bool open() const {
        return state == OrderState::kOpen || state == OrderState::kPartiallyFilled;
    }
    [[nodiscard]] bool buys() const { return terms->side == Side::kBuy; }
    [[nodiscard]] bool in_cu() const { return terms->unit == Unit::kCu; }
};

// What an attempt may have to take back.
struct ModelBook {
    std::vector<ModelOrder> orders;  // by sequence; open, and those that the last command ended
    std::vector<PerStep> free;       // by pool
    std::int64_t next_sequence = 1;
    // Of the last command.
    std::vector<Fill> fills;
    std::vector<OrderId> ended;
};

class Model {
 public:
    std::vector<ModelPool> pools;
    std::vector<ModelMarket> markets;  // in order of key
    ModelBook book;
    std::vector<CallView> closed;  // by the last command

    void add_pool(const PoolRules& rules);
    void place(const OrderTerms& terms, Time now);
    void cancel(const OrderId& id, Time now);
    void replace(const OrderId& id, const Replacement& with, Time now);
    void cancel_all(const OrderFilter& filter, EndReason reason, Time now);
    void expire(const OrderId& id, Time now);
    void set_rate(const PoolId& id, const std::string& name, std::optional<Rate> rate, Time now);
    void give_back(const OrderId& sell, const PoolId& id, const Window& window, Lots lots,
                   Time now);
    [[nodiscard]] bool can_block(const PoolId& id, const Window& window, Lots lots) const;
    void block(const PoolId& id, const Window& window, Lots lots, Time now);
    void unblock(const PoolId& id, const Window& window, Lots lots, Time now);
    void resume(std::size_t market, Time now);
    void open_call(std::size_t market, const CallTerms& call);
    void set_band(std::size_t market, std::optional<PriceBand> band, Time now);
    void close_call(std::size_t market, const Window& window, Time now);

    [[nodiscard]] CallResult indicative(std::size_t market, const CallTerms& call) const;
    // nullptr: it ended before the last command.
    [[nodiscard]] const ModelOrder* find(const OrderId& id) const;
    [[nodiscard]] std::size_t market_index(const MarketKey& key) const;
    // The moment after which it cannot trade.
    [[nodiscard]] static Time due(const ModelOrder& order);
    // As the engine's view tells it.
    [[nodiscard]] static Steps rest_steps(const ModelOrder& sell);
    [[nodiscard]] Steps calendar(std::size_t pool) const;
    // A resting unconditional buy and sell of different organisations, without least lots, that
    // could trade: there must be none.
    [[nodiscard]] std::optional<std::pair<OrderId, OrderId>> missed_pair(Time now);

 private:
    struct Deal {
        std::int64_t lots = 0;
        Window window;
    };
    struct Stop {
        EndReason reason = EndReason::kNone;
        std::optional<std::size_t> own;
    };
    struct Attempt {
        bool filled = false;
        Stop stop;
    };
    struct Collected {
        std::vector<CallOrder> orders;
        std::vector<std::size_t> indices;
        std::vector<Lots> pools;
    };

    // model.cpp: pairs.
    [[nodiscard]] std::int64_t lots_over(const ModelOrder& bid, const ModelOrder& offer,
                                         const Window& window) const;
    [[nodiscard]] std::int64_t wanted(const ModelOrder& bid, std::int64_t rate) const;
    [[nodiscard]] std::int64_t allowed(std::size_t taker, const ModelOrder& bid,
                                       const ModelOrder& offer, const Window& window) const;
    [[nodiscard]] Deal deal(std::size_t taker, std::size_t maker) const;
    [[nodiscard]] bool better(std::size_t taker, std::size_t a, std::size_t b) const;
    [[nodiscard]] std::optional<std::size_t> best(std::size_t taker) const;
    [[nodiscard]] bool in_band(std::size_t taker, std::size_t maker) const;
    [[nodiscard]] bool used_up(const ModelOrder& order) const;
    void check_done(std::size_t order, bool struck_off);
    void strike_off(std::size_t taker, std::size_t maker, const Deal& deal);
    void trade(std::size_t taker, std::size_t maker, const Deal& deal, std::int64_t price,
               Unit unit);
    void take(std::size_t taker, std::size_t maker, const Deal& deal);
    Stop match(std::size_t taker, bool whole);

    // model_arrivals.cpp: an order that arrives, and attempts.
    [[nodiscard]] std::vector<Window> starts(const ModelOrder& bid) const;
    Attempt attempt(std::size_t taker);
    Attempt attempt_places(std::size_t taker);
    Attempt attempt_once(std::size_t taker);
    void match_some_start(std::size_t taker);
    [[nodiscard]] bool would_trade(std::size_t taker);
    void match_arrived(std::size_t taker, OrderState post_only_end);
    void arrive(std::size_t taker);
    void retry();
    void rematch(std::size_t pool);

    // model_calls.cpp
    [[nodiscard]] static bool joins(const ModelOrder& order, const CallTerms& call);
    [[nodiscard]] bool waits_for_call(const ModelOrder& order) const;
    [[nodiscard]] Collected collect(std::size_t market, const CallTerms& call) const;
    [[nodiscard]] std::int64_t free_over(std::size_t pool, const Window& window) const;
    [[nodiscard]] CallOrder call_order(const ModelOrder& order, const CallTerms& call) const;
    void drop_limits(Collected& in, Price reference) const;
    [[nodiscard]] bool takes_part(const ModelOrder& sell, const CallTerms& call) const;
    void run_call(std::size_t market, std::size_t which);

    // model_commands.cpp
    void begin(Time now);
    void end(std::size_t order, OrderState state, EndReason reason);
    [[nodiscard]] std::size_t index(const OrderId& id) const;
    [[nodiscard]] std::size_t pool_index(const PoolId& id) const;
    [[nodiscard]] std::int64_t rate_of(const ModelOrder& sell) const;

    Time now_;
    std::optional<Window> placed_;  // of a duration buy being tried
    std::shared_ptr<std::deque<OrderTerms>> said_ = std::make_shared<std::deque<OrderTerms>>();
};

// Grid steps.
[[nodiscard]] std::size_t first_step(const Window& window);
[[nodiscard]] std::size_t end_step(const Window& window);

}  // namespace suanpan::matching::testing
