// Pairs and walks (market §5). One code path for arriving orders, previews, all-or-none attempts
// and orders tried again.

#include "base/check.hpp"
#include "matching/engine_state.hpp"

#include <algorithm>

namespace suanpan::matching {
namespace {

constexpr Lots kNothing{0};

bool is_small(Lots lots, const Order& order, Lots whole_rest) {
    return lots < order.view.terms.min_lots && lots != whole_rest;
}

// same_site and same_pool: the first fill, or the attempt being made, has bound the buy.
bool binding_allows(const OrderView& buy, const PoolRules& pool) {
    if (buy.bound_pool && *buy.bound_pool != pool.id) return false;
    return !buy.bound_site || *buy.bound_site == pool.site;
}

// Taking `lots` leaves nothing of the buy.
bool uses_up(const Order& buy, Lots lots, Rate rate) {
    const std::int64_t worth = buy.view.terms.unit == Unit::kCu ? rate.value : 1;
    return Int128{lots.value} * worth >= buy.view.rest;
}

}  // namespace

Lots lots_wanted(const Order& buy, Rate rate) {
    const std::int64_t rest = buy.view.rest;
    if (buy.view.terms.unit == Unit::kLot) return Lots(rest);
    const std::int64_t whole = rest / rate.value;
    const std::int64_t left = rest % rate.value;
    if (left == 0) return Lots(whole);
    return Lots(rate.value - left <= buy.view.terms.max_excess.value ? whole + 1 : whole);
}

bool terms_allow(const Order& buy, const Order& sell, const Window& window) {
    const OrderTerms& terms = sell.view.terms;
    if (!terms.window.contains(window) || window.length() < terms.min_duration) return false;
    return terms.counterparties.empty() ||
           std::binary_search(terms.counterparties.begin(), terms.counterparties.end(),
                              buy.view.terms.organisation);
}

bool prices_cross(const OrderTerms& buy, const OrderTerms& sell, Rate rate) {
    return price_in(buy.limit_price, buy.unit, sell.unit, rate) >= Ratio{sell.limit_price.value, 1};
}

Offer Engine::Impl::offer(const Order& taker, const Order& maker) const {
    const bool taker_buys = taker.is_buy();
    const Order& buy = taker_buys ? taker : maker;
    const Order& sell = taker_buys ? maker : taker;
    Offer out{kNothing, buy.window, false, false};
    if (!binding_allows(buy.view, sell.pool->rules)) {
        out.ladder_done = taker_buys;
        return out;
    }
    const Lots wanted = lots_wanted(buy, sell.rate);
    if (wanted == kNothing) {
        out.ladder_done = taker_buys;
        return out;
    }
    if (!taker_buys && buy.view.terms.duration) {
        const auto start = earliest_start(buy, sell, wanted);
        if (!start) return out;
        out.window = {*start, Time(start->value + buy.view.terms.duration->value)};
    }
    if (!terms_allow(buy, sell, out.window)) return out;
    const Lots offered = minimum(sell.view.rest_steps, kNothing, out.window);
    if (offered == kNothing) return out;
    const Lots free = sell.pool->calendar.minimum(out.window);
    if (free == kNothing) {
        out.ladder_done = taker_buys;
        return out;
    }
    const Lots lots = std::min({wanted, offered, free});
    if (!taker_buys && buy.view.terms.all_or_none && !uses_up(buy, lots, sell.rate)) return out;
    if (is_small(lots, maker, taker_buys ? offered : wanted)) return out;
    if (is_small(lots, taker, taker_buys ? wanted : offered)) {
        out.small_for_taker = true;
        return out;
    }
    out.lots = lots;
    return out;
}

// What became of one maker.
Met Engine::Impl::meet(Order& taker, Order& maker, bool all, Stop& stop) {
    const Offer found = offer(taker, maker);
    if (found.lots == kNothing) {
        if (found.small_for_taker) return Met::kSkippedSmall;
        return found.ladder_done ? Met::kLadderDone : Met::kSkipped;
    }
    if (taker.view.terms.organisation != maker.view.terms.organisation) {
        fill(taker, maker, found);
        return Met::kTraded;
    }
    const SelfTrade mode = taker.view.terms.self_trade;
    // An order that must fill as a whole cannot lose a part, so `decrement` ends it too.
    if (all && mode != SelfTrade::kCancelOldest) {
        stop = {EndReason::kSelfTrade, &maker};
        return Met::kStopped;
    }
    return prevent_self_trade(taker, maker, found);
}

// Fills what it can, best first. `all`: inside an attempt that is taken back unless it fills the
// taker; then a stop changes nothing here and is told to the caller.
Stop Engine::Impl::match(Order& taker, bool all) {
    Stop stop;
    bool again = true;
    while (again) {
        again = false;
        bool skipped_small = false;
        const auto visit = [&](Order& maker) {
            switch (meet(taker, maker, all, stop)) {
                case Met::kSkipped: return Visit::kNext;
                case Met::kLadderDone: return Visit::kNextLadder;
                case Met::kStopped: return Visit::kStop;
                case Met::kSkippedSmall: skipped_small = true; return Visit::kNext;
                case Met::kStruckOff: again = true; break;
                // A better maker was skipped because it would have given less than the taker's
                // min_lots. The taker's rest is smaller now and that maker may fill it.
                case Met::kTraded: again = skipped_small; break;
            }
            again = again && taker.is_open();  // then the best is looked for anew
            return again || !taker.is_open() ? Visit::kStop : Visit::kNext;
        };
        walk(taker, visit);
    }
    return stop;
}

void Engine::Impl::fill(Order& taker, Order& maker, const Offer& found) {
    Order& buy = taker.is_buy() ? taker : maker;
    Order& sell = taker.is_buy() ? maker : taker;
    touch(taker);
    touch(maker);
    reserve(*sell.pool, found.window, found.lots);
    take(buy, sell, found.window, found.lots);
    buy.view.filled_lots += found.lots.value;
    sell.view.filled_lots += found.lots.value;
    const PoolRules& pool = sell.pool->rules;
    if (buy.view.terms.together == Together::kSameSite) buy.view.bound_site = pool.site;
    if (buy.view.terms.together == Together::kSamePool) buy.view.bound_pool = pool.id;
    outcome.fills.push_back({maker.view.terms.id, taker.view.terms.id, buy.view.terms.id,
                             sell.view.terms.id, buy.view.terms.organisation,
                             sell.view.terms.organisation, pool.id, found.lots, found.window,
                             maker.view.terms.limit_price, maker.view.terms.unit, sell.rate});
    settle_state(maker, OrderState::kFilled);
    settle_state(taker, OrderState::kFilled);
}

// Takes lots off both rests; the calendar is the caller's.
void Engine::Impl::take(Order& buy, Order& sell, const Window& window, Lots lots) {
    add(sell.view.rest_steps, kNothing, window, Lots(-lots.value));
    CHECK(lowest(sell.view.rest_steps, kNothing) >= kNothing);
    if (uses_up(buy, lots, sell.rate)) {
        buy.view.rest = 0;
    } else {
        buy.view.rest -=
            buy.view.terms.unit == Unit::kCu ? lots.value * sell.rate.value : lots.value;
    }
}

// After its rest became smaller. `when_used_up` is kFilled after a fill, kCancelled when lots were
// only struck off.
void Engine::Impl::settle_state(Order& order, OrderState when_used_up) {
    bool used_up = order.view.rest == 0;
    if (!order.is_buy()) {
        // A sell shrinks to what is left of its window (market §4).
        const Window& window = order.view.terms.window;
        used_up =
            !has_run(order.view.rest_steps, kNothing, {std::max(window.start, now), window.end},
                     order.view.terms.min_duration);
    }
    if (used_up) {
        end(order, when_used_up,
            when_used_up == OrderState::kFilled ? EndReason::kNone : EndReason::kSelfTrade);
    } else if (when_used_up == OrderState::kFilled) {
        order.view.state = OrderState::kPartiallyFilled;
    }
}

// What is struck off is not reserved: where the calendar was the least of the three, the pair is
// fillable still and will be met again.
void Engine::Impl::strike_off(Order& taker, Order& maker, const Offer& found) {
    touch(taker);
    touch(maker);
    take(taker.is_buy() ? taker : maker, taker.is_buy() ? maker : taker, found.window, found.lots);
    settle_state(maker, OrderState::kCancelled);
    settle_state(taker, OrderState::kCancelled);
}

// The taker's mode wins; whichever order is matching counts as the newest.
Met Engine::Impl::prevent_self_trade(Order& taker, Order& maker, const Offer& found) {
    const SelfTrade mode = taker.view.terms.self_trade;
    if (mode == SelfTrade::kDecrement) {
        strike_off(taker, maker, found);
        return Met::kStruckOff;
    }
    if (mode != SelfTrade::kCancelNewest) end(maker, OrderState::kCancelled, EndReason::kSelfTrade);
    if (mode == SelfTrade::kCancelOldest) return Met::kSkipped;
    end(taker, OrderState::kCancelled, EndReason::kSelfTrade);
    return Met::kStopped;
}

}  // namespace suanpan::matching
