#include "tests/matching/model.hpp"

#include <algorithm>
#include <stdexcept>

namespace suanpan::matching::testing {
namespace {

// Is a/b less than c/d?
bool less(__int128 a, __int128 b, __int128 c, __int128 d) {
    return a * d < c * b;
}

bool contains(const Window& outer, const Window& inner) {
    return outer.start.value <= inner.start.value && inner.end.value <= outer.end.value;
}

bool covers(const Window& window, Time moment) {
    return window.start.value <= moment.value && moment.value < window.end.value;
}

std::int64_t least_seconds(const OrderTerms& sell) {
    return sell.min_duration.value;
}

}  // namespace

std::size_t Model::index(const OrderId& id) const {
    for (std::size_t i = 0; i < orders.size(); ++i) {
        if (orders[i].terms.id == id) return i;
    }
    throw std::runtime_error("the model has no such order");
}

std::size_t Model::pool_index(const PoolId& id) const {
    for (std::size_t i = 0; i < pools.size(); ++i) {
        if (pools[i].rules.id == id) return i;
    }
    throw std::runtime_error("the model has no such pool");
}

const ModelOrder& Model::get(const OrderId& id) const {
    return orders[index(id)];
}

std::int64_t Model::rate_of(const ModelOrder& sell) const {
    for (const auto& [name, rate] : pools[pool_index(sell.terms.pool)].rates) {
        if (name == sell.terms.market.compute_class) return rate;
    }
    throw std::runtime_error("the model's pool has no rate");
}

std::int64_t Model::free_at(const ModelPool& pool, Time moment) const {
    std::int64_t lots = pool.rules.lots.value;
    for (const Usage& usage : pool.used) {
        if (covers(usage.window, moment)) lots -= usage.lots;
    }
    return lots;
}

std::int64_t Model::rest_at(const ModelOrder& sell, Time moment) const {
    if (!covers(sell.terms.window, moment)) return 0;
    std::int64_t lots = sell.terms.quantity;
    for (const Usage& usage : sell.used) {
        if (covers(usage.window, moment)) lots -= usage.lots;
    }
    return lots;
}

void Model::begin(Time now) {
    now_ = now;
    fills.clear();
    ended.clear();
}

void Model::end(std::size_t order, OrderState state, EndReason reason) {
    orders[order].state = state;
    orders[order].reason = reason;
    orders[order].resting = false;
    ended.push_back(orders[order].terms.id);
}

// f of market §5 over one window; 0 when the pair is not fillable. `taker` is told by sequence:
// least lots are tested by the caller.
std::int64_t Model::lots_over(std::size_t buy, std::size_t sell, Window window) const {
    const ModelOrder& bid = orders[buy];
    const ModelOrder& offer = orders[sell];
    const ModelPool& pool = pools[pool_index(offer.terms.pool)];
    if (bid.pool && *bid.pool != pool.rules.id) return 0;
    if (bid.site && *bid.site != pool.rules.site) return 0;
    if (!satisfies(pool.rules.profile, bid.terms.requirement)) return 0;
    const auto& friends = offer.terms.counterparties;
    if (!friends.empty() &&
        std::find(friends.begin(), friends.end(), bid.terms.organisation) == friends.end()) {
        return 0;
    }
    if (!contains(offer.terms.window, window)) return 0;
    if (window.end.value - window.start.value < least_seconds(offer.terms)) return 0;
    // Both prices per lot·h, in thousandths.
    const std::int64_t rate = rate_of(offer);
    const auto per_lot = [&](const OrderTerms& terms) {
        return __int128{terms.limit_price.value} * (terms.unit == Unit::kCu ? rate : 1'000);
    };
    if (per_lot(bid.terms) < per_lot(offer.terms)) return 0;
    std::int64_t lots = bid.rest;
    if (bid.terms.unit == Unit::kCu) {
        lots = 0;
        while ((lots + 1) * rate <= bid.rest)
            ++lots;
        const bool more = lots * rate < bid.rest;
        if (more && (lots + 1) * rate - bid.rest <= bid.terms.max_excess.value) ++lots;
    }
    for (std::int64_t t = window.start.value; t < window.end.value; t += kGrid) {
        lots = std::min({lots, rest_at(offer, Time(t)), free_at(pool, Time(t))});
    }
    return lots;
}

Model::Deal Model::deal(std::size_t taker, std::size_t maker) const {
    const bool buys = orders[taker].terms.side == Side::kBuy;
    const std::size_t buy = buys ? taker : maker;
    const std::size_t sell = buys ? maker : taker;
    const ModelOrder& bid = orders[buy];
    const ModelOrder& offer = orders[sell];
    const auto whole_of_bid = [&] {
        if (bid.terms.unit == Unit::kLot) return bid.rest;
        const std::int64_t rate = rate_of(offer);
        std::int64_t lots = bid.rest / rate;
        const std::int64_t over = (lots + 1) * rate - bid.rest;
        if (bid.rest % rate != 0 && over <= bid.terms.max_excess.value) ++lots;
        return lots;
    };
    const auto allowed = [&](const Window& window) -> std::int64_t {
        const std::int64_t lots = lots_over(buy, sell, window);
        if (lots < 1) return 0;
        std::int64_t whole_of_offer = offer.terms.quantity;
        for (std::int64_t t = window.start.value; t < window.end.value; t += kGrid) {
            whole_of_offer = std::min(whole_of_offer, rest_at(offer, Time(t)));
        }
        if (lots < bid.terms.min_lots.value && lots != whole_of_bid()) return 0;
        if (lots < offer.terms.min_lots.value && lots != whole_of_offer) return 0;
        const std::int64_t worth = bid.terms.unit == Unit::kCu ? rate_of(offer) : 1;
        if (!buys && bid.terms.all_or_none && lots * worth < bid.rest) return 0;
        return lots;
    };
    if (!bid.terms.duration) return {allowed(bid.terms.window), bid.terms.window};
    if (buys) return {allowed(*placed_), *placed_};
    for (std::int64_t t = bid.terms.window.start.value;
         t + bid.terms.duration->value <= bid.terms.window.end.value; t += kGrid) {
        const Window window{Time(t), Time(t + bid.terms.duration->value)};
        if (t < now_.value) continue;
        const std::int64_t lots = allowed(window);
        if (lots > 0) return {lots, window};
    }
    return {};
}

// Is `a` before `b` in the taker's priority?
bool Model::better(std::size_t taker, std::size_t a, std::size_t b) const {
    const OrderTerms& mine = orders[taker].terms;
    const bool buys = mine.side == Side::kBuy;
    const OrderTerms& left = orders[a].terms;
    const OrderTerms& right = orders[b].terms;
    if (left.all_or_none != right.all_or_none) return right.all_or_none;
    const auto ratio = [&](std::size_t maker) -> std::pair<__int128, __int128> {
        const OrderTerms& terms = orders[maker].terms;
        const std::int64_t rate = rate_of(buys ? orders[maker] : orders[taker]);
        const __int128 price = terms.limit_price.value;
        if (terms.unit == mine.unit) return {price, 1};
        if (mine.unit == Unit::kLot) return {price * rate, 1'000};
        return {price * 1'000, rate};
    };
    const auto [an, ad] = ratio(a);
    const auto [bn, bd] = ratio(b);
    if (less(an, ad, bn, bd)) return buys;
    if (less(bn, bd, an, ad)) return !buys;
    return orders[a].sequence < orders[b].sequence;
}

std::optional<std::size_t> Model::best(std::size_t taker) const {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < orders.size(); ++i) {
        const ModelOrder& maker = orders[i];
        if (!maker.resting || i == taker) continue;
        if (maker.terms.market != orders[taker].terms.market) continue;
        if (maker.terms.side == orders[taker].terms.side) continue;
        if (deal(taker, i).lots < 1) continue;
        if (!found || better(taker, i, *found)) found = i;
    }
    return found;
}

void Model::check_done(std::size_t order, bool struck_off) {
    ModelOrder& one = orders[order];
    bool done = one.rest == 0;
    if (one.terms.side == Side::kSell) {
        done = true;
        std::int64_t run = 0;
        for (std::int64_t t = one.terms.window.start.value; t < one.terms.window.end.value;
             t += kGrid) {
            // A step that has partly passed counts with the seconds that are left of it.
            const std::int64_t left = std::min(kGrid, t + kGrid - now_.value);
            run = rest_at(one, Time(t)) > 0 && left > 0 ? run + left : 0;
            if (run >= least_seconds(one.terms)) done = false;
        }
    }
    if (done) {
        end(order, struck_off ? OrderState::kCancelled : OrderState::kFilled,
            struck_off ? EndReason::kSelfTrade : EndReason::kNone);
    } else if (!struck_off) {
        one.state = OrderState::kPartiallyFilled;
    }
}

void Model::trade(std::size_t taker, std::size_t maker, const Deal& deal, bool strike_off) {
    const bool buys = orders[taker].terms.side == Side::kBuy;
    ModelOrder& bid = orders[buys ? taker : maker];
    ModelOrder& offer = orders[buys ? maker : taker];
    const std::int64_t rate = rate_of(offer);
    offer.used.push_back({deal.window, deal.lots});
    bid.rest =
        std::max<std::int64_t>(0, bid.rest - deal.lots * (bid.terms.unit == Unit::kCu ? rate : 1));
    if (!strike_off) {
        ModelPool& pool = pools[pool_index(offer.terms.pool)];
        pool.used.push_back({deal.window, deal.lots});
        bid.filled += deal.lots;
        offer.filled += deal.lots;
        if (bid.terms.together == Together::kSameSite) bid.site = pool.rules.site;
        if (bid.terms.together == Together::kSamePool) bid.pool = pool.rules.id;
        const ModelOrder& made = orders[maker];
        fills.push_back({made.terms.id, orders[taker].terms.id, bid.terms.id, offer.terms.id,
                         bid.terms.organisation, offer.terms.organisation, pool.rules.id,
                         Lots(deal.lots), deal.window, made.terms.limit_price, made.terms.unit,
                         Rate(rate)});
    }
    check_done(maker, strike_off);
    check_done(taker, strike_off);
}

// Takes the best fillable maker until there is none. `whole`: an own order ends the attempt.
std::pair<EndReason, std::optional<std::size_t>> Model::match(std::size_t taker, bool whole) {
    while (orders[taker].open()) {
        const auto maker = best(taker);
        if (!maker) break;
        const Deal found = deal(taker, *maker);
        const OrderTerms& mine = orders[taker].terms;
        if (mine.organisation != orders[*maker].terms.organisation) {
            trade(taker, *maker, found, false);
            continue;
        }
        if (mine.self_trade == SelfTrade::kCancelOldest) {
            end(*maker, OrderState::kCancelled, EndReason::kSelfTrade);
            continue;
        }
        if (whole) return {EndReason::kSelfTrade, maker};
        if (mine.self_trade == SelfTrade::kDecrement) {
            trade(taker, *maker, found, true);
            continue;
        }
        if (mine.self_trade == SelfTrade::kCancelBoth) {
            end(*maker, OrderState::kCancelled, EndReason::kSelfTrade);
        }
        end(taker, OrderState::kCancelled, EndReason::kSelfTrade);
    }
    return {EndReason::kNone, std::nullopt};
}

std::optional<std::pair<OrderId, OrderId>> Model::missed_pair(Time now) const {
    Model copy = *this;
    copy.now_ = now;
    for (std::size_t b = 0; b < orders.size(); ++b) {
        for (std::size_t s = 0; s < orders.size(); ++s) {
            const ModelOrder& bid = orders[b];
            const ModelOrder& offer = orders[s];
            if (!bid.resting || !offer.resting) continue;
            if (bid.terms.side != Side::kBuy || offer.terms.side != Side::kSell) continue;
            if (bid.terms.market != offer.terms.market || bid.terms.all_or_none) continue;
            if (bid.terms.min_lots.value > 0 || offer.terms.min_lots.value > 0) continue;
            if (bid.terms.organisation == offer.terms.organisation) continue;
            if (copy.deal(s, b).lots > 0) return std::pair(bid.terms.id, offer.terms.id);
        }
    }
    return std::nullopt;
}

}  // namespace suanpan::matching::testing
