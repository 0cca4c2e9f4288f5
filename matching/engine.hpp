#pragma once

// The matching engine: books of all markets over shared pool calendars (market §3–§7).
// Pure and deterministic: the same calls give the same results. It knows no balances; the core
// reserves the worst case before it places an order, so that no fill can fail for money. Not
// thread-safe: one thread owns it.
//
// An order is named by its slot. Every call that changes something returns the engine's own
// Outcome, which the next such call overwrites.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "matching/auction.hpp"
#include "matching/calendar.hpp"
#include "matching/list.hpp"
#include "matching/order.hpp"
#include "matching/profile.hpp"
#include "matching/terms.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
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

// Trades of a market are at low to high per CU·h, both included (market §7).
struct PriceBand {
    Price low;
    Price high;
    friend bool operator==(const PriceBand&, const PriceBand&) = default;
};

struct PoolRules {
    PoolId id;
    OrganisationId owner;  // the provider that lists it
    SiteId site;
    Lots lots;  // registered
    Profile profile;
};

// One trade as the engine tells it: `lots` over `window` at `price`, the maker's limit (or the
// call's price), in `price_unit`.
struct Execution {
    OrderSlot maker = kNoOrder;
    OrderSlot taker = kNoOrder;
    std::uint32_t pool = 0;
    Unit price_unit = Unit::kLot;
    Lots lots;
    Window window;
    Price price;
    Rate rate;  // milli-CU a lot, of the pool in the market's class at this moment
    friend bool operator==(const Execution&, const Execution&) = default;
};

// The same with names.
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
    Rate rate;
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
    // Buy: sum of lots; sell: sum of lots of all fills, whatever their windows.
    std::int64_t filled_lots = 0;
    std::optional<SiteId> bound_site;  // same_site: where the first fill bound it
    std::optional<PoolId> bound_pool;  // same_pool
    std::optional<Time> bound_start;   // duration: when the first fill lets it start
    friend bool operator==(const OrderView&, const OrderView&) = default;
};

// What a call auction collects: one window of one market, of lots no worse than `floor`
// (market §6).
struct CallTerms {
    MarketKey market;
    Window window;
    Profile floor;
    Price reference;  // per lot·h
    friend bool operator==(const CallTerms&, const CallTerms&) = default;
};

// Where a call stands, or how it ended.
struct CallView {
    CallTerms terms;
    CallResult result;
    friend bool operator==(const CallView&, const CallView&) = default;
};

// What a command did, in the order in which it happened. `ended` holds every order that left the
// book or changed its state to a final one, the taker included when it ended.
struct Outcome {
    OrderSlot order = kNoOrder;  // place: the order
    List<Execution> fills;
    List<OrderSlot> ended;
    // Orders whose rest, hold or state changed in any way, distinct, in order of first change.
    List<OrderSlot> touched;
    std::vector<CallView> calls;  // closed
};

// The reference less and plus the width, the low end rounded up and the high end down.
// REQUIRES 0 < reference ≤ kMaxPrice, 0 ≤ width ≤ kMaxBandWidth.
inline constexpr std::int64_t kMaxBandWidth = 10'000'000;  // ppm: ten times the reference
PriceBand band_around(Price reference, Ppm width);
// What an auction's trades cost a CU·h in the mean, by volume, rounded down. REQUIRES fills.
Price auction_reference(std::span<const Execution> fills);

// A new total and price of an open order.
struct Replacement {
    std::int64_t quantity = 0;  // in the order's unit, what is filled included
    Price limit_price;
};

// Orders that fit all that is given.
struct OrderFilter {
    std::optional<OrganisationId> organisation;
    std::optional<MarketKey> market;
    std::optional<Side> side;
    std::optional<ProjectId> project;
    std::optional<ApiKeyId> key;
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

// What an order would do now: its fills, and how it would stand.
struct Preview {
    std::vector<Fill> fills;
    OrderView order;
    friend bool operator==(const Preview&, const Preview&) = default;
};

// How soon an order will be placed: some messages from now, fewer, as the next.
enum class Ahead : std::uint8_t { kFar, kNear, kNext };

class Engine {
 public:
    Engine();
    ~Engine();
    Engine(Engine&&) noexcept;
    Engine& operator=(Engine&&) noexcept;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // Memory for so many open orders, now and not when they come.
    void reserve(std::uint32_t orders);

    // Reference data. A repeated define_market replaces the rules; orders that rest keep what they
    // were accepted with. REQUIRES check_rules(rules) passed.
    const Outcome& define_market(const MarketRules& rules, Time now);
    [[nodiscard]] const MarketRules* find_market(const MarketKey& key) const;
    Result<void> add_pool(const PoolRules& rules);  // errors `pool_exists`, `bad_quantity`
    [[nodiscard]] const PoolRules* find_pool(const PoolId& id) const;
    // The rate of a pool's lot in a class; sells need one. A change cancels the pool's resting
    // sells in that class with kRateChanged (market §2); nullopt takes the rate away. REQUIRES 0 <
    // rate ≤ kMaxRate.
    const Outcome& set_rate(const PoolId& pool, const std::string& compute_class,
                            std::optional<Rate> rate, Time now);
    [[nodiscard]] std::optional<Rate> find_rate(const PoolId& pool,
                                                const std::string& compute_class) const;
    [[nodiscard]] const Calendar* find_calendar(const PoolId& pool) const;
    // Takes free lots out (maintenance, withdrawal); error `not_free` when some are sold. Fewer
    // lots can make an all-or-none attempt go another way, so those are tried again.
    [[nodiscard]] Result<void> check_block(const PoolId& pool, const Window& window,
                                           Lots lots) const;
    const Outcome& block(const PoolId& pool, const Window& window, Lots lots, Time now);
    // Free lots may let resting orders trade: the pool's sells, by sequence, are matched as takers.
    const Outcome& unblock(const PoolId& pool, const Window& window, Lots lots, Time now);

    // Everything that would refuse the order before it meets the book: market, halt, grid, tick,
    // limits, pool, window, contradictory fields. Error codes are stable.
    [[nodiscard]] Result<void> check(const OrderTerms& terms, Time now) const;
    // check(), and the order with its names resolved.
    Result<NewOrder> resolve(const OrderTerms& terms, Time now);
    // Matches, then rests or cancels the remainder. In a halted market, or a call, it waits.
    const Outcome& place(const NewOrder& order, Time now);
    // Hints to the processor of orders that will be cancelled: `soon`, in about ten commands, is
    // fetched; of `next`, in a few, what is linked to it. Each may be kNoOrder.
    void look_ahead(OrderSlot soon, OrderSlot next) const;
    // The same of an order that will be placed: what it needs lies behind one pointer after the
    // other, so it is told of several times.
    void prefetch(const OrderTerms& terms, Ahead ahead) const;
    const Outcome& cancel(OrderSlot order, Time now);  // REQUIRES it to be open, as the next ones
    // Errors of check(), with the new total and price; less at the same price is always allowed. A
    // lower total at the same price keeps
    // priority; anything else gets a new place and is matched as if it arrived; at or under what is
    // filled, the order closes (market §4).
    [[nodiscard]] Result<void> check_replace(OrderSlot order, const Replacement& with,
                                             Time now) const;
    const Outcome& replace(OrderSlot order, const Replacement& with, Time now);
    const Outcome& cancel_all(const OrderFilter& filter, EndReason reason, Time now);
    const Outcome& expire(OrderSlot order, Time now);  // REQUIRES due_time(order) ≤ now
    // The moment after which an open order can no longer trade: expires_at, a buy's last start, a
    // sell's window end less its least duration. nullopt for an order that has ended.
    [[nodiscard]] std::optional<Time> due_time(OrderSlot order) const;
    // Early end of a lease: the lots return to the calendar and, if `sell` is the selling order and
    // still open, to it. kNoOrder: it is gone.
    const Outcome& give_back(OrderSlot sell, const PoolId& pool, const Window& window, Lots lots,
                             Time now);

    // Market-wide control. REQUIRES the market to be defined.
    // `width`: an auction sets the band anew, so wide about its price. Another band may let an
    // all-or-none order fill.
    const Outcome& set_band(const MarketKey& market, std::optional<PriceBand> band,
                            std::optional<Ppm> width, Time now);
    [[nodiscard]] std::optional<PriceBand> find_band(const MarketKey& market) const;
    // While a market is halted nothing in it trades: cancels work, new orders wait.
    void halt(const MarketKey& market);
    [[nodiscard]] bool is_halted(const MarketKey& market) const;
    // Closes the market's calls in the order in which they were opened, then matches every resting
    // order, by sequence, as taker against those before it (market §6).
    const Outcome& resume(const MarketKey& market, Time now);

    // Call auctions. Until a call closes, the buys it collects trade with nobody.
    // Errors `market_not_found`, `bad_window`, `off_grid`, `window_passed`, `bad_price`,
    // `call_exists`.
    [[nodiscard]] Result<void> check_call(const CallTerms& call, Time now) const;
    void open_call(const CallTerms& call);
    // Indicative: what closing it now would give. nullopt: there is no such call.
    [[nodiscard]] std::optional<CallView> find_call(const MarketKey& market,
                                                    const Window& window) const;
    // In the order in which they were opened.
    [[nodiscard]] std::vector<CallTerms> calls() const;
    // Trades at the one price; then what waited is matched as usual, by sequence. In a halted
    // market it goes on waiting. REQUIRES the call to be open.
    const Outcome& close_call(const MarketKey& market, const Window& window, Time now);

    // Open orders, and orders ended since the last forget_ended().
    [[nodiscard]] OrderView view(OrderSlot order) const;
    [[nodiscard]] const OrderId& id(OrderSlot order) const;
    [[nodiscard]] Fill fill(const Execution& execution) const;
    void forget_ended();
    // REQUIRES a valid window (and duration), as check() tests it.
    [[nodiscard]] WhyNot why_not(const OrderTerms& terms, Time now) const;
    // What place() would do, without doing it. The order of the outcome has no slot afterwards.
    // REQUIRES check(terms, now) passed.
    [[nodiscard]] Preview preview(const OrderTerms& terms, Time now) const;

    // Rebuild: orders as they stood, in order of sequence; reservations, halts and calls before
    // them.
    OrderSlot restore(const OrderView& order);
    void restore_reservation(const PoolId& pool, const Window& window, Lots lots);
    [[nodiscard]] std::int64_t next_sequence() const;
    void restore_next_sequence(std::int64_t sequence);

    [[nodiscard]] std::vector<OrderSlot> open_orders() const;  // by sequence
    // By pool id.
    void for_each_pool(const std::function<void(const PoolRules&, const Calendar&)>& visit) const;
    // Offers that takers have looked at so far, for measurements.
    [[nodiscard]] std::uint64_t offers_met() const;
    // Bytes of the tables of orders and levels, which lie outside the heap.
    [[nodiscard]] std::size_t memory() const;

    struct Impl;  // inside of matching/ only

 private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace suanpan::matching
