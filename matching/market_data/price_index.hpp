#pragma once

// The compute price index of a market (market §9), method 1: what a CU·h of a class costs in a
// currency, by hub and firmness, fixed at each full hour. Pure: a fixing follows from the one
// before it and from the public trades of the day before, with integers alone, so anybody can make
// it again. docs/market-data.md tells the method in words, with a worked example.
//
// A cell is one hub and one firmness. Its price is the mean of its trades by volume, less the tenth
// of the volume at either end; with too few trades the price before it stands. What covers several
// cells has a level that is chained: it moves as the prices of its cells move, not because the
// trade goes to a cheaper hub.

#include "base/result.hpp"
#include "base/units.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace suanpan::matching {

inline constexpr std::int64_t kIndexMethod = 1;
inline constexpr Duration kFixingEvery{3'600};
// Trades from `at` − kIndexLookBack on and before `at`, of these the newest kMostIndexTrades.
inline constexpr Duration kIndexLookBack{86'400};
inline constexpr std::int64_t kMostIndexTrades = 5'000;
// A cell is fixed anew with so many trades.
inline constexpr std::int64_t kLeastIndexTrades = 5;
// A trade whose window begins later than this after it is a forward.
inline constexpr Duration kIndexPrompt{7 * 86'400};
// A trade is reciprocal to one the other way round that was made within so long before it.
inline constexpr Duration kReciprocalWithin{86'400};
// Of the volume, at either end.
inline constexpr Ppm kIndexTrim{100'000};
// So old may a cell's price be for what covers several cells.
inline constexpr Duration kIndexStale{7 * 86'400};
inline constexpr std::int64_t kIndexBase = 1'000'000'000;  // 1000.000000

enum class Firmness : std::uint8_t { kFirm, kPreemptible };
std::string_view to_string(Firmness firmness);
Result<Firmness> parse_firmness(std::string_view text);  // error `unknown_word`

// Why a trade does not count. Related: buyer and provider are of one group, or the buyer owns a
// part of the pool. Reciprocal: the two traded in this market the other way round not long before;
// see kReciprocalWithin. Forward: see kIndexPrompt.
enum class Exclusion : std::uint8_t { kNone, kRelated, kReciprocal, kForward };
std::string_view to_string(Exclusion exclusion);
Result<Exclusion> parse_exclusion(std::string_view text);  // error `unknown_word`

// What the method reads of a trade. `order`: its place in the log.
struct IndexTrade {
    Time time;
    LogIndex order;
    Lots lots;
    Window window;
    Price price;
    Unit unit = Unit::kLot;
    Rate rate;
    std::string hub;
    Firmness firmness = Firmness::kFirm;
    Exclusion exclusion = Exclusion::kNone;
};

// Of a trade that nothing else excludes.
bool is_forward(Time time, const Window& window);
// Per CU·h, rounded down. REQUIRES rate > 0.
Price price_per_cu(Price price, Unit unit, Rate rate);
// CU × seconds, rounded up. Error `overflow`.
Result<std::int64_t> volume_of(const IndexTrade& trade);

// An empty hub is all of them, no firmness both.
struct SeriesKey {
    std::string hub;
    std::optional<Firmness> firmness;
    friend auto operator<=>(const SeriesKey&, const SeriesKey&) = default;
    [[nodiscard]] bool is_cell() const { return !hub.empty() && firmness.has_value(); }
    [[nodiscard]] bool covers(const SeriesKey& cell) const;
};

struct IndexValue {
    Price price;              // per CU·h
    std::int64_t level = 0;   // in millionths; kIndexBase at the first fixing
    std::int64_t volume = 0;  // CU·s that made the price
    std::int64_t trades = 0;  // that made the price, trimmed ones included
    Time since;               // the fixing at which the price was last made anew
    friend bool operator==(const IndexValue&, const IndexValue&) = default;
};

// Every series that ever had a price.
using Fixing = std::map<SeriesKey, IndexValue>;

// The fixing at `at`. `trades`: those of the look-back, in any order; others must not be among
// them. Error `overflow`: a product is beyond 128 bits; there is no fixing then.
Result<Fixing> fix_index(const Fixing& before, Time at, std::span<const IndexTrade> trades);

}  // namespace suanpan::matching
