// A new total and price of an open order (market §4).

#include "base/check.hpp"
#include "matching/engine_state.hpp"

#include <algorithm>

namespace suanpan::matching {
namespace {

// The change of the total is a change of what is left at every moment. Where more was sold than
// the new total the rest is below zero, so that a later raise finds what was sold.
void change_rest(OrderStore& orders, Order& order, std::int64_t change) {
    if (order.steps == kNone) {
        order.rest += change;
    } else {
        add(orders.steps(order), kNothing, order.window, Lots(change));
    }
}

}  // namespace

Result<void> Engine::check_replace(OrderSlot slot, const Replacement& with, Time now) const {
    const Details& details = impl_->orders.details(number_of(slot));
    if (with.limit_price == details.limit && with.quantity > 0 &&
        with.quantity <= details.quantity) {
        return {};
    }
    OrderTerms terms = impl_->terms(number_of(slot));
    terms.quantity = with.quantity;
    terms.limit_price = with.limit_price;
    return check(terms, now);
}

const Outcome& Engine::replace(OrderSlot order_slot, const Replacement& with, Time now) {
    Impl& state = *impl_;
    const std::uint32_t slot = number_of(order_slot);
    Order& order = state.orders[slot];
    Details& details = state.orders.details(slot);
    CHECK(order.is_open() && order.in_book);
    state.begin(now);
    state.outcome.order = order_slot;
    const std::int64_t change = with.quantity - details.quantity;
    const bool same_price = with.limit_price == details.limit;
    if (change == 0 && same_price) return state.outcome;
    state.touch(slot);
    // A sell that leaves the reach of an all-or-none buy can let it fill: it was in its way.
    if (!order.buys) {
        state.note({slot, order.owner, order.window, details.limit, kNothing});
    }
    const bool keeps_priority = same_price && change < 0;
    if (!keeps_priority) state.remove(slot);
    change_rest(state.orders, order, change);
    details.quantity = with.quantity;
    details.limit = with.limit_price;
    if (state.is_used_up(slot)) {
        state.end(slot, OrderState::kCancelled, EndReason::kByRequest);
    } else if (!keeps_priority) {
        order.sequence = state.next_sequence++;
        order.listed = false;  // under its old number only
        state.arrive(slot);
    }
    // A changed all-or-none buy may fill where it could not before.
    if (order.all_or_none) state.markets[details.market].rules_changed = true;
    state.retry_all_or_none();
    return state.outcome;
}

}  // namespace suanpan::matching
