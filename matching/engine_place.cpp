// An order arrives; resting orders are tried again (market §5 steps 2–5).

#include "base/check.hpp"
#include "matching/engine_state.hpp"

#include <algorithm>

namespace suanpan::matching {

void Engine::Impl::arrive(Order& order) {
    const OrderTerms& terms = order.view.terms;
    touch(order);
    if (terms.post_only && would_trade(order)) {
        end(order, OrderState::kRejected, EndReason::kPostOnly);
        return;
    }
    if (terms.all_or_none || terms.time_in_force == TimeInForce::kFok) {
        const Stop stop = try_all(order);
        if (!order.is_open()) return;
        if (stop.reason != EndReason::kNone) {
            if (terms.self_trade == SelfTrade::kCancelBoth) {
                end(*stop.maker, OrderState::kCancelled, stop.reason);
            }
            end(order, OrderState::kCancelled, stop.reason);
            return;
        }
    } else {
        match(order, false);
    }
    if (!order.is_open()) return;
    switch (terms.time_in_force) {
        case TimeInForce::kGtc:
        case TimeInForce::kGtd: insert(order); break;
        case TimeInForce::kIoc:
            end(order, OrderState::kCancelled, EndReason::kImmediateOrCancel);
            break;
        case TimeInForce::kFok: end(order, OrderState::kCancelled, EndReason::kFillOrKill); break;
    }
}

bool Engine::Impl::would_trade(const Order& order) const {
    bool found = false;
    walk(order, [&](Order& maker) {
        found = offer(order, maker).lots.value > 0;
        return found ? Visit::kStop : Visit::kNext;
    });
    return found;
}

// Fills the order as a whole or changes nothing. The stop is that of the first attempt that had
// one.
Stop Engine::Impl::try_all(Order& order) {
    if (order.view.terms.duration) return try_starts(order);
    return try_places(order);
}

Stop Engine::Impl::try_here(Order& order) {
    const Mark mark = start_recording();
    const Stop stop = match(order, true);
    if (order.view.state == OrderState::kFilled) {
        keep(mark);
        return {};
    }
    roll_back(mark);
    return stop;
}

// same_site, same_pool: the first site (pool), in the order of its best offer fillable now, whose
// offers together fill the order.
Stop Engine::Impl::try_places(Order& order) {
    const Together together = order.view.terms.together;
    if (together == Together::kAnywhere) return try_here(order);
    Stop first_stop;
    for (const Pool* pool : first_of_each_place(order)) {
        const Mark mark = start_recording();
        touch(order);
        if (together == Together::kSameSite) order.view.bound_site = pool->rules.site;
        if (together == Together::kSamePool) order.view.bound_pool = pool->rules.id;
        const Stop stop = try_here(order);
        if (!order.is_open()) {
            keep(mark);
            return {};
        }
        roll_back(mark);
        if (first_stop.reason == EndReason::kNone) first_stop = stop;
    }
    return first_stop;
}

std::vector<const Pool*> Engine::Impl::first_of_each_place(const Order& order) const {
    const bool by_site = order.view.terms.together == Together::kSameSite;
    std::vector<const Pool*> places;
    const auto is_known = [&](const Pool& pool) {
        return std::any_of(places.begin(), places.end(), [&](const Pool* known) {
            return by_site ? known->rules.site == pool.rules.site : known == &pool;
        });
    };
    walk(order, [&](Order& maker) {
        if (!is_known(*maker.pool) && offer(order, maker).lots.value > 0) {
            places.push_back(maker.pool);
        }
        return Visit::kNext;
    });
    return places;
}

// Resting all-or-none buys are tried again, in priority order, until nothing changes. A stop
// changes nothing: the order goes on resting.
void Engine::Impl::retry_all_or_none() {
    for (const OrderId& id : outcome.touched) {
        const Order& order = *find(id);
        if (!order.is_buy()) order.market->supply_changed = true;
    }
    std::size_t fills_seen = 0;
    mark_changed_supply(fills_seen);
    for (auto market = markets.begin(); market != markets.end();) {
        if (!market->second.supply_changed) {
            ++market;
        } else if (fill_one_all_or_none(market->second)) {
            mark_changed_supply(fills_seen);
            market = markets.begin();
        } else {
            market->second.supply_changed = false;
        }
    }
}

// Fewer lots in a pool can help as well as more: a greedy attempt that ended in a rest too small
// for anybody may now go another way. So every market in which a pool sells is looked at.
void Engine::Impl::mark_changed_supply(const Pool& pool) {
    for (const auto& [sequence, order] : pool.resting)
        order->market->supply_changed = true;
}

void Engine::Impl::mark_changed_supply(std::size_t& fills_seen) {
    for (; fills_seen < outcome.fills.size(); ++fills_seen) {
        const Fill& fill = outcome.fills[fills_seen];
        mark_changed_supply(get_pool(fill.pool));
        find(fill.sell)->market->supply_changed = true;
    }
}

bool Engine::Impl::fill_one_all_or_none(Market& market) {
    // A copy: an attempt takes its order out of the books and may put it back.
    std::vector<Order*> waiting;
    waiting.reserve(market.all_or_none.size());
    for (const auto& [rank, order] : market.all_or_none)
        waiting.push_back(order);
    return std::any_of(waiting.begin(), waiting.end(), [this](Order* order) {
        try_all(*order);
        return !order->is_open();
    });
}

// Lots of the pool became free: its resting sells are matched again, by sequence, as if they
// arrived (but for post_only, which is a rule for arrival).
void Engine::Impl::rematch(Pool& pool) {
    std::vector<OrderId> sells;
    sells.reserve(pool.resting.size());
    for (const auto& [sequence, order] : pool.resting)
        sells.push_back(order->view.terms.id);
    mark_changed_supply(pool);
    for (const OrderId& id : sells) {
        Order& order = *find(id);
        if (order.is_open()) match(order, false);
    }
}

}  // namespace suanpan::matching
