#pragma once

// Inside of the engine: orders, ladders, pools and the undo log. Only matching/*.cpp include it.

#include "matching/eligibility.hpp"
#include "matching/engine.hpp"
#include "matching/price.hpp"

#include <limits>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>

namespace suanpan::matching {

struct Market;
struct Pool;

struct Order {
    OrderView view;
    Market* market = nullptr;
    Pool* pool = nullptr;               // sell
    Rate rate;                          // sell: of its pool in the market's class
    RequirementNumber requirement = 0;  // buy
    Window window;  // buy: what it takes; of a `duration` buy the start being tried
    bool in_book = false;
    std::uint64_t touched_in = 0;  // the last command that touched it

    [[nodiscard]] bool is_buy() const { return view.terms.side == Side::kBuy; }
    [[nodiscard]] bool is_open() const {
        return view.state == OrderState::kOpen || view.state == OrderState::kPartiallyFilled;
    }
};

// Orders of one pool (sells) or one requirement (buys) in one price unit, best first: by price
// (rank: a sell's price, a buy's price negated), then by sequence.
struct Ladder {
    using Rank = std::pair<std::int64_t, std::int64_t>;
    struct Entry {
        Order* order = nullptr;
        Window window;  // copied here so that a walk passes an order of another time without a look
    };
    std::map<Rank, Entry> orders;
};

// Lies in every window: of a buy whose window is not fixed.
inline constexpr Window kAnyWindow{Time(std::numeric_limits<std::int64_t>::max()),
                                   Time(std::numeric_limits<std::int64_t>::min())};

// All-or-none buys come after unconditional orders, whatever their price (market §5 step 2).
struct LadderKey {
    bool conditional = false;
    std::uint32_t owner = 0;  // pool number (sells) or requirement number (buys)
    Unit unit = Unit::kLot;
    friend auto operator<=>(const LadderKey&, const LadderKey&) = default;
};

struct Market {
    MarketRules rules;
    std::map<LadderKey, Ladder> sells;
    std::map<LadderKey, Ladder> buys;
    // Resting all-or-none buys in the order in which they are tried again: prices per lot and per
    // CU have no common measure without a pool, so lot buys come first; then the better price, then
    // sequence.
    std::map<std::tuple<Unit, std::int64_t, std::int64_t>, Order*> all_or_none;
    // Since they were last tried: one of them may fill now.
    bool supply_changed = false;
};

struct Pool {
    PoolRules rules;
    Calendar calendar;
    std::uint32_t number = 0;
    ProfileNumber profile = 0;
    std::map<std::string, Rate> rates;       // by compute class
    std::map<std::int64_t, Order*> resting;  // its sells in all books, by sequence
};

// What a pair could trade now.
struct Offer {
    Lots lots;      // 0: not fillable now
    Window window;  // the buy's
    // Not fillable only because the taker's rest is larger than this: it may be later in this walk.
    bool small_for_taker = false;
    // Nothing else in the maker's ladder is fillable either.
    bool ladder_done = false;
};

// Why a taker was stopped before its rest was used up.
struct Stop {
    EndReason reason = EndReason::kNone;
    Order* maker = nullptr;  // of a self-trade
};

struct SavedOrder {
    Order* order = nullptr;
    bool in_book = false;
    OrderState state = OrderState::kOpen;
    EndReason end_reason = EndReason::kNone;
    std::int64_t rest = 0;
    std::int64_t filled_lots = 0;
    Steps rest_steps;
    std::optional<SiteId> bound_site;
    std::optional<PoolId> bound_pool;
};

struct SavedReservation {
    Pool* pool = nullptr;
    Window window;
    Lots lots;
};

using UndoStep = std::variant<SavedOrder, SavedReservation>;

// A point to which everything can be taken back.
struct Mark {
    std::size_t undo = 0;
    std::size_t fills = 0;
    std::size_t ended = 0;
    std::size_t touched = 0;
    std::size_t all_ended = 0;
};

// What became of one maker.
enum class Met : std::uint8_t {
    kSkipped,
    kSkippedSmall,
    kLadderDone,
    kTraded,
    kStruckOff,
    kStopped
};

enum class Visit : std::uint8_t { kNext, kNextLadder, kStop };

struct Engine::Impl {
    Eligibility eligibility;
    std::map<MarketKey, Market> markets;
    std::map<PoolId, Pool> pools;
    std::vector<Pool*> pool_by_number;
    std::unordered_map<OrderId, std::unique_ptr<Order>, IdHash> orders;
    std::map<std::int64_t, Order*> resting;  // by sequence
    std::int64_t next_sequence = 1;
    std::vector<OrderId> ended;  // since forget_ended()

    // Of the command being applied.
    Time now;
    Outcome outcome;
    std::uint64_t command = 0;
    std::vector<UndoStep> undo;
    int recording = 0;  // > 0: changes go to `undo`

    // engine_orders.cpp: one order, and taking changes back.
    void begin(Time time);
    Order& admit(const OrderView& view);
    Order& admit_new(const OrderTerms& terms);  // with the next sequence number
    void dismiss(Order& order);
    void insert(Order& order);
    void remove(Order& order);
    void touch(Order& order);
    void end(Order& order, OrderState state, EndReason reason);
    void reserve(Pool& pool, const Window& window, Lots lots);
    [[nodiscard]] Mark start_recording();
    void keep(const Mark& mark);
    void roll_back(const Mark& mark);

    // engine_match.cpp: pairs and walks.
    [[nodiscard]] Offer offer(const Order& taker, const Order& maker) const;
    Met meet(Order& taker, Order& maker, bool all, Stop& stop);
    Stop match(Order& taker, bool all);
    void fill(Order& taker, Order& maker, const Offer& found);
    // Takes lots off both rests; the calendar is the caller's.
    static void take(Order& buy, Order& sell, const Window& window, Lots lots);
    void settle_state(Order& order, OrderState when_used_up);
    void strike_off(Order& taker, Order& maker, const Offer& found);
    Met prevent_self_trade(Order& taker, Order& maker, const Offer& found);

    // engine_walk.cpp: visits the resting contra orders that the taker's requirement (or profile)
    // and price allow, in priority order. A visit may end the taker and the order visited, no
    // other.
    void walk(const Order& taker, const std::function<Visit(Order&)>& visit) const;

    // engine_place.cpp: an arriving order, and trying resting ones again.
    void arrive(Order& order);
    [[nodiscard]] bool would_trade(const Order& order) const;
    Stop try_all(Order& order);
    Stop try_here(Order& order);
    Stop try_places(Order& order);

    // engine_duration.cpp: where inside its window a `duration` buy is placed.
    Stop try_starts(Order& order);
    // Every result of placing the buy is reached from the first of these starts at which it holds.
    [[nodiscard]] std::vector<Time> candidate_starts(const Order& order) const;
    // The first start at which the sell alone gives the resting buy these lots; when that is under
    // the sell's min_lots at every such start, the first of them all the same.
    [[nodiscard]] std::optional<Time> earliest_start(const Order& buy, const Order& sell,
                                                     Lots lots) const;

    [[nodiscard]] std::vector<const Pool*> first_of_each_place(const Order& order) const;
    void retry_all_or_none();
    bool fill_one_all_or_none(Market& market);
    static void mark_changed_supply(const Pool& pool);
    void mark_changed_supply(std::size_t& fills_seen);
    void rematch(Pool& pool);

    Order* find(const OrderId& id) const;
    Market& get_market(const MarketKey& key);
    Pool& get_pool(const PoolId& id);
};

// Whole lots of `rate` that a buy's rest still takes (market §5): ⌊rest ÷ rate⌋, one more if the
// excess allows.
[[nodiscard]] Lots lots_wanted(const Order& buy, Rate rate);
// The conditions on a pair that no fill changes: requirement apart (a bit of Eligibility), window,
// least duration, counterparties.
[[nodiscard]] bool terms_allow(const Order& buy, const Order& sell, const Window& window);
[[nodiscard]] bool prices_cross(const OrderTerms& buy, const OrderTerms& sell, Rate rate);
[[nodiscard]] Time last_start(const OrderTerms& buy);
// Starts of a `duration` buy, from `now` on, between which nothing of these steps changes for it.
[[nodiscard]] std::vector<Time> starts_between(const Order& buy, Time now,
                                               const std::vector<const Steps*>& steps);
[[nodiscard]] Time due(const Order& order);

}  // namespace suanpan::matching
