// A buy with a `duration` inside a wider window: of the starts that fill it, the cheapest, then the
// earliest (market §4).

#include "base/time.hpp"
#include "matching/engine_state.hpp"

#include <algorithm>

namespace suanpan::matching {
namespace {

constexpr Lots kNothing{0};

// Starts on the grid between which nothing that a window of `duration` sees of the steps changes.
class Starts {
 public:
    Starts(Time first, Time last, Duration duration, Duration grid)
        : first_(first), last_(last), duration_(duration), grid_(grid) {
        add(first);
    }

    void add_steps(const Steps& steps) {
        for (const Step& step : steps) {
            // From here on the window no longer sees what was before the step …
            add(ceil_to_grid(step.from, grid_));
            // … and from here on its end sees what comes after it.
            const Time reaches(step.from.value - duration_.value);
            add(Time(floor_to_grid(reaches, grid_).value + grid_.value));
        }
    }

    [[nodiscard]] std::vector<Time> take() {
        std::sort(starts_.begin(), starts_.end());
        starts_.erase(std::unique(starts_.begin(), starts_.end()), starts_.end());
        return std::move(starts_);
    }

 private:
    void add(Time start) {
        if (first_ <= start && start <= last_) starts_.push_back(start);
    }

    Time first_;
    Time last_;
    Duration duration_;
    Duration grid_;
    std::vector<Time> starts_;
};

// Of all fills of one taker over one window, so hours are left out. Within bounds, see kMaxPrice.
Int128 cost_of(const std::vector<Fill>& fills, std::size_t first) {
    Int128 cost = 0;
    for (std::size_t i = first; i < fills.size(); ++i) {
        const Fill& fill = fills[i];
        const std::int64_t worth = fill.price_unit == Unit::kCu ? fill.rate.value : kMilli;
        cost += Int128{fill.price.value} * fill.lots.value * worth;
    }
    return cost;
}

}  // namespace

std::vector<Time> starts_between(const Order& buy, Time now,
                                 const std::vector<const Steps*>& steps) {
    const OrderTerms& terms = buy.view.terms;
    const Duration grid = buy.market->rules.grid;
    const Time first = std::max(terms.window.start, ceil_to_grid(now, grid));
    if (first > last_start(terms)) return {};
    Starts starts(first, last_start(terms), *terms.duration, grid);
    for (const Steps* each : steps)
        starts.add_steps(*each);
    return starts.take();
}

std::vector<Time> Engine::Impl::candidate_starts(const Order& order) const {
    std::vector<const Steps*> steps;
    std::vector<bool> seen(pool_by_number.size(), false);
    walk(order, [&](const Order& maker) {
        steps.push_back(&maker.view.rest_steps);
        if (!seen[maker.pool->number]) steps.push_back(&maker.pool->calendar.steps());
        seen[maker.pool->number] = true;
        return Visit::kNext;
    });
    return starts_between(order, now, steps);
}

Stop Engine::Impl::try_starts(Order& order) {
    const OrderTerms& terms = order.view.terms;
    const auto place_at = [&](Time start) {
        order.window = {start, Time(start.value + terms.duration->value)};
    };
    Stop first_stop;
    std::optional<std::pair<Int128, Time>> best;
    for (const Time start : candidate_starts(order)) {
        place_at(start);
        const Mark mark = start_recording();
        const Stop stop = try_places(order);
        if (!order.is_open()) {
            const Int128 cost = cost_of(outcome.fills, mark.fills);
            if (!best || cost < best->first) best = {cost, start};
        } else if (first_stop.reason == EndReason::kNone) {
            first_stop = stop;
        }
        roll_back(mark);
    }
    if (best) {
        place_at(best->second);
        return try_places(order);
    }
    order.window = terms.window;
    return first_stop;
}

std::optional<Time> Engine::Impl::earliest_start(const Order& buy, const Order& sell,
                                                 Lots lots) const {
    const Duration duration = *buy.view.terms.duration;
    const std::vector<const Steps*> steps{&sell.view.rest_steps, &sell.pool->calendar.steps()};
    std::optional<Time> too_small;
    for (const Time start : starts_between(buy, now, steps)) {
        const Window window{start, Time(start.value + duration.value)};
        if (!terms_allow(buy, sell, window)) continue;
        const Lots offered = minimum(sell.view.rest_steps, kNothing, window);
        if (std::min(offered, sell.pool->calendar.minimum(window)) < lots) continue;
        if (lots >= sell.view.terms.min_lots || lots == offered) return start;
        if (!too_small) too_small = start;
    }
    return too_small;
}

}  // namespace suanpan::matching
