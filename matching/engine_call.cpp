// Call auctions, halts and resumes (market §6, §7).

#include "base/check.hpp"
#include "matching/engine_state.hpp"

#include <algorithm>
#include <set>

namespace suanpan::matching {

// The orders of one call as the auction wants them, and whose they are.
struct CallBook {
    std::vector<CallOrder> orders;
    std::vector<std::uint32_t> slots;
    std::vector<Lots> pools;

    [[nodiscard]] CallResult uncross(Price reference) const {
        return matching::uncross(orders, pools, reference);
    }
};

namespace {

// Per lot·h, a multiple of the tick. A sell per CU·h is worth its lot's price rounded up, so that
// it never trades below its limit. Nothing for a price beyond all that a buy can name.
std::optional<Price> lot_price(const Order& order, Price limit, Rate rate, Price tick) {
    if (!order.in_cu) return limit;
    const Int128 ticks = ceil_div(Int128{limit.value} * rate.value, Int128{tick.value} * kMilli);
    if (ticks * tick.value > kMaxPrice) return std::nullopt;
    return Price(static_cast<std::int64_t>(ticks) * tick.value);
}

// An order at the market takes part at any price up to (from) its own limit: as one without limit
// where no result can lie beyond it. The other side's orders at the market may keep their limits,
// so those count too; its own side's that keep theirs are never beyond it.
void free_market_orders(std::vector<CallOrder>& orders, const std::vector<bool>& at_market,
                        Price reference) {
    Price lowest = reference;   // of all that a sell may meet
    Price highest = reference;  // of all that a buy may meet
    for (std::size_t i = 0; i < orders.size(); ++i) {
        const bool buys = orders[i].side == Side::kBuy;
        if (!at_market[i] || buys) lowest = std::min(lowest, *orders[i].limit);
        if (!at_market[i] || !buys) highest = std::max(highest, *orders[i].limit);
    }
    for (std::size_t i = 0; i < orders.size(); ++i) {
        if (!at_market[i]) continue;
        const bool buys = orders[i].side == Side::kBuy;
        if (buys ? *orders[i].limit >= highest : *orders[i].limit <= lowest) {
            orders[i].limit.reset();
        }
    }
}

}  // namespace

// A call collects orders without conditions on their counterpart: lots from anywhere.
bool Engine::Impl::joins(std::uint32_t slot, const CallTerms& call) const {
    const Order& order = orders[slot];
    const Details& details = orders.details(slot);
    if (details.at_market) return order.window == call.window;
    if (!order.buys || order.window != call.window || order.in_cu || order.special) return false;
    if (order.all_or_none || order.together != Together::kAnywhere) return false;
    if (orders.extras(slot).duration.value > 0) return false;
    const bool rests =
        details.time_in_force == TimeInForce::kGtc || details.time_in_force == TimeInForce::kGtd;
    return rests && satisfies(call.floor, eligibility.requirement(order.owner));
}

bool Engine::Impl::joins_any(const Market& market, std::uint32_t slot) const {
    return std::ranges::any_of(market.calls,
                               [&](const CallTerms& call) { return joins(slot, call); });
}

// Whoever has orders on both sides takes part with the side that came first.
CallBook Engine::Impl::collect(Market& market, const CallTerms& call) {
    std::vector<std::uint32_t> slots;
    market.buys.for_each_order([&](std::uint32_t slot) {
        if (orders[slot].waits && joins(slot, call)) slots.push_back(slot);
    });
    std::map<ProfileNumber, bool> meets_floor;
    market.sells.for_each_order([&](std::uint32_t slot) {
        const Order& sell = orders[slot];
        const Pool& pool = pools[sell.owner];
        if (!sell.window.contains(call.window) || (sell.waits && !joins(slot, call))) return;
        if (orders.extras(slot).min_lots > kNothing || !orders.extras(slot).counterparties.empty())
            return;
        if (orders.details(slot).min_duration > call.window.length().value) return;
        const auto [known, is_new] = meets_floor.try_emplace(pool.profile, false);
        if (is_new) known->second = meets(pool.rules.profile, call.floor);
        if (known->second && sell_minimum(sell, call.window) > kNothing) slots.push_back(slot);
    });
    CallBook book;
    std::vector<bool> at_market;
    std::set<std::uint32_t> buyers;
    std::set<std::uint32_t> sellers;
    std::map<std::uint32_t, std::uint32_t> pool_places;
    for (const std::uint32_t slot : by_sequence(std::move(slots))) {
        const Order& order = orders[slot];
        if ((order.buys ? sellers : buyers).contains(order.organisation)) continue;
        const Rate rate = order.buys ? Rate(0) : rate_of(pools[order.owner], market);
        const auto limit = lot_price(order, orders.details(slot).limit, rate, market.rules.tick);
        if (!limit) continue;
        (order.buys ? buyers : sellers).insert(order.organisation);
        CallOrder entry{Side::kBuy, limit, Lots(order.rest), order.sequence, kNoPool};
        if (!order.buys) {
            const Pool& pool = pools[order.owner];
            const auto [place, is_new] =
                pool_places.try_emplace(pool.number, static_cast<std::uint32_t>(book.pools.size()));
            if (is_new) book.pools.push_back(pool.calendar.minimum(call.window));
            entry = {Side::kSell, limit, sell_minimum(order, call.window), order.sequence,
                     place->second};
        }
        book.orders.push_back(entry);
        book.slots.push_back(slot);
        at_market.push_back(orders.details(slot).at_market);
    }
    free_market_orders(book.orders, at_market, call.reference);
    return book;
}

// Trades at the one price, unless the window has begun meanwhile. The order that came first counts
// as the maker.
void Engine::Impl::run_call(Market& market, std::size_t which) {
    const CallTerms call = market.calls[which];
    CallBook book;
    if (now <= call.window.start) book = collect(market, call);
    const CallResult result = book.uncross(call.reference);
    const std::size_t first = outcome.fills.size();
    if (result.price) {
        for (const CallFill& fill : allocate(book.orders, book.pools, result)) {
            const std::uint32_t buy = book.slots[fill.buy];
            const std::uint32_t sell = book.slots[fill.sell];
            const bool bought_first = orders[buy].sequence < orders[sell].sequence;
            trade(bought_first ? buy : sell, bought_first ? sell : buy,
                  rate_of(pools[orders[sell].owner], market), call.window, fill.lots, *result.price,
                  Unit::kLot);
        }
    }
    if (market.band_width && outcome.fills.size() > first) {
        const std::span fills(outcome.fills);
        market.band = band_around(auction_reference(fills.subspan(first)), *market.band_width);
    }
    outcome.calls.push_back({call, result});
    is_untidy = true;
    market.calls.erase(market.calls.begin() + static_cast<std::ptrdiff_t>(which));
    std::vector<std::uint32_t> waited;
    const auto take_note = [&](std::uint32_t slot) {
        if (orders[slot].waits && joins(slot, call)) waited.push_back(slot);
    };
    market.buys.for_each_order(take_note);
    market.sells.for_each_order(take_note);
    waited = by_sequence(std::move(waited));
    for (const std::uint32_t slot : waited) {
        orders[slot].waits = false;
        if (orders.details(slot).at_market)
            end(slot, OrderState::kCancelled, EndReason::kCallClosed);
    }
    if (market.halted || call.window.start < now) return;
    for (const std::uint32_t slot : waited) {
        if (!orders[slot].is_open()) continue;
        if (orders.details(slot).post_only && would_trade(slot)) {
            end(slot, OrderState::kCancelled, EndReason::kPostOnly);
        } else {
            match(taker(slot), false);
        }
    }
}

// Everything that rests, by sequence, as taker against what came before it.
void Engine::Impl::rematch_all(Market& market) {
    std::vector<std::uint32_t> slots;
    const auto take_note = [&](std::uint32_t slot) { slots.push_back(slot); };
    market.buys.for_each_order(take_note);
    market.sells.for_each_order(take_note);
    slots = by_sequence(std::move(slots));
    for (const std::uint32_t slot : slots)
        remove(slot);
    for (const std::uint32_t slot : slots) {
        if (orders[slot].is_open()) match_arrived(slot, OrderState::kCancelled);
        if (orders[slot].is_open()) insert(slot);
    }
}

PriceBand band_around(Price reference, Ppm width) {
    const Int128 middle = reference.value;
    const auto low = narrow(ceil_div(middle * (kPpm - width.value), kPpm));
    const auto high = narrow(floor_div(middle * (kPpm + width.value), kPpm));
    CHECK(low && high);
    return {Price(std::max<std::int64_t>(*low, 1)), Price(*high)};
}

Price auction_reference(std::span<const Execution> fills) {
    Int128 paid = 0;  // micro-units × 1000 an hour
    Int128 bought = 0;
    for (const Execution& fill : fills) {
        paid += Int128{fill.price.value} * fill.lots.value * kMilli;
        bought += Int128{fill.rate.value} * fill.lots.value;
    }
    CHECK(bought > 0);
    const auto price = narrow(std::clamp<Int128>(paid / bought, 1, kMaxPrice));
    CHECK(price);
    return Price(*price);
}

const Outcome& Engine::set_band(const MarketKey& market, std::optional<PriceBand> band,
                                std::optional<Ppm> width, Time now) {
    CHECK(!band || (band->low.value > 0 && band->low <= band->high));
    Impl& state = *impl_;
    Market& found = state.get_market(market);
    state.begin(now);
    found.band = band;
    found.band_width = width;
    found.rules_changed = true;
    state.retry_all_or_none();
    return state.outcome;
}

std::optional<PriceBand> Engine::find_band(const MarketKey& market) const {
    return impl_->get_market(market).band;
}

void Engine::halt(const MarketKey& market) {
    impl_->get_market(market).halted = true;
}

bool Engine::is_halted(const MarketKey& market) const {
    return impl_->get_market(market).halted;
}

const Outcome& Engine::resume(const MarketKey& key, Time now) {
    Impl& state = *impl_;
    Market& market = state.get_market(key);
    CHECK(market.halted);
    state.begin(now);
    while (!market.calls.empty())
        state.run_call(market, 0);
    market.halted = false;
    state.rematch_all(market);
    market.rules_changed = true;
    state.retry_all_or_none();
    return state.outcome;
}

Result<void> Engine::check_call(const CallTerms& call, Time now) const {
    const MarketRules* rules = find_market(call.market);
    if (rules == nullptr) return fail("market_not_found", "there is no such market");
    const Window& window = call.window;
    if (window.start >= window.end) return fail("bad_window", "a window starts before it ends");
    if (window.start.value % rules->grid.value != 0 || window.end.value % rules->grid.value != 0) {
        return fail("off_grid", "the window lies on the market's grid");
    }
    if (window.start < now) return fail("window_passed", "the window has begun");
    if (window.end.value - now.value > rules->max_ahead.value) {
        return fail("too_far_ahead", "the window ends too far from now");
    }
    if (call.reference.value <= 0 || call.reference.value > kMaxPrice ||
        call.reference.value % rules->tick.value != 0) {
        return fail("bad_price", "the reference price is above 0 and a multiple of the tick");
    }
    for (const CallTerms& open : impl_->get_market(call.market).calls) {
        if (open.window == window) return fail("call_exists", "this window has an open call");
    }
    return {};
}

void Engine::open_call(const CallTerms& call) {
    Impl& state = *impl_;
    Market& market = state.get_market(call.market);
    market.calls.push_back(call);
    market.buys.for_each_order([&](std::uint32_t slot) {
        state.orders[slot].waits = state.orders[slot].waits || state.joins(slot, call);
    });
}

std::optional<CallView> Engine::find_call(const MarketKey& key, const Window& window) const {
    if (!impl_->market_numbers.contains(key)) return std::nullopt;
    Market& market = impl_->get_market(key);
    for (const CallTerms& call : market.calls) {
        if (call.window == window) {
            return CallView{call, impl_->collect(market, call).uncross(call.reference)};
        }
    }
    return std::nullopt;
}

std::vector<CallTerms> Engine::calls() const {
    std::vector<CallTerms> out;
    for (const auto& [key, number] : impl_->market_numbers) {
        const auto& calls = impl_->markets[number].calls;
        out.insert(out.end(), calls.begin(), calls.end());
    }
    return out;
}

const Outcome& Engine::close_call(const MarketKey& key, const Window& window, Time now) {
    Impl& state = *impl_;
    Market& market = state.get_market(key);
    const auto call = std::find_if(market.calls.begin(), market.calls.end(),
                                   [&](const CallTerms& open) { return open.window == window; });
    CHECK(call != market.calls.end());
    state.begin(now);
    state.run_call(market, static_cast<std::size_t>(call - market.calls.begin()));
    state.retry_all_or_none();
    return state.outcome;
}

}  // namespace suanpan::matching
