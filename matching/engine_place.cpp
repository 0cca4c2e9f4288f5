// An order arrives; resting orders are tried again (market §5 steps 2–5).

#include "base/check.hpp"
#include "matching/engine_walk.hpp"

#include <algorithm>

namespace suanpan::matching {

void Engine::Impl::arrive(std::uint32_t slot, RecordRef record, Market& market) {
    // Asked once: which side comes next is a coin's toss.
    if (record.order.buys) return arrive_on<true>(slot, record, market);
    arrive_on<false>(slot, record, market);
}

template <bool Buys>
void Engine::Impl::arrive_on(std::uint32_t slot, RecordRef record, Market& market) {
    Order& order = record.order;
    const Details& details = record.details;
    touch(slot, order);
    order.waits = waits_for_call(market, slot);
    if (!market.halted && !order.waits && may_meet<Buys>(record, market)) {
        // One that was replaced may have traded before.
        const bool traded = details.filled_lots > 0;
        match_arrived(slot, traded ? OrderState::kCancelled : OrderState::kRejected);
        if (!order.is_open()) return;
    }
    switch (details.time_in_force) {
        case TimeInForce::kGtc:
        case TimeInForce::kGtd: insert_on<Buys>(slot, record, market); break;
        case TimeInForce::kIoc:
            end(slot, OrderState::kCancelled, EndReason::kImmediateOrCancel);
            break;
        case TimeInForce::kFok: end(slot, OrderState::kCancelled, EndReason::kFillOrKill); break;
    }
}

// Among many lanes the walk itself is as quick to find that there is none.
template <bool Buys>
bool Engine::Impl::may_meet(RecordRef record, Market& market) {
    const Ladders& contra = Buys ? market.sells : market.buys;
    if (contra.has_many_lanes() && !is_unbound_duration(record.order)) return true;
    return meets_a_price<Buys>(record, market);
}

// Nearly all orders that come to rest are told by the lanes' best prices.
template <bool Buys>
bool Engine::Impl::meets_a_price(RecordRef record, Market& market) {
    const auto [order, details] = record;
    const auto any = [](auto...) { return true; };
    if constexpr (Buys) {
        return any_crossing_sell_lane(order, details.limit, reach::of_taker(order.window),
                                      market.sells, any);
    } else {
        const Rate rate = market.sells.front(details.lane).rate;
        return any_crossing_buy_lane(order, details.limit, rate, market.buys, any);
    }
}

// Takes what the book has for an order that is not in it. `post_only_end`: what becomes of one that
// must not take.
void Engine::Impl::match_arrived(std::uint32_t slot, OrderState post_only_end) {
    const Order& order = orders[slot];
    const Details& details = orders.details(slot);
    if (details.post_only && would_trade(slot)) {
        end(slot, post_only_end, EndReason::kPostOnly);
    } else if (order.all_or_none || details.time_in_force == TimeInForce::kFok) {
        const Stop stop = try_all(slot);
        if (!order.is_open() || stop.reason == EndReason::kNone) return;
        if (stop.maker != kNone && order.self_trade == SelfTrade::kCancelBoth) {
            end(stop.maker, OrderState::kCancelled, stop.reason);
        }
        end(slot, OrderState::kCancelled, stop.reason);
    } else if (is_unbound_duration(order)) {
        match_some_start(slot);
    } else {
        match(taker(slot), false);
    }
}

bool Engine::Impl::would_trade(std::uint32_t slot) {
    bool found = false;
    const Taker order = taker(slot);
    const auto visit = [&](std::uint32_t maker, Rate rate) {
        found = offer(order, maker, rate).lots > kNothing;
        return found ? Visit::kStop : Visit::kNext;
    };
    if (!is_unbound_duration(order.order)) {
        walk(order, visit);
        return found;
    }
    for (const Time start : candidate_starts(slot)) {
        Taker at_start = taker(slot);
        at_start.window = {start, Time(start.value + orders.extras(slot).duration.value)};
        walk(at_start, [&](std::uint32_t maker, Rate rate) {
            found = offer(at_start, maker, rate).lots > kNothing;
            return found ? Visit::kStop : Visit::kNext;
        });
        if (found) break;
    }
    return found;
}

// Fills the order as a whole or changes nothing. The stop is that of the first attempt that had
// one.
Stop Engine::Impl::try_all(std::uint32_t slot) {
    if (is_unbound_duration(orders[slot])) return try_starts(slot);
    return try_places(taker(slot));
}

Stop Engine::Impl::try_here(const Taker& taker) {
    const Mark mark = start_recording();
    const Stop stop = match(taker, true);
    if (taker.order.state == OrderState::kFilled) {
        keep(mark);
        return {};
    }
    roll_back(mark);
    return stop;
}

// same_site, same_pool: the first site (pool), in the order of its best offer fillable now, whose
// offers together fill the order. Where they cannot and nothing can stop the order either, an
// attempt would change nothing. Mostly the first does, and no other need be known.
Stop Engine::Impl::try_places(const Taker& taker) {
    if (taker.order.together == Together::kAnywhere) return try_here(taker);
    Stop first_stop;
    Supply supply = supply_of(taker, Extent::kFirstEnough);
    std::size_t tried = 0;
    if (!supply.is_whole) {
        if (try_place(taker, supply.places[supply.in_order.front()], first_stop)) return {};
        supply = supply_of(taker, Extent::kAll);
        tried = 1;
    }
    for (; tried < supply.in_order.size(); ++tried) {
        const Supply::Place& place = supply.places[supply.in_order[tried]];
        if (!may_fill(taker, place) && !place.may_stop) continue;
        if (try_place(taker, place, first_stop)) return {};
    }
    return first_stop;
}

bool Engine::Impl::try_place(const Taker& taker, const Supply::Place& place, Stop& first_stop) {
    const Together together = taker.order.together;
    const Mark mark = start_recording();
    touch(taker.slot);
    Extras& extras = orders.make_extras(taker.slot);
    if (together == Together::kSameSite) extras.bound_site = pools[place.pool].site;
    if (together == Together::kSamePool) extras.bound_pool = place.pool;
    const Stop stop = try_here(taker);
    if (!taker.order.is_open()) {
        keep(mark);
        return true;
    }
    roll_back(mark);
    if (first_stop.reason == EndReason::kNone) first_stop = stop;
    return false;
}

// Resting all-or-none buys are tried again, in priority order, until nothing changes. A stop
// changes nothing: the order goes on resting. Only those that a change concerns are tried: what
// else an attempt would see is as it was when it failed.
void Engine::Impl::retry_waiting() {
    Mark seen;
    note_changes(seen);
    // In order of key, from the first again after every fill.
    for (auto at = market_numbers.begin(); at != market_numbers.end();) {
        if (fill_one_all_or_none(markets[at->second])) {
            note_changes(seen);
            at = market_numbers.begin();
        } else {
            ++at;
        }
    }
}

bool Engine::Impl::fill_one_all_or_none(Market& market) {
    if (market.halted) return false;
    const std::uint64_t all = changes_before + changes.size();
    // By index: an attempt takes its order out of the books and may put it back.
    for (std::size_t i = 0; i < market.all_or_none.size(); ++i) {
        const std::uint32_t slot = market.all_or_none[i].slot;
        const bool try_it = may_fill_now(market, market.all_or_none[i]);
        market.all_or_none[i].seen = all;
        if (!try_it) continue;
        const Int128 possible = supply_of(taker(slot), Extent::kAll).most();
        if (possible >= orders[slot].rest) try_all(slot);
        if (!orders[slot].is_open()) return true;
        market.all_or_none[i].seen = all;
        market.all_or_none[i].possible = possible;
    }
    market.rules_changed = false;
    return false;
}

bool Engine::Impl::may_fill_now(const Market& market, Waiting& waiting) {
    if (market.rules_changed) return true;
    bool concerned = false;
    const bool in_cu = waiting.unit == Unit::kCu;
    const std::uint64_t seen = std::max(waiting.seen, changes_before) - changes_before;
    for (std::size_t i = seen; i < changes.size(); ++i) {
        const SupplyChange& change = changes[i];
        if (!concerns(change, market, waiting)) continue;
        concerned = true;
        const Pool& pool = pools[change.pool];
        // Without a rate in this market's class it sells nothing here.
        if (change.more == kNothing || !pool.rates.contains(market.rules.key.compute_class))
            continue;
        const std::int64_t worth = in_cu ? rate_of(pool, market).value : 1;
        waiting.possible += Int128{change.more.value} * worth;
    }
    return concerned && waiting.possible >= orders[waiting.slot].rest;
}

bool Engine::Impl::concerns(const SupplyChange& change, const Market& market,
                            const Waiting& waiting) const {
    if (!eligibility.satisfied(pools[change.pool].profile, waiting.requirement)) return false;
    if (change.sell == kNone) return change.window.overlaps(waiting.window);
    const Details& sell = orders.details(change.sell);
    if (sell.market != market.number) return false;
    if (waiting.is_fixed ? !change.window.contains(waiting.window)
                         : !change.window.overlaps(waiting.window))
        return false;
    const Ratio limit = price_in(Price(-waiting.rank), waiting.unit, orders[change.sell].unit(),
                                 market.sells.front(sell.lane).rate);
    return limit >= Ratio{change.limit.value, 1};
}

// Of the outcome so far, from `seen` on.
void Engine::Impl::note_changes(Mark& seen) {
    const auto note_sell = [&](OrderSlot slot) {
        const Order& order = orders[number_of(slot)];
        if (order.buys) return;
        const Lots more(order.sequence >= first_new ? orders.details(number_of(slot)).quantity : 0);
        note({number_of(slot), order.owner, order.window, orders.details(number_of(slot)).limit,
              more});
    };
    for (; seen.touched < outcome.touched.size(); ++seen.touched)
        note_sell(outcome.touched[seen.touched]);
    // An order touched before may end now.
    for (; seen.ended < outcome.ended.size(); ++seen.ended)
        note_sell(outcome.ended[seen.ended]);
    for (; seen.fills < outcome.fills.size(); ++seen.fills) {
        const Execution& fill = outcome.fills[seen.fills];
        note({kNone, fill.pool, fill.window, Price(0), kNothing});
    }
}

void Engine::Impl::note_pool_change(const Pool& pool, const Window& window, Lots more) {
    note({kNone, pool.number, window, Price(0), more});
}

Engine::Impl::Tries Engine::Impl::save_tries() const {
    Tries out;
    markets.for_each(
        [&](const Market& market) { out.emplace_back(market.rules_changed, market.all_or_none); });
    return out;
}

void Engine::Impl::restore_tries(const Tries& tries) {
    for (std::uint32_t i = 0; i < tries.size(); ++i)
        std::tie(markets[i].rules_changed, markets[i].all_or_none) = tries[i];
}

// Lots of the pool became free: its resting sells are matched again, by sequence, as if they
// arrived (but for post_only, which is a rule for arrival).
void Engine::Impl::rematch(Pool& pool) {
    for (const std::uint32_t slot : pool.resting.slots(orders)) {
        const Order& order = orders[slot];
        if (!order.is_open() || order.waits) continue;
        if (!markets[orders.details(slot).market].halted) match(taker(slot), false);
    }
}

}  // namespace suanpan::matching
