#pragma once

// Webhooks as rows: where an organisation wants to be told, of what, and how that went (api
// "Streams"). They are no part of the market's state.

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/units.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suanpan {

struct WebhookKind {
    static constexpr std::string_view kPrefix = "whk_";
};
struct WebhookEventKind {
    static constexpr std::string_view kPrefix = "evt_";
};
struct DeliveryKind {
    static constexpr std::string_view kPrefix = "whd_";
};
using WebhookId = Id<WebhookKind>;
using WebhookEventId = Id<WebhookEventKind>;
using DeliveryId = Id<DeliveryKind>;

}  // namespace suanpan

namespace suanpan::db {

struct WebhookRow {
    WebhookId id;
    OrganisationId organisation;
    std::string url;
    std::vector<std::string> events;  // types, or "*" alone for all
    std::string description;
    bool enabled = true;
    std::string disabled_by;              // `owner`, `gone`, `failing`; empty while enabled
    std::int64_t generation = 1;          // of its secret
    std::optional<Time> former_until{};   // until when the secret before signs too
    Hash key_check{};                     // tells which key its secrets are derived from
    Time created;                         // real time, as all of these
    std::optional<Time> failing_since{};  // the first failure since the last success
    friend bool operator==(const WebhookRow&, const WebhookRow&) = default;
};

// What happened, as it is told. Written with the commit that it tells of.
struct WebhookEventRow {
    WebhookEventId id;
    OrganisationId organisation;  // whose it is
    std::string type;
    Time time;                              // of the log
    std::optional<LogIndex> log_size{};     // after its commit; none of a test
    std::optional<std::int64_t> ordinal{};  // among the events of that commit
    // The body that is sent and signed. Stored without the client_order_id of an order, which is
    // added when the row is read.
    std::string payload;
    Time recorded;  // real time
};

struct DeliveryRow {
    DeliveryId id;
    WebhookId endpoint;
    WebhookEventId event;
    std::string state;  // `pending`, `delivered`, `dead`
    std::int64_t tries = 0;
    Time created;
    std::optional<Time> next_try{};  // while pending
    std::optional<Time> last_try{};
    std::optional<std::int64_t> last_status{};  // that the endpoint answered
    std::string last_problem;  // empty when the last try succeeded, or none was made
};

}  // namespace suanpan::db
