#pragma once

// Webhooks as who delivers sees them: those of all organisations.

#include "db/pool.hpp"
#include "db/queries/webhooks.hpp"
#include "db/webhook_rows.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::db {

// What is wanted to be told, of the endpoints that are enabled.
struct WebhookWish {
    OrganisationId organisation;
    std::vector<std::string> events;
};
std::vector<WebhookWish> list_webhook_wishes(Tx& tx);

// True: the endpoint's list of events names this type.
bool wants(const std::vector<std::string>& events, std::string_view type);

// Makes deliveries of the next events behind the cursor, due at once, and moves the cursor, all or
// nothing. Gives how many events there were, at most `most`. REQUIRES Mode::kWrite.
std::int64_t make_deliveries(Tx& tx, Time now, std::int64_t most);

// Enabled endpoints with secrets of this key for which a delivery is due, the longest due first;
// without `busy`. Those whose last try failed, or the others.
struct DueFilter {
    Time now;
    Hash key_check{};
    bool failing = false;
    std::vector<WebhookId> busy;
    std::int64_t most = 0;
};
std::vector<WebhookId> list_due_endpoints(Tx& tx, const DueFilter& filter);
// How many enabled endpoints have secrets of another key.
std::int64_t count_foreign_endpoints(Tx& tx, const Hash& key_check);

struct DueDeliveries {
    WebhookRow endpoint;
    std::vector<DeliveryInfo> deliveries;  // in the order of their events
};
// Nothing when the endpoint is gone or disabled.
std::optional<DueDeliveries> find_due_deliveries(Tx& tx, const WebhookId& endpoint, Time now,
                                                 std::int64_t most);

// What became of one try.
struct TryRecord {
    DeliveryId delivery;
    WebhookId endpoint;
    std::string state;               // `delivered`, `pending`, `dead`
    std::optional<Time> next_try{};  // when pending
    Time at;
    std::optional<std::int64_t> status{};
    std::string problem;      // empty: none
    std::string disabled_by;  // other than empty: the endpoint is disabled for this reason
};
// A delivery that was deleted in the meantime is left alone. REQUIRES Mode::kWrite.
void record_try(Tx& tx, const TryRecord& record);

// Forgets what was told, or could not be told, before `before`: at most `most` deliveries and as
// many events. Gives how many rows. REQUIRES Mode::kWrite.
std::int64_t prune_webhooks(Tx& tx, Time before, std::int64_t most);

struct WebhookCounts {
    std::int64_t waiting = 0;  // events of which no deliveries were made yet
    std::int64_t pending = 0;
    std::int64_t dead = 0;
};
WebhookCounts count_webhooks(Tx& tx);

}  // namespace suanpan::db
