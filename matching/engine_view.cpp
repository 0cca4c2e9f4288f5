// Orders as the outside knows them, and in which sequence.

#include "matching/engine_state.hpp"

#include <algorithm>

namespace suanpan::matching {

std::vector<std::uint32_t> Engine::Impl::by_sequence(std::vector<std::uint32_t> slots) const {
    std::sort(slots.begin(), slots.end(), [this](std::uint32_t a, std::uint32_t b) {
        return orders[a].sequence < orders[b].sequence;
    });
    return slots;
}

std::vector<std::uint32_t> Engine::Impl::open_slots() const {
    std::vector<std::uint32_t> out;
    out.reserve(resting);
    for (std::uint32_t slot = 0; slot < orders.size(); ++slot) {
        if (orders[slot].in_book) out.push_back(slot);
    }
    return by_sequence(std::move(out));
}

OrderTerms Engine::Impl::terms(std::uint32_t slot) const {
    const Order& order = orders[slot];
    const Details& details = orders.details(slot);
    const Extras& extras = orders.extras(slot);
    OrderTerms out;
    out.id = details.id;
    out.organisation = organisations.name(order.organisation);
    out.market = markets[details.market].rules.key;
    out.side = order.buys ? Side::kBuy : Side::kSell;
    out.unit = order.unit();
    out.quantity = details.quantity;
    out.limit_price = details.limit;
    out.at_market = details.at_market;
    out.window = order.window;
    if (extras.duration.value > 0) {
        out.window = extras.window;
        out.duration = extras.duration;
    }
    if (order.buys) {
        out.requirement = eligibility.requirement(order.owner);
    } else {
        out.pool = pools[order.owner].rules.id;
        out.min_duration = Duration(details.min_duration);
    }
    out.counterparties = extras.counterparties;
    out.time_in_force = details.time_in_force;
    out.expires_at = extras.expires_at;
    out.all_or_none = order.all_or_none;
    out.post_only = details.post_only;
    out.min_lots = extras.min_lots;
    out.max_excess = extras.max_excess;
    out.together = order.together;
    out.self_trade = order.self_trade;
    out.billing = details.metered ? Billing::kMetered : Billing::kReserved;
    out.project = projects.name(details.project);
    out.key = keys.name(details.key);
    return out;
}

OrderView Engine::Impl::view(std::uint32_t slot) const {
    const Order& order = orders[slot];
    const Extras& extras = orders.extras(slot);
    OrderView out;
    out.terms = terms(slot);
    out.sequence = order.sequence;
    out.state = order.state;
    out.end_reason = order.end_reason;
    out.filled_lots = orders.details(slot).filled_lots;
    if (extras.bound_site != kNone) out.bound_site = sites.name(extras.bound_site);
    if (extras.bound_pool != kNone) out.bound_pool = pools[extras.bound_pool].rules.id;
    out.bound_start = extras.bound_start;
    if (order.buys) {
        out.rest = order.rest;
    } else if (order.steps != kNone) {
        out.rest_steps = orders.steps(order);
    } else if (order.rest != 0) {
        add(out.rest_steps, kNothing, order.window, Lots(order.rest));
    }
    return out;
}

Time Engine::Impl::due(std::uint32_t slot) const {
    const Order& order = orders[slot];
    const Extras& extras = orders.extras(slot);
    Time by_window = order.window.start;
    if (!order.buys) {
        by_window = Time(order.window.end.value - orders.details(slot).min_duration);
    } else if (is_unbound_duration(order)) {
        by_window = Time(extras.window.end.value - extras.duration.value);
    }
    return extras.expires_at ? std::min(*extras.expires_at, by_window) : by_window;
}

Time last_start(const OrderTerms& buy) {
    return buy.duration ? Time(buy.window.end.value - buy.duration->value) : buy.window.start;
}

}  // namespace suanpan::matching
