// Which pairs trade how much, and in which order.

#include "tests/matching/model.hpp"

#include "tests/matching/world.hpp"

#include <algorithm>
#include <stdexcept>

namespace suanpan::matching::testing {
namespace {

// Is a/b less than c/d?
bool less(Int128 a, Int128 b, Int128 c, Int128 d) {
    return a * d < c * b;
}

bool contains(const Window& outer, const Window& inner) {
    return outer.start.value <= inner.start.value && inner.end.value <= outer.end.value;
}

std::size_t step_of(Time time) {
    const std::int64_t seconds = time.value - kDay;
    if (seconds < 0 || seconds % kGrid != 0) throw std::runtime_error("not a step of the model");
    return static_cast<std::size_t>(seconds / kGrid);
}

Time time_of(std::size_t step) {
    return Time(kDay + static_cast<std::int64_t>(step) * kGrid);
}

}  // namespace

std::size_t first_step(const Window& window) {
    return step_of(window.start);
}

std::size_t end_step(const Window& window) {
    return step_of(window.end);
}

// Whole lots that the buy's rest takes.
std::int64_t Model::wanted(const ModelOrder& bid, std::int64_t rate) const {
    if (!bid.in_cu()) return bid.rest;
    std::int64_t lots = 0;
    while ((lots + 1) * rate <= bid.rest)
        ++lots;
    const bool more = lots * rate < bid.rest;
    if (more && (lots + 1) * rate - bid.rest <= bid.terms->max_excess.value) ++lots;
    return lots;
}

// f of market §5 over one window; 0 when the pair is not fillable. Least lots are the caller's.
std::int64_t Model::lots_over(const ModelOrder& bid, const ModelOrder& offer,
                              const Window& window) const {
    const PoolRules& pool = pools[offer.pool].rules;
    if (!contains(offer.terms->window, window)) return 0;
    if (window.end.value - window.start.value < offer.least_seconds) return 0;
    if (!bid.eligible[offer.pool]) return 0;
    if (bid.bound_pool && *bid.bound_pool != pool.id) return 0;
    if (bid.bound_site && *bid.bound_site != pool.site) return 0;
    const auto& friends = offer.terms->counterparties;
    if (!friends.empty() &&
        std::find(friends.begin(), friends.end(), bid.terms->organisation) == friends.end()) {
        return 0;
    }
    // Both prices per lot·h, in thousandths.
    const std::int64_t rate = rate_of(offer);
    const auto per_lot = [&](const ModelOrder& order) {
        return Int128{order.price} * (order.in_cu() ? rate : 1'000);
    };
    if (per_lot(bid) < per_lot(offer)) return 0;
    std::int64_t lots = wanted(bid, rate);
    for (std::size_t t = first_step(window); t < end_step(window); ++t) {
        lots = std::min({lots, offer.quantity - offer.sold[t], book.free[offer.pool][t]});
    }
    return lots;
}

std::int64_t Model::allowed(std::size_t taker, const ModelOrder& bid, const ModelOrder& offer,
                            const Window& window) const {
    const std::int64_t lots = lots_over(bid, offer, window);
    if (lots < 1) return 0;
    std::int64_t whole_of_offer = offer.quantity;
    for (std::size_t t = first_step(window); t < end_step(window); ++t) {
        whole_of_offer = std::min(whole_of_offer, offer.quantity - offer.sold[t]);
    }
    const std::int64_t rate = rate_of(offer);
    if (lots < bid.terms->min_lots.value && lots != wanted(bid, rate)) return 0;
    if (lots < offer.terms->min_lots.value && lots != whole_of_offer) return 0;
    const bool bid_rests = &bid != &book.orders[taker];
    const std::int64_t worth = bid.in_cu() ? rate : 1;
    if (bid_rests && bid.terms->all_or_none && lots * worth < bid.rest) return 0;
    return lots;
}

Model::Deal Model::deal(std::size_t taker, std::size_t maker) const {
    const bool buys = book.orders[taker].buys();
    const ModelOrder& bid = book.orders[buys ? taker : maker];
    const ModelOrder& offer = book.orders[buys ? maker : taker];
    if (!bid.terms->duration) {
        return {allowed(taker, bid, offer, bid.terms->window), bid.terms->window};
    }
    if (bid.bound_start) {
        const Window window{*bid.bound_start,
                            Time(bid.bound_start->value + bid.terms->duration->value)};
        return {allowed(taker, bid, offer, window), window};
    }
    if (buys) return {allowed(taker, bid, offer, *placed_), *placed_};
    for (const Window& window : starts(bid)) {
        const std::int64_t lots = allowed(taker, bid, offer, window);
        if (lots > 0) return {lots, window};
    }
    return {};
}

// Is `a` before `b` in the taker's priority?
bool Model::better(std::size_t taker, std::size_t a, std::size_t b) const {
    const ModelOrder& mine = book.orders[taker];
    const ModelOrder& left = book.orders[a];
    const ModelOrder& right = book.orders[b];
    if (left.terms->all_or_none != right.terms->all_or_none) return right.terms->all_or_none;
    const auto ratio = [&](const ModelOrder& maker) -> std::pair<Int128, Int128> {
        const std::int64_t rate = rate_of(mine.buys() ? maker : mine);
        if (maker.in_cu() == mine.in_cu()) return {maker.price, 1};
        if (!mine.in_cu()) return {Int128{maker.price} * rate, 1'000};
        return {Int128{maker.price} * 1'000, rate};
    };
    const auto [an, ad] = ratio(left);
    const auto [bn, bd] = ratio(right);
    if (less(an, ad, bn, bd)) return mine.buys();
    if (less(bn, bd, an, ad)) return !mine.buys();
    return left.sequence < right.sequence;
}

std::optional<std::size_t> Model::best(std::size_t taker) const {
    std::optional<std::size_t> found;
    const ModelOrder& mine = book.orders[taker];
    for (std::size_t i = 0; i < book.orders.size(); ++i) {
        const ModelOrder& maker = book.orders[i];
        if (!maker.resting || maker.waits || i == taker) continue;
        if (maker.market != mine.market || maker.buys() == mine.buys()) continue;
        if (found && !better(taker, i, *found)) continue;
        if (deal(taker, i).lots > 0) found = i;
    }
    return found;
}

// The trade would be at the maker's price.
bool Model::in_band(std::size_t taker, std::size_t maker) const {
    const ModelOrder& mine = book.orders[taker];
    const ModelOrder& made = book.orders[maker];
    const auto& band = markets[mine.market].band;
    if (!band) return true;
    const std::int64_t rate = rate_of(mine.buys() ? made : mine);
    // Per CU·h: price ÷ (rate ÷ 1000).
    const Int128 numerator = Int128{made.price} * (made.in_cu() ? 1 : 1'000);
    const Int128 denominator = made.in_cu() ? 1 : rate;
    return !less(numerator, denominator, band->low.value, 1) &&
           !less(band->high.value, 1, numerator, denominator);
}

bool Model::used_up(const ModelOrder& order) const {
    if (order.buys()) return order.rest <= 0;
    std::int64_t run = 0;
    for (std::size_t t = first_step(order.terms->window); t < end_step(order.terms->window); ++t) {
        // A step that has partly passed counts with the seconds that are left of it.
        const std::int64_t left = std::min(kGrid, time_of(t + 1).value - now_.value);
        run = order.quantity > order.sold[t] && left > 0 ? run + left : 0;
        if (run >= order.least_seconds) return false;
    }
    return true;
}

void Model::check_done(std::size_t order, bool struck_off) {
    ModelOrder& one = book.orders[order];
    if (used_up(one)) {
        end(order, struck_off ? OrderState::kCancelled : OrderState::kFilled,
            struck_off ? EndReason::kSelfTrade : EndReason::kNone);
    } else if (!struck_off) {
        one.state = OrderState::kPartiallyFilled;
    }
}

// Off both rests.
void Model::take(std::size_t taker, std::size_t maker, const Deal& deal) {
    const bool buys = book.orders[taker].buys();
    ModelOrder& bid = book.orders[buys ? taker : maker];
    ModelOrder& offer = book.orders[buys ? maker : taker];
    for (std::size_t t = first_step(deal.window); t < end_step(deal.window); ++t)
        offer.sold[t] += deal.lots;
    const std::int64_t worth = bid.in_cu() ? rate_of(offer) : 1;
    bid.rest = std::max<std::int64_t>(0, bid.rest - deal.lots * worth);
}

void Model::strike_off(std::size_t taker, std::size_t maker, const Deal& deal) {
    take(taker, maker, deal);
    check_done(maker, true);
    check_done(taker, true);
}

void Model::trade(std::size_t taker, std::size_t maker, const Deal& deal, std::int64_t price,
                  Unit unit) {
    take(taker, maker, deal);
    const bool buys = book.orders[taker].buys();
    ModelOrder& bid = book.orders[buys ? taker : maker];
    ModelOrder& offer = book.orders[buys ? maker : taker];
    const PoolRules& pool = pools[offer.pool].rules;
    for (std::size_t t = first_step(deal.window); t < end_step(deal.window); ++t)
        book.free[offer.pool][t] -= deal.lots;
    bid.filled += deal.lots;
    offer.filled += deal.lots;
    if (bid.terms->together == Together::kSameSite) bid.bound_site = pool.site;
    if (bid.terms->together == Together::kSamePool) bid.bound_pool = pool.id;
    if (bid.terms->duration) bid.bound_start = deal.window.start;
    book.fills.push_back({book.orders[maker].terms->id, book.orders[taker].terms->id, bid.terms->id,
                          offer.terms->id, bid.terms->organisation, offer.terms->organisation,
                          pool.id, Lots(deal.lots), deal.window, Price(price), unit,
                          Rate(rate_of(offer))});
    check_done(maker, false);
    check_done(taker, false);
}

// Takes the best fillable maker until there is none. `whole`: inside an attempt, which a stop ends.
Model::Stop Model::match(std::size_t taker, bool whole) {
    while (book.orders[taker].open()) {
        const auto maker = best(taker);
        if (!maker) break;
        const Deal found = deal(taker, *maker);
        const OrderTerms& mine = *book.orders[taker].terms;
        const ModelOrder& made = book.orders[*maker];
        if (mine.organisation != made.terms->organisation) {
            if (in_band(taker, *maker)) {
                trade(taker, *maker, found, made.price, made.terms->unit);
                continue;
            }
            if (!whole) end(taker, OrderState::kCancelled, EndReason::kPriceBand);
            return {EndReason::kPriceBand, std::nullopt};
        }
        if (mine.self_trade == SelfTrade::kCancelOldest) {
            end(*maker, OrderState::kCancelled, EndReason::kSelfTrade);
            continue;
        }
        if (whole) return {EndReason::kSelfTrade, maker};
        if (mine.self_trade == SelfTrade::kDecrement) {
            strike_off(taker, *maker, found);
            continue;
        }
        if (mine.self_trade == SelfTrade::kCancelBoth) {
            end(*maker, OrderState::kCancelled, EndReason::kSelfTrade);
        }
        end(taker, OrderState::kCancelled, EndReason::kSelfTrade);
    }
    return {};
}

std::optional<std::pair<OrderId, OrderId>> Model::missed_pair(Time now) {
    now_ = now;
    for (std::size_t b = 0; b < book.orders.size(); ++b) {
        const ModelOrder& bid = book.orders[b];
        if (!bid.resting || bid.waits || !bid.buys() || bid.terms->all_or_none) continue;
        if (markets[bid.market].halted || bid.terms->min_lots.value > 0) continue;
        for (std::size_t s = 0; s < book.orders.size(); ++s) {
            const ModelOrder& offer = book.orders[s];
            if (!offer.resting || offer.waits || offer.buys()) continue;
            if (bid.market != offer.market || offer.terms->min_lots.value > 0) continue;
            if (bid.terms->organisation == offer.terms->organisation) continue;
            if (deal(s, b).lots > 0) return std::pair(bid.terms->id, offer.terms->id);
        }
    }
    return std::nullopt;
}

}  // namespace suanpan::matching::testing
