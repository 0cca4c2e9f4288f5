#pragma once

// The columns of orders, trades, leases and settlement lines (see db/table.hpp).

#include "db/table.hpp"

namespace suanpan::db {

template <typename A, Is<matching::OrderTerms> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("organisation", r.organisation);
    a("market", r.market);
    a("side", r.side);
    a("unit", r.unit);
    a("quantity", r.quantity);
    a("limit_price_micro", r.limit_price);
    a("start_s", r.window.start);
    a("end_s", r.window.end);
    a("duration_s", r.duration);
    a("min_duration_s", r.min_duration);
    a("requirement", r.requirement);
    a("pool", r.pool);
    a("counterparties", r.counterparties);
    a("time_in_force", r.time_in_force);
    a("expires_s", r.expires_at);
    a("all_or_none", r.all_or_none);
    a("post_only", r.post_only);
    a("min_lots", r.min_lots);
    a("max_excess_mcu", r.max_excess);
    a("together", r.together);
    a("stp", r.self_trade);
    a("billing", r.billing);
    a("at_market", r.at_market);
    a("project", r.project);
    a("api_key", r.key);
}

template <typename A, Is<core::OrderRow> R>
void fields(A& a, R& r) {
    fields(a, r.view.terms);
    a("sequence", r.view.sequence);
    a("state", r.view.state);
    a("end_reason", r.view.end_reason);
    a("rest", r.view.rest);
    a("rest_steps", r.view.rest_steps);
    a("filled_lots", r.view.filled_lots);
    a("bound_site", r.view.bound_site);
    a("bound_pool", r.view.bound_pool);
    a("bound_start_s", r.view.bound_start);
    fields(a, r.fees);
    a("hold_micro", r.hold);
    a("placed_s", r.placed_at);
    a("log_index", r.index);
    a("voucher", r.voucher);
}

template <typename A, Is<core::TradeRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("lease", r.lease);
    a("market", r.market);
    a("maker", r.fill.maker);
    a("taker", r.fill.taker);
    a("buy_order", r.fill.buy);
    a("sell_order", r.fill.sell);
    a("buyer", r.fill.buyer);
    a("provider", r.fill.provider);
    a("pool", r.fill.pool);
    a("lots", r.fill.lots);
    a("start_s", r.fill.window.start);
    a("end_s", r.fill.window.end);
    a("price_micro", r.fill.price);
    a("price_unit", r.fill.price_unit);
    a("rate_mcu", r.fill.rate);
    a("time_s", r.time);
    a("log_index", r.index);
}

template <typename A, Is<settlement::ContractTerms> R>
void fields(A& a, R& r) {
    a("price_micro", r.price);
    a("price_unit", r.price_unit);
    a("rate_mcu", r.rate);
    a("lots", r.lots);
    a("start_s", r.window.start);
    a("end_s", r.window.end);
    a("buyer_fee_ppm", r.fees.buyer_fee);
    a("provider_fee_ppm", r.fees.provider_fee);
    a("buyer_flat_micro", r.fees.buyer_flat);
    a("provider_flat_micro", r.fees.provider_flat);
    a("buyer_tax_ppm", r.fees.buyer_tax);
    a("provider_withholding_ppm", r.fees.provider_withholding);
}

template <typename A, Is<core::LeaseRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("trade", r.trade);
    a("buyer", r.buyer);
    a("provider", r.provider);
    a("buy_order", r.buy_order);
    a("sell_order", r.sell_order);
    a("pool", r.pool);
    a("market", r.market);
    a("billing", r.billing);
    fields(a, r.terms);
    a("state", r.state);
    a("fault", r.fault);
    a("end_reason", r.end_reason);
    a("active_from_s", r.active_from);
    a("active_until_s", r.active_until);
    a("buyer_metered", r.buyer_metered);
    a("hold_micro", r.hold);
    a("metering", r.metering);
    a("closed", r.closed);
    a("log_index", r.index);
    a("released_from_s", r.released_from);
    a("voucher", r.voucher);
    a("project", r.project);
    a("gauges", r.gauges);
}

template <typename A, Is<core::SettlementLineRow> R>
void fields(A& a, R& r) {
    a("run", r.run);
    a("lease", r.lease);
    a("start_s", r.window.start);
    a("end_s", r.window.end);
    a("lot_us", r.lot_us);
    a("paid_us", r.paid_us);
    a("currency", r.currency);
    a("sale_micro", r.line.sale);
    a("credit_micro", r.line.credit);
    a("discount_micro", r.line.discount);
    a("amount_micro", r.line.amount);
    a("voucher_micro", r.line.voucher);
    a("buyer_fee_micro", r.line.buyer_fee);
    a("provider_fee_micro", r.line.provider_fee);
    a("buyer_tax_micro", r.line.buyer_tax);
    a("withheld_micro", r.line.withheld);
    a("buyer_pays_micro", r.line.buyer_pays);
    a("provider_gets_micro", r.line.provider_gets);
    a("owners_micro", r.line.owners);
    a("owners", r.owners);
    a("readings", r.readings);
    a("log_index", r.index);
    a("agreement", r.agreement);
    a("grant_id", r.grant);
    a("dispute", r.dispute);
    a("corrects", r.corrects);
    a("missed", r.missed);
}

// The parts that lines are shown with.
struct LeaseParties {
    OrganisationId buyer;
    OrganisationId provider;
    PoolId pool;
    matching::MarketKey market;
    settlement::ContractTerms terms;
};
template <typename A, Is<LeaseParties> R>
void fields(A& a, R& r) {
    a("buyer", r.buyer);
    a("provider", r.provider);
    a("pool", r.pool);
    a("market", r.market);
    fields(a, r.terms);
}

}  // namespace suanpan::db
