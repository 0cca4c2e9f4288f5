// Limits per organisation, project and key (market §7). Only what has limits is counted.

#include "core/market_impl.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace suanpan::core {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

bool covers(const LimitTarget& target, const matching::OrderTerms& terms) {
    return target.organisation == terms.organisation &&
           (target.project.is_nil() || target.project == terms.project) &&
           (target.key.is_nil() || target.key == terms.key);
}

bool waits(const matching::OrderTerms& terms) {
    return terms.time_in_force == matching::TimeInForce::kGtc ||
           terms.time_in_force == matching::TimeInForce::kGtd;
}

// Beyond every limit rather than wrapped.
std::int64_t amount_of(const Result<ExactAmount>& exact) {
    if (!exact) return kMost;
    const auto amount = exact->ceil();
    return amount ? amount->value : kMost;
}

}  // namespace

std::int64_t sell_notional(const matching::OrderTerms& terms,
                           const std::vector<matching::Step>& rest, Rate rate) {
    Int128 sum = 0;
    for (std::size_t i = 0; i + 1 < rest.size(); ++i) {
        if (rest[i].lots.value <= 0) continue;
        const Duration length(rest[i + 1].from.value - rest[i].from.value);
        sum += amount_of(exact_amount(terms.limit_price, terms.unit, rest[i].lots, rate, length));
    }
    return static_cast<std::int64_t>(std::min(sum, Int128{kMost}));
}

template <typename Visit>
void Market::Impl::for_each_limit(const matching::OrderTerms& terms, Visit visit) {
    std::as_const(*this).for_each_limit(
        terms, [&](const LimitedTarget& limited) { visit(limits.at(limited.row.target)); });
}

template <typename Visit>
void Market::Impl::for_each_limit(const matching::OrderTerms& terms, Visit visit) const {
    if (limits.empty()) return;
    const std::array<LimitTarget, 3> targets{
        LimitTarget{terms.organisation, ProjectId{}, ApiKeyId{}},
        LimitTarget{terms.organisation, terms.project, ApiKeyId{}},
        LimitTarget{terms.organisation, ProjectId{}, terms.key}};
    for (std::size_t i = 0; i < targets.size(); ++i) {
        if (i > 0 && targets.at(i) == targets.front()) continue;
        const auto found = limits.find(targets.at(i));
        if (found != limits.end()) visit(found->second);
    }
}

Result<void> Market::Impl::check_limits(const matching::OrderTerms& terms, std::int64_t new_orders,
                                        Int128 more_notional, Time when) const {
    bool rate = false;
    bool open_orders = false;
    bool notional = false;
    for_each_limit(terms, [&](const LimitedTarget& limited) {
        const Limits& most = limited.row.limits;
        const std::int64_t counted = limited.row.counted_at == when ? limited.row.counted : 0;
        rate = rate || (most.orders_per_second && counted >= *most.orders_per_second);
        open_orders = open_orders || (most.open_orders && new_orders > 0 && waits(terms) &&
                                      limited.open_orders + new_orders > *most.open_orders);
        notional = notional ||
                   (most.notional && most.currency == terms.market.currency && more_notional > 0 &&
                    limited.notional + more_notional > most.notional->value);
    });
    if (rate) return fail("limit_rate", "too many orders in this second");
    if (open_orders) return fail("limit_open_orders", "too many orders would be open");
    if (notional) return fail("limit_notional", "the open orders would be worth too much");
    return {};
}

void Market::Impl::count_order(const matching::OrderTerms& terms) {
    for_each_limit(terms, [&](LimitedTarget& limited) {
        LimitRow& row = limited.row;
        if (!row.limits.orders_per_second) return;
        row.counted = row.counted_at == now() ? row.counted + 1 : 1;
        row.counted_at = now();
        touched_limits.mark(row.target);
    });
}

std::int64_t Market::Impl::notional_of(const matching::OrderView& view, Money hold) const {
    if (view.terms.side == Side::kBuy) return hold.value;
    const auto rate = engine.find_rate(view.terms.pool, view.terms.market.compute_class);
    return sell_notional(view.terms, view.rest_steps, rate.value_or(Rate(0)));
}

// What an order adds to the usage of its targets, as it stands now.
void Market::Impl::count_usage(OpenOrder& order, const matching::OrderView& view, bool open) {
    if (limits.empty()) return;
    const std::int64_t orders_before = order.counted ? 1 : 0;
    const std::int64_t notional_before = order.notional;
    order.counted = open;
    order.notional = open ? notional_of(view, order.whole_hold()) : 0;
    for_each_limit(view.terms, [&](LimitedTarget& limited) {
        limited.open_orders += (open ? 1 : 0) - orders_before;
        if (limited.row.limits.currency != view.terms.market.currency) return;
        limited.notional += Int128{order.notional} - notional_before;
    });
}

// Of a target whose limits are new.
void Market::Impl::count_open_orders(LimitedTarget& limited) {
    limited.open_orders = 0;
    limited.notional = 0;
    for (const matching::OrderSlot slot : engine.open_orders()) {
        const matching::OrderView view = engine.view(slot);
        OpenOrder& order = order_at(slot);
        order.counted = true;
        order.notional = notional_of(view, order.whole_hold());
        if (!covers(limited.row.target, view.terms)) continue;
        limited.open_orders += 1;
        if (limited.row.limits.currency == view.terms.market.currency)
            limited.notional += order.notional;
    }
}

Result<void> Market::Impl::handle(const SetLimits& body) {
    const auto allowed = require_operator();
    if (!allowed) return allowed;
    if (!organisations.contains(body.target.organisation)) {
        return fail("unknown_organisation", "there is no such organisation");
    }
    const auto known = projects.check_known(body.target.project, body.target.organisation);
    if (!known) return known;
    const Limits& most = body.limits;
    const bool both = !body.target.project.is_nil() && !body.target.key.is_nil();
    if (both || most.open_orders.value_or(0) < 0 || most.orders_per_second.value_or(0) < 0 ||
        most.notional.value_or(Money(0)).value < 0 ||
        most.notional.has_value() == most.currency.empty()) {
        return fail("bad_limits",
                    "limits are not negative, are for an organisation or one project or key of "
                    "it, and a notional names its currency");
    }
    accept();
    LimitedTarget& limited = limits[body.target];
    limited.row =
        LimitRow{body.target, most, limited.row.counted_at, limited.row.counted, outcome.index};
    count_open_orders(limited);
    touched_limits.mark(body.target);
    return {};
}

}  // namespace suanpan::core
