#pragma once

// Inside of the engine: an order's attempt to match, where its walk is, and what takes it back.

#include "matching/engine.hpp"
#include "matching/ladders.hpp"

#include <optional>
#include <variant>

namespace suanpan::matching {

struct Market;

// What the offers to a buy amount to at most, by place: a pool or site where it must come from one,
// else a single place.
struct Supply {
    struct Place {
        std::uint32_t pool = kNone;  // one of the place
        Int128 units = 0;            // in the buy's unit
        std::int64_t step = 0;       // divides whatever its offers amount to
        bool may_stop = false;       // an own offer is among them, or one that the band may forbid
        bool is_open = false;        // an offer of it is fillable now
    };
    std::vector<Place> places;
    std::vector<std::size_t> in_order;  // open places, by their best offer fillable now
    bool is_whole = true;               // no offer was left out

    [[nodiscard]] Int128 most() const;
};

// How far a buy's supply is counted.
enum class Extent : std::uint8_t {
    kAll,
    kFirstEnough,  // until the first open place may fill the buy
};

// The place that a buy's lots must be of.
struct Bound {
    std::uint32_t site = kNone;
    std::optional<std::uint32_t> profile;  // of the pool
};

// The order that is matching.
struct Taker {
    std::uint32_t slot = kNone;
    Order& order;
    Details& details;
    Market& market;
    Rate rate;      // sell: of its pool in the market's class
    Window window;  // buy: what it takes; of a `duration` buy the start being tried, or kAnyWindow
};

// What a pair could trade now.
struct Offer {
    Lots lots;      // 0: not fillable now
    Window window;  // the buy's
    // Not fillable only because the taker's rest is larger than this: it may be later in this walk.
    bool small_for_taker = false;
    // Nothing else in the maker's lane is fillable either.
    bool lane_done = false;
};

// Why a taker was stopped before its rest was used up.
struct Stop {
    EndReason reason = EndReason::kNone;
    std::uint32_t maker = kNone;  // of a self-trade
};

struct SavedOrder {
    std::uint32_t slot = kNone;
    Order order;
    std::int64_t filled_lots = 0;
    Extras extras;
    Steps steps;
};

struct SavedReservation {
    std::uint32_t pool = kNone;
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
enum class Met : std::uint8_t { kSkipped, kSkippedSmall, kLaneDone, kTraded, kStruckOff, kStopped };

enum class Visit : std::uint8_t { kNext, kNextLane, kStop };

// Where a walk is in a lane whose turn has come.
struct Cursor {
    std::uint32_t level = kNone;
    std::uint32_t order = kNone;  // of the level, to visit
    Rank rank = 0;                // of the level
    Rank limit = 0;               // the worst rank that the taker takes
    PriceIndex::Place place;
};

// A lane among the others of its walk.
struct Head {
    PriceKey key = 0;  // ascending, the best first; those of conditional lanes after all others
    std::uint32_t lane = 0;
    std::uint32_t cursor = kNone;  // none until its turn comes
    Rank limit = 0;                // the worst rank that the taker takes
};

}  // namespace suanpan::matching
