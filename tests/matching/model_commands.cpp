// The model's commands.

#include "tests/matching/model.hpp"
#include "tests/matching/world.hpp"

#include <algorithm>
#include <stdexcept>

namespace suanpan::matching::testing {
namespace {

template <typename T>
bool fits(const std::optional<T>& wanted, const T& value) {
    return !wanted || *wanted == value;
}

void change(PerStep& values, const Window& window, std::int64_t by) {
    for (std::size_t t = first_step(window); t < end_step(window); ++t)
        values[t] += by;
}

// As a step function that is `before` outside of the steps from `first` to `last`.
template <typename Value>
Steps as_steps(std::size_t first, std::size_t last, std::int64_t before, const Value& value) {
    Steps out;
    std::int64_t current = before;
    for (std::size_t t = first; t <= last; ++t) {
        const std::int64_t next = t == last ? before : value(t);
        if (next == current) continue;
        out.push_back({Time(kDay + static_cast<std::int64_t>(t) * kGrid), Lots(next)});
        current = next;
    }
    return out;
}

}  // namespace

std::size_t Model::index(const OrderId& id) const {
    for (std::size_t i = 0; i < book.orders.size(); ++i) {
        if (book.orders[i].terms->id == id) return i;
    }
    throw std::runtime_error("the model has no such order");
}

const ModelOrder* Model::find(const OrderId& id) const {
    const auto found = std::find_if(book.orders.begin(), book.orders.end(),
                                    [&](const ModelOrder& order) { return order.terms->id == id; });
    return found == book.orders.end() ? nullptr : &*found;
}

std::size_t Model::pool_index(const PoolId& id) const {
    for (std::size_t i = 0; i < pools.size(); ++i) {
        if (pools[i].rules.id == id) return i;
    }
    throw std::runtime_error("the model has no such pool");
}

std::size_t Model::market_index(const MarketKey& key) const {
    for (std::size_t i = 0; i < markets.size(); ++i) {
        if (markets[i].key == key) return i;
    }
    throw std::runtime_error("the model has no such market");
}

std::int64_t Model::rate_of(const ModelOrder& sell) const {
    for (const auto& [name, rate] : pools[sell.pool].rates) {
        if (name == markets[sell.market].key.compute_class) return rate;
    }
    throw std::runtime_error("the model's pool has no rate");
}

Time Model::due(const ModelOrder& order) {
    const OrderTerms& terms = *order.terms;
    Time due = terms.window.start;
    if (terms.duration) due = Time(terms.window.end.value - terms.duration->value);
    if (order.bound_start) due = *order.bound_start;
    if (!order.buys()) due = Time(terms.window.end.value - order.least_seconds);
    return terms.expires_at ? std::min(due, *terms.expires_at) : due;
}

Steps Model::rest_steps(const ModelOrder& sell) {
    return as_steps(first_step(sell.terms->window), end_step(sell.terms->window), 0,
                    [&](std::size_t t) { return sell.quantity - sell.sold[t]; });
}

Steps Model::calendar(std::size_t pool) const {
    return as_steps(0, kSteps, pools[pool].rules.lots.value,
                    [&](std::size_t t) { return book.free[pool][t]; });
}

void Model::begin(Time now) {
    now_ = now;
    std::erase_if(book.orders, [](const ModelOrder& order) { return !order.open(); });
    book.fills.clear();
    book.ended.clear();
    closed.clear();
}

void Model::end(std::size_t order, OrderState state, EndReason reason) {
    ModelOrder& one = book.orders[order];
    one.state = state;
    one.reason = reason;
    one.resting = false;
    book.ended.push_back(one.terms->id);
}

void Model::add_pool(const PoolRules& rules) {
    pools.push_back({rules, {}});
    book.free.emplace_back();
    book.free.back().fill(rules.lots.value);
}

void Model::place(const OrderTerms& terms, Time now) {
    begin(now);
    said_->push_back(terms);
    ModelOrder order;
    order.terms = &said_->back();
    order.quantity = terms.quantity;
    order.price = terms.limit_price.value;
    order.market = market_index(terms.market);
    order.sequence = book.next_sequence++;
    if (order.buys()) {
        order.rest = terms.quantity;
        for (std::size_t i = 0; i < pools.size(); ++i)
            order.eligible.at(i) = satisfies(pools[i].rules.profile, terms.requirement);
    } else {
        order.pool = pool_index(terms.pool);
        order.least_seconds = std::max(terms.min_duration.value, kGrid);
    }
    book.orders.push_back(order);
    arrive(book.orders.size() - 1);
    retry();
}

void Model::cancel(const OrderId& id, Time now) {
    begin(now);
    end(index(id), OrderState::kCancelled, EndReason::kByRequest);
    retry();
}

// Only a lower total at the same price keeps its place.
void Model::replace(const OrderId& id, const Replacement& with, Time now) {
    begin(now);
    std::size_t i = index(id);
    ModelOrder& order = book.orders[i];
    const bool same_price = with.limit_price.value == order.price;
    if (same_price && with.quantity == order.quantity) return;
    const bool keeps = same_price && with.quantity < order.quantity;
    if (order.buys()) order.rest += with.quantity - order.quantity;
    order.quantity = with.quantity;
    order.price = with.limit_price.value;
    if (used_up(order)) {
        end(i, OrderState::kCancelled, EndReason::kByRequest);
    } else if (!keeps) {
        order.resting = false;
        order.waits = false;
        order.sequence = book.next_sequence++;
        std::rotate(book.orders.begin() + static_cast<std::ptrdiff_t>(i),
                    book.orders.begin() + static_cast<std::ptrdiff_t>(i) + 1, book.orders.end());
        i = book.orders.size() - 1;
        arrive(i);
    }
    retry();
}

void Model::cancel_all(const OrderFilter& filter, EndReason reason, Time now) {
    begin(now);
    for (std::size_t i = 0; i < book.orders.size(); ++i) {
        const OrderTerms& terms = *book.orders[i].terms;
        const bool wanted = fits(filter.organisation, terms.organisation) &&
                            fits(filter.market, terms.market) && fits(filter.side, terms.side) &&
                            fits(filter.project, terms.project) && fits(filter.key, terms.key);
        if (book.orders[i].resting && wanted) end(i, OrderState::kCancelled, reason);
    }
    retry();
}

void Model::expire(const OrderId& id, Time now) {
    begin(now);
    const std::size_t i = index(id);
    const auto& expires_at = book.orders[i].terms->expires_at;
    const bool by_time = expires_at && *expires_at == due(book.orders[i]);
    end(i, OrderState::kExpired, by_time ? EndReason::kExpired : EndReason::kWindowPassed);
    retry();
}

void Model::set_rate(const PoolId& id, const std::string& name, std::optional<Rate> rate,
                     Time now) {
    begin(now);
    const std::size_t pool = pool_index(id);
    auto& rates = pools[pool].rates;
    const auto known = std::find_if(rates.begin(), rates.end(),
                                    [&](const auto& entry) { return entry.first == name; });
    const bool same = known == rates.end() ? !rate : rate && rate->value == known->second;
    if (same) return;
    for (std::size_t i = 0; i < book.orders.size(); ++i) {
        const ModelOrder& order = book.orders[i];
        if (order.resting && !order.buys() && order.pool == pool &&
            markets[order.market].key.compute_class == name) {
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
    const std::size_t pool = pool_index(id);
    change(book.free[pool], window, lots.value);
    if (find(sell) != nullptr) change(book.orders[index(sell)].sold, window, -lots.value);
    rematch(pool);
    retry();
}

bool Model::can_block(const PoolId& id, const Window& window, Lots lots) const {
    const PerStep& free = book.free[pool_index(id)];
    for (std::size_t t = first_step(window); t < end_step(window); ++t) {
        if (free[t] < lots.value) return false;
    }
    return true;
}

void Model::block(const PoolId& id, const Window& window, Lots lots, Time now) {
    begin(now);
    change(book.free[pool_index(id)], window, -lots.value);
    retry();
}

void Model::unblock(const PoolId& id, const Window& window, Lots lots, Time now) {
    begin(now);
    const std::size_t pool = pool_index(id);
    change(book.free[pool], window, lots.value);
    rematch(pool);
    retry();
}

}  // namespace suanpan::matching::testing
