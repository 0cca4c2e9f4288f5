#pragma once

// One side of one market's book (market §5). Resting orders stand in lanes: all sells of one
// profile, rate and price unit, or all buys of one requirement, unit and condition. A lane is a
// price ladder: levels, best first, each a queue of orders by sequence. A taker scans the lanes
// that it may trade with by a bitset, and looks at their best prices only.
// Inside of matching/ only.

#include "matching/order.hpp"
#include "matching/price.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace suanpan::matching {

// Best first is ascending: a sell's price, a buy's price negated.
using Rank = std::int64_t;

struct Level {
    Rank rank = 0;
    std::uint32_t head = kNone;  // orders
    std::uint32_t tail = kNone;
    std::uint32_t better = kNone;  // levels
    std::uint32_t worse = kNone;
    std::uint32_t lane = 0;
};
static_assert(sizeof(Level) <= 32);

// The levels of one lane by rank: sorted runs of limited length, so that a new level among very
// many moves few others.
class PriceIndex {
 public:
    // kNone: there is no such level.
    [[nodiscard]] std::uint32_t find(Rank rank) const;
    // REQUIRES that there is none of this rank. Gives the better and the worse neighbour.
    std::pair<std::uint32_t, std::uint32_t> insert(Rank rank, std::uint32_t level);
    // REQUIRES that there is one.
    void erase(Rank rank);

 private:
    static constexpr std::size_t kLongest = 128;
    struct Run {
        std::vector<Rank> ranks;
        std::vector<std::uint32_t> levels;  // the same order
    };
    [[nodiscard]] std::size_t run_of(Rank rank) const;
    void split(std::size_t run);

    std::vector<Run> runs_;    // none empty, but for a single one
    std::vector<Rank> worst_;  // the last rank of each run
};

// Lanes as bits.
using LaneBits = std::vector<std::uint64_t>;

struct Lane {
    std::uint32_t owner = 0;  // profile number (sells), requirement number (buys)
    Unit unit = Unit::kLot;
    bool conditional = false;  // all-or-none buys come after all others (market §5 step 2)
    Rate rate;                 // sells
    std::uint32_t best = kNone;
    PriceIndex index;
};

class Ladders {
 public:
    Ladders(OrderStore& orders, Slab<Level>& levels) : orders_(orders), levels_(levels) {}

    std::uint32_t add_lane(std::uint32_t owner, Unit unit, bool conditional, Rate rate);
    void drop_lane(std::uint32_t lane);  // REQUIRES it to be empty
    [[nodiscard]] const Lane& lane(std::uint32_t number) const { return lanes_[number]; }
    [[nodiscard]] std::size_t lane_count() const { return lanes_.size(); }
    [[nodiscard]] Rank best_rank(std::uint32_t lane) const { return bests_[lane].rank; }
    [[nodiscard]] Unit unit(std::uint32_t lane) const { return bests_[lane].unit; }

    // To its place by sequence, nearly always the last of its level.
    void insert(std::uint32_t slot, std::uint32_t lane, Rank rank);
    void remove(std::uint32_t slot);
    // Takes back remove(slot), the last change of these ladders not yet taken back: the order's own
    // links still tell its place.
    void relink(std::uint32_t slot, std::uint32_t lane, Rank rank);

    [[nodiscard]] const Level& level(std::uint32_t number) const { return levels_[number]; }
    // The order after this one in its lane, or kNone.
    [[nodiscard]] std::uint32_t after(const Order& order) const {
        if (order.next != kNone) return order.next;
        const std::uint32_t worse = levels_[order.level].worse;
        return worse == kNone ? kNone : levels_[worse].head;
    }

    // Visits the lanes that hold orders and whose owner the counterpart fits: `fits(owner)` is
    // asked once for each pair. `edition` says whether the counterpart's number means the same as
    // before.
    template <typename Fits, typename Visit>
    void for_each_lane(std::uint32_t counterpart, std::uint64_t edition, const Fits& fits,
                       const Visit& visit) {
        const LaneBits& row = eligible(counterpart, edition, fits);
        for (std::size_t word = 0; word < active_.size(); ++word) {
            for (std::uint64_t bits = active_[word] & row[word]; bits != 0; bits &= bits - 1) {
                visit(static_cast<std::uint32_t>(word * 64) +
                      static_cast<std::uint32_t>(std::countr_zero(bits)));
            }
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
    struct Best {
        Rank rank = 0;  // meaningless while the lane is empty
        Unit unit = Unit::kLot;
    };
    struct Row {
        LaneBits bits;
        std::size_t lanes = 0;  // known so far
        std::uint64_t reused = 0;
        std::uint64_t edition = 0;
    };

    template <typename Fits>
    const LaneBits& eligible(std::uint32_t counterpart, std::uint64_t edition, const Fits& fits) {
        if (counterpart >= rows_.size()) rows_.resize(counterpart + 1);
        Row& row = rows_[counterpart];
        if (row.edition != edition || row.reused != reused_) {
            row.lanes = 0;
            row.bits.assign(row.bits.size(), 0);
            row.edition = edition;
            row.reused = reused_;
        }
        if (row.lanes == lanes_.size()) return row.bits;
        row.bits.resize(active_.size(), 0);
        for (; row.lanes < lanes_.size(); ++row.lanes) {
            const std::uint64_t bit = fits(lanes_[row.lanes].owner) ? 1 : 0;
            row.bits[row.lanes / 64] |= bit << (row.lanes % 64);
        }
        return row.bits;
    }

    [[nodiscard]] std::uint32_t& recent(std::uint32_t lane, Rank rank) {
        return recent_[(static_cast<std::uint64_t>(rank) + lane * std::uint64_t{41}) % kRecent];
    }
    std::uint32_t open_level(std::uint32_t lane, Rank rank);
    void close_level(std::uint32_t number);
    void show_best(std::uint32_t lane);

    OrderStore& orders_;
    Slab<Level>& levels_;
    std::vector<Lane> lanes_;
    std::vector<Best> bests_;  // of each lane
    LaneBits active_;          // lanes that hold orders
    std::vector<std::uint32_t> free_lanes_;
    std::uint64_t reused_ = 0;  // how often a lane's number was given again
    std::vector<Row> rows_;     // by counterpart
    // Levels asked for lately, which spares most searches. All of them exist.
    static constexpr std::size_t kRecent = 256;
    std::array<std::uint32_t, kRecent> recent_ = [] {
        std::array<std::uint32_t, kRecent> none{};
        none.fill(kNone);
        return none;
    }();
};

}  // namespace suanpan::matching
