// How much a buy could find at most: a bound that is cheap to take and spares most attempts of
// orders that fill as a whole or not at all.

#include "matching/engine_walk.hpp"

#include <algorithm>

namespace suanpan::matching {
namespace {

// The most at any moment of the window.
Lots highest_within(const Steps& steps, Lots before, const Window& window) {
    Lots most = minimum(steps, before, {window.start, Time(window.start.value + 1)});
    for (const Step& step : steps) {
        if (window.contains(step.from)) most = std::max(most, step.lots);
    }
    return most;
}

}  // namespace

Int128 Supply::most() const {
    Int128 most = 0;
    for (const Place& place : places)
        most = std::max(most, place.units);
    return most;
}

// Lots that the sell may give the buy, whatever the least lots of either: those may be met later.
Lots Engine::Impl::offered_to(const Taker& buy, std::uint32_t sell_slot) const {
    const Order& sell = orders[sell_slot];
    if (buy.window != kAnyWindow) {
        return sell_allows(sell_slot, buy.order, buy.window) ? sell_minimum(sell, buy.window)
                                                             : kNothing;
    }
    const Window& window = orders.extras(buy.slot).window;
    if (!sell.window.overlaps(window)) return kNothing;
    if (sell.steps == kNone) return Lots(sell.rest);
    return highest_within(orders.steps(sell), kNothing, window);
}

Lots Engine::Impl::free_for(const Taker& buy, const Pool& pool) const {
    if (buy.window != kAnyWindow) return pool.calendar.minimum(buy.window);
    return highest_within(pool.calendar.steps(), pool.rules.lots, orders.extras(buy.slot).window);
}

Supply Engine::Impl::supply_of(const Taker& taker) {
    // Sells of a pool share its lots.
    struct Left {
        std::size_t place = 0;
        Lots free;
    };
    Supply out;
    std::map<std::uint32_t, Left> pools_left;
    std::map<std::uint32_t, std::size_t> places;
    const Together together = taker.order.together;
    const auto place_of = [&](const Pool& pool) {
        std::uint32_t key = 0;
        if (together == Together::kSameSite) key = pool.site;
        if (together == Together::kSamePool) key = pool.number;
        const auto [known, is_new] = places.try_emplace(key, out.places.size());
        if (is_new) out.places.push_back({pool.number, 0, taker.market.band.has_value(), false});
        return known->second;
    };
    walk(taker, [&](std::uint32_t maker, Rate rate) {
        const Order& sell = orders[maker];
        const Pool& pool = pools[sell.owner];
        auto left = pools_left.find(pool.number);
        if (left == pools_left.end()) {
            left =
                pools_left.emplace(pool.number, Left{place_of(pool), free_for(taker, pool)}).first;
        }
        Supply::Place& place = out.places[left->second.place];
        place.may_stop = place.may_stop || sell.organisation == taker.order.organisation;
        const Lots lots = std::min(left->second.free, offered_to(taker, maker));
        if (lots > kNothing) {
            left->second.free.value -= lots.value;
            place.units += Int128{lots.value} * (taker.order.in_cu ? rate.value : 1);
        }
        // Also where better offers have used up the bound: their least lots may keep them out.
        if (!place.is_open && taker.window != kAnyWindow &&
            offer(taker, maker, rate).lots > kNothing) {
            place.is_open = true;
            out.in_order.push_back(left->second.place);
        }
        return Visit::kNext;
    });
    return out;
}

}  // namespace suanpan::matching
