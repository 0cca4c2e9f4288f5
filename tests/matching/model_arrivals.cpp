// An order arrives; attempts that are taken back; resting orders are tried again.

#include "tests/matching/model.hpp"

#include <algorithm>
#include <tuple>

namespace suanpan::matching::testing {
namespace {

struct Bought {
    Int128 units = 0;
    Int128 cost = 0;
};

Bought sum_of(const std::vector<Fill>& fills, std::size_t first, bool in_cu) {
    Bought sum;
    for (std::size_t i = first; i < fills.size(); ++i) {
        const Fill& fill = fills[i];
        sum.units += Int128{fill.lots.value} * (in_cu ? fill.rate.value : 1);
        sum.cost += Int128{fill.price.value} * fill.lots.value *
                    (fill.price_unit == Unit::kCu ? fill.rate.value : 1'000);
    }
    return sum;
}

bool is_unbound(const ModelOrder& order) {
    return order.terms->duration && !order.bound_start;
}

}  // namespace

// Where a duration buy may still be placed.
std::vector<Window> Model::starts(const ModelOrder& bid) const {
    std::vector<Window> out;
    const std::int64_t length = bid.terms->duration->value;
    for (std::int64_t t = bid.terms->window.start.value; t + length <= bid.terms->window.end.value;
         t += kGrid) {
        if (t >= now_.value) out.push_back({Time(t), Time(t + length)});
    }
    return out;
}

Model::Attempt Model::attempt_once(std::size_t taker) {
    const ModelBook before = book;
    const Stop stop = match(taker, true);
    if (book.orders[taker].state == OrderState::kFilled) return {true, {}};
    book = before;
    return {false, stop};
}

Model::Attempt Model::attempt_places(std::size_t taker) {
    const Together together = book.orders[taker].terms->together;
    if (together == Together::kAnywhere) return attempt_once(taker);
    // Pools in the order of their best fillable offer.
    std::vector<std::size_t> makers;
    for (std::size_t i = 0; i < book.orders.size(); ++i) {
        const ModelOrder& maker = book.orders[i];
        const bool contra = maker.resting && !maker.waits && !maker.buys() &&
                            maker.market == book.orders[taker].market;
        if (contra && deal(taker, i).lots > 0) makers.push_back(i);
    }
    std::sort(makers.begin(), makers.end(),
              [&](std::size_t a, std::size_t b) { return better(taker, a, b); });
    Attempt first;
    std::vector<SiteId> sites;
    std::vector<PoolId> tried;
    for (const std::size_t maker : makers) {
        const PoolRules& pool = pools[book.orders[maker].pool].rules;
        if (together == Together::kSameSite) {
            if (std::find(sites.begin(), sites.end(), pool.site) != sites.end()) continue;
            sites.push_back(pool.site);
            book.orders[taker].bound_site = pool.site;
        } else {
            if (std::find(tried.begin(), tried.end(), pool.id) != tried.end()) continue;
            tried.push_back(pool.id);
            book.orders[taker].bound_pool = pool.id;
        }
        const Attempt one = attempt_once(taker);
        if (one.filled) return one;
        book.orders[taker].bound_site.reset();
        book.orders[taker].bound_pool.reset();
        if (first.stop.reason == EndReason::kNone) first = one;
    }
    return first;
}

// The order as a whole or nothing: with a duration at the cheapest start, then the earliest.
Model::Attempt Model::attempt(std::size_t taker) {
    if (!is_unbound(book.orders[taker])) return attempt_places(taker);
    const ModelBook before = book;
    Attempt first;
    std::optional<std::pair<Int128, Window>> cheapest;
    for (const Window& window : starts(before.orders[taker])) {
        placed_ = window;
        const Attempt one = attempt_places(taker);
        if (one.filled) {
            const Int128 cost = sum_of(book.fills, before.fills.size(), false).cost;
            if (!cheapest || cost < cheapest->first) cheapest = {cost, window};
            book = before;
        } else if (first.stop.reason == EndReason::kNone) {
            first = one;
        }
    }
    if (!cheapest) return first;
    placed_ = cheapest->second;
    return attempt_places(taker);
}

// A duration buy that takes what it gets: the start that gives most, then the cheapest, then the
// earliest at which anything happens; again until it is bound to a start or nothing happens.
void Model::match_some_start(std::size_t taker) {
    while (book.orders[taker].open() && is_unbound(book.orders[taker])) {
        const ModelBook before = book;
        std::optional<std::tuple<Int128, Int128, Window>> found;
        for (const Window& window : starts(before.orders[taker])) {
            placed_ = window;
            match(taker, false);
            const Bought sum = sum_of(book.fills, before.fills.size(), book.orders[taker].in_cu());
            const bool better = !found || std::tuple(-sum.units, sum.cost) <
                                              std::tuple(std::get<0>(*found), std::get<1>(*found));
            if (better && book.orders != before.orders) found = {-sum.units, sum.cost, window};
            book = before;
        }
        if (!found) return;
        placed_ = std::get<2>(*found);
        match(taker, false);
    }
}

bool Model::would_trade(std::size_t taker) {
    if (!is_unbound(book.orders[taker])) return best(taker).has_value();
    for (const Window& window : starts(book.orders[taker])) {
        placed_ = window;
        if (best(taker)) return true;
    }
    return false;
}

void Model::match_arrived(std::size_t taker, OrderState post_only_end) {
    const OrderTerms& terms = *book.orders[taker].terms;
    if (terms.post_only && would_trade(taker)) {
        end(taker, post_only_end, EndReason::kPostOnly);
    } else if (terms.all_or_none || terms.time_in_force == TimeInForce::kFok) {
        const Attempt result = attempt(taker);
        if (result.filled || result.stop.reason == EndReason::kNone) return;
        if (result.stop.own && terms.self_trade == SelfTrade::kCancelBoth) {
            end(*result.stop.own, OrderState::kCancelled, result.stop.reason);
        }
        end(taker, OrderState::kCancelled, result.stop.reason);
    } else if (is_unbound(book.orders[taker])) {
        match_some_start(taker);
    } else {
        match(taker, false);
    }
}

void Model::arrive(std::size_t taker) {
    ModelOrder& order = book.orders[taker];
    if (!markets[order.market].halted && !waits_for_call(order)) {
        match_arrived(taker, order.filled > 0 ? OrderState::kCancelled : OrderState::kRejected);
    }
    if (!book.orders[taker].open()) return;
    const TimeInForce time_in_force = book.orders[taker].terms->time_in_force;
    if (time_in_force == TimeInForce::kIoc) {
        end(taker, OrderState::kCancelled, EndReason::kImmediateOrCancel);
    } else if (time_in_force == TimeInForce::kFok) {
        end(taker, OrderState::kCancelled, EndReason::kFillOrKill);
    } else {
        book.orders[taker].resting = true;
        book.orders[taker].waits = waits_for_call(book.orders[taker]);
    }
}

// All-or-none buys, in priority order, until nothing changes.
void Model::retry() {
    const auto key = [&](std::size_t i) {
        const ModelOrder& order = book.orders[i];
        return std::tuple(order.market, order.in_cu(), -order.price, order.sequence);
    };
    bool changed = true;
    while (changed) {
        changed = false;
        std::vector<std::size_t> waiting;
        for (std::size_t i = 0; i < book.orders.size(); ++i) {
            const ModelOrder& order = book.orders[i];
            if (order.resting && order.terms->all_or_none && !markets[order.market].halted) {
                waiting.push_back(i);
            }
        }
        std::sort(waiting.begin(), waiting.end(),
                  [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
        for (const std::size_t i : waiting) {
            changed = attempt(i).filled;
            if (changed) break;
        }
    }
}

void Model::rematch(std::size_t pool) {
    for (std::size_t i = 0; i < book.orders.size(); ++i) {
        const ModelOrder& order = book.orders[i];
        if (order.resting && !order.waits && !order.buys() && order.pool == pool &&
            !markets[order.market].halted) {
            match(i, false);
        }
    }
}

}  // namespace suanpan::matching::testing
