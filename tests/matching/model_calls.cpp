// Call auctions and resuming a halted market (market §6).

#include "tests/matching/auction_model.hpp"
#include "tests/matching/model.hpp"

#include <algorithm>

namespace suanpan::matching::testing {

// Waits for the call: an order at the market, or a buy without conditions of exactly its window.
bool Model::joins(const ModelOrder& order, const CallTerms& call) {
    const OrderTerms& terms = *order.terms;
    if (terms.window != call.window) return false;
    if (terms.at_market) return true;
    const bool plain = order.buys() && terms.unit == Unit::kLot && !terms.duration &&
                       terms.min_lots.value == 0 && !terms.all_or_none &&
                       terms.together == Together::kAnywhere;
    const bool can_rest =
        terms.time_in_force == TimeInForce::kGtc || terms.time_in_force == TimeInForce::kGtd;
    return plain && can_rest && satisfies(call.floor, terms.requirement);
}

bool Model::waits_for_call(const ModelOrder& order) const {
    const auto& calls = markets[order.market].calls;
    return std::any_of(calls.begin(), calls.end(),
                       [&](const CallTerms& call) { return joins(order, call); });
}

// Sells that can deliver the whole window to anyone, of lots no worse than the floor.
bool Model::takes_part(const ModelOrder& sell, const CallTerms& call) const {
    if (sell.terms->window.start > call.window.start || sell.terms->window.end < call.window.end) {
        return false;
    }
    if (sell.waits && !joins(sell, call)) return false;
    if (sell.terms->min_lots.value > 0 || !sell.terms->counterparties.empty()) return false;
    if (sell.least_seconds > call.window.length().value) return false;
    return meets(pools[sell.pool].rules.profile, call.floor);
}

// Lots of the pool that are free over the call's window.
std::int64_t Model::free_over(std::size_t pool, const Window& window) const {
    std::int64_t least = book.free[pool][first_step(window)];
    for (std::size_t t = first_step(window); t < end_step(window); ++t)
        least = std::min(least, book.free[pool][t]);
    return least;
}

// As the auction wants it; without lots where the order has none for this call.
CallOrder Model::call_order(const ModelOrder& order, const CallTerms& call) const {
    CallOrder entry{order.terms->side, Price(order.price), Lots(order.rest), order.sequence,
                    kNoPool};
    if (order.buys()) return entry;
    std::int64_t rest = order.quantity;
    for (std::size_t t = first_step(call.window); t < end_step(call.window); ++t)
        rest = std::min(rest, order.quantity - order.sold[t]);
    entry.lots = Lots(std::max<std::int64_t>(0, rest));
    if (order.in_cu()) {
        // A lot's price, up.
        const std::int64_t exact = order.price * rate_of(order);
        entry.limit = Price(exact / 1'000 + (exact % 1'000 > 0 ? 1 : 0));
    }
    return entry;
}

Model::Collected Model::collect(std::size_t market, const CallTerms& call) const {
    Collected out;
    std::vector<std::size_t> known_pools;
    std::vector<std::pair<OrganisationId, bool>> sides;
    for (std::size_t i = 0; i < book.orders.size(); ++i) {
        const ModelOrder& order = book.orders[i];
        if (!order.resting || order.market != market) continue;
        const bool in = order.buys() ? order.waits && joins(order, call) : takes_part(order, call);
        if (!in) continue;
        CallOrder entry = call_order(order, call);
        if (entry.lots.value == 0) continue;
        // Whoever is on both sides stays on the one that came first.
        const std::pair other_side(order.terms->organisation, !order.buys());
        if (std::find(sides.begin(), sides.end(), other_side) != sides.end()) continue;
        sides.emplace_back(order.terms->organisation, order.buys());
        if (!order.buys()) {
            const auto place = std::find(known_pools.begin(), known_pools.end(), order.pool);
            entry.pool = static_cast<std::uint32_t>(place - known_pools.begin());
            if (place == known_pools.end()) {
                known_pools.push_back(order.pool);
                out.pools.push_back(Lots(free_over(order.pool, call.window)));
            }
        }
        out.orders.push_back(entry);
        out.indices.push_back(i);
    }
    drop_limits(out, call.reference);
    return out;
}

// At the market is one whose own limit no possible price is beyond: no reference, no limit of an
// order that names one, no limit of the other side's orders at the market.
void Model::drop_limits(Collected& in, Price reference) const {
    const auto at_market = [&](std::size_t i) {
        return book.orders[in.indices[i]].terms->at_market;
    };
    std::vector<bool> free_of_limit(in.orders.size());
    for (std::size_t i = 0; i < in.orders.size(); ++i) {
        const CallOrder& mine = in.orders[i];
        if (!at_market(i)) continue;
        const auto is_beyond = [&](Price price) {
            return mine.side == Side::kBuy ? price > *mine.limit : price < *mine.limit;
        };
        bool any_beyond = is_beyond(reference);
        for (std::size_t j = 0; j < in.orders.size(); ++j) {
            const bool same_kind = at_market(j) && in.orders[j].side == mine.side;
            any_beyond = any_beyond || (!same_kind && is_beyond(*in.orders[j].limit));
        }
        free_of_limit[i] = !any_beyond;
    }
    for (std::size_t i = 0; i < in.orders.size(); ++i) {
        if (free_of_limit[i]) in.orders[i].limit.reset();
    }
}

CallResult Model::indicative(std::size_t market, const CallTerms& call) const {
    const Collected in = collect(market, call);
    return expected_of({in.orders, in.pools, call.reference}).result;
}

void Model::run_call(std::size_t market, std::size_t which) {
    const CallTerms call = markets[market].calls[which];
    Collected in;
    if (now_ <= call.window.start) in = collect(market, call);
    const CallResult result = expected_of({in.orders, in.pools, call.reference}).result;
    if (result.price) {
        for (const CallFill& fill : allocate(in.orders, in.pools, result)) {
            const std::size_t buy = in.indices[fill.buy];
            const std::size_t sell = in.indices[fill.sell];
            // The orders are by sequence.
            trade(std::max(buy, sell), std::min(buy, sell), {fill.lots.value, call.window},
                  result.price->value, Unit::kLot);
        }
    }
    closed.push_back({call, result});
    markets[market].calls.erase(markets[market].calls.begin() + static_cast<std::ptrdiff_t>(which));
    std::vector<std::size_t> waited;
    for (std::size_t i = 0; i < book.orders.size(); ++i) {
        ModelOrder& order = book.orders[i];
        if (!order.resting || !order.waits || order.market != market || !joins(order, call))
            continue;
        order.waits = false;
        waited.push_back(i);
    }
    for (const std::size_t i : waited) {
        if (book.orders[i].terms->at_market) {
            end(i, OrderState::kCancelled, EndReason::kCallClosed);
        }
    }
    if (markets[market].halted || call.window.start < now_) return;
    for (const std::size_t i : waited) {
        if (!book.orders[i].open()) continue;
        if (book.orders[i].terms->post_only && would_trade(i)) {
            end(i, OrderState::kCancelled, EndReason::kPostOnly);
        } else {
            match(i, false);
        }
    }
}

void Model::open_call(std::size_t market, const CallTerms& call) {
    markets[market].calls.push_back(call);
    for (ModelOrder& order : book.orders) {
        if (order.resting && order.market == market && joins(order, call)) order.waits = true;
    }
}

void Model::set_band(std::size_t market, std::optional<PriceBand> band, Time now) {
    begin(now);
    markets[market].band = band;
    retry();
}

void Model::close_call(std::size_t market, const Window& window, Time now) {
    begin(now);
    const auto& calls = markets[market].calls;
    const auto call = std::find_if(calls.begin(), calls.end(),
                                   [&](const CallTerms& open) { return open.window == window; });
    run_call(market, static_cast<std::size_t>(call - calls.begin()));
    retry();
}

void Model::resume(std::size_t market, Time now) {
    begin(now);
    while (!markets[market].calls.empty())
        run_call(market, 0);
    markets[market].halted = false;
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < book.orders.size(); ++i) {
        if (!book.orders[i].resting || book.orders[i].market != market) continue;
        book.orders[i].resting = false;
        all.push_back(i);
    }
    for (const std::size_t i : all) {
        match_arrived(i, OrderState::kCancelled);
        book.orders[i].resting = book.orders[i].open();
    }
    retry();
}

}  // namespace suanpan::matching::testing
