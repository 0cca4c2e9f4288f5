// Orders and what follows from them: holds, trades, leases (market §4, §5, §7, §8).

#include "base/decimal.hpp"
#include "core/market_impl.hpp"

#include <algorithm>

namespace suanpan::core {

using matching::OrderTerms;
using matching::OrderView;
using settlement::AccountKey;
using settlement::AccountKind;

namespace {

Duration held_time(const OrderTerms& terms) {
    return terms.duration.value_or(terms.window.length());
}

// What a buy's rest may still cost, before fees (market §7).
Result<ExactAmount> rest_amount(const OrderTerms& terms, std::int64_t rest) {
    if (terms.unit == Unit::kLot) {
        return exact_amount(terms.limit_price, Unit::kLot, Lots(rest), Rate(0), held_time(terms));
    }
    const auto most = checked_add(rest, terms.max_excess.value);
    if (!most) return fail(most.error());
    return exact_cu_amount(terms.limit_price, Cu(*most), held_time(terms));
}

}  // namespace

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

Result<void> Market::Impl::handle(const PlaceOrder& body) {
    const OrganisationId& organisation = body.terms.organisation;
    if (!acts_for(organisation)) {
        return fail("not_allowed", "an order is placed by its own organisation");
    }
    const bool sell = body.terms.side == Side::kSell;
    const auto role = require_role(organisation, sell ? Role::kProvider : Role::kBuyer);
    if (!role) return role;
    if (schedules.empty())
        return fail("no_schedule", "the operator has not set a schedule of fees");
    if (sell) {
        const auto pool = pools.find(body.terms.pool);
        if (pool == pools.end() || pool->second.rules.owner != organisation) {
            return fail("unknown_pool", "the organisation has no such pool");
        }
    }
    OrderTerms terms = body.terms;
    terms.id = next_id<OrderId>();
    const auto order = engine.resolve(terms, now());
    if (!order) return fail(order.error());
    const FeeSchedule& fees = schedules.back().fees;
    const auto hold = order_hold(terms, fees, terms.quantity);
    if (!hold) return fail(hold.error());
    const AccountKey available{organisation, terms.market.currency, AccountKind::kAvailable};
    if (accounts.balance(available) < *hold) {
        return fail("insufficient_funds",
                    "the order may cost " + to_string(*hold) + " " + terms.market.currency +
                        ", which is more than the organisation has available");
    }
    accept();
    outcome.order = terms.id;
    const matching::Outcome& placed = engine.place(*order, now());
    order_slots.emplace(terms.id, placed.order);
    order_at(placed.order) = OpenOrder{fees, Money(0), now(), outcome.index, std::nullopt};
    absorb(placed);
    post_moves("order");
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
    post_moves("cancel");
    return {};
}

Result<void> Market::Impl::handle(const CancelAll& body) {
    if (!acts_for(body.organisation)) {
        return fail("not_allowed", "orders are cancelled by their own organisation");
    }
    accept();
    matching::OrderFilter filter;
    filter.organisation = body.organisation;
    absorb(engine.cancel_all(filter, matching::EndReason::kByRequest, now()));
    post_moves("cancel");
    return {};
}

Result<void> Market::Impl::handle(const MoveCash& body) {
    const auto allowed = require_operator();
    if (!allowed) return allowed;
    if (!organisations.contains(body.organisation)) {
        return fail("unknown_organisation", "there is no such organisation");
    }
    if (body.amount.value == 0) return fail("bad_amount", "an amount other than zero is needed");
    const AccountKey available{body.organisation, body.currency, AccountKind::kAvailable};
    const AccountKey cash{operator_id, body.currency, AccountKind::kCash};
    const auto left = add(accounts.balance(available), body.amount);
    const auto counterpart = subtract(accounts.balance(cash), body.amount);
    if (!left || !counterpart) return fail("overflow", "the balance would not fit 64 bits");
    if (left->value < 0) {
        return fail("insufficient_funds", "the organisation has " +
                                              to_string(accounts.balance(available)) + " " +
                                              body.currency + " available");
    }
    accept();
    move(body.organisation, body.currency, AccountKind::kAvailable, body.amount);
    move(operator_id, body.currency, AccountKind::kCash, Money(-body.amount.value));
    post_moves(body.amount.value > 0 ? "deposit" : "withdrawal");
    return {};
}

OpenOrder& Market::Impl::order_at(matching::OrderSlot slot) {
    const auto at = static_cast<std::size_t>(slot);
    if (at >= orders.size()) orders.resize(at + 1);
    return orders[at];
}

const OpenOrder& Market::Impl::order_at(matching::OrderSlot slot) const {
    return orders.at(static_cast<std::size_t>(slot));
}

std::optional<matching::OrderSlot> Market::Impl::find_order(const OrderId& id) const {
    const auto found = order_slots.find(id);
    if (found == order_slots.end()) return std::nullopt;
    return found->second;
}

// What the engine did becomes trades, leases, holds and due times. `what` is the engine's own
// memory: nothing here may make it do the next thing.
void Market::Impl::absorb(const matching::Outcome& what) {
    for (const matching::Execution& execution : what.fills)
        make_trade(execution);
    for (const matching::OrderSlot slot : what.touched) {
        OpenOrder& order = order_at(slot);
        const std::optional<Time> due_time = engine.due_time(slot);
        const OrderView view = engine.view(slot);
        set_order_hold(order, view, due_time.has_value());
        set_due(order.due, due_time, order.index, DueKind::kOrder, view.terms.id.bytes);
        touched_orders.mark(view.terms.id);
        outcome.orders.push_back(
            OrderRow{view, order.fees, order.hold, order.placed_at, order.index});
        if (!due_time) ended_orders.push_back(slot);
    }
}

void Market::Impl::set_order_hold(OpenOrder& order, const OrderView& view, bool open) {
    const auto hold = order_hold(view.terms, order.fees, open ? view.rest : 0);
    CHECK(hold);  // a smaller rest than the one that was accepted
    const Money change(hold->value - order.hold.value);
    if (change.value != 0) {
        const std::string& currency = view.terms.market.currency;
        move(view.terms.organisation, currency, AccountKind::kAvailable, Money(-change.value));
        move(view.terms.organisation, currency, AccountKind::kHeld, change);
    }
    order.hold = *hold;
}

void Market::Impl::make_trade(const matching::Execution& execution) {
    const matching::Fill fill = engine.fill(execution);
    const bool buyer_made = fill.maker == fill.buy;
    const matching::OrderSlot buy_slot = buyer_made ? execution.maker : execution.taker;
    const matching::OrderSlot sell_slot = buyer_made ? execution.taker : execution.maker;
    const FeeSchedule& buyer_fees = order_at(buy_slot).fees;
    const FeeSchedule& provider_fees = order_at(sell_slot).fees;
    const OrderTerms buy = engine.view(buy_slot).terms;

    TradeRow trade{next_id<TradeId>(), next_id<LeaseId>(), buy.market, fill, now(), next_index()};
    LiveLease lease;
    LeaseRow& row = lease.row;
    row.id = trade.lease;
    row.trade = trade.id;
    row.buyer = fill.buyer;
    row.provider = fill.provider;
    row.buy_order = fill.buy;
    row.sell_order = fill.sell;
    row.pool = fill.pool;
    row.market = buy.market;
    row.billing = buy.billing;
    row.terms.price = fill.price;
    row.terms.price_unit = fill.price_unit;
    row.terms.rate = fill.rate;
    row.terms.lots = fill.lots;
    row.terms.window = fill.window;
    settlement::FeeTerms& fees = row.terms.fees;
    fees.buyer_fee = buyer_made ? buyer_fees.buyer_maker : buyer_fees.buyer_taker;
    fees.provider_fee = buyer_made ? provider_fees.provider_taker : provider_fees.provider_maker;
    fees.buyer_flat = buyer_fees.buyer_flat;
    fees.provider_flat = provider_fees.provider_flat;
    fees.buyer_tax = buyer_fees.buyer_tax;
    fees.provider_withholding = provider_fees.provider_withholding;
    const auto hold = settlement::lease_hold(row.terms);
    CHECK(hold);  // at most the buy's own hold, which was computed
    row.hold = *hold;
    row.index = next_index();

    move(row.buyer, row.market.currency, AccountKind::kAvailable, Money(-hold->value));
    move(row.buyer, row.market.currency, AccountKind::kHeld, *hold);
    emit(trade_entry(command->id, trade));
    emit(lease_entry(command->id, now(), row));
    due.insert(DueKey{row.terms.window.end, row.index, DueKind::kLeaseEnd, row.id.bytes});
    touched_leases.mark(row.id);
    changes.trades.push_back(trade);
    outcome.trades.push_back(std::move(trade));
    outcome.leases.push_back(row);
    leases.emplace(row.id, std::move(lease));
}

}  // namespace suanpan::core
