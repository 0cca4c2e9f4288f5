// Why a buy finds nothing (market §4, orders:preview). Uses the same tests on a pair as matching.

#include "matching/engine_state.hpp"
#include "matching/starts.hpp"

#include <algorithm>
#include <set>

namespace suanpan::matching {
namespace {

// Lots of one pool that open sells of the market list.
struct Listed {
    const Pool* pool = nullptr;
    std::int64_t lots = 0;
    std::vector<std::uint32_t> sells;
};

std::vector<Listed> listed_pools(const Engine::Impl& state, const Market& market) {
    std::map<std::uint32_t, Listed> by_number;
    market.sells.for_each_order(
        [&](std::uint32_t slot) { by_number[state.orders[slot].owner].sells.push_back(slot); });
    std::vector<Listed> out;
    for (auto& [number, entry] : by_number) {
        entry.pool = &state.pools[number];
        // Sells share the pool's lots, so together they list no more than there are.
        for (const std::uint32_t sell : entry.sells)
            entry.lots += state.orders.details(sell).quantity;
        entry.lots = std::min(entry.lots, entry.pool->rules.lots.value);
        out.push_back(std::move(entry));
    }
    return out;
}

// How many of the wanted texts a value has.
std::size_t overlap(const AttributeValue& value, const Condition& condition) {
    std::vector<std::string> common;
    std::set_intersection(value.texts.begin(), value.texts.end(), condition.texts.begin(),
                          condition.texts.end(), std::back_inserter(common));
    return common.size();
}

// The value nearest to what the condition asks: the largest for "at least", the smallest for "at
// most", the one with most of the wanted texts, of these the one most lots have.
std::string nearest_value(const std::vector<Listed>& pools, const Condition& condition) {
    struct Candidate {
        std::int64_t closeness = 0;
        std::int64_t lots = 0;
    };
    std::map<std::string, Candidate> candidates;
    for (const Listed& entry : pools) {
        const AttributeValue* value =
            find_value(entry.pool->rules.profile, condition.attribute, condition.place);
        if (value == nullptr) continue;
        Candidate& candidate = candidates[describe(*value)];
        candidate.lots += entry.lots;
        switch (condition.op) {
            case Operator::kAtLeast: candidate.closeness = value->number; break;
            case Operator::kAtMost: candidate.closeness = -value->number; break;
            case Operator::kOneOf:
            case Operator::kAllOf:
                candidate.closeness = static_cast<std::int64_t>(overlap(*value, condition));
                break;
        }
    }
    const auto best =
        std::max_element(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
            return std::pair(a.second.closeness, a.second.lots) <
                   std::pair(b.second.closeness, b.second.lots);
        });
    return best == candidates.end() ? std::string() : best->first;
}

// The buy that asks, and one of its possible windows.
struct Asking {
    const OrderTerms& terms;
    Order order;
    Window window;
};

bool prices_cross(const OrderTerms& buy, Price limit, Unit unit, Rate rate) {
    return price_in(buy.limit_price, buy.unit, unit, rate) >= Ratio{limit.value, 1};
}

// Lots of the pool free over the buy's window in sells that the buy may take; with `in_price`, only
// in those at or under its limit.
std::int64_t lots_free(const Engine::Impl& state, const Listed& entry, const Asking& buy,
                       bool in_price) {
    std::int64_t offered = 0;
    for (const std::uint32_t slot : entry.sells) {
        const Order& sell = state.orders[slot];
        const Details& details = state.orders.details(slot);
        if (!state.sell_allows(slot, buy.order, buy.window)) continue;
        const Rate rate = state.rate_of(*entry.pool, state.markets[details.market]);
        if (in_price && !prices_cross(buy.terms, details.limit, sell.unit(), rate)) continue;
        offered += state.sell_minimum(sell, buy.window).value;
    }
    return std::min(offered, entry.pool->calendar.minimum(buy.window).value);
}

void count_lots(const Engine::Impl& state, const std::vector<Listed>& pools, const Asking& buy,
                WhyNot& out) {
    out.lots_free = 0;
    out.lots_in_price = 0;
    for (const Listed& entry : pools) {
        if (!satisfies(entry.pool->rules.profile, buy.terms.requirement)) continue;
        out.lots_free += lots_free(state, entry, buy, false);
        out.lots_in_price += lots_free(state, entry, buy, true);
    }
}

// Every start on the grid at which the count may differ from the one before.
std::vector<Time> starts_of(const Engine::Impl& state, const std::vector<Listed>& pools,
                            const OrderTerms& buy, Duration grid, Time now) {
    Starts starts(buy.window, *buy.duration, grid, now);
    for (const Listed& entry : pools) {
        starts.add(entry.pool->calendar.steps());
        for (const std::uint32_t slot : entry.sells) {
            const Order& sell = state.orders[slot];
            starts.add(sell.window);
            if (sell.steps != kNone) starts.add(state.orders.steps(sell));
        }
    }
    return starts.take();
}

}  // namespace

WhyNot Engine::why_not(const OrderTerms& terms, Time now) const {
    WhyNot out;
    Impl& state = *impl_;
    const auto market = state.market_numbers.find(terms.market);
    if (market == state.market_numbers.end() || terms.side != Side::kBuy) return out;
    const Market& book = state.markets[market->second];
    const std::vector<Listed> pools = listed_pools(state, book);
    for (const Listed& entry : pools) {
        out.lots_listed += entry.lots;
        if (satisfies(entry.pool->rules.profile, terms.requirement))
            out.lots_eligible += entry.lots;
    }
    for (const Condition& condition : terms.requirement.conditions) {
        std::int64_t failing = 0;
        for (const Listed& entry : pools) {
            if (!satisfies(entry.pool->rules.profile, condition)) failing += entry.lots;
        }
        if (failing > 0) {
            out.failed.push_back({describe(condition), failing, nearest_value(pools, condition)});
        }
    }
    Asking buy{terms, Order(), terms.window};
    buy.order.organisation = state.organisations.number(terms.organisation);
    if (!terms.duration) {
        count_lots(state, pools, buy, out);
        return out;
    }
    // The start with most lots in price, then most free lots, then the earliest.
    WhyNot best = out;
    for (const Time start : starts_of(state, pools, terms, book.rules.grid, now)) {
        buy.window = {start, Time(start.value + terms.duration->value)};
        count_lots(state, pools, buy, out);
        if (std::pair(out.lots_in_price, out.lots_free) >
            std::pair(best.lots_in_price, best.lots_free)) {
            best = out;
        }
    }
    return best;
}

}  // namespace suanpan::matching
