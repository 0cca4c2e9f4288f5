#include "matching/market_data/price_index.hpp"

#include "base/words.hpp"
#include "matching/price.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>
#include <vector>

namespace suanpan::matching {
namespace {

constexpr Words<Firmness, 2> kFirmnessWords{"the firmness",
                                            std::array<std::string_view, 2>{"firm", "preemptible"}};
constexpr Words<Exclusion, 4> kExclusionWords{
    "an exclusion", std::array<std::string_view, 4>{"none", "related", "reciprocal", "forward"}};

// A trade that counts.
struct Part {
    Price price;  // per CU·h
    LogIndex order;
    std::int64_t volume = 0;
};

using Cells = std::map<SeriesKey, std::vector<Part>>;

Result<Cells> cells_of(std::span<const IndexTrade> trades) {
    Cells cells;
    for (const IndexTrade& trade : trades) {
        if (trade.exclusion != Exclusion::kNone || is_forward(trade.time, trade.window)) continue;
        const auto volume = volume_of(trade);
        if (!volume) return fail(volume.error());
        cells[{trade.hub, trade.firmness}].push_back(
            {price_per_cu(trade.price, trade.unit, trade.rate), trade.order, *volume});
    }
    return cells;
}

Result<std::int64_t> sum_of(const std::vector<Part>& parts) {
    std::int64_t sum = 0;
    for (const Part& part : parts) {
        const auto more = checked_add(sum, part.volume);
        if (!more) return more;
        sum = *more;
    }
    return sum;
}

// Takes `cut` of the volume from the parts, in their order.
template <typename Parts>
void trim(Parts&& parts, std::int64_t cut) {
    for (Part& part : parts) {
        const std::int64_t gone = std::min(part.volume, cut);
        part.volume -= gone;
        cut -= gone;
    }
}

// The mean of what the two cuts leave, rounded down.
Result<Price> trimmed_mean(std::vector<Part> parts, std::int64_t volume) {
    std::ranges::sort(parts, [](const Part& a, const Part& b) {
        return std::pair(a.price, a.order) < std::pair(b.price, b.order);
    });
    const auto cut = static_cast<std::int64_t>(Int128{volume} * kIndexTrim.value / kPpm);
    trim(parts, cut);
    trim(std::views::reverse(parts), cut);
    Int128 sum = 0;
    for (const Part& part : parts) {
        const auto more = checked_add128(sum, Int128{part.price.value} * part.volume);
        if (!more) return fail(more.error());
        sum = *more;
    }
    const auto price = narrow(floor_div(sum, Int128{volume} - 2 * Int128{cut}));
    if (!price) return fail(price.error());
    return Price(*price);
}

// level × numerator ÷ denominator, rounded down.
Result<std::int64_t> moved(std::int64_t level, Int128 numerator, Int128 denominator) {
    const auto product = checked_mul128(level, numerator);
    if (!product) return fail(product.error());
    return narrow(floor_div(*product, denominator));
}

Result<void> fix_cell(Fixing& fixing, const SeriesKey& key, Time at, std::vector<Part> parts) {
    if (std::ssize(parts) < kLeastIndexTrades) return {};
    const auto volume = sum_of(parts);
    if (!volume) return fail(volume.error());
    const auto trades = std::ssize(parts);
    const auto price = trimmed_mean(std::move(parts), *volume);
    if (!price) return fail(price.error());
    if (price->value == 0) return {};  // under a micro-unit: nothing that could be chained
    const auto [value, fresh] = fixing.try_emplace(key);
    const auto level = fresh ? Result<std::int64_t>(kIndexBase)
                             : moved(value->second.level, price->value, value->second.price.value);
    if (!level) return fail(level.error());
    value->second = {*price, *level, *volume, trades, at};
    return {};
}

// Two fixings of the cells that something covers.
struct Covered {
    IndexValue now;         // without a level; its price is the mean by volume
    Int128 worth = 0;       // volume × price
    Int128 chained_to = 0;  // of the cells that had a price before, by the volume before
    Int128 chained_from = 0;
};

Result<void> add_worth(Int128& sum, std::int64_t volume, Price price) {
    const auto more = checked_add128(sum, Int128{volume} * price.value);
    if (!more) return fail(more.error());
    sum = *more;
    return {};
}

Result<void> cover(Covered& covered, const IndexValue& cell, const IndexValue* before) {
    const auto volume = checked_add(covered.now.volume, cell.volume);
    if (!volume) return fail(volume.error());
    covered.now.volume = *volume;
    covered.now.trades += cell.trades;
    covered.now.since = std::max(covered.now.since, cell.since);
    auto added = add_worth(covered.worth, cell.volume, cell.price);
    if (added && before != nullptr) {
        added = add_worth(covered.chained_to, before->volume, cell.price);
        if (added) added = add_worth(covered.chained_from, before->volume, before->price);
    }
    return added;
}

Result<void> fix_covering(Fixing& fixing, const Fixing& before, const SeriesKey& key, Time at) {
    const Time oldest(at.value - kIndexStale.value);
    Covered covered;
    for (const auto& [cell, value] : fixing) {
        if (!cell.is_cell() || !key.covers(cell) || value.since < oldest) continue;
        const auto earlier = before.find(cell);
        const bool chains = earlier != before.end() && earlier->second.since >= oldest;
        const auto added = cover(covered, value, chains ? &earlier->second : nullptr);
        if (!added) return added;
    }
    if (covered.now.volume == 0) return {};  // all too old: what was stands
    const auto price = narrow(floor_div(covered.worth, covered.now.volume));
    if (!price) return fail(price.error());
    covered.now.price = Price(*price);
    const auto [value, fresh] = fixing.try_emplace(key, covered.now);
    covered.now.level = fresh ? kIndexBase : value->second.level;
    if (!fresh && covered.chained_from > 0) {
        const auto level = moved(covered.now.level, covered.chained_to, covered.chained_from);
        if (!level) return fail(level.error());
        covered.now.level = *level;
    }
    value->second = covered.now;
    return {};
}

std::vector<SeriesKey> covering_keys(const Fixing& fixing) {
    std::vector<SeriesKey> keys{
        {"", std::nullopt}, {"", Firmness::kFirm}, {"", Firmness::kPreemptible}};
    for (const auto& [cell, value] : fixing) {
        if (cell.is_cell() && keys.back().hub != cell.hub) keys.push_back({cell.hub, std::nullopt});
    }
    return keys;
}

}  // namespace

std::string_view to_string(Firmness firmness) {
    return kFirmnessWords[firmness];
}

Result<Firmness> parse_firmness(std::string_view text) {
    return kFirmnessWords.parse(text);
}

std::string_view to_string(Exclusion exclusion) {
    return kExclusionWords[exclusion];
}

Result<Exclusion> parse_exclusion(std::string_view text) {
    return kExclusionWords.parse(text);
}

bool is_forward(Time time, const Window& window) {
    return window.start.value - time.value > kIndexPrompt.value;
}

Price price_per_cu(Price price, Unit unit, Rate rate) {
    const Ratio exact = price_in(price, unit, Unit::kCu, rate);
    return Price(static_cast<std::int64_t>(exact.numerator / exact.denominator));
}

Result<std::int64_t> volume_of(const IndexTrade& trade) {
    const auto lot_s = checked_mul128(trade.lots.value, trade.window.length().value);
    if (!lot_s) return fail(lot_s.error());
    const auto exact = checked_mul128(*lot_s, trade.rate.value);
    if (!exact) return fail(exact.error());
    return narrow(ceil_div(*exact, kMilli));
}

bool SeriesKey::covers(const SeriesKey& cell) const {
    return (hub.empty() || hub == cell.hub) && (!firmness || firmness == cell.firmness);
}

Result<Fixing> fix_index(const Fixing& before, Time at, std::span<const IndexTrade> trades) {
    auto cells = cells_of(trades);
    if (!cells) return fail(cells.error());
    Fixing fixing = before;
    for (auto& [key, parts] : *cells) {
        const auto fixed = fix_cell(fixing, key, at, std::move(parts));
        if (!fixed) return fail(fixed.error());
    }
    for (const SeriesKey& key : covering_keys(fixing)) {
        const auto fixed = fix_covering(fixing, before, key, at);
        if (!fixed) return fail(fixed.error());
    }
    return fixing;
}

}  // namespace suanpan::matching
