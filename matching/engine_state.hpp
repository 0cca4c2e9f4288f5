#pragma once

// Inside of the engine: its whole state. Only matching/*.cpp include it.

#include "matching/engine_books.hpp"

#include <map>
#include <utility>
#include <vector>

namespace suanpan::matching {

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
    // `Many`: as the lanes are told apart, see Ladders::has_many_lanes.
    template <bool Buys, bool Many>
    void open_lanes(const Taker& taker, Ladders& contra);
    template <bool Many>
    void open_sell_lanes(const Taker& taker, Ladders& contra);
    // Unless nothing in it is of the taker's time.
    template <bool Buys>
    void open_lane(const Ladders& contra, std::uint32_t lane, PriceKey key, Rank worst);
    // Tells the contra lanes that an order at this limit may trade with and whose best price it
    // meets, but for some of another time: `visit(lane)`, or `visit(lane, worst rank)`. True as
    // soon as a visit says so, which ends it.
    template <bool Many, typename Visit>
    [[gnu::always_inline]] bool any_crossing_sell_lane(const Order& taker, Price limit,
                                                       const Window& wanted, Ladders& contra,
                                                       const Visit& visit);
    template <bool Many, typename Visit>
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
    void walk_lane(const Taker& taker, const Ladders& contra, const Head& head,
                   const Visitor& visit);
    template <bool Buys, typename Visitor>
    void merge_lanes(const Taker& taker, Ladders& contra, const Visitor& visit);
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
    template <bool Buys, bool Many>
    [[nodiscard, gnu::always_inline]] bool meets_a_price(RecordRef record, Market& market);
    template <bool Buys>
    [[nodiscard, gnu::noinline]] bool meets_a_price_of_many(RecordRef record, Market& market) {
        return meets_a_price<Buys, true>(record, market);
    }
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
