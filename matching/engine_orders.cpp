#include "base/check.hpp"
#include "matching/engine_state.hpp"

#include <algorithm>

namespace suanpan::matching {
namespace {

std::int64_t rank_of(const OrderTerms& terms) {
    return terms.side == Side::kSell ? terms.limit_price.value : -terms.limit_price.value;
}

LadderKey ladder_key(const Order& order) {
    if (order.is_buy()) {
        return {order.view.terms.all_or_none, order.requirement, order.view.terms.unit};
    }
    return {false, order.pool->number, order.view.terms.unit};
}

std::tuple<Unit, std::int64_t, std::int64_t> retry_key(const Order& order) {
    return {order.view.terms.unit, rank_of(order.view.terms), order.view.sequence};
}

}  // namespace

void Engine::Impl::begin(Time time) {
    CHECK(recording == 0 && undo.empty());
    now = time;
    outcome = Outcome();
    ++command;
}

Order& Engine::Impl::admit(const OrderView& view) {
    auto made = std::make_unique<Order>();
    Order& order = *made;
    order.view = view;
    const OrderTerms& terms = order.view.terms;
    order.market = &get_market(terms.market);
    if (order.is_buy()) {
        order.requirement = eligibility.acquire(terms.requirement);
        order.window = terms.window;
    } else {
        order.pool = &get_pool(terms.pool);
        const auto rate = order.pool->rates.find(terms.market.compute_class);
        CHECK(rate != order.pool->rates.end());
        order.rate = rate->second;
        CHECK(terms.min_duration.value > 0);
    }
    const bool is_new = orders.emplace(terms.id, std::move(made)).second;
    CHECK(is_new);
    return order;
}

Order& Engine::Impl::admit_new(const OrderTerms& terms) {
    OrderView view;
    view.terms = terms;
    view.sequence = next_sequence++;
    if (terms.side == Side::kBuy) {
        view.rest = terms.quantity;
    } else {
        // Resolved now: the market's grid may change while the order rests.
        if (terms.min_duration.value == 0) {
            view.terms.min_duration = get_market(terms.market).rules.grid;
        }
        add(view.rest_steps, Lots(0), terms.window, Lots(terms.quantity));
    }
    return admit(view);
}

void Engine::Impl::dismiss(Order& order) {
    CHECK(!order.in_book);
    if (order.is_buy()) eligibility.release(order.requirement);
    orders.erase(OrderId(order.view.terms.id));
}

void Engine::Impl::insert(Order& order) {
    CHECK(!order.in_book && order.is_open());
    const OrderTerms& terms = order.view.terms;
    auto& ladders = order.is_buy() ? order.market->buys : order.market->sells;
    ladders[ladder_key(order)].orders.emplace(
        std::pair(rank_of(terms), order.view.sequence),
        Ladder::Entry{&order, terms.duration ? kAnyWindow : terms.window});
    if (!order.is_buy()) order.pool->resting.emplace(order.view.sequence, &order);
    if (terms.all_or_none) order.market->all_or_none.emplace(retry_key(order), &order);
    resting.emplace(order.view.sequence, &order);
    order.in_book = true;
}

void Engine::Impl::remove(Order& order) {
    CHECK(order.in_book);
    const OrderTerms& terms = order.view.terms;
    auto& ladders = order.is_buy() ? order.market->buys : order.market->sells;
    const auto ladder = ladders.find(ladder_key(order));
    CHECK(ladder != ladders.end());
    ladder->second.orders.erase({rank_of(terms), order.view.sequence});
    if (ladder->second.orders.empty()) ladders.erase(ladder);
    if (!order.is_buy()) order.pool->resting.erase(order.view.sequence);
    if (terms.all_or_none) order.market->all_or_none.erase(retry_key(order));
    resting.erase(order.view.sequence);
    order.in_book = false;
}

// Before every change of an order.
void Engine::Impl::touch(Order& order) {
    if (recording > 0) {
        const OrderView& view = order.view;
        undo.emplace_back(SavedOrder{&order, order.in_book, view.state, view.end_reason, view.rest,
                                     view.filled_lots, view.rest_steps, view.bound_site,
                                     view.bound_pool});
    }
    if (order.touched_in == command) return;
    order.touched_in = command;
    outcome.touched.push_back(order.view.terms.id);
}

void Engine::Impl::end(Order& order, OrderState state, EndReason reason) {
    CHECK(order.is_open());
    touch(order);
    if (order.in_book) remove(order);
    order.view.state = state;
    order.view.end_reason = reason;
    outcome.ended.push_back(order.view.terms.id);
    ended.push_back(order.view.terms.id);
}

void Engine::Impl::reserve(Pool& pool, const Window& window, Lots lots) {
    pool.calendar.reserve(window, lots);
    if (recording > 0) undo.emplace_back(SavedReservation{&pool, window, lots});
}

Mark Engine::Impl::start_recording() {
    ++recording;
    return {undo.size(), outcome.fills.size(), outcome.ended.size(), outcome.touched.size(),
            ended.size()};
}

void Engine::Impl::keep(const Mark& mark) {
    CHECK(recording > 0 && undo.size() >= mark.undo);
    // An outer attempt may still take these changes back.
    if (--recording == 0) undo.clear();
}

void Engine::Impl::roll_back(const Mark& mark) {
    CHECK(recording > 0);
    while (undo.size() > mark.undo) {
        if (auto* saved = std::get_if<SavedOrder>(&undo.back())) {
            Order& order = *saved->order;
            if (order.in_book && !saved->in_book) remove(order);
            order.view.state = saved->state;
            order.view.end_reason = saved->end_reason;
            order.view.rest = saved->rest;
            order.view.filled_lots = saved->filled_lots;
            order.view.rest_steps = std::move(saved->rest_steps);
            order.view.bound_site = saved->bound_site;
            order.view.bound_pool = saved->bound_pool;
            if (!order.in_book && saved->in_book) insert(order);
        } else {
            const auto& reservation = std::get<SavedReservation>(undo.back());
            reservation.pool->calendar.release(reservation.window, reservation.lots);
        }
        undo.pop_back();
    }
    for (std::size_t i = mark.touched; i < outcome.touched.size(); ++i) {
        find(outcome.touched[i])->touched_in = 0;
    }
    outcome.touched.resize(mark.touched);
    outcome.ended.resize(mark.ended);
    outcome.fills.erase(outcome.fills.begin() + static_cast<std::ptrdiff_t>(mark.fills),
                        outcome.fills.end());
    ended.resize(mark.all_ended);
    --recording;
}

Order* Engine::Impl::find(const OrderId& id) const {
    const auto found = orders.find(id);
    return found == orders.end() ? nullptr : found->second.get();
}

Market& Engine::Impl::get_market(const MarketKey& key) {
    const auto found = markets.find(key);
    CHECK(found != markets.end());
    return found->second;
}

Pool& Engine::Impl::get_pool(const PoolId& id) {
    const auto found = pools.find(id);
    CHECK(found != pools.end());
    return found->second;
}

Time last_start(const OrderTerms& buy) {
    return buy.duration ? Time(buy.window.end.value - buy.duration->value) : buy.window.start;
}

Time due(const Order& order) {
    const OrderTerms& terms = order.view.terms;
    const Time by_window = order.is_buy() ? last_start(terms)
                                          : Time(terms.window.end.value - terms.min_duration.value);
    return terms.expires_at ? std::min(*terms.expires_at, by_window) : by_window;
}

}  // namespace suanpan::matching
