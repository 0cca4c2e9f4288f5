#pragma once

// Webhooks and their deliveries as JSON. Secrets are no part of it.

#include "base/json.hpp"
#include "db/queries/webhooks.hpp"

namespace suanpan::api {

// `now`: whether the secret before still signs.
Json to_json(const db::WebhookRow& row, Time now);
Json to_json(const db::DeliveryInfo& delivery);

}  // namespace suanpan::api
