#pragma once

// The call auction of one instrument (market §6): which price it clears at, how many lots, and who
// trades with whom. Pure; what may enter a call, holds, bands and leases are the caller's.
//
// Prices are micro-units per lot·h. An order priced per CU·h enters with the price of its lot: a
// buy's rounded down, a sell's rounded up, so that nobody trades beyond its limit. A reference on
// the market's tick gives a price on the tick, since the limits are on it.
//
// n orders cost O(n log n) and one entry a pool. Sums are formed in 128 bits; a volume or surplus
// that does not fit 64 bits, which takes 9·10^9 orders of kMaxLots, is a BugError, never a wrap.

#include "base/units.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace suanpan::matching {

// A sell that shares its lots with no other.
inline constexpr std::uint32_t kNoPool = std::numeric_limits<std::uint32_t>::max();

// One order in a call: all of its lots are for the call's one window.
struct CallOrder {
    Side side = Side::kBuy;
    std::optional<Price> limit;    // none: at the market
    Lots lots;                     // the most it may trade in the call, > 0
    std::int64_t sequence = 0;     // time priority, distinct within one side
    std::uint32_t pool = kNoPool;  // sells: index of the pool; all sells of a pool share its lots
};

struct CallResult {
    std::optional<Price> price;        // none: nothing is executable; the rest is then zero
    Lots volume;                       // lots that trade at the price
    std::optional<Side> surplus_side;  // none: both sides are served in full at the price
    Lots surplus;                      // lots willing at the price that find no contra

    friend bool operator==(const CallResult&, const CallResult&) = default;
};

// `buy` and `sell` are indices into the call's orders.
struct CallFill {
    std::size_t buy = 0;
    std::size_t sell = 0;
    Lots lots;

    friend bool operator==(const CallFill&, const CallFill&) = default;
};

// The price at which the call would clear now. `pools[i]` are the free lots, ≥ 0, of pool i over
// the call's window: what is offered at a price is, summed over the pools, the smaller of the
// pool's lots and its sells willing at that price.
//
// Among the limits present: the largest volume; then the smallest surplus; then, if buyers are left
// everywhere, the highest; if sellers, the lowest; if neither or now these, now those, `reference`
// moved into the range, which may give a price that is nobody's limit. Without any limit:
// `reference`.
//
// REQUIRES, as CHECKs: lots > 0; pools name an entry of `pools` that is not below zero; no two
// orders of one side and limit with the same sequence. The input's order does not matter.
CallResult uncross(std::span<const CallOrder> orders, std::span<const Lots> pools, Price reference);

// Who trades at `result`, which `uncross` gave for the same orders and pools; every fill is at its
// price. Orders at the market first, then the better limit, then the lower sequence; a pool's lots
// go to its sells in that order. Both sides are walked in priority order, so the fills' order is
// determined too. At most buys + sells − 1 fills.
std::vector<CallFill> allocate(std::span<const CallOrder> orders, std::span<const Lots> pools,
                               const CallResult& result);

}  // namespace suanpan::matching
