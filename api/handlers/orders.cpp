#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/handlers/order_input.hpp"
#include "api/json/render.hpp"
#include "db/queries/trading.hpp"

namespace suanpan::api {

namespace {

// Orders are seen by their organisation and the operator.
Result<db::OrderInfo> find_own_order(const Call& call) {
    const auto id = call.id<OrderId>();
    if (!id) return fail(id.error());
    auto info = call.context.database.read("find_order",
                                           [&id](db::Tx& tx) { return db::find_order(tx, *id); });
    if (!info) return fail(not_found());
    const bool own = info->row.view.terms.organisation == call.caller.organisation;
    if (!own && !call.caller.is_operator()) return fail(not_found());
    return std::move(*info);
}

Json touched_json(const core::CommandOutcome& outcome) {
    Json orders = Json::array();
    for (const core::OrderRow& order : outcome.orders)
        orders.push_back(to_json(order));
    return orders;
}

// The body of an action that has none.
Result<void> expect_empty(const Call& call) {
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return {};
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
    const auto listed = call.context.database.read("list_orders", [&](db::Tx& tx) {
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
    const auto fills = call.context.database.read(
        "order_fills", [&](db::Tx& tx) { return db::list_trades(tx, filter, page); });
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
    write.respond = [id](const core::CommandOutcome& outcome) {
        Json body = Json::object();
        for (const core::OrderRow& touched : outcome.orders) {
            if (touched.view.terms.id == id) body = to_json(touched);
        }
        return stored(body, 200, to_string(id));
    };
    return write;
}

Result<Write> cancel_all_orders(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    const auto named = fields.find("organisation", parse_id<OrganisationId>);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const OrganisationId organisation = named.value_or(call.caller.organisation);
    if (organisation != call.caller.organisation && !call.caller.is_operator())
        return fail(not_found());
    Write write;
    write.command = core::CancelAll{organisation};
    write.respond = [](const core::CommandOutcome& outcome) {
        return stored({{"cancelled", touched_json(outcome)}}, 200, "");
    };
    return write;
}

}  // namespace suanpan::api
