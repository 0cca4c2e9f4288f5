#pragma once

// The plain workload: what an ordinary limit order book is asked. One class, one profile, one
// window; new orders around a wandering mid price, cancels, and orders that cross the spread.
// Messages depend on what traded before them, so they are made once, before any clock runs.

#include "base/units.hpp"

#include <cstdint>
#include <vector>

namespace suanpan::bench {

struct PlainMessage {
    enum class Kind : std::uint8_t { kNew, kCancel };

    std::uint32_t order = 0;     // of a new order: 0, 1, 2 …; of a cancel: an open one
    std::int32_t price = 0;      // ticks
    std::uint32_t quantity = 0;  // 1 to 100
    Kind kind = Kind::kNew;
    Side side = Side::kBuy;
};
static_assert(sizeof(PlainMessage) == 16);

// What the trades of a run add up to. `hash` covers each trade and their sequence.
struct Trades {
    std::uint64_t count = 0;
    std::uint64_t quantity = 0;
    std::uint64_t hash = 0;

    void add(std::uint32_t maker, std::uint32_t taker, std::int32_t price, std::uint32_t lots) {
        ++count;
        quantity += lots;
        mix(std::uint64_t{maker} << 32U | taker);
        mix(std::uint64_t{static_cast<std::uint32_t>(price)} << 32U | lots);
    }
    friend bool operator==(const Trades&, const Trades&) = default;

 private:
    void mix(std::uint64_t value) {
        hash = (hash ^ value) * 0x9E3779B97F4A7C15ULL;
        hash ^= hash >> 29U;
    }
};

struct PlainWorkload {
    std::vector<PlainMessage> messages;
    std::uint32_t orders = 0;  // new orders among them
    Trades trades;             // what a book with price-time priority makes of them
};

inline constexpr std::size_t kPlainMessages = 2'000'000;
// The sums of the published workload of kPlainMessages; any other figure is a bug.
inline constexpr std::uint64_t kPlainTrades = 340'777;
inline constexpr std::uint64_t kPlainQuantity = 8'691'581;

PlainWorkload make_plain_workload(std::size_t messages);

}  // namespace suanpan::bench
