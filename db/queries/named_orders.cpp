#include "db/queries/named_orders.hpp"

#include "base/json.hpp"
#include "db/queries/trading.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace suanpan::db {

namespace {

// nullopt: it does not tell of an order.
std::optional<OrderId> order_of(const Json& payload) {
    const auto data = payload.find("data");
    if (data == payload.end() || !data->is_object() || !data->contains("id")) return std::nullopt;
    const auto id = parse_id<OrderId>(data->at("id").get<std::string>());
    return id ? std::optional(*id) : std::nullopt;
}

}  // namespace

void name_orders(Tx& tx, std::vector<DeliveryInfo>& deliveries) {
    struct Told {
        OrderId order;
        Json payload;
        WebhookEventRow* event;
    };
    std::vector<Told> told;
    std::vector<OrderId> orders;
    for (DeliveryInfo& info : deliveries) {
        if (!info.event.type.starts_with("order.")) continue;
        Json payload = Json::parse(info.event.payload);
        const auto order = order_of(payload);
        if (!order) continue;
        orders.push_back(*order);
        told.push_back({*order, std::move(payload), &info.event});
    }
    if (orders.empty()) return;
    const auto names = find_client_order_ids(tx, orders);
    for (Told& each : told) {
        const auto name = names.find(each.order);
        if (name == names.end()) continue;
        each.payload["data"]["client_order_id"] = name->second;
        each.event->payload = each.payload.dump();
    }
}

}  // namespace suanpan::db
