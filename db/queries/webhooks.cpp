#include "db/queries/webhooks.hpp"

#include "db/paging.hpp"
#include "db/queries/named_orders.hpp"
#include "db/queries/select_deliveries.hpp"

namespace suanpan::db {
namespace {

Select select_webhook(std::string_view name, const OrganisationId& organisation,
                      const WebhookId& id) {
    Select select = select_from<WebhookRow>(name);
    select.where("t.organisation = $?::uuid", organisation).where("t.id = $?::uuid", id);
    return select;
}

}  // namespace

bool insert_webhook(Tx& tx, const WebhookRow& row, std::int64_t most) {
    const Cell organisation = to_uuid(row.organisation.bytes);
    // Two at once count one after the other.
    run_statement(tx, "lock_webhooks",
                  "SELECT pg_advisory_xact_lock(hashtextextended('webhook ' || $1::text, 0))",
                  {organisation});
    const auto counted = run_statement(
        tx, "count_webhooks",
        "SELECT count(t.id) FROM webhook_endpoint AS t WHERE t.organisation = $1::uuid",
        {organisation});
    if (counted[0][0].as<std::int64_t>() >= most) return false;
    add_rows<WebhookRow>(tx, {row});
    return true;
}

std::optional<WebhookRow> find_webhook(Tx& tx, const OrganisationId& organisation,
                                       const WebhookId& id) {
    return read_one<WebhookRow>(select_webhook("find_webhook", organisation, id).run(tx));
}

std::optional<WebhookRow> lock_webhook(Tx& tx, const OrganisationId& organisation,
                                       const WebhookId& id) {
    return read_one<WebhookRow>(
        select_webhook("lock_webhook", organisation, id).then("FOR UPDATE OF t").run(tx));
}

void save_webhook(Tx& tx, const WebhookRow& row) {
    write_rows<WebhookRow>(tx, {row});
}

bool delete_webhook(Tx& tx, const OrganisationId& organisation, const WebhookId& id) {
    return run_statement(tx, "delete_webhook",
                         "DELETE FROM webhook_endpoint WHERE organisation = $1::uuid"
                         " AND id = $2::uuid",
                         {to_uuid(organisation.bytes), to_uuid(id.bytes)})
               .affected_rows() > 0;
}

Listed<WebhookRow> list_webhooks(Tx& tx, const OrganisationId& organisation, const Page& page) {
    Select select = select_from<WebhookRow>("list_webhooks");
    select.where("t.organisation = $?::uuid", organisation);
    return list_page<WebhookRow>(tx, std::move(select), page);
}

Listed<DeliveryInfo> list_deliveries(Tx& tx, const WebhookId& endpoint,
                                     const std::optional<std::string>& state, const Page& page) {
    Select select = select_deliveries("list_deliveries", endpoint);
    select.where("t.state = $?::text", state);
    turn_page(select, page, "t.id");
    auto out = listed<DeliveryInfo>(select.run(tx), page, read_delivery);
    name_orders(tx, out.rows);
    return out;
}

std::optional<DeliveryInfo> find_delivery(Tx& tx, const WebhookId& endpoint, const DeliveryId& id) {
    const auto rows =
        select_deliveries("find_delivery", endpoint).where("t.id = $?::uuid", id).run(tx);
    if (rows.empty()) return std::nullopt;
    RowReader reader(rows[0]);
    std::vector<DeliveryInfo> found{read_delivery(reader)};
    name_orders(tx, found);
    return std::move(found.front());
}

void insert_delivery(Tx& tx, const WebhookEventRow& event, const DeliveryRow& delivery) {
    add_rows<WebhookEventRow>(tx, {event});
    add_rows<DeliveryRow>(tx, {delivery});
}

bool redeliver(Tx& tx, const DeliveryId& id, Time now) {
    return run_statement(tx, "redeliver",
                         "UPDATE webhook_delivery SET state = 'pending', tries = 0,"
                         " next_try_s = $2::bigint WHERE id = $1::uuid AND state <> 'pending'",
                         {to_uuid(id.bytes), std::to_string(now.value)})
               .affected_rows() > 0;
}

}  // namespace suanpan::db
