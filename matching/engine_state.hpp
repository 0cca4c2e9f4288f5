#pragma once

// Inside of the engine: markets, pools, and the undo log. Only matching/*.cpp include it.

#include "matching/eligibility.hpp"
#include "matching/engine.hpp"
#include "matching/engine_attempt.hpp"
#include "matching/interner.hpp"
#include "matching/ladders.hpp"
#include "matching/starts.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <variant>

namespace suanpan::matching {

inline constexpr Lots kNothing{0};
inline constexpr std::uint32_t kMaxMarkets = 0xffff;

// A resting all-or-none buy. They are tried again in this order: prices per lot and per CU have no
// common measure without a pool, so lot buys come first; then the better price, then sequence.
struct Waiting {
    Unit unit = Unit::kLot;
    Rank rank = 0;
    std::int64_t sequence = 0;
    std::uint32_t slot = kNone;
    RequirementNumber requirement = 0;
    Window window;           // that it takes, or in which it may be placed
    bool is_fixed = true;    // the first of the two
    std::uint64_t seen = 0;  // changes of supply, of all ever, that it was tried after
    // At most so much, in the order's unit, can be bought together: far less than it needs, mostly.
    Int128 possible = std::numeric_limits<std::int64_t>::max();

    friend bool operator<(const Waiting& a, const Waiting& b) {
        return std::tie(a.unit, a.rank, a.sequence) < std::tie(b.unit, b.rank, b.sequence);
    }
};

// What may let an all-or-none buy fill that could not before: fewer lots can help as well as more,
// since a greedy attempt that ended in a rest too small for anybody may now go another way.
struct SupplyChange {
    std::uint32_t sell = kNone;  // an order that came, went or changed …
    std::uint32_t pool = 0;      // … or the free lots of a pool
    Window window;               // over which
    Price limit;                 // of the sell, then
    Lots more{0};                // at most so many lots were added
};

struct SellLane {
    std::uint32_t lane = kNone;
    std::uint32_t users = 0;  // pools that list something there
};

struct Market {
    Market(const MarketRules& given, std::uint16_t which, OrderStore& orders, Slab<Level>& levels)
        : rules(given),
          number(which),
          sells(false, which, orders, levels),
          buys(true, which, orders, levels) {}

    MarketRules rules;
    std::uint16_t number;
    bool halted = false;
    std::optional<PriceBand> band;
    std::optional<Ppm> band_width;  // about an auction's price
    std::vector<CallTerms> calls;   // open, in the order in which they were opened
    Ladders sells;
    Ladders buys;
    std::map<std::tuple<ProfileNumber, Unit, Rate>, SellLane> sell_lanes;
    // By requirement number; then lot, cu, and the same for all-or-none buys.
    std::vector<std::array<std::uint32_t, 4>> buy_lanes;
    std::vector<Waiting> all_or_none;  // sorted
    bool rules_changed = false;        // so each of them is tried again
};

// A pool's sells in one market.
struct Listing {
    std::uint32_t market = 0;
    Rate rate;
    std::array<std::uint32_t, 2> lanes{kNone, kNone};  // by price unit
};

// A pool's sells in all books. One that leaves its book stays in the list until very many have:
// nothing must be found when an order is cancelled.
class RestingSells {
 public:
    explicit RestingSells(std::uint32_t pool) : pool_(pool) {}
    [[gnu::always_inline]] void add(OrderStore& orders, Order& order, std::uint32_t slot);
    void remove(Order& order, std::uint32_t slot);
    // By sequence.
    [[nodiscard]] std::vector<std::uint32_t> slots(OrderStore& orders);
    void prefetch_end() const { __builtin_prefetch(entries_.end(), 1); }

 private:
    struct Entry {
        std::int64_t sequence = 0;
        std::uint32_t slot = kNone;
        friend auto operator<=>(const Entry&, const Entry&) = default;
    };
    [[nodiscard]] bool rests(const OrderStore& orders, const Entry& entry) const;
    [[nodiscard]] bool is_of(const Order& order, const Entry& entry) const;
    void compact(OrderStore& orders);

    static constexpr std::size_t kFew = 16;

    std::uint32_t pool_;
    List<Entry> entries_;
    std::size_t gone_ = 0;
    std::size_t most_gone_ = kFew;
};

// What a walk reads of it is in the first cache line.
struct alignas(64) Pool {
    Calendar calendar;
    mutable std::uint64_t exhausted_in = 0;  // the last walk that found no free lot
    std::uint32_t number = 0;
    std::uint32_t site = 0;
    ProfileNumber profile = 0;
    PoolRules rules;
    std::map<std::string, Rate> rates;  // by compute class
    std::vector<Listing> listings;
    RestingSells resting;
    // In the last count of a buy's supply that met the pool.
    std::uint64_t counted_in = 0;
    std::size_t counted_at = 0;  // place
    Lots uncounted{0};           // free

    // What placing a sell reads and what lies outside of the pool itself.
    void prefetch_lists() const {
        __builtin_prefetch(listings.data());
        calendar.prefetch();
        resting.prefetch_end();
    }
    // In the market's class.
    [[nodiscard]] bool has_rate(const Market& market) const {
        return std::ranges::any_of(
                   listings,
                   [&](const Listing& listing) { return listing.market == market.number; }) ||
               rates.contains(market.rules.key.compute_class);
    }
};

struct Engine::Impl {
    OrderStore orders;
    Slab<Level> levels;
    Eligibility eligibility;
    std::map<MarketKey, std::uint32_t> market_numbers;
    mutable std::uint32_t last_market = 0;  // looked for
    Stable<Market> markets;
    Interner<PoolId> pool_numbers;
    Stable<Pool> pools;
    Interner<OrganisationId> organisations;
    Interner<SiteId> sites;
    Interner<ProjectId> projects;
    Interner<ApiKeyId> keys;
    std::size_t resting = 0;
    std::vector<std::uint32_t> open_by_organisation;  // resting orders
    std::size_t waiting_all_or_none = 0;              // in all markets
    std::vector<SupplyChange> changes;                // by the command under way
    std::uint64_t changes_before = 0;                 // by all commands before it
    std::int64_t next_sequence = 1;
    std::int64_t first_new = 1;  // sequence of the first order that the command under way makes
    List<std::uint32_t> ended;   // since forget_ended()

    // Of the command being applied.
    Time now;
    Outcome outcome;
    std::vector<UndoStep> undo;
    int recording = 0;       // > 0: changes go to `undo`
    bool is_untidy = false;  // the next command has something to clear away first

    // Of the walk under way.
    Reach taker_reach;
    List<std::uint32_t> crossing;  // sell lanes whose best price the taker meets
    List<Cursor> cursors;
    List<Head> heads;  // a heap of them, the best first
    std::uint64_t walks = 0;
    std::uint64_t offers_met = 0;
    std::uint64_t supplies = 0;  // counted so far

    Impl() {
        // Number 0: none.
        projects.number(ProjectId());
        keys.number(ApiKeyId());
    }

    // engine_orders.cpp: one order, and taking changes back.
    [[gnu::always_inline]] void begin(Time time);
    [[gnu::noinline]] void tidy();
    [[nodiscard]] NewOrder resolve(const OrderTerms& terms);
    [[nodiscard]] NewOrder resolve(const OrderTerms& terms, const Market& market, const Pool* pool);
    static void resolve_extras(const OrderTerms& terms, NewOrder& out);
    [[gnu::always_inline]] std::uint32_t admit(const NewOrder& given);
    std::uint32_t restore(const OrderView& view);
    [[gnu::always_inline]] void dismiss(std::uint32_t slot);
    void insert(std::uint32_t slot);
    template <bool Buys>
    [[gnu::always_inline]] void insert_on(std::uint32_t slot, RecordRef record, Market& market);
    void remove(std::uint32_t slot) { remove(slot, orders[slot]); }
    [[gnu::always_inline]] void remove(std::uint32_t slot, Order& order);
    void relink(std::uint32_t slot);
    [[nodiscard]] Waiting waiting_entry(std::uint32_t slot) const;
    [[nodiscard]] Waiting& find_waiting(std::uint32_t slot);
    template <bool Buys>
    [[gnu::always_inline]] void list(std::uint32_t slot, RecordRef record);
    [[gnu::always_inline]] void unlist(std::uint32_t slot, Order& order);
    // Before every change of an order.
    void touch(std::uint32_t slot) { touch(slot, orders[slot]); }
    [[gnu::always_inline]] void touch(std::uint32_t slot, Order& order) {
        if (recording > 0) [[unlikely]]
            save(slot);
        if (order.touched) return;
        order.touched = true;
        outcome.touched.push_back(OrderSlot(slot));
    }
    void save(std::uint32_t slot);
    void end(std::uint32_t slot, OrderState state, EndReason reason) {
        end(slot, orders[slot], state, reason);
    }
    [[gnu::always_inline]] void end(std::uint32_t slot, Order& order, OrderState state,
                                    EndReason reason);
    [[gnu::always_inline]] void reserve(Pool& pool, const Window& window, Lots lots);
    [[nodiscard]] Mark start_recording();
    void keep(const Mark& mark);
    void roll_back(const Mark& mark);
    void restore_saved(SavedOrder& saved);
    [[nodiscard]] Taker taker(std::uint32_t slot);
    std::uint32_t lane_of(const Record& record);
    void forget_idle();
    void release_lanes(const Pool& pool, const Listing& listing);
    [[nodiscard]] std::uint32_t open_orders_of(const OrganisationId& organisation);
    Listing& listing(Pool& pool, const Market& market);
    [[nodiscard]] Rate rate_of(const Pool& pool, const Market& market) const;
    [[nodiscard]] bool is_special(const Details& details, const Extras& extras) const;
    [[nodiscard]] Ladders& ladders(const Order& order);  // REQUIRES that it rests
    [[nodiscard]] std::vector<std::uint32_t> by_sequence(std::vector<std::uint32_t> slots) const;
    [[nodiscard]] std::vector<std::uint32_t> open_slots() const;

    // engine_match.cpp: pairs and walks.
    [[nodiscard, gnu::always_inline]] Lots sell_minimum(const Order& sell,
                                                        const Window& window) const;
    [[nodiscard, gnu::always_inline]] Lots lots_wanted(std::uint32_t slot, const Order& buy,
                                                       Rate rate) const;
    [[nodiscard, gnu::always_inline]] bool sell_allows(std::uint32_t sell, const Order& buy,
                                                       const Window& window) const;
    [[nodiscard, gnu::always_inline]] Offer offer(const Taker& taker, std::uint32_t maker,
                                                  Rate rate) const;
    [[nodiscard, gnu::always_inline]] Offer offer_over(const Taker& taker, std::uint32_t maker,
                                                       Rate rate, const Window& window,
                                                       Lots wanted) const;
    [[nodiscard]] Offer offer_any_start(const Taker& taker, std::uint32_t maker, Rate rate,
                                        Lots wanted) const;
    [[nodiscard, gnu::always_inline]] bool is_small(Lots lots, std::uint32_t slot,
                                                    const Order& order, Lots whole_rest) const;
    [[nodiscard]] bool binding_allows(std::uint32_t buy, std::uint32_t pool) const;
    [[gnu::always_inline]] Met meet(const Taker& taker, std::uint32_t maker, Rate rate, bool all,
                                    Stop& stop);
    Stop match(const Taker& taker, bool all);
    [[gnu::always_inline]] void fill(const Taker& taker, std::uint32_t maker, Rate rate,
                                     const Offer& found);
    [[gnu::always_inline]] void trade(std::uint32_t maker, std::uint32_t taker, Rate rate,
                                      const Window& window, Lots lots, Price price, Unit unit);
    // Takes lots off both rests; the calendar is the caller's.
    [[gnu::always_inline]] void take(Order& buy, Order& sell, Rate rate, const Window& window,
                                     Lots lots);
    [[gnu::always_inline]] void bind(std::uint32_t buy, Order& bought, const Pool& pool,
                                     const Window& window);
    [[nodiscard, gnu::always_inline]] bool is_used_up(RecordRef record) const;
    [[nodiscard]] bool is_used_up(std::uint32_t slot) { return is_used_up(orders.record(slot)); }
    void settle_state(std::uint32_t slot, OrderState when_used_up) {
        settle_state(slot, orders.record(slot), when_used_up);
    }
    [[gnu::always_inline]] void settle_state(std::uint32_t slot, RecordRef record,
                                             OrderState when_used_up);
    Met prevent_self_trade(const Taker& taker, std::uint32_t maker, Rate rate, const Offer& found);

    // engine_walk.hpp: visits the resting contra orders that the taker's requirement (or profile),
    // window and price allow, in priority order. A visit may end the taker and the order visited,
    // no other.
    template <typename Visitor>
    void walk(const Taker& taker, const Visitor& visit);
    template <bool Buys>
    void open_lanes(const Taker& taker, Ladders& contra);
    void open_sell_lanes(const Taker& taker, Ladders& contra);
    // Unless nothing in it is of the taker's time.
    template <bool Buys>
    void open_lane(const Ladders& contra, std::uint32_t lane, PriceKey key, Rank worst);
    // Tells the contra lanes that an order at this limit may trade with and whose best price it
    // meets, but for some of another time: `visit(lane)`, or `visit(lane, worst rank)`. True as
    // soon as a visit says so, which ends it.
    template <typename Visit>
    [[gnu::always_inline]] bool any_crossing_sell_lane(const Order& taker, Price limit,
                                                       const Reach& wanted, Ladders& contra,
                                                       const Visit& visit);
    template <typename Visit>
    [[gnu::always_inline]] bool any_crossing_buy_lane(const Order& taker, Price limit, Rate rate,
                                                      Ladders& contra, const Visit& visit);
    [[nodiscard, gnu::noinline]] static bool meets_exactly(Price limit, Unit unit,
                                                           const LaneFront& lane);
    template <bool Buys, typename Sift, typename Visit>
    [[gnu::always_inline]] bool any_eligible_lane(const Order& taker, Ladders& contra,
                                                  const Sift& sift, const Visit& visit);
    [[nodiscard]] static PriceKey key_of(const Taker& taker, const LaneFront& lane, Rank rank);
    [[nodiscard]] std::optional<Bound> bound_of(const Taker& taker) const;
    [[nodiscard]] std::int64_t largest_lot(const Taker& taker) const;
    [[nodiscard]] static bool is_elsewhere(const Bound& bound, const LaneFront& lane);
    void leave_other_places(const Taker& taker, const Ladders& contra, const Bound& bound);
    template <bool Buys>
    bool look(const Taker& taker, const Ladders& contra, Head& head);
    template <bool Buys>
    bool find_level(const Taker& taker, const Ladders& contra, Head& head);
    void aim(const Ladders& contra, Head& head);
    template <bool Buys, typename Visitor>
    void merge(const Taker& taker, const Ladders& contra, const Visitor& visit);
    template <bool Buys>
    [[nodiscard]] bool is_better(const Taker& taker, const Ladders& contra, const Head& a,
                                 const Head& b) const {
        return a.key != b.key ? a.key < b.key : is_better_exactly<Buys>(taker, contra, a, b);
    }
    template <bool Buys>
    [[nodiscard, gnu::noinline]] bool is_better_exactly(const Taker& taker, const Ladders& contra,
                                                        const Head& a, const Head& b) const;
    template <bool Buys>
    void sift_down(const Taker& taker, const Ladders& contra, std::size_t at);
    template <bool Buys>
    void make_heap(const Taker& taker, const Ladders& contra);
    template <bool Buys>
    void line_up(const Taker& taker, const Ladders& contra);
    void prefetch_pools() const;
    template <bool Buys>
    void sift_alike(const Taker& taker, const Ladders& contra);
    template <bool Buys>
    void drop_top(const Taker& taker, const Ladders& contra);

    // engine_place.cpp: an arriving order, and trying resting ones again.
    [[gnu::noinline]] void arrive(std::uint32_t slot) {
        arrive(slot, orders.record(slot), markets[orders.details(slot).market]);
    }
    [[gnu::always_inline]] void arrive(std::uint32_t slot, RecordRef record, Market& market);
    template <bool Buys>
    [[gnu::always_inline]] void arrive_on(std::uint32_t slot, RecordRef record, Market& market);
    template <bool Buys>
    [[nodiscard, gnu::always_inline]] bool may_meet(RecordRef record, Market& market);
    template <bool Buys>
    [[nodiscard, gnu::always_inline]] bool meets_a_price(RecordRef record, Market& market);
    void match_arrived(std::uint32_t slot, OrderState post_only_end);
    [[nodiscard]] bool would_trade(std::uint32_t slot);
    Stop try_all(std::uint32_t slot);
    Stop try_here(const Taker& taker);
    Stop try_places(const Taker& taker);
    void retry_all_or_none() {
        if (waiting_all_or_none != 0) [[unlikely]]
            retry_waiting();
    }
    void retry_waiting();
    bool fill_one_all_or_none(Market& market);
    void note(const SupplyChange& change) {
        is_untidy = true;
        changes.push_back(change);
    }
    void note_changes(Mark& seen);
    // What is known of the next tries of all-or-none orders, which a preview must not change:
    // by market, whether its rules changed, and its waiting orders.
    using Tries = std::vector<std::pair<bool, std::vector<Waiting>>>;
    [[nodiscard]] Tries save_tries() const;
    void restore_tries(const Tries& tries);
    void note_pool_change(const Pool& pool, const Window& window, Lots more);
    [[nodiscard]] bool concerns(const SupplyChange& change, const Market& market,
                                const Waiting& waiting) const;
    [[nodiscard]] bool may_fill_now(const Market& market, Waiting& waiting);
    [[nodiscard]] Supply supply_of(const Taker& taker, Extent extent);
    [[nodiscard]] bool may_fill(const Taker& taker, const Supply::Place& place) const;
    bool try_place(const Taker& taker, const Supply::Place& place, Stop& first_stop);
    [[nodiscard]] Lots offered_to(const Taker& buy, std::uint32_t sell) const;
    [[nodiscard]] Lots free_for(const Taker& buy, const Pool& pool) const;
    void rematch(Pool& pool);

    // engine_duration.cpp: where inside its window a `duration` buy is placed.
    Stop try_starts(std::uint32_t slot);
    void match_some_start(std::uint32_t slot);
    // Every result of placing the buy is reached from the first of these starts at which it holds.
    [[nodiscard]] std::vector<Time> candidate_starts(std::uint32_t slot);
    [[nodiscard]] Starts starts_of(std::uint32_t slot) const;
    void add_changes(Starts& starts, const Order& sell) const;

    // engine_call.cpp
    [[nodiscard]] bool joins(std::uint32_t slot, const CallTerms& call) const;
    [[nodiscard]] bool waits_for_call(const Market& market, std::uint32_t slot) const {
        return !market.calls.empty() && joins_any(market, slot);
    }
    [[nodiscard]] bool joins_any(const Market& market, std::uint32_t slot) const;
    [[nodiscard]] struct CallBook collect(Market& market, const CallTerms& call);
    void run_call(Market& market, std::size_t which);
    void rematch_all(Market& market);

    [[nodiscard]] const Market* find_market(const MarketKey& key) const;
    Market& get_market(const MarketKey& key);
    Pool& get_pool(const PoolId& id);
    [[nodiscard]] const Pool* find_pool(const PoolId& id) const;
    [[nodiscard]] OrderView view(std::uint32_t slot) const;
    [[nodiscard]] OrderTerms terms(std::uint32_t slot) const;
    [[nodiscard]] Time due(std::uint32_t slot) const;
};

inline std::uint32_t number_of(OrderSlot slot) {
    return static_cast<std::uint32_t>(slot);
}

inline Rank rank_of(bool buys, Price limit) {
    return buys ? -limit.value : limit.value;
}

inline bool is_unbound_duration(const Order& order) {
    return order.buys && order.window == kAnyWindow;
}

[[nodiscard]] Time last_start(const OrderTerms& buy);

}  // namespace suanpan::matching
