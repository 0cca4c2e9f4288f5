// The model's commands and its all-or-none attempts.

#include "tests/matching/model.hpp"

#include <algorithm>
#include <tuple>

namespace suanpan::matching::testing {

Model::Attempt Model::attempt_once(std::size_t taker) {
    const Model before = *this;
    const auto [stopped, own] = match(taker, true);
    if (orders[taker].state == OrderState::kFilled) return {true, EndReason::kNone, std::nullopt};
    *this = before;
    return {false, stopped, own};
}

Model::Attempt Model::attempt_places(std::size_t taker) {
    const Together together = orders[taker].terms.together;
    if (together == Together::kAnywhere) return attempt_once(taker);
    // Pools in the order of their best fillable offer.
    std::vector<std::size_t> makers;
    for (std::size_t i = 0; i < orders.size(); ++i) {
        const ModelOrder& maker = orders[i];
        const bool contra = maker.resting && maker.terms.side == Side::kSell &&
                            maker.terms.market == orders[taker].terms.market;
        if (contra && deal(taker, i).lots > 0) makers.push_back(i);
    }
    std::sort(makers.begin(), makers.end(),
              [&](std::size_t a, std::size_t b) { return better(taker, a, b); });
    Attempt first;
    std::vector<SiteId> sites;
    std::vector<PoolId> tried;
    for (const std::size_t maker : makers) {
        const PoolRules& pool = pools[pool_index(orders[maker].terms.pool)].rules;
        if (together == Together::kSameSite) {
            if (std::find(sites.begin(), sites.end(), pool.site) != sites.end()) continue;
            sites.push_back(pool.site);
            orders[taker].site = pool.site;
        } else {
            if (std::find(tried.begin(), tried.end(), pool.id) != tried.end()) continue;
            tried.push_back(pool.id);
            orders[taker].pool = pool.id;
        }
        const Attempt one = attempt_once(taker);
        if (one.filled) return one;
        orders[taker].site.reset();
        orders[taker].pool.reset();
        if (first.stopped == EndReason::kNone) first = one;
    }
    return first;
}

Model::Attempt Model::attempt(std::size_t taker) {
    const OrderTerms terms = orders[taker].terms;
    if (!terms.duration) return attempt_places(taker);
    Attempt first;
    std::optional<std::tuple<__int128, Window>> cheapest;
    for (std::int64_t t = terms.window.start.value;
         t + terms.duration->value <= terms.window.end.value; t += kGrid) {
        if (t < now_.value) continue;
        placed_ = Window{Time(t), Time(t + terms.duration->value)};
        Model copy = *this;
        copy.fills.clear();
        const Attempt one = copy.attempt_places(taker);
        if (!one.filled) {
            if (first.stopped == EndReason::kNone) first = one;
            continue;
        }
        __int128 cost = 0;
        for (const Fill& fill : copy.fills) {
            cost += __int128{fill.price.value} * fill.lots.value *
                    (fill.price_unit == Unit::kCu ? fill.rate.value : 1'000);
        }
        if (!cheapest || cost < std::get<0>(*cheapest)) cheapest = {cost, *placed_};
    }
    if (!cheapest) return first;
    placed_ = std::get<1>(*cheapest);
    return attempt_places(taker);
}

void Model::arrive(std::size_t taker) {
    const OrderTerms terms = orders[taker].terms;
    if (terms.post_only && best(taker)) {
        end(taker, OrderState::kRejected, EndReason::kPostOnly);
        return;
    }
    if (terms.all_or_none || terms.time_in_force == TimeInForce::kFok) {
        const Attempt result = attempt(taker);
        if (result.filled) return;
        if (result.stopped != EndReason::kNone) {
            if (terms.self_trade == SelfTrade::kCancelBoth) {
                end(*result.own, OrderState::kCancelled, result.stopped);
            }
            end(taker, OrderState::kCancelled, result.stopped);
            return;
        }
        if (terms.time_in_force == TimeInForce::kFok) {
            end(taker, OrderState::kCancelled, EndReason::kFillOrKill);
            return;
        }
    } else {
        match(taker, false);
    }
    if (!orders[taker].open()) return;
    if (terms.time_in_force == TimeInForce::kIoc) {
        end(taker, OrderState::kCancelled, EndReason::kImmediateOrCancel);
    } else {
        orders[taker].resting = true;
    }
}

void Model::retry() {
    const auto key = [&](std::size_t i) {
        const ModelOrder& order = orders[i];
        return std::tuple(order.terms.market, order.terms.unit, -order.terms.limit_price.value,
                          order.sequence);
    };
    bool changed = true;
    while (changed) {
        changed = false;
        std::vector<std::size_t> waiting;
        for (std::size_t i = 0; i < orders.size(); ++i) {
            if (orders[i].resting && orders[i].terms.all_or_none) waiting.push_back(i);
        }
        std::sort(waiting.begin(), waiting.end(),
                  [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
        for (const std::size_t i : waiting) {
            changed = attempt(i).filled;
            if (changed) break;
        }
    }
}

void Model::rematch(const PoolId& id) {
    // `orders` is in order of sequence.
    for (std::size_t i = 0; i < orders.size(); ++i) {
        if (orders[i].resting && orders[i].terms.side == Side::kSell &&
            orders[i].terms.pool == id) {
            match(i, false);
        }
    }
}

void Model::place(const OrderTerms& terms, Time now) {
    begin(now);
    ModelOrder order;
    order.terms = terms;
    if (terms.side == Side::kSell && terms.min_duration.value == 0) {
        order.terms.min_duration = Duration(kGrid);
    }
    order.sequence = next_sequence++;
    order.rest = terms.side == Side::kBuy ? terms.quantity : 1;
    orders.push_back(order);
    arrive(orders.size() - 1);
    retry();
}

void Model::cancel(const OrderId& id, Time now) {
    begin(now);
    end(index(id), OrderState::kCancelled, EndReason::kByRequest);
    retry();
}

void Model::cancel_all(const OrganisationId& organisation, EndReason reason, Time now) {
    begin(now);
    for (std::size_t i = 0; i < orders.size(); ++i) {
        if (orders[i].resting && orders[i].terms.organisation == organisation) {
            end(i, OrderState::kCancelled, reason);
        }
    }
    retry();
}

void Model::expire(const OrderId& id, EndReason reason, Time now) {
    begin(now);
    end(index(id), OrderState::kExpired, reason);
    retry();
}

void Model::set_rate(const PoolId& id, const std::string& name, std::optional<Rate> rate,
                     Time now) {
    begin(now);
    auto& rates = pools[pool_index(id)].rates;
    const auto known = std::find_if(rates.begin(), rates.end(),
                                    [&](const auto& entry) { return entry.first == name; });
    const bool same = known == rates.end() ? !rate : rate && rate->value == known->second;
    if (same) return;
    for (std::size_t i = 0; i < orders.size(); ++i) {
        const OrderTerms& terms = orders[i].terms;
        if (orders[i].resting && terms.side == Side::kSell && terms.pool == id &&
            terms.market.compute_class == name) {
            end(i, OrderState::kCancelled, EndReason::kRateChanged);
        }
    }
    if (known != rates.end()) rates.erase(known);
    if (rate) rates.emplace_back(name, rate->value);
    retry();
}

void Model::give_back(const OrderId& sell, const PoolId& id, const Window& window, Lots lots,
                      Time now) {
    begin(now);
    pools[pool_index(id)].used.push_back({window, -lots.value});
    ModelOrder& order = orders[index(sell)];
    if (order.resting) order.used.push_back({window, -lots.value});
    rematch(id);
    retry();
}

bool Model::block(const PoolId& id, const Window& window, Lots lots, Time now) {
    begin(now);
    ModelPool& pool = pools[pool_index(id)];
    for (std::int64_t t = window.start.value; t < window.end.value; t += kGrid) {
        if (free_at(pool, Time(t)) < lots.value) return false;
    }
    pool.used.push_back({window, lots.value});
    retry();
    return true;
}

void Model::unblock(const PoolId& id, const Window& window, Lots lots, Time now) {
    begin(now);
    pools[pool_index(id)].used.push_back({window, -lots.value});
    rematch(id);
    retry();
}

}  // namespace suanpan::matching::testing
