// Why a buy finds nothing (market §4, orders:preview). Uses the same tests on a pair as matching.

#include "matching/engine_state.hpp"

#include <algorithm>
#include <set>

namespace suanpan::matching {
namespace {

constexpr Lots kNothing{0};

// Lots of one pool that open sells of the market list.
struct Listed {
    const Pool* pool = nullptr;
    std::int64_t lots = 0;
    std::vector<const Order*> sells;
};

std::vector<Listed> listed_pools(const Market& market, const std::vector<Pool*>& pools) {
    std::map<std::uint32_t, Listed> by_number;
    for (const auto& [key, ladder] : market.sells) {
        Listed& entry = by_number[key.owner];
        entry.pool = pools[key.owner];
        for (const auto& [rank, sell] : ladder.orders)
            entry.sells.push_back(sell.order);
    }
    std::vector<Listed> out;
    for (auto& [number, entry] : by_number) {
        // Sells share the pool's lots, so together they list no more than there are.
        for (const Order* sell : entry.sells)
            entry.lots += sell->view.terms.quantity;
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

// Lots of the pool free over the buy's window in sells that the buy may take; with `in_price`, only
// in those at or under its limit.
std::int64_t lots_free(const Listed& entry, const Order& buy, bool in_price) {
    std::int64_t offered = 0;
    for (const Order* sell : entry.sells) {
        if (!terms_allow(buy, *sell, buy.window)) continue;
        if (in_price && !prices_cross(buy.view.terms, sell->view.terms, sell->rate)) continue;
        offered += minimum(sell->view.rest_steps, kNothing, buy.window).value;
    }
    return std::min(offered, entry.pool->calendar.minimum(buy.window).value);
}

void count_lots(const std::vector<Listed>& pools, const Order& buy, WhyNot& out) {
    out.lots_free = 0;
    out.lots_in_price = 0;
    for (const Listed& entry : pools) {
        if (!satisfies(entry.pool->rules.profile, buy.view.terms.requirement)) continue;
        out.lots_free += lots_free(entry, buy, false);
        out.lots_in_price += lots_free(entry, buy, true);
    }
}

// Starts between which nothing changes for any of these pools.
std::vector<Time> starts_of(const std::vector<Listed>& pools, const Order& buy, Time now) {
    std::vector<const Steps*> steps;
    for (const Listed& entry : pools) {
        steps.push_back(&entry.pool->calendar.steps());
        for (const Order* sell : entry.sells)
            steps.push_back(&sell->view.rest_steps);
    }
    return starts_between(buy, now, steps);
}

}  // namespace

WhyNot Engine::why_not(const OrderTerms& terms, Time now) const {
    WhyNot out;
    const auto market = impl_->markets.find(terms.market);
    if (market == impl_->markets.end() || terms.side != Side::kBuy) return out;
    const std::vector<Listed> pools = listed_pools(market->second, impl_->pool_by_number);
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
    Order buy;
    buy.view.terms = terms;
    buy.market = &market->second;
    buy.window = terms.window;
    if (!terms.duration) {
        count_lots(pools, buy, out);
        return out;
    }
    // The start with most lots in price, then most free lots, then the earliest.
    WhyNot best = out;
    for (const Time start : starts_of(pools, buy, now)) {
        buy.window = {start, Time(start.value + terms.duration->value)};
        count_lots(pools, buy, out);
        if (std::pair(out.lots_in_price, out.lots_free) >
            std::pair(best.lots_in_price, best.lots_free)) {
            best = out;
        }
    }
    return best;
}

}  // namespace suanpan::matching
