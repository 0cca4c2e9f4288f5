#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/handlers/order_input.hpp"
#include "api/json/cancelled.hpp"
#include "api/json/render.hpp"
#include "base/decimal.hpp"
#include "core/order_request.hpp"
#include "db/queries/trading.hpp"

namespace suanpan::api {

namespace {

constexpr std::int64_t kMostLots = 1'000'000'000;

// Orders are seen by their organisation and the operator.
Result<db::OrderInfo> find_own_order(const Call& call) {
    const auto id = call.id<OrderId>();
    if (!id) return fail(id.error());
    auto info = call.read("find_order", [&id](db::Tx& tx) { return db::find_order(tx, *id); });
    if (!info) return fail(not_found());
    const bool own = info->row.view.terms.organisation == call.caller.organisation;
    if (!own && !call.caller.is_operator()) return fail(not_found());
    return std::move(*info);
}

// The body of an action that has none.
Result<void> expect_empty(const Call& call) {
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return {};
}

// An order that its own organisation can see, and the market no longer knows, has ended.
Error ended_order(const Error& refusal) {
    if (refusal.code() != "order_not_found") return refusal;
    return {"order_closed", "the order has ended: nothing of it is left to change"};
}

std::int64_t read_total(Fields& fields, const matching::OrderTerms& terms) {
    if (terms.side == Side::kSell || terms.unit == Unit::kLot)
        return fields.need_integer("quantity", 1, kMostLots).value_or(0);
    const auto quantity = fields.need("quantity", parse_cu);
    if (quantity && quantity->value <= 0)
        fields.fault("quantity", "out_of_range", "a quantity is above zero");
    return quantity.value_or(Cu(0)).value;
}

Json order_answer(const core::CommandOutcome& outcome, const OrderId& id) {
    Json body = Json::object();
    for (const core::OrderRow& touched : outcome.orders) {
        if (touched.view.terms.id == id) body = to_json(touched);
    }
    return body;
}

}  // namespace

Result<Write> place_order(Call& call) {
    Faults faults;
    const OrderInput input = read_order(call, call.body, faults, "");
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return order_write(input);
}

Result<Response> list_orders(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, OrderId::kPrefix);
    db::OrderFilter filter;
    filter.market = query.find("market", matching::parse_market_key);
    filter.state = query.find("state", matching::parse_order_state);
    filter.side = query.find("side", matching::parse_side);
    filter.pool = query.find("pool", parse_id<PoolId>);
    const auto client_id = query.find_text("client_order_id", 64);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    filter.organisation = *organisation;
    const auto listed = call.read("list_orders", [&](db::Tx& tx) {
        if (!client_id) return db::list_orders(tx, filter, page);
        db::Listed<db::OrderInfo> one;
        const auto owner = filter.organisation.value_or(call.caller.organisation);
        if (auto info = db::find_order_by_client_id(tx, owner, *client_id))
            one.rows.push_back(std::move(*info));
        return one;
    });
    return list_response(
        listed, [](const db::OrderInfo& order) { return to_json(order); },
        [](const db::OrderInfo& order) { return to_string(order.row.view.terms.id); });
}

Result<Response> get_order(Call& call) {
    const auto order = find_own_order(call);
    if (!order) return fail(order.error());
    Json body = to_json(*order);
    db::TradeFilter filter;
    filter.order = order->row.view.terms.id;
    db::Page page;
    page.limit = 200;
    const auto fills =
        call.read("order_fills", [&](db::Tx& tx) { return db::list_trades(tx, filter, page); });
    Json list = Json::array();
    for (const core::TradeRow& trade : fills.rows)
        list.push_back(to_json(trade));
    body["fills"] = std::move(list);
    return json_response(body);
}

Result<Write> cancel_order(Call& call) {
    const auto order = find_own_order(call);
    if (!order) return fail(order.error());
    const auto empty = expect_empty(call);
    if (!empty) return fail(empty.error());
    const OrderId id = order->row.view.terms.id;
    Write write;
    write.command = core::CancelOrder{id};
    write.refuse = ended_order;
    write.respond = [id](const core::CommandOutcome& outcome) {
        return stored(order_answer(outcome, id), 200, to_string(id));
    };
    return write;
}

Result<Write> replace_order(Call& call) {
    const auto order = find_own_order(call);
    if (!order) return fail(order.error());
    const matching::OrderTerms& terms = order->row.view.terms;
    Faults faults;
    Fields fields(call.body, faults);
    const std::int64_t quantity = read_total(fields, terms);
    const auto price = fields.need("limit_price", parse_price);
    if (price && price->value <= 0)
        fields.fault("limit_price", "out_of_range", "a price is above zero");
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.for_ever = true;
    write.command = core::ReplaceOrder{terms.id, quantity, *price};
    write.refuse = ended_order;
    write.respond = [id = terms.id](const core::CommandOutcome& outcome) {
        Json body = order_answer(outcome, id);
        Json fills = Json::array();
        for (const core::TradeRow& trade : outcome.trades) {
            if (trade.fill.buy == id || trade.fill.sell == id) fills.push_back(to_json(trade));
        }
        body["fills"] = std::move(fills);
        return stored(body, 200, to_string(id));
    };
    return write;
}

Result<Write> cancel_all_orders(Call& call) {
    Faults faults;
    matching::OrderFilter filter = core::read_order_filter(call.body, faults);
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!call.caller.is_operator()) {
        if (filter.organisation.value_or(call.caller.organisation) != call.caller.organisation)
            return fail(not_found());
        filter.organisation = call.caller.organisation;
    }
    Write write;
    write.command = core::CancelAll{filter};
    write.respond = [organisation = filter.organisation](const core::CommandOutcome& outcome) {
        return stored(cancelled_json(outcome, matching::EndReason::kByRequest, organisation), 200,
                      "");
    };
    return write;
}

}  // namespace suanpan::api
