// Taking back what an attempt or a preview did.

#include "base/check.hpp"
#include "matching/engine_state.hpp"

#include <algorithm>

namespace suanpan::matching {

void Engine::Impl::save(std::uint32_t slot) {
    const Order& order = orders[slot];
    const Details& details = orders.details(slot);
    undo.emplace_back(SavedOrder{slot, order, details.filled_lots, orders.extras(slot),
                                 order.steps == kNone ? Steps() : orders.steps(order)});
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

void Engine::Impl::restore_saved(SavedOrder& saved) {
    Order& order = orders[saved.slot];
    const Order& before = saved.order;
    if (order.in_book && !before.in_book) remove(saved.slot);
    order.window = before.window;
    order.rest = before.rest;
    order.state = before.state;
    order.waits = before.waits;
    orders.details(saved.slot).filled_lots = saved.filled_lots;
    order.end_reason = before.end_reason;
    if (order.has_extras) orders.make_extras(saved.slot) = std::move(saved.extras);
    if (before.steps == kNone) {
        orders.drop_steps(order);
    } else {
        orders.steps(order) = std::move(saved.steps);
    }
    if (!order.in_book && before.in_book) {
        relink(saved.slot);
    } else if (order.in_book) {
        // It came back with what a later change had made of it.
        ladders(order).cover(saved.slot);
        if (order.buys && order.all_or_none) find_waiting(saved.slot) = waiting_entry(saved.slot);
    }
}

void Engine::Impl::roll_back(const Mark& mark) {
    CHECK(recording > 0);
    while (undo.size() > mark.undo) {
        if (auto* saved = std::get_if<SavedOrder>(&undo.back())) {
            restore_saved(*saved);
        } else {
            const auto& reservation = std::get<SavedReservation>(undo.back());
            pools[reservation.pool].calendar.release(reservation.window, reservation.lots);
        }
        undo.pop_back();
    }
    for (std::size_t i = mark.touched; i < outcome.touched.size(); ++i) {
        orders[number_of(outcome.touched[i])].touched = false;
    }
    outcome.touched.shrink_to(mark.touched);
    outcome.ended.shrink_to(mark.ended);
    outcome.fills.shrink_to(mark.fills);
    ended.shrink_to(mark.all_ended);
    --recording;
}

}  // namespace suanpan::matching
