#pragma once

// The columns of webhooks, their events and deliveries (see db/table.hpp).

#include "db/table.hpp"
#include "db/webhook_rows.hpp"

namespace suanpan::db {

#define SUANPAN_TABLE(row, name, key)                   \
    template <>                                         \
    struct Table<row> {                                 \
        static constexpr std::string_view kName = name; \
        static constexpr std::string_view kKey = key;   \
    };

SUANPAN_TABLE(WebhookRow, "webhook_endpoint", "id")
SUANPAN_TABLE(WebhookEventRow, "webhook_event", "")
SUANPAN_TABLE(DeliveryRow, "webhook_delivery", "id")

#undef SUANPAN_TABLE

template <typename A, Is<WebhookRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("organisation", r.organisation);
    a("url", r.url);
    a("events", r.events);
    a("description", r.description);
    a("enabled", r.enabled);
    a("disabled_by", r.disabled_by);
    a("generation", r.generation);
    a("former_until_s", r.former_until);
    a("key_check", r.key_check);
    a("created_s", r.created);
    a("failing_since_s", r.failing_since);
}

template <typename A, Is<WebhookEventRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("organisation", r.organisation);
    a("type", r.type);
    a("time_s", r.time);
    a("log_size", r.log_size);
    a("ordinal", r.ordinal);
    a("payload", r.payload);
    a("recorded_s", r.recorded);
}

template <typename A, Is<DeliveryRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("endpoint", r.endpoint);
    a("event", r.event);
    a("state", r.state);
    a("tries", r.tries);
    a("created_s", r.created);
    a("next_try_s", r.next_try);
    a("last_try_s", r.last_try);
    a("last_status", r.last_status);
    a("last_problem", r.last_problem);
}

}  // namespace suanpan::db
