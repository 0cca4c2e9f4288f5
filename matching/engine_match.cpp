// Pairs and walks (market §5). One code path for arriving orders, previews, all-or-none attempts
// and orders tried again.

#include "base/check.hpp"
#include "base/planted.hpp"
#include "matching/engine_walk.hpp"

#include <algorithm>

namespace suanpan::matching {
namespace {

// Taking `lots` leaves nothing of the buy.
bool uses_up(const Order& buy, Lots lots, Rate rate) {
    if (!buy.in_cu) return lots.value >= buy.rest;
    return Int128{lots.value} * rate.value >= buy.rest;
}

bool is_within(const PriceBand& band, Price price, Unit unit, Rate rate) {
    const Ratio traded = price_in(price, unit, Unit::kCu, rate);
    return traded >= Ratio{band.low.value, 1} && traded <= Ratio{band.high.value, 1};
}

}  // namespace

Lots Engine::Impl::sell_minimum(const Order& sell, const Window& window) const {
    if (sell.steps == kNone) return Lots(sell.rest);
    return std::max(kNothing, minimum(orders.steps(sell), kNothing, window));
}

// Whole lots of `rate` that a buy's rest still takes (market §5): ⌊rest ÷ rate⌋, one more if the
// excess allows.
Lots Engine::Impl::lots_wanted(std::uint32_t slot, const Order& buy, Rate rate) const {
    if (!buy.in_cu) return Lots(buy.rest);
    const std::int64_t whole = buy.rest / rate.value;
    const std::int64_t left = buy.rest % rate.value;
    if (left == 0 || !buy.special) return Lots(whole);
    return Lots(rate.value - left <= orders.extras(slot).max_excess.value ? whole + 1 : whole);
}

// The conditions of a sell on a buy that no fill changes: profile and price apart.
bool Engine::Impl::sell_allows(std::uint32_t slot, const Order& buy, const Window& window) const {
    const Order& sell = orders[slot];
    if (!sell.window.contains(window)) return false;
    if (!sell.special) return true;
    if (window.length().value < orders.details(slot).min_duration) return false;
    const auto& allowed = orders.extras(slot).counterparties;
    return allowed.empty() ||
           std::binary_search(allowed.begin(), allowed.end(), organisations.name(buy.organisation));
}

// same_site and same_pool: the first fill, or the attempt being made, has bound the buy.
bool Engine::Impl::binding_allows(std::uint32_t buy, std::uint32_t pool) const {
    const Extras& extras = orders.extras(buy);
    if (extras.bound_pool != kNone && extras.bound_pool != pool) return false;
    return extras.bound_site == kNone || extras.bound_site == pools[pool].site;
}

bool Engine::Impl::is_small(Lots lots, std::uint32_t slot, const Order& order,
                            Lots whole_rest) const {
    return order.special && lots < orders.extras(slot).min_lots && lots != whole_rest;
}

Offer Engine::Impl::offer(const Taker& taker, std::uint32_t maker, Rate rate) const {
    const bool buys = taker.order.buys;
    const std::uint32_t buy_slot = buys ? taker.slot : maker;
    const Order& made = orders[maker];
    const Order& buy = buys ? taker.order : made;
    const Lots wanted = lots_wanted(buy_slot, buy, rate);
    if (wanted == kNothing) return {kNothing, taker.window, false, buys};
    if (buy.together != Together::kAnywhere &&
        !binding_allows(buy_slot, buys ? made.owner : taker.order.owner))
        return {};
    if (buys) return offer_over(taker, maker, rate, taker.window, wanted);
    if (is_unbound_duration(made)) return offer_any_start(taker, maker, rate, wanted);
    return offer_over(taker, maker, rate, made.window, wanted);
}

Offer Engine::Impl::offer_over(const Taker& taker, std::uint32_t maker, Rate rate,
                               const Window& window, Lots wanted) const {
    const bool buys = taker.order.buys;
    const Order& made = orders[maker];
    const Order& buy = buys ? taker.order : made;
    const Order& sell = buys ? made : taker.order;
    const std::uint32_t sell_slot = buys ? maker : taker.slot;
    Offer out{kNothing, window, false, false};
    if (!sell_allows(sell_slot, buy, window)) return out;
    const Pool& pool = pools[sell.owner];
    if (buys && pool.exhausted_in == walks) return out;
    const Lots offered = sell_minimum(sell, window);
    if (offered <= kNothing) return out;
    const Lots free = pool.calendar.minimum(window);
    if (free == kNothing) {
        // The pool's other sells have as little over this window, until this walk is over.
        if (buys) pool.exhausted_in = walks;
        return out;
    }
    const Lots lots = std::min({wanted, offered, free});
    if (!buys && buy.all_or_none && !uses_up(buy, lots, rate)) return out;
    if (is_small(lots, maker, made, buys ? offered : wanted)) return out;
    if (is_small(lots, taker.slot, taker.order, buys ? wanted : offered)) {
        out.small_for_taker = true;
        return out;
    }
    out.lots = lots;
    return out;
}

// A resting buy that may still start at several moments, met by a sell: the first start at which
// the two trade.
Offer Engine::Impl::offer_any_start(const Taker& taker, std::uint32_t maker, Rate rate,
                                    Lots wanted) const {
    Starts starts = starts_of(maker);
    add_changes(starts, taker.order);
    starts.add(pools[taker.order.owner].calendar.steps());
    const Duration duration = orders.extras(maker).duration;
    Offer out;
    for (const Time start : starts.take()) {
        const Window window{start, Time(start.value + duration.value)};
        const Offer found = offer_over(taker, maker, rate, window, wanted);
        if (found.lots > kNothing) return found;
        out.small_for_taker = out.small_for_taker || found.small_for_taker;
    }
    return out;
}

// What became of one maker.
Met Engine::Impl::meet(const Taker& taker, std::uint32_t maker, Rate rate, bool all, Stop& stop) {
    const Offer found = offer(taker, maker, rate);
    if (found.lots == kNothing) {
        if (found.small_for_taker) return Met::kSkippedSmall;
        return found.lane_done ? Met::kLaneDone : Met::kSkipped;
    }
    if (taker.order.organisation == orders[maker].organisation) {
        // An order that must fill as a whole cannot lose a part, so `decrement` ends it too.
        if (all && taker.order.self_trade != SelfTrade::kCancelOldest) {
            stop = {EndReason::kSelfTrade, maker};
            return Met::kStopped;
        }
        return prevent_self_trade(taker, maker, rate, found);
    }
    const auto& band = taker.market.band;
    if (band && !is_within(*band, orders.details(maker).limit, orders[maker].unit(), rate)) {
        stop = {EndReason::kPriceBand, kNone};
        if (!all) end(taker.slot, OrderState::kCancelled, EndReason::kPriceBand);
        return Met::kStopped;
    }
    fill(taker, maker, rate, found);
    return Met::kTraded;
}

// Fills what it can, best first. `all`: inside an attempt that is taken back unless it fills the
// taker; then a stop changes nothing here and is told to the caller.
Stop Engine::Impl::match(const Taker& taker, bool all) {
    Stop stop;
    bool again = true;
    while (again) {
        again = false;
        bool skipped_small = false;
        walk(taker, [&](std::uint32_t maker, Rate rate) {
            switch (meet(taker, maker, rate, all, stop)) {
                case Met::kSkipped: return Visit::kNext;
                case Met::kLaneDone: return Visit::kNextLane;
                case Met::kStopped: return Visit::kStop;
                case Met::kSkippedSmall: skipped_small = true; return Visit::kNext;
                case Met::kStruckOff: again = true; break;
                // A better maker was skipped because it would have given less than the taker's
                // min_lots. The taker's rest is smaller now and that maker may fill it.
                case Met::kTraded: again = skipped_small; break;
            }
            again = again && taker.order.is_open();  // then the best is looked for anew
            return again || !taker.order.is_open() ? Visit::kStop : Visit::kNext;
        });
    }
    return stop;
}

void Engine::Impl::fill(const Taker& taker, std::uint32_t maker, Rate rate, const Offer& found) {
    const std::uint32_t pricing = planted("taker_price") ? taker.slot : maker;
    trade(maker, taker.slot, rate, found.window, found.lots, orders.details(pricing).limit,
          orders[maker].unit());
}

void Engine::Impl::trade(std::uint32_t maker, std::uint32_t taker, Rate rate, const Window& window,
                         Lots lots, Price price, Unit unit) {
    const RecordRef made = orders.record(maker);
    const RecordRef took = orders.record(taker);
    const bool taker_buys = took.order.buys;
    Order& buy = taker_buys ? took.order : made.order;
    Order& sell = taker_buys ? made.order : took.order;
    touch(taker, took.order);
    touch(maker, made.order);
    Pool& pool = pools[sell.owner];
    reserve(pool, window, lots);
    take(buy, sell, rate, window, lots);
    made.details.filled_lots += lots.value;
    took.details.filled_lots += lots.value;
    bind(taker_buys ? taker : maker, buy, pool, window);
    outcome.fills.push_back(
        {OrderSlot(maker), OrderSlot(taker), pool.number, unit, lots, window, price, rate});
    settle_state(maker, made, OrderState::kFilled);
    settle_state(taker, took, OrderState::kFilled);
}

// The first fill of a buy decides for its others.
void Engine::Impl::bind(std::uint32_t slot, Order& buy, const Pool& pool, const Window& window) {
    if (buy.together == Together::kSameSite) orders.make_extras(slot).bound_site = pool.site;
    if (buy.together == Together::kSamePool) orders.make_extras(slot).bound_pool = pool.number;
    if (!buy.has_extras || orders.extras(slot).duration.value == 0) return;
    orders.make_extras(slot).bound_start = window.start;
    buy.window = window;
}

void Engine::Impl::take(Order& buy, Order& sell, Rate rate, const Window& window, Lots lots) {
    if (sell.steps == kNone && window == sell.window) [[likely]] {
        CHECK(sell.rest >= lots.value);
        sell.rest -= lots.value;
    } else {
        CHECK(add(orders.make_steps(sell), kNothing, window, Lots(-lots.value)) >= kNothing);
    }
    if (uses_up(buy, lots, rate)) {
        buy.rest = 0;
    } else {
        buy.rest -= buy.in_cu ? lots.value * rate.value : lots.value;
    }
}

bool Engine::Impl::is_used_up(RecordRef record) const {
    const auto [order, details] = record;
    if (order.buys) return order.rest <= 0;
    // A sell shrinks to what is left of its window (market §4).
    const Duration least(details.min_duration);
    const Window left{std::max(order.window.start, now), order.window.end};
    if (order.steps != kNone) return !has_run(orders.steps(order), kNothing, left, least);
    return order.rest <= 0 || left.length() < least;
}

// After its rest became smaller. `when_used_up` is kFilled after a fill, kCancelled when lots were
// only struck off.
void Engine::Impl::settle_state(std::uint32_t slot, RecordRef record, OrderState when_used_up) {
    if (is_used_up(record)) {
        end(slot, record.order, when_used_up,
            when_used_up == OrderState::kFilled ? EndReason::kNone : EndReason::kSelfTrade);
    } else if (when_used_up == OrderState::kFilled) {
        record.order.state = OrderState::kPartiallyFilled;
    }
}

// The taker's mode wins; whichever order is matching counts as the newest. What is struck off is
// not reserved: where the calendar was the least of the three, the pair is fillable still and will
// be met again.
Met Engine::Impl::prevent_self_trade(const Taker& taker, std::uint32_t maker, Rate rate,
                                     const Offer& found) {
    const SelfTrade mode = taker.order.self_trade;
    if (mode == SelfTrade::kDecrement) {
        touch(taker.slot);
        touch(maker);
        Order& made = orders[maker];
        take(taker.order.buys ? taker.order : made, taker.order.buys ? made : taker.order, rate,
             found.window, found.lots);
        settle_state(maker, OrderState::kCancelled);
        settle_state(taker.slot, OrderState::kCancelled);
        return Met::kStruckOff;
    }
    if (mode != SelfTrade::kCancelNewest) end(maker, OrderState::kCancelled, EndReason::kSelfTrade);
    if (mode == SelfTrade::kCancelOldest) return Met::kSkipped;
    end(taker.slot, OrderState::kCancelled, EndReason::kSelfTrade);
    return Met::kStopped;
}

}  // namespace suanpan::matching
