// From an order's terms to the memory that it will have: a new one, or one as it stood.

#include "base/check.hpp"
#include "matching/engine_state.hpp"

#include <algorithm>

namespace suanpan::matching {

// REQUIRES that check() passed.
NewOrder Engine::Impl::resolve(const OrderTerms& terms) {
    const Pool* pool = terms.pool.is_nil() ? nullptr : find_pool(terms.pool);
    return resolve(terms, get_market(terms.market), pool);
}

NewOrder Engine::Impl::resolve(const OrderTerms& terms, const Market& market, const Pool* pool) {
    NewOrder out;
    const bool buys = terms.side == Side::kBuy;
    out.id = terms.id;
    out.quantity = terms.quantity;
    out.limit = terms.limit_price;
    Order& order = out.record.order;
    order.window = terms.window;
    order.organisation = organisations.number(terms.organisation);
    order.owner = buys ? eligibility.find_or_add(terms.requirement) : pool->number;
    if (eligibility.has_many_idle()) is_untidy = true;
    order.self_trade = terms.self_trade;
    order.together = terms.together;
    order.buys = buys;
    order.in_cu = terms.unit == Unit::kCu;
    order.all_or_none = terms.all_or_none;
    Details& details = out.record.details;
    details.market = market.number;
    details.time_in_force = terms.time_in_force;
    details.metered = terms.billing == Billing::kMetered;
    details.post_only = terms.post_only;
    details.at_market = terms.at_market;
    details.project = projects.number(terms.project);
    details.key = keys.number(terms.key);
    if (!buys) {
        // Resolved now: the market's grid may change while the order rests.
        const Duration least =
            terms.min_duration.value == 0 ? market.rules.grid : terms.min_duration;
        details.min_duration = static_cast<std::uint32_t>(least.value);
    }
    details.lane = lane_of(out.record);
    resolve_extras(terms, out);
    order.special = is_special(details, out.extras);
    return out;
}

void Engine::Impl::resolve_extras(const OrderTerms& terms, NewOrder& out) {
    out.has_extras = terms.duration || terms.min_lots.value > 0 || terms.max_excess.value > 0 ||
                     terms.expires_at || !terms.counterparties.empty();
    if (!out.has_extras) return;
    out.extras.min_lots = terms.min_lots;
    out.extras.max_excess = terms.max_excess;
    out.extras.expires_at = terms.expires_at;
    out.extras.counterparties = terms.counterparties;
    if (!terms.duration) return;
    out.extras.window = terms.window;
    out.extras.duration = *terms.duration;
    out.record.order.window = kAnyWindow;
}

// An order as it stood, back into its book.
std::uint32_t Engine::Impl::restore(const OrderView& view) {
    const std::int64_t next = std::max(next_sequence, view.sequence + 1);
    const std::uint32_t slot = admit(resolve(view.terms));
    next_sequence = next;
    Order& order = orders[slot];
    order.sequence = view.sequence;
    order.state = view.state;
    CHECK(order.is_open());
    orders.details(slot).filled_lots = view.filled_lots;
    if (view.bound_site) orders.make_extras(slot).bound_site = sites.number(*view.bound_site);
    if (view.bound_pool) orders.make_extras(slot).bound_pool = get_pool(*view.bound_pool).number;
    if (view.bound_start) {
        Extras& extras = orders.make_extras(slot);
        extras.bound_start = view.bound_start;
        order.window = {*view.bound_start, Time(view.bound_start->value + extras.duration.value)};
    }
    if (order.buys) {
        order.rest = view.rest;
    } else {
        const Steps& steps = view.rest_steps;
        CHECK(!steps.empty());
        if (steps ==
            Steps{{order.window.start, steps.front().lots}, {order.window.end, kNothing}}) {
            order.rest = steps.front().lots.value;
        } else {
            orders.make_steps(order) = steps;
        }
    }
    insert(slot);
    return slot;
}

}  // namespace suanpan::matching
