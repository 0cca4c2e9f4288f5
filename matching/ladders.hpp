#pragma once

// One side of one market's book (market §5). Resting orders stand in lanes: all sells of one
// profile, rate and price unit, or all buys of one requirement, unit and condition. A lane is a
// price ladder: levels, best first, each a queue of orders by sequence. A taker scans the lanes
// that it may trade with by rows of bits, and looks at their best prices only.
// Inside of matching/ only.

#include "matching/lane_rows.hpp"
#include "matching/order.hpp"
#include "matching/price.hpp"
#include "matching/reach.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

namespace suanpan::matching {

// Best first is ascending: a sell's price, a buy's price negated.
using Rank = std::int64_t;

// The worst rank, of prices in `lane_unit` for lots of `rate`, that a taker with this limit takes.
// Within bounds, see kMaxPrice.
Rank wide_limit_rank(bool taker_buys, Price limit, Unit unit, Unit lane_unit, Rate rate);
inline Rank limit_rank(bool taker_buys, Price limit, Unit unit, Unit lane_unit, Rate rate) {
    if (unit == lane_unit) return taker_buys ? limit.value : -limit.value;
    std::int64_t product = 0;
    const std::int64_t factor = lane_unit == Unit::kLot ? rate.value : kMilli;
    const std::int64_t divisor = lane_unit == Unit::kLot ? kMilli : rate.value;
    // Such a price may be beyond all that an order can name.
    if (!__builtin_mul_overflow(limit.value, factor, &product)) [[likely]] {
        const std::int64_t up = taker_buys ? 0 : divisor - 1;
        const Rank most = kMaxPrice + 1;
        if (!__builtin_add_overflow(product, up, &product)) [[likely]]
            return taker_buys ? std::min(product / divisor, most)
                              : -std::min(product / divisor, most);
    }
    return wide_limit_rank(taker_buys, limit, unit, lane_unit, rate);
}

struct Level {
    Rank rank = 0;
    std::uint32_t head = kNone;  // orders
    std::uint32_t tail = kNone;
    std::uint32_t better = kNone;  // levels
    std::uint32_t worse = kNone;
    std::uint32_t lane = 0;
    std::uint16_t market = 0;
    Reach reach;              // see PriceIndex
    std::int64_t newest = 0;  // no order that came to it has a later sequence
};

// Of a lane's first few levels.
struct Near {
    static constexpr Rank kUnknown = std::numeric_limits<Rank>::min();
    Rank beyond = kUnknown;   // the rank of the first level after them
    std::uint64_t parts = 0;  // that their orders touch, see Reach
};

// The levels of one lane by rank: sorted runs of limited length, so that a new level among very
// many moves few others.
//
// With each level goes the reach of its orders' windows, so that a walk passes a level of another
// time without a look at its orders. It may say too much: of the orders that go, only the last but
// one takes back what it said.
class PriceIndex {
 public:
    // A level of the index, for as long as no level comes or goes.
    struct Place {
        std::size_t run = 0;
        std::size_t index = 0;
        std::uint64_t edition = 0;
    };

    // kNone: there is no such level.
    [[nodiscard]] std::uint32_t find(Rank rank) const;
    // REQUIRES that there is none of this rank. Gives the better and the worse neighbour.
    std::pair<std::uint32_t, std::uint32_t> insert(Rank rank, std::uint32_t level,
                                                   const Reach& reach);
    // REQUIRES that there is one, as the next.
    void erase(Rank rank);
    void set_reach(Rank rank, const Reach& reach);

    // From `place` on, at ranks up to `limit`: the first level whose orders' windows may fit.
    // `passed` counts those that do not.
    template <bool TakerBuys>
    [[nodiscard]] bool seek(Place& place, const Reach& taker, Rank limit,
                            std::uint64_t& passed) const {
        for (; place.run < worst_.size(); ++place.run, place.index = 0) {
            const Run& run = this->run(place.run);
            const Entry* const begin = run.data() + place.index;
            const Entry* const end = run.data() + run.size();
            const Entry* at = begin;
            while (at != end && at->rank <= limit && !reach::may_fit<TakerBuys>(at->reach, taker))
                ++at;
            passed += static_cast<std::uint64_t>(at - begin);
            place.index += static_cast<std::size_t>(at - begin);
            if (at != end) return at->rank <= limit;
        }
        return false;
    }
    [[nodiscard]] Place first() const { return {0, 0, edition_}; }
    void prefetch_first() const {
        constexpr std::size_t kAhead = 6;
        prefetch_lines(first_.data(), std::min(first_.size(), kAhead) * sizeof(Entry));
    }
    // The place after the level of this rank, where `place` was; the level may have gone.
    void step(Place& place, Rank rank) const;
    [[nodiscard]] std::uint32_t level(const Place& place) const {
        return run(place.run)[place.index].level;
    }
    [[nodiscard]] Rank rank(const Place& place) const { return run(place.run)[place.index].rank; }
    // The first `count` levels.
    [[nodiscard]] Near near(std::size_t count) const;

 private:
    static constexpr std::size_t kLongest = 128;
    struct Entry {
        Rank rank = 0;
        Reach reach;
        std::uint32_t level = kNone;
    };
    using Run = std::vector<Entry>;
    [[nodiscard]] static std::size_t first_not_below(const Run& run, Rank rank);
    [[nodiscard]] std::size_t run_of(Rank rank) const;
    [[nodiscard]] Run& run(std::size_t which) { return which == 0 ? first_ : others_[which - 1]; }
    [[nodiscard]] const Run& run(std::size_t which) const {
        return which == 0 ? first_ : others_[which - 1];
    }
    void split(std::size_t which);
    void drop_run(std::size_t which);

    Run first_;  // mostly the only one, so one step closer
    std::uint64_t edition_ = 0;
    std::vector<Rank> worst_;  // the last rank of each run
    std::vector<Run> others_;  // none is empty
};

// What a taker needs to know of a lane before its turn comes; all lanes' in one array.
struct alignas(64) LaneFront {
    Rank best = 0;               // meaningless while the lane is empty
    Rate rate;                   // sells
    std::uint32_t owner = 0;     // profile number (sells), requirement number (buys)
    std::uint32_t site = kNone;  // sells: of all its pools; kNone once they are at several
    Unit unit = Unit::kLot;
    bool conditional = false;  // all-or-none buys come after all others (market §5 step 2)
    std::array<Near, 2> near;  // the fewer first; unknown since one of the levels has changed

    // Whether no level up to the rank `limit` is of the taker's time, as far as is known here.
    template <bool TakerBuys>
    [[nodiscard]] bool is_of_another_time(const Reach& taker, Rank limit) const {
        // Without branches: the outcome is a coin's toss.
        const bool is_near = limit < near.front().beyond;
        const std::uint64_t parts = is_near ? near.front().parts : near.back().parts;
        return static_cast<unsigned>(limit < near.back().beyond) &
               static_cast<unsigned>(!reach::may_share<TakerBuys>(parts, taker));
    }
    [[nodiscard]] bool is_known() const { return near.back().beyond != Near::kUnknown; }
};

struct Lane {
    PriceIndex index;
    std::uint32_t best = kNone;  // level
};

// Lets all lanes pass: of few lanes a look at each is cheaper than rows of bits.
struct SiftNothing {};

class Ladders {
 public:
    Ladders(bool buys, std::uint16_t market, OrderStore& orders, Slab<Level>& levels)
        : buys_(buys), market_(market), orders_(orders), levels_(levels) {}

    std::uint32_t add_lane(std::uint32_t owner, Unit unit, bool conditional, Rate rate);
    void drop_lane(std::uint32_t lane);  // REQUIRES it to be empty
    void set_site(std::uint32_t lane, std::uint32_t site) { fronts_[lane].site = site; }
    [[nodiscard]] const Lane& lane(std::uint32_t number) const { return lanes_[number]; }
    [[nodiscard]] const LaneFront& front(std::uint32_t lane) const { return fronts_[lane]; }
    // Of a sell lane that holds an order: its best price.
    [[nodiscard]] PriceKey key(std::uint32_t lane, Unit unit) const {
        return keys_[static_cast<std::size_t>(unit)][lane];
    }
    void prefetch_level(std::uint32_t number) const { __builtin_prefetch(&levels_[number]); }
    void prefetch(std::uint32_t lane) const { __builtin_prefetch(&lanes_[lane]); }
    // REQUIRES that the lane holds an order.
    [[nodiscard]] std::uint32_t first_order(std::uint32_t lane) const {
        return levels_[lanes_[lane].best].head;
    }

    // To its place by sequence, nearly always the last of its level. `Buys`: as these ladders do,
    // which the hot path's callers know already.
    template <bool Buys>
    [[gnu::always_inline]] void insert(std::uint32_t slot, Order& order, std::uint32_t lane,
                                       Rank rank);
    void insert_older(Level& level, std::uint32_t slot, Order& order);
    [[gnu::always_inline]] void remove(const Order& order);
    // Takes back remove(slot), the last change of these ladders not yet taken back: the order's own
    // links still tell its place.
    void relink(std::uint32_t slot, std::uint32_t lane, Rank rank);
    // The window of an order that rests has changed.
    void cover(std::uint32_t slot);

    [[nodiscard]] const Level& level(std::uint32_t number) const { return levels_[number]; }
    // A walk that comes by tells what later ones need not look at.
    void learn_near(std::uint32_t lane) const {
        LaneFront& front = fronts_[lane];
        for (std::size_t i = 0; i < kNear.size(); ++i)
            front.near[i] = lanes_[lane].index.near(kNear[i]);
    }

    // Of few lanes a look at each is cheaper than rows.
    [[nodiscard]] bool has_many_lanes() const { return active_words_ > kFewWords; }
    // Sells: at this price or a better one, of a time that may fit.
    [[nodiscard]] auto sift_sells(Unit unit, PriceKey limit, const Reach& taker) const {
        const std::uint64_t* prices = prices_[static_cast<std::size_t>(unit)].up_to(limit);
        TimeRows::Some times{prices, prices};
        if (taker.parts != 0) times = times_.touching(taker.parts);
        return [=](std::size_t word) { return prices[word] & times[0][word] & times[1][word]; };
    }
    // Buys, by the limits in their units.
    [[nodiscard]] auto sift_buys(Rank lot_limit, Rank cu_limit) const {
        const std::uint64_t* lot = prices_[0].up_to(lot_limit);
        const std::uint64_t* cu = prices_[1].up_to(cu_limit);
        return [=](std::size_t word) { return lot[word] | cu[word]; };
    }

    // Visits the lanes that hold orders, pass `sift` and whose owner the counterpart fits:
    // `fits(owner)` is asked once for each pair. `edition` says whether the counterpart's number
    // means the same as before. True as soon as a visit says so, which ends it.
    template <typename Fits, typename Sift, typename Visit>
    [[gnu::always_inline]] bool any_lane(std::uint32_t counterpart, std::uint64_t edition,
                                         const Fits& fits, const Sift& sift, const Visit& visit) {
        const std::uint64_t* row = eligible(counterpart, edition, fits).data();
        if constexpr (std::is_same_v<Sift, SiftNothing>) {
            return any_of_few(row, visit);
        } else {
            return any_of_many(row, sift, visit);
        }
    }
    template <typename Visit>
    void for_each_order(const Visit& visit) const {
        for (const Lane& lane : lanes_) {
            for (std::uint32_t l = lane.best; l != kNone; l = levels_[l].worse) {
                for (std::uint32_t o = levels_[l].head; o != kNone; o = orders_[o].next)
                    visit(o);
            }
        }
    }

 private:
    template <typename Visit>
    [[gnu::always_inline]] bool any_of_few(const std::uint64_t* row, const Visit& visit) {
        const std::uint64_t* active = active_.data();
        std::uint64_t bits = active[0] & row[0];
        for (std::size_t word = 0;;) {
            for (; bits != 0; bits &= bits - 1) {
                const auto lane = static_cast<std::uint32_t>(word * 64) +
                                  static_cast<std::uint32_t>(std::countr_zero(bits));
                if (visit(lane)) return true;
            }
            if (++word >= active_words_) [[likely]]
                return false;
            bits = active[word] & row[word];
        }
    }
    // First whole words, several at a time; on the stack, where nothing else lies.
    template <typename Sift, typename Visit>
    [[gnu::always_inline]] bool any_of_many(const std::uint64_t* row, const Sift& sift,
                                            const Visit& visit) {
        const std::uint64_t* active = active_.data();
        const std::size_t words = active_words_;
        std::array<std::uint64_t, kWordsAtOnce> found;
        for (std::size_t first = 0; first < words; first += kWordsAtOnce) {
            const std::size_t count = std::min(kWordsAtOnce, words - first);
            for (std::size_t i = 0; i < count; ++i)
                found[i] = active[first + i] & row[first + i] & sift(first + i);
            for (std::size_t i = 0; i < count; ++i) {
                for (std::uint64_t bits = found[i]; bits != 0; bits &= bits - 1) {
                    const auto lane = static_cast<std::uint32_t>((first + i) * 64) +
                                      static_cast<std::uint32_t>(std::countr_zero(bits));
                    if (visit(lane)) return true;
                }
            }
        }
        return false;
    }
    struct alignas(64) Row {
        std::uint64_t lanes_edition = 0;
        std::uint64_t edition = 0;
        LaneBits bits;
        std::size_t lanes = 0;  // known so far
        std::uint64_t reused = 0;
    };

    template <typename Fits>
    [[gnu::always_inline]] const LaneBits& eligible(std::uint32_t counterpart,
                                                    std::uint64_t edition, const Fits& fits) {
        if (counterpart < rows_.size()) [[likely]] {
            const Row& row = rows_[counterpart];
            if (row.lanes_edition == lanes_edition_ && row.edition == edition) [[likely]]
                return row.bits;
        }
        return bring_up_to_date(counterpart, edition, fits);
    }
    template <typename Fits>
    [[gnu::noinline]] const LaneBits& bring_up_to_date(std::uint32_t counterpart,
                                                       std::uint64_t edition, const Fits& fits) {
        if (counterpart >= rows_.size()) rows_.resize(counterpart + 1);
        Row& row = rows_[counterpart];
        if (row.edition != edition || row.reused != reused_) {
            row.lanes = 0;
            row.bits.assign(row.bits.size(), 0);
            row.edition = edition;
            row.reused = reused_;
        }
        row.lanes_edition = lanes_edition_;
        row.bits.resize(active_.size(), 0);
        for (; row.lanes < lanes_.size(); ++row.lanes) {
            const std::uint64_t bit = fits(fronts_[row.lanes].owner) ? 1 : 0;
            row.bits[row.lanes / 64] |= bit << (row.lanes % 64);
        }
        return row.bits;
    }

    [[nodiscard]] std::uint32_t& recent(std::uint32_t lane, Rank rank) {
        // Prices are whole ticks: their last bits may all be alike.
        constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15ULL;
        const std::uint64_t key = static_cast<std::uint64_t>(rank) + lane * std::uint64_t{41};
        return recent_[key * kGolden >> kRecentShift];
    }
    template <bool Buys>
    [[gnu::always_inline]] std::uint32_t open_level(std::uint32_t lane, Rank rank,
                                                    const Window& window);
    std::uint32_t find_or_add_level(std::uint32_t lane, Rank rank, const Window& window);
    void widen(Level& level, const Window& window);
    void narrow(Level& level);
    void close_level(std::uint32_t number);
    void show_best(std::uint32_t lane);
    void show_in_price_rows(std::uint32_t lane);
    void fill_price_rows();
    void show_reach(std::uint32_t lane, Rank rank, const Reach& reach);
    // A level of the lane came, went or changed.
    void forget_near(std::uint32_t lane, Rank rank) {
        LaneFront& front = fronts_[lane];
        if (rank > front.near.back().beyond) return;
        for (Near& levels : front.near)
            levels.beyond = Near::kUnknown;
    }

    static constexpr std::array<std::size_t, 2> kNear{4, 12};  // levels
    static constexpr std::size_t kFewWords = 2;
    static constexpr std::size_t kWordsAtOnce = 32;

    bool buys_;
    std::uint16_t market_;
    OrderStore& orders_;
    Slab<Level>& levels_;
    std::vector<Lane> lanes_;
    mutable std::vector<LaneFront> fronts_;
    std::array<std::vector<PriceKey>, 2> keys_;  // by unit, then lane
    // Sells: by their keys in that unit; buys of that unit: by rank.
    std::array<PriceRows, 2> prices_;
    TimeRows times_;                    // sells
    LaneBits active_ = LaneBits(1, 0);  // lanes that hold orders; never without a word
    std::size_t active_words_ = 1;
    std::vector<std::uint32_t> free_lanes_;
    std::uint64_t reused_ = 0;                         // how often a lane's number was given again
    std::uint64_t lanes_edition_ = 1;                  // of the lanes' owners
    std::vector<Row> rows_;                            // by counterpart
    Window last_window_;                               // of the last order that came …
    Reach last_reach_ = reach::of(buys_, kAnyWindow);  // … and its reach
    // Levels asked for lately, which spares most searches. All of them exist.
    static constexpr std::size_t kRecent = 256;
    static constexpr unsigned kRecentShift = 64 - std::bit_width(kRecent - 1);
    std::array<std::uint32_t, kRecent> recent_ = [] {
        std::array<std::uint32_t, kRecent> none{};
        none.fill(kNone);
        return none;
    }();
};

}  // namespace suanpan::matching
