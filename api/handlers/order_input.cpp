#include "api/handlers/order_input.hpp"

#include "api/json/render.hpp"
#include "base/crypto.hpp"
#include "base/decimal.hpp"
#include "base/random.hpp"

namespace suanpan::api {

OrderInput read_order(const Call& call, const Json& body, Faults& faults, std::string pointer) {
    const services::Caller& caller = call.caller;
    return core::read_order({caller.organisation, caller.key, caller.has(core::Role::kBuyer),
                             caller.has(core::Role::kProvider)},
                            body, faults, std::move(pointer));
}

Write order_write(const OrderInput& input) {
    Write write;
    write.for_ever = true;
    core::PlaceOrder place;
    place.terms = input.terms;
    place.voucher = input.voucher;
    if (!input.client_order_id.empty() || !input.metadata.empty()) {
        const std::string salt = random_bytes(16);
        place.text_hash = to_hex(as_chars(
            sha256({salt, input.client_order_id, std::string_view("\0", 1), input.metadata})));
        write.side.emplace_back(
            db::OrderTextRow{input.client_order_id, input.metadata, to_hex(salt)});
    }
    write.command = std::move(place);
    write.respond = [input](const core::CommandOutcome& outcome) {
        return stored(placed_order_json(outcome, input), 201,
                      outcome.order ? to_string(*outcome.order) : "");
    };
    return write;
}

Json placed_order_json(const core::CommandOutcome& outcome, const OrderInput& input) {
    Json body = Json::object();
    std::int64_t most = 0;
    for (const core::OrderRow& order : outcome.orders) {
        if (outcome.order && order.view.terms.id == *outcome.order) {
            body = to_json(order);
            most = order.hold.value;
        }
    }
    Json fills = Json::array();
    for (const core::TradeRow& trade : outcome.trades) {
        const bool buy = outcome.order && trade.fill.buy == *outcome.order;
        const bool sell = outcome.order && trade.fill.sell == *outcome.order;
        if (buy || sell) fills.push_back(to_json(trade));
    }
    for (const core::LeaseRow& lease : outcome.leases) {
        if (outcome.order && lease.buy_order == *outcome.order) most += lease.hold.value;
    }
    body["fills"] = std::move(fills);
    if (input.terms.side == Side::kBuy) body["worst_cost"] = to_string(Money(most));
    if (!input.client_order_id.empty()) body["client_order_id"] = input.client_order_id;
    if (!input.metadata.empty()) body["metadata"] = parse_canonical(input.metadata);
    return body;
}

}  // namespace suanpan::api
