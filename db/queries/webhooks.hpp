#pragma once

// Webhooks as their organisation sees them.

#include "db/pool.hpp"
#include "db/queries/page.hpp"
#include "db/webhook_rows.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace suanpan::db {

// False, and nothing written: the organisation has `most` of them already.
// REQUIRES Mode::kWrite.
bool insert_webhook(Tx& tx, const WebhookRow& row, std::int64_t most);
// Of that organisation only.
std::optional<WebhookRow> find_webhook(Tx& tx, const OrganisationId& organisation,
                                       const WebhookId& id);
// The same, and nobody else changes it until the transaction ends. REQUIRES Mode::kWrite.
std::optional<WebhookRow> lock_webhook(Tx& tx, const OrganisationId& organisation,
                                       const WebhookId& id);
// REQUIRES that the row was locked in this transaction.
void save_webhook(Tx& tx, const WebhookRow& row);
// With its deliveries. False: there is none.
bool delete_webhook(Tx& tx, const OrganisationId& organisation, const WebhookId& id);
Listed<WebhookRow> list_webhooks(Tx& tx, const OrganisationId& organisation, const Page& page);

// A delivery with what is delivered.
struct DeliveryInfo {
    DeliveryRow row;
    WebhookEventRow event;  // of an order with its client_order_id
};
Listed<DeliveryInfo> list_deliveries(Tx& tx, const WebhookId& endpoint,
                                     const std::optional<std::string>& state, const Page& page);
std::optional<DeliveryInfo> find_delivery(Tx& tx, const WebhookId& endpoint, const DeliveryId& id);
// An event that is no fact of the log, for one endpoint. REQUIRES Mode::kWrite.
void insert_delivery(Tx& tx, const WebhookEventRow& event, const DeliveryRow& delivery);
// Due at once, as if it had never been tried. False: it waits already. REQUIRES Mode::kWrite.
bool redeliver(Tx& tx, const DeliveryId& id, Time now);

}  // namespace suanpan::db
