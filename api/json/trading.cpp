// Orders, trades, leases.

#include "api/fields.hpp"
#include "api/json/render.hpp"
#include "base/decimal.hpp"
#include "base/duration.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::api {

namespace {

void add_buy(Json& out, const matching::OrderTerms& terms) {
    out["unit"] = matching::to_string(terms.unit);
    if (terms.unit == Unit::kLot) {
        out["quantity"] = terms.quantity;
    } else {
        out["quantity"] = to_string(Cu(terms.quantity));
        out["max_excess_cu"] = to_string(terms.max_excess);
    }
    out["requirement"] = parse_canonical(matching::canonical(terms.requirement));
    if (terms.duration) out["duration"] = format_duration(*terms.duration);
    out["all_or_none"] = terms.all_or_none;
    out["same_site"] = terms.together == matching::Together::kSameSite;
    out["same_pool"] = terms.together == matching::Together::kSamePool;
    out["billing"] = matching::to_string(terms.billing);
}

void add_sell(Json& out, const matching::OrderTerms& terms) {
    out["price_unit"] = matching::to_string(terms.unit);
    out["quantity"] = terms.quantity;
    out["pool"] = to_string(terms.pool);
    out["min_duration"] = format_duration(terms.min_duration);
    if (!terms.counterparties.empty()) {
        Json buyers = Json::array();
        for (const OrganisationId& buyer : terms.counterparties)
            buyers.push_back(to_string(buyer));
        out["counterparties"] = std::move(buyers);
    }
}

// Of an order or a lease.
template <typename Voucher>
Json voucher_json(const Voucher& voucher) {
    Json out{{"grant", to_string(voucher.grant)}, {"reserved", to_string(voucher.reserved)}};
    if (voucher.price_cap) out["price_cap"] = to_string(*voucher.price_cap);
    return out;
}

}  // namespace

Json to_json(const matching::OrderTerms& terms) {
    Json out{{"side", matching::to_string(terms.side)},
             {"market", matching::to_string(terms.market)},
             {"limit_price", to_string(terms.limit_price)},
             {"window", to_json(terms.window)},
             {"time_in_force", matching::to_string(terms.time_in_force)},
             {"post_only", terms.post_only},
             {"min_lots", terms.min_lots.value},
             {"stp", matching::to_string(terms.self_trade)}};
    if (terms.at_market) out["at_market"] = true;
    if (!terms.project.is_nil()) out["project"] = to_string(terms.project);
    if (terms.expires_at) out["expires_at"] = to_string(*terms.expires_at);
    if (terms.side == Side::kBuy) {
        add_buy(out, terms);
    } else {
        add_sell(out, terms);
    }
    return out;
}

Json to_json(const core::OrderRow& order) {
    const matching::OrderView& view = order.view;
    Json out = to_json(view.terms);
    out["id"] = to_string(view.terms.id);
    out["organisation"] = to_string(view.terms.organisation);
    out["state"] = matching::to_string(view.state);
    out["filled_lots"] = view.filled_lots;
    out["placed_at"] = to_string(order.placed_at);
    out["log_index"] = order.index.value;
    if (view.bound_start) out["starts_at"] = to_string(*view.bound_start);
    if (view.end_reason != matching::EndReason::kNone)
        out["end_reason"] = matching::to_string(view.end_reason);
    if (view.terms.side == Side::kBuy) {
        out["rest"] =
            view.terms.unit == Unit::kLot ? Json(view.rest) : Json(to_string(Cu(view.rest)));
        out["hold"] = to_string(order.hold);
        if (order.voucher) out["voucher"] = voucher_json(*order.voucher);
    } else {
        Json steps = Json::array();
        for (const matching::Step& step : view.rest_steps)
            steps.push_back({{"from", to_string(step.from)}, {"lots", step.lots.value}});
        out["rest"] = std::move(steps);
    }
    return out;
}

Json to_json(const db::OrderInfo& order) {
    Json out = to_json(order.row);
    if (!order.client_order_id.empty()) out["client_order_id"] = order.client_order_id;
    if (!order.metadata.empty()) out["metadata"] = parse_canonical(order.metadata);
    return out;
}

Json to_json(const BookLevel& level) {
    const bool cu = level.side == Side::kBuy && level.unit == Unit::kCu;
    return {{"price", to_string(level.limit_price)},
            {"unit", matching::to_string(level.unit)},
            {"orders", level.orders},
            {"quantity", cu ? Json(to_string(Cu(level.quantity))) : Json(level.quantity)}};
}

Json to_public_json(const core::TradeRow& trade) {
    const matching::Fill& fill = trade.fill;
    return {{"id", to_string(trade.id)},
            {"market", matching::to_string(trade.market)},
            {"time", to_string(trade.time)},
            {"lots", fill.lots.value},
            {"window", to_json(fill.window)},
            {"price", to_string(fill.price)},
            {"price_unit", matching::to_string(fill.price_unit)},
            {"rate", to_string(fill.rate)},
            {"log_index", trade.index.value}};
}

Json to_json(const core::TradeRow& trade) {
    const matching::Fill& fill = trade.fill;
    Json out = to_public_json(trade);
    out["lease"] = to_string(trade.lease);
    out["buyer"] = to_string(fill.buyer);
    out["provider"] = to_string(fill.provider);
    out["buy_order"] = to_string(fill.buy);
    out["sell_order"] = to_string(fill.sell);
    out["maker"] = fill.maker == fill.buy ? "buy" : "sell";
    out["pool"] = to_string(fill.pool);
    return out;
}

Json to_json(const core::LeaseRow& lease, const OrganisationId& viewer) {
    Json out{{"id", to_string(lease.id)},
             {"trade", to_string(lease.trade)},
             {"buyer", to_string(lease.buyer)},
             {"provider", to_string(lease.provider)},
             {"buy_order", to_string(lease.buy_order)},
             {"sell_order", to_string(lease.sell_order)},
             {"pool", to_string(lease.pool)},
             {"market", matching::to_string(lease.market)},
             {"billing", matching::to_string(lease.billing)},
             {"lots", lease.terms.lots.value},
             {"window", to_json(lease.terms.window)},
             {"price", to_string(lease.terms.price)},
             {"price_unit", matching::to_string(lease.terms.price_unit)},
             {"rate", to_string(lease.terms.rate)},
             {"state", core::to_string(lease.state)},
             {"fault", core::to_string(lease.fault)},
             {"buyer_metered", lease.buyer_metered},
             {"hold", to_string(lease.hold)},
             {"closed", lease.closed},
             {"log_index", lease.index.value}};
    if (!lease.end_reason.empty()) out["end_reason"] = lease.end_reason;
    if (lease.released_from) out["released_from"] = to_string(*lease.released_from);
    // Who pays for the buyer, and what for, is no business of the provider's.
    if (viewer == lease.buyer || viewer != lease.provider) {
        if (lease.voucher) out["voucher"] = voucher_json(*lease.voucher);
        if (!lease.project.is_nil()) out["project"] = to_string(lease.project);
    }
    if (lease.active_from) out["active_from"] = to_string(*lease.active_from);
    if (lease.active_until) out["active_until"] = to_string(*lease.active_until);
    return out;
}

}  // namespace suanpan::api
