// How much a buy could find at most: a bound that is cheap to take and spares most attempts of
// orders that fill as a whole or not at all.

#include "matching/engine_walk.hpp"

#include <algorithm>
#include <numeric>

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

// Whether the place's offers can amount to what fills the buy. In CU they come in whole lots, so
// what they amount to is a multiple of what divides all their rates.
bool Engine::Impl::may_fill(const Taker& taker, const Supply::Place& place) const {
    const std::int64_t rest = taker.order.rest;
    if (place.units < rest) return false;
    if (!taker.order.in_cu || rest % place.step == 0) return true;
    return place.step - rest % place.step <= orders.extras(taker.slot).max_excess.value;
}

Supply Engine::Impl::supply_of(const Taker& taker, Extent extent) {
    Supply out;
    ++supplies;
    std::map<std::uint32_t, std::size_t> places;
    const Together together = taker.order.together;
    const auto place_of = [&](const Pool& pool) {
        std::uint32_t key = 0;
        if (together == Together::kSameSite) key = pool.site;
        if (together == Together::kSamePool) key = pool.number;
        const auto [known, is_new] = places.try_emplace(key, out.places.size());
        if (is_new) out.places.push_back({pool.number, 0, 0, taker.market.band.has_value(), false});
        return known->second;
    };
    walk(taker, [&](std::uint32_t maker, Rate rate) {
        const Order& sell = orders[maker];
        // Sells of a pool share its lots.
        Pool& pool = pools[sell.owner];
        if (pool.counted_in != supplies) {
            pool.counted_in = supplies;
            pool.counted_at = place_of(pool);
            pool.uncounted = free_for(taker, pool);
        }
        Supply::Place& place = out.places[pool.counted_at];
        place.may_stop = place.may_stop || sell.organisation == taker.order.organisation;
        place.step = std::gcd(place.step, rate.value);
        const Lots lots = std::min(pool.uncounted, offered_to(taker, maker));
        if (lots > kNothing) {
            pool.uncounted.value -= lots.value;
            place.units += Int128{lots.value} * (taker.order.in_cu ? rate.value : 1);
        }
        // Also where better offers have used up the bound: their least lots may keep them out.
        if (!place.is_open && taker.window != kAnyWindow &&
            offer(taker, maker, rate).lots > kNothing) {
            place.is_open = true;
            out.in_order.push_back(pool.counted_at);
        }
        if (extent == Extent::kAll || out.in_order.empty() ||
            !may_fill(taker, out.places[out.in_order.front()]))
            return Visit::kNext;
        out.is_whole = false;
        return Visit::kStop;
    });
    return out;
}

}  // namespace suanpan::matching
