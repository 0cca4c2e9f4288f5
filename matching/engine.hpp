#pragma once

// The matching engine: books of all markets over shared pool calendars (market §3–§5).
// Pure and deterministic: the same calls give the same results. It knows no balances; the core
// reserves the worst case before it places an order, so that no fill can fail for money. Not
// thread-safe: one thread owns it.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "matching/calendar.hpp"
#include "matching/profile.hpp"
#include "matching/terms.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::matching {

// What matching needs of a market; versioned and logged by the core.
struct MarketRules {
    MarketKey key;
    Duration grid{60};
    Price tick{1};
    Lots max_lots{1'000'000};          // of one order
    Duration max_ahead{366 * 86'400};  // how far from now a window may end
    friend bool operator==(const MarketRules&, const MarketRules&) = default;
};

// Error `bad_market`: not above 0, or beyond what exact arithmetic carries.
Result<void> check_rules(const MarketRules& rules);

struct PoolRules {
    PoolId id;
    OrganisationId owner;  // the provider that lists it
    SiteId site;
    Lots lots;  // registered
    Profile profile;
};

// One trade: `lots` over `window` at the maker's limit price, in the maker's unit.
struct Fill {
    OrderId maker;
    OrderId taker;
    OrderId buy;
    OrderId sell;
    OrganisationId buyer;
    OrganisationId provider;
    PoolId pool;
    Lots lots;
    Window window;
    Price price;
    Unit price_unit = Unit::kLot;
    Rate rate;  // milli-CU a lot, of the pool in the market's class at this moment
    friend bool operator==(const Fill&, const Fill&) = default;
};

// An order as it stands. `sequence` is its place in time priority.
struct OrderView {
    OrderTerms terms;
    std::int64_t sequence = 0;
    OrderState state = OrderState::kOpen;
    EndReason end_reason = EndReason::kNone;
    std::int64_t rest = 0;         // buy: lots or milli-CU not filled
    std::vector<Step> rest_steps;  // sell: lots not sold, over its window; ends with a step of 0 at
                                   // the window's end
    std::int64_t filled_lots =
        0;  // buy: sum of lots; sell: sum of lots of all fills, whatever their windows
    std::optional<SiteId> bound_site;  // same_site: where the first fill bound it
    std::optional<PoolId> bound_pool;  // same_pool
    friend bool operator==(const OrderView&, const OrderView&) = default;
};

// What a command did, in the order in which it happened. `ended` holds every order that left the
// book or changed its state to a final one, the taker included when it ended.
struct Outcome {
    std::vector<Fill> fills;
    std::vector<OrderId> ended;
    // Orders whose rest, hold or state changed in any way, distinct, in order of first change.
    std::vector<OrderId> touched;
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

// Why a buy finds nothing (orders:preview).
struct WhyNot {
    struct FailedCondition {
        std::string condition;          // as describe() says it
        std::int64_t lots_failing = 0;  // listed lots whose profile fails it
        std::string
            nearest;  // the nearest value that some listed lots have; empty when none has any
    };
    std::int64_t lots_listed = 0;    // in the market, in an open sell
    std::int64_t lots_eligible = 0;  // of those, satisfying the requirement
    std::int64_t lots_free = 0;      // of those, free over the whole window
    std::int64_t lots_in_price = 0;  // of those, at or under the limit
    std::vector<FailedCondition> failed;
};

class Engine {
 public:
    Engine();
    ~Engine();
    Engine(Engine&&) noexcept;
    Engine& operator=(Engine&&) noexcept;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // Reference data. A repeated define_market replaces the rules; orders that rest keep what they
    // were accepted with. REQUIRES check_rules(rules) passed.
    void define_market(const MarketRules& rules);
    [[nodiscard]] const MarketRules* find_market(const MarketKey& key) const;
    Result<void> add_pool(const PoolRules& rules);  // error `pool_exists`
    [[nodiscard]] const PoolRules* find_pool(const PoolId& id) const;
    // The rate of a pool's lot in a class; sells need one. A change cancels the pool's resting
    // sells in that class with kRateChanged (market §2); nullopt takes the rate away. REQUIRES 0 <
    // rate ≤ kMaxRate.
    Outcome set_rate(const PoolId& pool, const std::string& compute_class, std::optional<Rate> rate,
                     Time now);
    [[nodiscard]] std::optional<Rate> find_rate(const PoolId& pool,
                                                const std::string& compute_class) const;
    [[nodiscard]] const Calendar* find_calendar(const PoolId& pool) const;
    // Takes free lots out (maintenance, withdrawal) or puts them back; `not_free` when some are
    // sold. Fewer lots can make an all-or-none attempt go another way, so those are tried again.
    Result<Outcome> block(const PoolId& pool, const Window& window, Lots lots, Time now);
    // Free lots may let resting orders trade: the pool's sells, by sequence, are matched as takers.
    Outcome unblock(const PoolId& pool, const Window& window, Lots lots, Time now);

    // Everything that would refuse the order before it meets the book: market, grid, tick, limits,
    // pool, window, contradictory fields. Error codes are stable; nothing changes.
    [[nodiscard]] Result<void> check(const OrderTerms& terms, Time now) const;
    // REQUIRES check(terms, now) passed. Matches, then rests or cancels the remainder.
    Outcome place(const OrderTerms& terms, Time now);
    // `order_not_found`, `order_closed`.
    Result<Outcome> cancel(const OrderId& id, Time now);
    Outcome cancel_all(const OrganisationId& organisation, EndReason reason, Time now);
    // Ends the order if due_time(id) ≤ now.
    Outcome expire(const OrderId& id, Time now);
    // The moment after which an open order can no longer trade: expires_at, a buy's last start, a
    // sell's window end less its least duration. nullopt for an order that is not open.
    [[nodiscard]] std::optional<Time> due_time(const OrderId& id) const;
    // Early end of a lease: the lots return to the calendar and, if it is still open, to the
    // selling order.
    Outcome give_back(const OrderId& sell, const PoolId& pool, const Window& window, Lots lots,
                      Time now);

    // Open orders, and orders ended since the last forget_ended().
    [[nodiscard]] const OrderView* find(const OrderId& id) const;
    void forget_ended();
    // REQUIRES a valid window (and duration), as check() tests it.
    [[nodiscard]] WhyNot why_not(const OrderTerms& terms, Time now) const;
    // What place() would do, without doing it. REQUIRES check(terms, now) passed.
    [[nodiscard]] Outcome preview(const OrderTerms& terms, Time now) const;

    // Rebuild: orders as they stood, in order of sequence; calendars must have been reserved
    // before.
    void restore(const OrderView& order);
    void restore_reservation(const PoolId& pool, const Window& window, Lots lots);
    [[nodiscard]] std::int64_t next_sequence() const;
    void restore_next_sequence(std::int64_t sequence);

    // In order of sequence; of pool id.
    void for_each_open(const std::function<void(const OrderView&)>& visit) const;
    void for_each_pool(const std::function<void(const PoolRules&, const Calendar&)>& visit) const;

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace suanpan::matching
