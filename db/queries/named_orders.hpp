#pragma once

// What events of webhooks say of orders, completed. An order's client_order_id is no part of the
// market's state, of which events are made; it never changes, so it may be added when one is read.
// Inside db/ only.

#include "db/queries/webhooks.hpp"

#include <vector>

namespace suanpan::db {

// In one round trip, or none when nothing here tells of an order.
void name_orders(Tx& tx, std::vector<DeliveryInfo>& deliveries);

}  // namespace suanpan::db
