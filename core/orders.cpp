// Orders: placed, replaced, cancelled; what they hold (market §4, §7).

#include "base/decimal.hpp"
#include "core/market_impl.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace suanpan::core {

using matching::OrderTerms;
using matching::OrderView;
using settlement::AccountKey;
using settlement::AccountKind;

namespace {

Duration held_time(const OrderTerms& terms) {
    return terms.duration.value_or(terms.window.length());
}

// The order as it would rest if nothing matched.
OrderView whole(const OrderTerms& terms) {
    OrderView view;
    view.terms = terms;
    if (terms.side == Side::kBuy) {
        view.rest = terms.quantity;
    } else {
        view.rest_steps = {{terms.window.start, Lots(terms.quantity)}, {terms.window.end, Lots(0)}};
    }
    return view;
}

// The raise counts at every moment of the window, also where all is sold and the rest has no step.
// REQUIRES that the new total was checked, so that no difference overflows.
void change(OrderView& view, const matching::Replacement& with) {
    const std::int64_t more = with.quantity - view.terms.quantity;
    view.terms.quantity = with.quantity;
    view.terms.limit_price = with.limit_price;
    if (view.terms.side == Side::kBuy) {
        view.rest = std::max<std::int64_t>(view.rest + more, 0);
        return;
    }
    matching::add(view.rest_steps, Lots(0), view.terms.window, Lots(more));
}

}  // namespace

Result<ExactAmount> rest_amount(const OrderTerms& terms, std::int64_t rest) {
    if (terms.unit == Unit::kLot) {
        return exact_amount(terms.limit_price, Unit::kLot, Lots(rest), Rate(0), held_time(terms));
    }
    const auto most = checked_add(rest, terms.max_excess.value);
    if (!most) return fail(most.error());
    return exact_cu_amount(terms.limit_price, Cu(*most), held_time(terms));
}

Result<void> Market::Impl::check_funds(const OrderTerms& terms, Money more) const {
    const AccountKey available{terms.organisation, terms.market.currency, AccountKind::kAvailable};
    if (more.value <= 0) return {};
    if (accounts.balance(available) < more) {
        return fail("insufficient_funds",
                    "the order may cost " + to_string(more) + " " + terms.market.currency +
                        " more, and the organisation has " +
                        to_string(accounts.balance(available)) + " available");
    }
    const AccountKey held{terms.organisation, terms.market.currency, AccountKind::kHeld};
    return closing.check_held(terms.organisation, terms.market.currency,
                              Int128{accounts.balance(held).value} + more.value);
}

// The schedule's, with the taxes of the organisation and of what is traded.
FeeSchedule Market::Impl::fees_of(const OrderTerms& terms) const {
    using settlement::TaxKind;
    const ScheduleRow& schedule = schedules.back();
    FeeSchedule fees = schedule.fees;
    const auto organisation = organisations.find(terms.organisation);
    const std::string tax_class =
        organisation == organisations.end() ? "" : organisation->second.tax_class;
    const std::string& service = terms.market.compute_class;
    fees.buyer_tax =
        settlement::tax_rate(schedule.taxes, TaxKind::kBuyer, tax_class, service, fees.buyer_tax);
    fees.provider_withholding = settlement::tax_rate(schedule.taxes, TaxKind::kWithholding,
                                                     tax_class, service, fees.provider_withholding);
    return fees;
}

Result<Money> Market::Impl::order_hold(const OrderTerms& terms, const FeeSchedule& fees,
                                       std::int64_t rest) const {
    if (terms.side == Side::kSell || rest == 0) return Money(0);
    if (terms.unit == Unit::kCu && fees.buyer_flat.value != 0) {
        return fail("flat_fee_needs_lots",
                    "while a flat fee per lot-hour is charged, order in lots: a CU order's number "
                    "of lots is not known beforehand");
    }
    const auto sale = rest_amount(terms, rest);
    if (!sale) return fail(sale.error());
    settlement::FeeTerms worst;
    worst.buyer_fee = std::max(fees.buyer_maker, fees.buyer_taker);
    worst.buyer_flat = fees.buyer_flat;
    worst.buyer_tax = fees.buyer_tax;
    const Lots lots(terms.unit == Unit::kLot ? rest : 0);
    const auto exact = settlement::worst_case(*sale, worst, lots, held_time(terms));
    if (!exact) return fail(exact.error());
    return exact->ceil();
}

template <typename MeetsBook>
Result<OrderCost> Market::Impl::check_order(const OrganisationId& actor, const OrderTerms& terms,
                                            const std::optional<VoucherClaim>& claim, Time when,
                                            MeetsBook meets_book) const {
    if (!acts_for(actor, terms.organisation)) {
        return fail("not_allowed", "an order is placed by its own organisation");
    }
    const bool sell = terms.side == Side::kSell;
    const auto role = require_role(terms.organisation, sell ? Role::kProvider : Role::kBuyer);
    if (!role) return fail(role.error());
    if (schedules.empty())
        return fail("no_schedule", "the operator has not set a schedule of fees");
    if (sell) {
        const auto pool = pools.find(terms.pool);
        if (pool == pools.end() || pool->second.rules.owner != terms.organisation) {
            return fail("unknown_pool", "the organisation has no such pool");
        }
    }
    const auto usable = projects.check_usable(terms.project, terms.organisation);
    if (!usable) return fail(usable.error());
    const Result<void> met = meets_book(terms);
    if (!met) return fail(met.error());
    const auto hold = order_hold(terms, fees_of(terms), terms.quantity);
    if (!hold) return fail(hold.error());
    const auto limited = check_limits(terms, 1, notional_of(whole(terms), *hold), when);
    if (!limited) return fail(limited.error());
    OrderCost cost{*hold};
    if (claim) {
        const auto voucher = check_voucher(terms, *claim, when);
        if (!voucher) return fail(voucher.error());
        cost.voucher = *voucher;
    }
    const Money own = own_part(cost.whole, cost.voucher);
    const auto budgeted = projects.check_hold(terms.project, terms.market.currency, own);
    if (!budgeted) return fail(budgeted.error());
    const auto funded = check_funds(terms, own);
    if (!funded) return fail(funded.error());
    return cost;
}

Result<OrderCost> Market::check_order(const OrganisationId& actor, const OrderTerms& terms,
                                      const std::optional<VoucherClaim>& claim, Time now) const {
    return impl_->check_order(actor, terms, claim, now, [&](const OrderTerms& order) {
        return impl_->engine.check(order, now);
    });
}

Result<void> Market::Impl::handle(const PlaceOrder& body) {
    OrderTerms terms = body.terms;
    terms.id = next_id<OrderId>();
    std::optional<matching::NewOrder> order;
    const auto resolve = [&](const OrderTerms& named) -> Result<void> {
        auto resolved = engine.resolve(named, now());
        if (!resolved) return fail(resolved.error());
        order.emplace(std::move(*resolved));
        return {};
    };
    const auto cost = check_order(command->actor, terms, body.voucher, now(), resolve);
    if (!cost) return fail(cost.error());
    accept();
    outcome.order = terms.id;
    const matching::Outcome& placed = engine.place(*order, now());
    CHECK(order_slots.emplace(terms.id, placed.order).second);
    OpenOrder& open = order_at(placed.order);
    open = OpenOrder{fees_of(terms), Money(0), now(), outcome.index, std::nullopt};
    open.voucher = cost->voucher;
    if (body.voucher) open_voucher(open, terms, cost->whole, *body.voucher);
    absorb(placed);
    count_order(terms);
    return {};
}

// The order keeps the fees of its acceptance; what it holds now counts towards what it will.
Result<void> Market::Impl::handle(const ReplaceOrder& body) {
    const auto slot = find_order(body.id);
    if (!slot) return fail("order_not_found", "there is no such open order");
    OrderView view = engine.view(*slot);
    if (!acts_for(view.terms.organisation)) {
        return fail("order_not_found", "there is no such open order");
    }
    const matching::Replacement with{body.quantity, body.limit_price};
    const auto checked = engine.check_replace(*slot, with, now());
    if (!checked) return checked;
    change(view, with);
    OpenOrder& order = order_at(*slot);
    const auto hold = order_hold(view.terms, order.fees, view.rest);
    if (!hold) return fail(hold.error());
    std::optional<OrderVoucher> voucher = order.voucher;
    if (voucher) {
        const auto most = most_of_voucher(view.terms, view.rest, *voucher);
        if (!most) return fail(most.error());
        voucher->reserved = std::min(voucher->reserved, *most);
    }
    const Money more(own_part(*hold, voucher).value - order.hold.value);
    const std::int64_t counted = order.counted ? order.notional : 0;
    const auto limited =
        check_limits(view.terms, 0, Int128{notional_of(view, *hold)} - counted, now());
    if (!limited) return limited;
    const auto budgeted = projects.check_hold(view.terms.project, view.terms.market.currency, more);
    if (!budgeted) return budgeted;
    const auto funded = check_funds(view.terms, more);
    if (!funded) return funded;
    accept();
    outcome.order = body.id;
    if (voucher) {
        return_voucher({voucher->grant, body.id.bytes},
                       Money(order.voucher->reserved.value - voucher->reserved.value));
        move_hold(view.terms.organisation, view.terms.project, view.terms.market.currency, more);
        order.voucher = voucher;
        order.voucher_rest = view.rest;
        order.hold = own_part(*hold, voucher);
    }
    absorb(engine.replace(*slot, with, now()));
    if (outcome.orders.empty()) outcome.orders.push_back(order_row(*slot));
    count_order(view.terms);
    return {};
}

Result<void> Market::Impl::handle(const CancelOrder& body) {
    const auto slot = find_order(body.id);
    if (!slot || !acts_for(engine.view(*slot).terms.organisation)) {
        return fail("order_not_found", "there is no such open order");
    }
    accept();
    outcome.order = body.id;
    absorb(engine.cancel(*slot, now()));
    return {};
}

Result<void> Market::Impl::handle(const CancelAll& body) {
    const auto& organisation = body.filter.organisation;
    if (organisation ? !acts_for(*organisation) : !is_operator()) {
        return fail("not_allowed", "orders are cancelled by their own organisation");
    }
    accept();
    absorb(engine.cancel_all(body.filter, matching::EndReason::kByRequest, now()));
    return {};
}

}  // namespace suanpan::core
