// What the engine did becomes trades, leases, holds and due times (market §5, §7).

#include "base/planted.hpp"
#include "core/market_impl.hpp"

namespace suanpan::core {

using matching::OrderView;

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

std::optional<matching::OrderSlot> Market::Impl::named_order(const Command& what) const {
    if (const auto* cancel = std::get_if<CancelOrder>(&what.body)) return find_order(cancel->id);
    if (const auto* replace = std::get_if<ReplaceOrder>(&what.body)) return find_order(replace->id);
    return std::nullopt;
}

// `what` is the engine's own memory: nothing here may make it do the next thing.
void Market::Impl::absorb(const matching::Outcome& what) {
    std::size_t done = 0;
    for (const matching::CallView& call : what.calls)
        done = finish_call(call, what.fills, done);
    for (const matching::CallView& call : what.calls) {
        const matching::MarketKey& key = call.terms.market;
        CHECK(engine.find_band(key) == band_in_force(markets.at(key).control));
    }
    for (; done < what.fills.size(); ++done)
        make_trade(what.fills[done]);
    for (const matching::OrderSlot slot : what.touched) {
        OpenOrder& order = order_at(slot);
        const std::optional<Time> due_time = engine.due_time(slot);
        const OrderView view = engine.view(slot);
        set_order_hold(order, view, due_time.has_value());
        count_usage(order, view, due_time.has_value());
        set_due(order.due, due_time, order.index, DueKind::kOrder, view.terms.id.bytes);
        touched_orders.mark(view.terms.id);
        outcome.orders.push_back(
            OrderRow{view, order.fees, order.hold, order.placed_at, order.index, order.voucher});
        if (!due_time) ended_orders.push_back(slot);
    }
}

void Market::Impl::set_order_hold(OpenOrder& order, const OrderView& view, bool open) {
    if (!open && planted("skip_hold_release")) return;
    const auto hold = order_hold(view.terms, order.fees, open ? view.rest : 0);
    CHECK(hold);  // a smaller rest than the one that was accepted
    if (order.voucher) {
        shrink_voucher(order, view.terms.id, *hold);
        order.voucher_rest = view.rest;
    }
    const Money own = own_part(*hold, order.voucher);
    move_hold(view.terms.organisation, view.terms.project, view.terms.market.currency,
              Money(own.value - order.hold.value));
    order.hold = own;
}

void Market::Impl::make_trade(const matching::Execution& execution) {
    const matching::Fill fill = engine.fill(execution);
    const bool buyer_made = fill.maker == fill.buy;
    const matching::OrderSlot buy_slot = buyer_made ? execution.maker : execution.taker;
    const matching::OrderSlot sell_slot = buyer_made ? execution.taker : execution.maker;
    const FeeSchedule& buyer_fees = order_at(buy_slot).fees;
    const FeeSchedule& provider_fees = order_at(sell_slot).fees;
    const matching::OrderTerms buy = engine.view(buy_slot).terms;

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
    row.project = buy.project;
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
    OpenOrder& bought = order_at(buy_slot);
    if (bought.voucher) take_voucher(bought, buy, row);

    move_hold(row.buyer, row.project, row.market.currency, row.hold);
    emit(trade_entry(command->id, trade));
    emit(lease_entry(command->id, now(), row));
    due.insert(DueKey{row.terms.window.end, row.index, DueKind::kLeaseEnd, row.id.bytes});
    touched_leases.mark(row.id);
    changes.trades.push_back(trade);
    outcome.trades.push_back(std::move(trade));
    outcome.leases.push_back(row);
    leases_of_pool.emplace(row.pool, row.id);
    leases.emplace(row.id, std::move(lease));
}

}  // namespace suanpan::core
