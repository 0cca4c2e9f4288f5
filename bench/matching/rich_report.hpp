#pragma once

// Runs the rich workload through a book and prints what it costs.

#include "bench/matching/rich_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace suanpan::bench {

// What an order did on arrival: the trades in which it was the taker, not those of all-or-none
// orders that were tried again because of it. Offers that its walk looked at are fewer than those
// that stand before it, see rich_depth.hpp: levels that are passed together count as one, and lanes
// that are passed by their rows do not count.
struct RichPlaced {
    std::uint64_t trades = 0;
    std::uint64_t lots = 0;  // of its trades
    std::uint64_t offers_met = 0;
};

// A market that runs the rich workload. Orders are numbered in the sequence of placing, from 0.
class RichBook {
 public:
    virtual ~RichBook() = default;
    virtual void add_pool(const matching::PoolRules& rules, Rate rate) = 0;
    virtual RichPlaced place(const matching::OrderTerms& terms) = 0;
    // Bytes that it holds outside the heap.
    [[nodiscard]] virtual std::size_t memory() const = 0;
    // False: the order has ended.
    virtual bool cancel(std::uint32_t order) = 0;
    [[nodiscard]] virtual bool is_open(std::uint32_t order) const = 0;
    // The orders that the last one took lots of, when it was placed; until the next call.
    using Trade = std::pair<std::uint32_t, Lots>;
    [[nodiscard]] virtual std::vector<Trade> last_trades() const = 0;
    // Hints of what comes soon, as the core gives them to its engine: it knows its batch.
    virtual void expect(const matching::OrderTerms& terms, matching::Ahead ahead) const = 0;
    virtual void expect_cancel(std::uint32_t order, matching::Ahead ahead) const = 0;
};

using MakeRichBook =
    std::function<std::unique_ptr<RichBook>(const matching::MarketRules& rules, Time now)>;

std::unique_ptr<RichBook> make_engine_book(const matching::MarketRules& rules, Time now);

// What the workload demands of itself and of the engine. Of these only the workload's own shape and
// equal results in every run decide on success; speed is the machine's.
inline constexpr double kLeastTrading = 0.30;    // of the bids
inline constexpr std::uint64_t kLeastMet = 50;   // offers before a bid, in the median
inline constexpr double kAimMessages = 500'000;  // a second
inline constexpr double kAimP99Us = 50;          //
inline constexpr double kAimBytesAnOrder = 200;  // of memory

// Speed, latency and memory at the workload's own scale; `growth`: then what more profiles, windows
// and resting orders cost. False: too few bids trade or walk too little, two runs differ, or the
// first messages do not trade as they always did.
bool report_rich(const MakeRichBook& make_book, std::size_t rounds, bool growth);

}  // namespace suanpan::bench
