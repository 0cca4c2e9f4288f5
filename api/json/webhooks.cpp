#include "api/json/webhooks.hpp"

#include "base/time.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::api {

Json to_json(const db::WebhookRow& row, Time now) {
    Json out{{"id", to_string(row.id)},
             {"organisation", to_string(row.organisation)},
             {"url", row.url},
             {"events", row.events},
             {"description", row.description},
             {"state", row.enabled ? "enabled" : "disabled"},
             {"created_at", to_string(row.created)}};
    if (!row.enabled) out["disabled_by"] = row.disabled_by;
    if (row.failing_since) out["failing_since"] = to_string(*row.failing_since);
    if (row.former_until && *row.former_until > now)
        out["former_secret_until"] = to_string(*row.former_until);
    return out;
}

Json to_json(const db::DeliveryInfo& delivery) {
    const db::DeliveryRow& row = delivery.row;
    Json out{{"id", to_string(row.id)},
             {"webhook", to_string(row.endpoint)},
             {"event", to_string(row.event)},
             {"type", delivery.event.type},
             {"state", row.state},
             {"tries", row.tries},
             {"created_at", to_string(row.created)},
             {"payload", Json::parse(delivery.event.payload)}};
    if (delivery.event.log_size) out["log_size"] = delivery.event.log_size->value;
    if (row.next_try) out["next_try"] = to_string(*row.next_try);
    if (row.last_try) out["last_try"] = to_string(*row.last_try);
    if (row.last_status) out["last_status"] = *row.last_status;
    if (!row.last_problem.empty()) out["last_problem"] = row.last_problem;
    return out;
}

}  // namespace suanpan::api
