#pragma once

// Deliveries of an endpoint with what they deliver, for the queries of its organisation and of who
// delivers. Inside db/ only.

#include "db/queries/webhooks.hpp"
#include "db/sql.hpp"
#include "db/table_webhooks.hpp"

#include <string_view>

namespace suanpan::db {

inline Select select_deliveries(std::string_view name, const WebhookId& endpoint) {
    Select select(name,
                  select_list("t", columns<DeliveryRow>()) + ", " +
                      select_list("e", columns<WebhookEventRow>()),
                  "webhook_delivery AS t JOIN webhook_event AS e ON e.id = t.event");
    select.where("t.endpoint = $?::uuid", endpoint);
    return select;
}

inline DeliveryInfo read_delivery(RowReader& reader) {
    DeliveryInfo info;
    fields(reader, info.row);
    fields(reader, info.event);
    return info;
}

}  // namespace suanpan::db
