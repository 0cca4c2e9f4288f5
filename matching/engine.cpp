#include "matching/engine.hpp"

#include "base/check.hpp"
#include "matching/engine_state.hpp"

#include <algorithm>

namespace suanpan::matching {

Engine::Engine() : impl_(std::make_unique<Impl>()) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::define_market(const MarketRules& rules) {
    CHECK(check_rules(rules).has_value());
    impl_->markets[rules.key].rules = rules;
}

const MarketRules* Engine::find_market(const MarketKey& key) const {
    const auto found = impl_->markets.find(key);
    return found == impl_->markets.end() ? nullptr : &found->second.rules;
}

Result<void> Engine::add_pool(const PoolRules& rules) {
    if (rules.lots.value <= 0 || rules.lots.value > kMaxLots) {
        return fail("bad_quantity", "a pool has 1 to " + std::to_string(kMaxLots) + " lots");
    }
    if (impl_->pools.contains(rules.id))
        return fail("pool_exists", "the pool is registered already");
    Pool pool{rules,
              Calendar(rules.lots),
              static_cast<std::uint32_t>(impl_->pool_by_number.size()),
              impl_->eligibility.add(rules.profile),
              {},
              {}};
    const auto at = impl_->pools.emplace(rules.id, std::move(pool)).first;
    impl_->pool_by_number.push_back(&at->second);
    return {};
}

const PoolRules* Engine::find_pool(const PoolId& id) const {
    const auto found = impl_->pools.find(id);
    return found == impl_->pools.end() ? nullptr : &found->second.rules;
}

Outcome Engine::set_rate(const PoolId& id, const std::string& compute_class,
                         std::optional<Rate> rate, Time now) {
    CHECK(!rate || (rate->value > 0 && rate->value <= kMaxRate));
    Impl& state = *impl_;
    Pool& pool = state.get_pool(id);
    state.begin(now);
    if (find_rate(id, compute_class) == rate) return std::move(state.outcome);
    const auto sells = pool.resting;  // a copy: ended orders leave it
    for (const auto& [sequence, order] : sells) {
        if (order->view.terms.market.compute_class != compute_class) continue;
        state.end(*order, OrderState::kCancelled, EndReason::kRateChanged);
    }
    if (rate) {
        pool.rates.insert_or_assign(compute_class, *rate);
    } else {
        pool.rates.erase(compute_class);
    }
    state.retry_all_or_none();
    return std::move(state.outcome);
}

std::optional<Rate> Engine::find_rate(const PoolId& id, const std::string& compute_class) const {
    const auto pool = impl_->pools.find(id);
    if (pool == impl_->pools.end()) return std::nullopt;
    const auto rate = pool->second.rates.find(compute_class);
    if (rate == pool->second.rates.end()) return std::nullopt;
    return rate->second;
}

const Calendar* Engine::find_calendar(const PoolId& id) const {
    const auto found = impl_->pools.find(id);
    return found == impl_->pools.end() ? nullptr : &found->second.calendar;
}

Result<Outcome> Engine::block(const PoolId& id, const Window& window, Lots lots, Time now) {
    const auto pool = impl_->pools.find(id);
    if (pool == impl_->pools.end()) return fail("pool_not_found", "there is no such pool");
    if (window.start >= window.end) return fail("bad_window", "a window starts before it ends");
    if (lots.value <= 0) return fail("bad_quantity", "at least one lot is wanted");
    if (pool->second.calendar.minimum(window) < lots) {
        return fail("not_free", "only lots that are not sold can be taken out");
    }
    Impl& state = *impl_;
    state.begin(now);
    pool->second.calendar.reserve(window, lots);
    Impl::mark_changed_supply(pool->second);
    state.retry_all_or_none();
    return std::move(state.outcome);
}

Outcome Engine::unblock(const PoolId& id, const Window& window, Lots lots, Time now) {
    Impl& state = *impl_;
    Pool& pool = state.get_pool(id);
    state.begin(now);
    pool.calendar.release(window, lots);
    state.rematch(pool);
    state.retry_all_or_none();
    return std::move(state.outcome);
}

Outcome Engine::place(const OrderTerms& terms, Time now) {
    Impl& state = *impl_;
    state.begin(now);
    state.arrive(state.admit_new(terms));
    state.retry_all_or_none();
    return std::move(state.outcome);
}

Outcome Engine::preview(const OrderTerms& terms, Time now) const {
    Impl& state = *impl_;
    state.begin(now);
    const Mark mark = state.start_recording();
    Order& order = state.admit_new(terms);
    state.arrive(order);
    state.retry_all_or_none();
    Outcome outcome = state.outcome;
    state.roll_back(mark);
    state.dismiss(order);
    --state.next_sequence;
    return outcome;
}

Result<Outcome> Engine::cancel(const OrderId& id, Time now) {
    Impl& state = *impl_;
    Order* order = state.find(id);
    if (order == nullptr) return fail("order_not_found", "there is no such order");
    if (!order->is_open()) {
        return fail("order_closed",
                    "the order is " + std::string(to_string(order->view.state)) + " already");
    }
    state.begin(now);
    state.end(*order, OrderState::kCancelled, EndReason::kByRequest);
    state.retry_all_or_none();
    return std::move(state.outcome);
}

Outcome Engine::cancel_all(const OrganisationId& organisation, EndReason reason, Time now) {
    Impl& state = *impl_;
    state.begin(now);
    std::vector<Order*> theirs;
    for (const auto& [sequence, order] : state.resting) {
        if (order->view.terms.organisation == organisation) theirs.push_back(order);
    }
    for (Order* order : theirs)
        state.end(*order, OrderState::kCancelled, reason);
    state.retry_all_or_none();
    return std::move(state.outcome);
}

Outcome Engine::expire(const OrderId& id, Time now) {
    Impl& state = *impl_;
    state.begin(now);
    Order* order = state.find(id);
    if (order == nullptr || !order->is_open() || due(*order) > now) return std::move(state.outcome);
    const auto& expires_at = order->view.terms.expires_at;
    const bool by_time = expires_at && *expires_at == due(*order);
    state.end(*order, OrderState::kExpired,
              by_time ? EndReason::kExpired : EndReason::kWindowPassed);
    state.retry_all_or_none();
    return std::move(state.outcome);
}

std::optional<Time> Engine::due_time(const OrderId& id) const {
    const Order* order = impl_->find(id);
    if (order == nullptr || !order->is_open()) return std::nullopt;
    return due(*order);
}

Outcome Engine::give_back(const OrderId& sell, const PoolId& id, const Window& window, Lots lots,
                          Time now) {
    Impl& state = *impl_;
    Pool& pool = state.get_pool(id);
    state.begin(now);
    pool.calendar.release(window, lots);
    Order* order = state.find(sell);
    if (order != nullptr && order->is_open()) {
        CHECK(order->pool == &pool && order->view.terms.window.contains(window));
        state.touch(*order);
        add(order->view.rest_steps, Lots(0), window, lots);
        CHECK(highest(order->view.rest_steps, Lots(0)).value <= order->view.terms.quantity);
    }
    state.rematch(pool);
    state.retry_all_or_none();
    return std::move(state.outcome);
}

const OrderView* Engine::find(const OrderId& id) const {
    const Order* order = impl_->find(id);
    return order == nullptr ? nullptr : &order->view;
}

void Engine::forget_ended() {
    for (const OrderId& id : impl_->ended) {
        Order* order = impl_->find(id);
        CHECK(order != nullptr && !order->is_open());
        impl_->dismiss(*order);
    }
    impl_->ended.clear();
}

void Engine::restore(const OrderView& view) {
    Impl& state = *impl_;
    Order& order = state.admit(view);
    CHECK(order.is_open() && !state.resting.contains(view.sequence));
    state.insert(order);
    state.next_sequence = std::max(state.next_sequence, view.sequence + 1);
}

void Engine::restore_reservation(const PoolId& pool, const Window& window, Lots lots) {
    impl_->get_pool(pool).calendar.reserve(window, lots);
}

std::int64_t Engine::next_sequence() const {
    return impl_->next_sequence;
}

void Engine::restore_next_sequence(std::int64_t sequence) {
    CHECK(sequence >= impl_->next_sequence);
    impl_->next_sequence = sequence;
}

void Engine::for_each_open(const std::function<void(const OrderView&)>& visit) const {
    for (const auto& [sequence, order] : impl_->resting)
        visit(order->view);
}

void Engine::for_each_pool(
    const std::function<void(const PoolRules&, const Calendar&)>& visit) const {
    for (const auto& [id, pool] : impl_->pools)
        visit(pool.rules, pool.calendar);
}

}  // namespace suanpan::matching
