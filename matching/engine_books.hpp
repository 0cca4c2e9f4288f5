#pragma once

// Inside of the engine: markets, pools, and what stands beside their books. Only matching/*.cpp
// include it.

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

}  // namespace suanpan::matching
