// A buy with a `duration` inside a wider window: of the starts that fill it, the cheapest, then the
// earliest (market §4). One that need not fill as a whole goes to the start that gives it most.

#include "matching/engine_walk.hpp"

#include <algorithm>
#include <tuple>

namespace suanpan::matching {
namespace {

struct Bought {
    Int128 units = 0;  // lots or milli-CU
    Int128 cost = 0;   // over one window, so hours are left out; within bounds, see kMaxPrice
};

// What the fills since `first` gave their taker.
Bought sum_of(std::span<const Execution> fills, std::size_t first, bool in_cu) {
    Bought sum;
    for (std::size_t i = first; i < fills.size(); ++i) {
        const Execution& fill = fills[i];
        const std::int64_t worth = fill.price_unit == Unit::kCu ? fill.rate.value : kMilli;
        sum.cost += Int128{fill.price.value} * fill.lots.value * worth;
        sum.units += Int128{fill.lots.value} * (in_cu ? fill.rate.value : 1);
    }
    return sum;
}

}  // namespace

Starts Engine::Impl::starts_of(std::uint32_t slot) const {
    const Extras& extras = orders.extras(slot);
    const Duration grid = markets[orders.details(slot).market].rules.grid;
    return {extras.window, extras.duration, grid, now};
}

void Engine::Impl::add_changes(Starts& starts, const Order& sell) const {
    starts.add(sell.window);
    if (sell.steps != kNone) starts.add(orders.steps(sell));
}

std::vector<Time> Engine::Impl::candidate_starts(std::uint32_t slot) {
    Starts starts = starts_of(slot);
    std::vector<bool> seen(pools.size(), false);
    walk(taker(slot), [&](std::uint32_t maker, Rate) {
        const Order& sell = orders[maker];
        add_changes(starts, sell);
        if (!seen[sell.owner]) starts.add(pools[sell.owner].calendar.steps());
        seen[sell.owner] = true;
        return Visit::kNext;
    });
    return starts.take();
}

Stop Engine::Impl::try_starts(std::uint32_t slot) {
    Taker order = taker(slot);
    const Duration duration = orders.extras(slot).duration;
    const auto place_at = [&](Time start) {
        order.window = {start, Time(start.value + duration.value)};
    };
    Stop first_stop;
    std::optional<std::pair<Int128, Time>> best;
    for (const Time start : candidate_starts(slot)) {
        place_at(start);
        const Mark mark = start_recording();
        const Stop stop = try_places(order);
        if (!order.order.is_open()) {
            const Int128 cost = sum_of(outcome.fills, mark.fills, false).cost;
            if (!best || cost < best->first) best = {cost, start};
        } else if (first_stop.reason == EndReason::kNone) {
            first_stop = stop;
        }
        roll_back(mark);
    }
    if (!best) return first_stop;
    place_at(best->second);
    return try_places(order);
}

// The start that gives most, then the cheapest, then the earliest. Where none gives anything, the
// first at which an own order or the band stops or changes it, so that a start which nobody offers
// does not hide that; then what is left is tried again. Without any fill the order may still start
// anywhere.
void Engine::Impl::match_some_start(std::uint32_t slot) {
    Taker order = taker(slot);
    const Duration duration = orders.extras(slot).duration;
    const auto place_at = [&](Time start) {
        order.window = {start, Time(start.value + duration.value)};
    };
    while (order.order.is_open() && is_unbound_duration(order.order)) {
        std::optional<std::tuple<Int128, Int128, Time>> best;  // less is better
        for (const Time start : candidate_starts(slot)) {
            place_at(start);
            const Mark mark = start_recording();
            match(order, false);
            const Bought bought = sum_of(outcome.fills, mark.fills, order.order.in_cu);
            const std::tuple result(-bought.units, bought.cost, start);
            const bool did_something = undo.size() > mark.undo;
            if (did_something && (!best || result < *best)) best = result;
            roll_back(mark);
        }
        if (!best) return;
        place_at(std::get<2>(*best));
        match(order, false);
    }
}

}  // namespace suanpan::matching
