#include "matching/engine.hpp"

#include "base/check.hpp"
#include "matching/engine_state.hpp"

#include <algorithm>

namespace suanpan::matching {

Engine::Engine() : impl_(std::make_unique<Impl>()) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::reserve(std::uint32_t orders) {
    impl_->orders.reserve(orders);
}

const Outcome& Engine::define_market(const MarketRules& rules, Time now) {
    CHECK(check_rules(rules).has_value());
    Impl& state = *impl_;
    state.begin(now);
    const auto number = static_cast<std::uint32_t>(state.markets.size());
    CHECK(number < kMaxMarkets);
    const auto [at, is_new] = state.market_numbers.emplace(rules.key, number);
    if (is_new) {
        state.markets.add(rules, static_cast<std::uint16_t>(number), state.orders, state.levels);
        return state.outcome;
    }
    Market& market = state.markets[at->second];
    market.rules = rules;
    market.rules_changed = true;
    // Whether a sell's least duration is one step of the grid may have changed.
    market.sells.for_each_order([&](std::uint32_t slot) {
        state.orders[slot].special =
            state.is_special(state.orders.details(slot), state.orders.extras(slot));
    });
    state.retry_all_or_none();
    return state.outcome;
}

const MarketRules* Engine::find_market(const MarketKey& key) const {
    const auto found = impl_->market_numbers.find(key);
    return found == impl_->market_numbers.end() ? nullptr : &impl_->markets[found->second].rules;
}

Result<void> Engine::add_pool(const PoolRules& rules) {
    if (rules.lots.value <= 0 || rules.lots.value > kMaxLots) {
        return fail("bad_quantity", "a pool has 1 to " + std::to_string(kMaxLots) + " lots");
    }
    Impl& state = *impl_;
    if (state.pool_numbers.find(rules.id))
        return fail("pool_exists", "the pool is registered already");
    const std::uint32_t number = state.pool_numbers.number(rules.id);
    state.pools.add(Pool{Calendar(rules.lots),
                         0,
                         number,
                         state.sites.number(rules.site),
                         state.eligibility.add(rules.profile),
                         rules,
                         {},
                         {},
                         RestingSells(number)});
    return {};
}

const PoolRules* Engine::find_pool(const PoolId& id) const {
    const Pool* pool = impl_->find_pool(id);
    return pool == nullptr ? nullptr : &pool->rules;
}

const Outcome& Engine::set_rate(const PoolId& id, const std::string& compute_class,
                                std::optional<Rate> rate, Time now) {
    CHECK(!rate || (rate->value > 0 && rate->value <= kMaxRate));
    Impl& state = *impl_;
    Pool& pool = state.get_pool(id);
    state.begin(now);
    if (find_rate(id, compute_class) == rate) return state.outcome;
    const auto in_class = [&](std::uint32_t market) {
        return state.markets[market].rules.key.compute_class == compute_class;
    };
    for (const std::uint32_t slot : pool.resting.slots(state.orders)) {
        if (!in_class(state.orders.details(slot).market)) continue;
        state.end(slot, OrderState::kCancelled, EndReason::kRateChanged);
    }
    std::erase_if(pool.listings, [&](const Listing& listing) {
        if (!in_class(listing.market)) return false;
        state.release_lanes(pool, listing);
        return true;
    });
    if (rate) {
        pool.rates.insert_or_assign(compute_class, *rate);
    } else {
        pool.rates.erase(compute_class);
    }
    state.retry_all_or_none();
    return state.outcome;
}

std::optional<Rate> Engine::find_rate(const PoolId& id, const std::string& compute_class) const {
    const Pool* pool = impl_->find_pool(id);
    if (pool == nullptr) return std::nullopt;
    const auto rate = pool->rates.find(compute_class);
    if (rate == pool->rates.end()) return std::nullopt;
    return rate->second;
}

const Calendar* Engine::find_calendar(const PoolId& id) const {
    const Pool* pool = impl_->find_pool(id);
    return pool == nullptr ? nullptr : &pool->calendar;
}

Result<void> Engine::check_block(const PoolId& id, const Window& window, Lots lots) const {
    const Pool* pool = impl_->find_pool(id);
    if (pool == nullptr) return fail("pool_not_found", "there is no such pool");
    if (window.start >= window.end) return fail("bad_window", "a window starts before it ends");
    if (lots.value <= 0) return fail("bad_quantity", "at least one lot is wanted");
    if (pool->calendar.minimum(window) < lots) {
        return fail("not_free", "only lots that are not sold can be taken out");
    }
    return {};
}

const Outcome& Engine::block(const PoolId& id, const Window& window, Lots lots, Time now) {
    Impl& state = *impl_;
    Pool& pool = state.get_pool(id);
    state.begin(now);
    pool.calendar.reserve(window, lots);
    state.note_pool_change(pool, window, kNothing);
    state.retry_all_or_none();
    return state.outcome;
}

const Outcome& Engine::unblock(const PoolId& id, const Window& window, Lots lots, Time now) {
    Impl& state = *impl_;
    Pool& pool = state.get_pool(id);
    state.begin(now);
    pool.calendar.forget_past(now);
    pool.calendar.release(window, lots);
    state.note_pool_change(pool, window, lots);
    state.rematch(pool);
    state.retry_all_or_none();
    return state.outcome;
}

const Outcome& Engine::place(const NewOrder& order, Time now) {
    Impl& state = *impl_;
    state.begin(now);
    const std::uint32_t slot = state.admit(order);
    state.outcome.order = OrderSlot(slot);
    state.arrive(slot, state.orders.record(slot), state.markets[order.record.details.market]);
    state.retry_all_or_none();
    return state.outcome;
}

Preview Engine::preview(const OrderTerms& terms, Time now) const {
    Impl& state = *impl_;
    const auto resolved = state.resolve(terms);
    state.begin(now);
    const auto tries = state.save_tries();
    const Mark mark = state.start_recording();
    const std::uint32_t slot = state.admit(resolved);
    state.arrive(slot);
    state.retry_all_or_none();
    Preview out;
    for (const Execution& execution : state.outcome.fills)
        out.fills.push_back(fill(execution));
    out.order = state.view(slot);
    state.roll_back(mark);
    state.restore_tries(tries);
    state.dismiss(slot);
    --state.next_sequence;
    return out;
}

// Which messages are cancels is a coin's toss: hints must not branch on it.
void Engine::prefetch(OrderSlot order) const {
    impl_->orders.prefetch(order == kNoOrder ? 0 : number_of(order));
}

void Engine::prefetch_links(OrderSlot slot) const {
    const Order& order = impl_->orders[slot == kNoOrder ? 0 : number_of(slot)];
    // None is a number too, and what lies there may be asked for without harm.
    impl_->orders.prefetch(order.next);
    impl_->orders.prefetch(order.prev);
}

// Of a sell its pool; a buy's pool is nil, and not known.
void Engine::prefetch(const OrderTerms& terms, Ahead ahead) const {
    if (ahead == Ahead::kFar) impl_->organisations.prefetch(terms.organisation);
    if (terms.side == Side::kBuy) return;
    if (ahead == Ahead::kFar) return impl_->pool_numbers.prefetch(terms.pool);
    const Pool* pool = impl_->find_pool(terms.pool);
    if (pool == nullptr) return;
    if (ahead == Ahead::kNear) {
        prefetch_lines(pool, sizeof(Pool));
    } else {
        pool->prefetch_lists();
    }
}

const Outcome& Engine::cancel(OrderSlot slot, Time now) {
    Impl& state = *impl_;
    Order& order = state.orders[number_of(slot)];
    __builtin_prefetch(&order, 1);
    state.begin(now);
    state.outcome.order = slot;
    state.end(number_of(slot), order, OrderState::kCancelled, EndReason::kByRequest);
    state.retry_all_or_none();
    return state.outcome;
}

const Outcome& Engine::cancel_all(const OrderFilter& filter, EndReason reason, Time now) {
    Impl& state = *impl_;
    state.begin(now);
    // The scan ends with the last order of the organisation, and does not begin without any.
    std::uint32_t left = kNone;
    if (filter.organisation) left = state.open_orders_of(*filter.organisation);
    std::vector<std::uint32_t> found;
    for (std::uint32_t slot = 0; left > 0 && slot < state.orders.size(); ++slot) {
        const Order& order = state.orders[slot];
        if (!order.in_book) continue;
        const Details& details = state.orders.details(slot);
        const auto differs = [](const auto& wanted, const auto& name) {
            return wanted && *wanted != name;
        };
        if (differs(filter.organisation, state.organisations.name(order.organisation))) continue;
        --left;
        if (differs(filter.side, order.buys ? Side::kBuy : Side::kSell) ||
            differs(filter.market, state.markets[details.market].rules.key) ||
            differs(filter.project, state.projects.name(details.project)) ||
            differs(filter.key, state.keys.name(details.key)))
            continue;
        found.push_back(slot);
    }
    for (const std::uint32_t slot : state.by_sequence(std::move(found)))
        state.end(slot, OrderState::kCancelled, reason);
    state.retry_all_or_none();
    return state.outcome;
}

const Outcome& Engine::expire(OrderSlot order, Time now) {
    Impl& state = *impl_;
    const std::uint32_t slot = number_of(order);
    const Time due = state.due(slot);
    CHECK(due <= now);
    state.begin(now);
    const auto& expires_at = state.orders.extras(slot).expires_at;
    const bool by_time = expires_at && *expires_at == due;
    state.end(slot, OrderState::kExpired, by_time ? EndReason::kExpired : EndReason::kWindowPassed);
    state.retry_all_or_none();
    return state.outcome;
}

std::optional<Time> Engine::due_time(OrderSlot slot) const {
    if (!impl_->orders[number_of(slot)].is_open()) return std::nullopt;
    return impl_->due(number_of(slot));
}

const Outcome& Engine::give_back(OrderSlot sell, const PoolId& id, const Window& window, Lots lots,
                                 Time now) {
    Impl& state = *impl_;
    Pool& pool = state.get_pool(id);
    state.begin(now);
    pool.calendar.forget_past(now);
    pool.calendar.release(window, lots);
    state.note_pool_change(pool, window, lots);
    const std::uint32_t slot = number_of(sell);
    if (sell != kNoOrder && state.orders[slot].is_open()) {
        Order& order = state.orders[slot];
        CHECK(!order.buys && order.owner == pool.number && order.window.contains(window));
        state.touch(slot);
        Steps& steps = state.orders.make_steps(order);
        add(steps, kNothing, window, lots);
        CHECK(highest(steps, kNothing).value <= state.orders.details(slot).quantity);
    }
    state.rematch(pool);
    state.retry_all_or_none();
    return state.outcome;
}

OrderView Engine::view(OrderSlot slot) const {
    return impl_->view(number_of(slot));
}

const OrderId& Engine::id(OrderSlot slot) const {
    return impl_->orders.details(number_of(slot)).id;
}

Fill Engine::fill(const Execution& execution) const {
    const Impl& state = *impl_;
    const bool taker_buys = state.orders[number_of(execution.taker)].buys;
    const OrderSlot buy = taker_buys ? execution.taker : execution.maker;
    const OrderSlot sell = taker_buys ? execution.maker : execution.taker;
    const auto owner = [&](OrderSlot slot) {
        return state.organisations.name(state.orders[number_of(slot)].organisation);
    };
    return {id(execution.maker),
            id(execution.taker),
            id(buy),
            id(sell),
            owner(buy),
            owner(sell),
            state.pools[execution.pool].rules.id,
            execution.lots,
            execution.window,
            execution.price,
            execution.price_unit,
            execution.rate};
}

void Engine::forget_ended() {
    Impl& state = *impl_;
    for (const std::uint32_t slot : state.ended)
        state.dismiss(slot);
    state.ended.clear();
}

OrderSlot Engine::restore(const OrderView& view) {
    return OrderSlot(impl_->restore(view));
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

std::vector<OrderSlot> Engine::open_orders() const {
    std::vector<OrderSlot> out;
    for (const std::uint32_t slot : impl_->open_slots())
        out.push_back(OrderSlot(slot));
    return out;
}

void Engine::for_each_pool(
    const std::function<void(const PoolRules&, const Calendar&)>& visit) const {
    std::vector<const Pool*> sorted;
    impl_->pools.for_each([&](const Pool& pool) { sorted.push_back(&pool); });
    std::sort(sorted.begin(), sorted.end(),
              [](const Pool* a, const Pool* b) { return a->rules.id < b->rules.id; });
    for (const Pool* pool : sorted)
        visit(pool->rules, pool->calendar);
}

std::uint64_t Engine::offers_met() const {
    return impl_->offers_met;
}

std::size_t Engine::memory() const {
    return impl_->orders.memory() + impl_->levels.memory();
}

}  // namespace suanpan::matching
