#include "db/queries/webhook_deliveries.hpp"

#include "base/random.hpp"
#include "db/queries/named_orders.hpp"
#include "db/queries/select_deliveries.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace suanpan::db {
namespace {

template <typename Kind>
Cell uuids(const std::vector<Id<Kind>>& ids) {
    return Column<std::vector<Id<Kind>>>::encode(ids);
}

std::string number(std::int64_t value) {
    return std::to_string(value);
}

// Of an event what says to whom it goes.
struct NextEvent {
    WebhookEventId id;
    OrganisationId organisation;
    std::string type;
    LogIndex log_size;
    std::int64_t ordinal = 0;
};

template <typename A, Is<NextEvent> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("organisation", r.organisation);
    a("type", r.type);
    a("log_size", r.log_size);
    a("ordinal", r.ordinal);
}

std::vector<NextEvent> list_next_events(Tx& tx, std::int64_t most) {
    return read_all<NextEvent>(Select("list_next_events", select_list("t", columns<NextEvent>()),
                                      "webhook_event AS t JOIN webhook_cursor AS c"
                                      " ON (t.log_size, t.ordinal) > (c.log_size, c.ordinal)")
                                   .then("ORDER BY t.log_size, t.ordinal LIMIT " + number(most))
                                   .run(tx));
}

std::map<OrganisationId, std::vector<WebhookRow>> find_endpoints(
    Tx& tx, const std::vector<NextEvent>& events) {
    std::set<OrganisationId> owners;
    for (const NextEvent& event : events)
        owners.insert(event.organisation);
    std::map<OrganisationId, std::vector<WebhookRow>> out;
    const std::vector<OrganisationId> all(owners.begin(), owners.end());
    for (WebhookRow& row : read_all<WebhookRow>(select_from<WebhookRow>("find_endpoints")
                                                    .where("t.enabled")
                                                    .where("t.organisation = ANY ($?::uuid[])", all)
                                                    .then("ORDER BY t.id")
                                                    .run(tx)))
        out[row.organisation].push_back(std::move(row));
    return out;
}

void record_endpoint(Tx& tx, const TryRecord& record) {
    const Cell id = to_uuid(record.endpoint.bytes);
    if (record.state == "delivered") {
        run_statement(tx, "endpoint_well",
                      "UPDATE webhook_endpoint SET failing_since_s = NULL"
                      " WHERE id = $1::uuid AND failing_since_s IS NOT NULL",
                      {id});
        return;
    }
    run_statement(tx, "endpoint_failing",
                  "UPDATE webhook_endpoint SET failing_since_s = $2::bigint"
                  " WHERE id = $1::uuid AND failing_since_s IS NULL",
                  {id, number(record.at.value)});
    if (record.disabled_by.empty()) return;
    run_statement(tx, "disable_endpoint",
                  "UPDATE webhook_endpoint SET enabled = false, disabled_by = $2"
                  " WHERE id = $1::uuid AND enabled",
                  {id, record.disabled_by});
}

}  // namespace

bool wants(const std::vector<std::string>& events, std::string_view type) {
    return std::ranges::any_of(
        events, [type](const std::string& event) { return event == "*" || event == type; });
}

std::vector<WebhookWish> list_webhook_wishes(Tx& tx) {
    std::vector<WebhookWish> out;
    for (WebhookRow& row : read_all<WebhookRow>(
             select_from<WebhookRow>("list_webhook_wishes").where("t.enabled").run(tx)))
        out.push_back({row.organisation, std::move(row.events)});
    return out;
}

std::int64_t make_deliveries(Tx& tx, Time now, std::int64_t most) {
    if (list_next_events(tx, 1).empty()) return 0;
    // Two that work at once, one of which does not know yet that it leads no more, take turns.
    run_statement(tx, "lock_webhook_cursor",
                  "SELECT log_size, ordinal FROM webhook_cursor FOR UPDATE", {});
    const std::vector<NextEvent> events = list_next_events(tx, most);
    if (events.empty()) return 0;
    const auto endpoints = find_endpoints(tx, events);
    std::vector<DeliveryRow> deliveries;
    for (const NextEvent& event : events) {
        const auto own = endpoints.find(event.organisation);
        if (own == endpoints.end()) continue;
        for (const WebhookRow& endpoint : own->second) {
            if (!wants(endpoint.events, event.type)) continue;
            DeliveryRow row;
            row.id = random_id<DeliveryId>(now);
            row.endpoint = endpoint.id;
            row.event = event.id;
            row.state = "pending";
            row.created = now;
            row.next_try = now;
            deliveries.push_back(std::move(row));
        }
    }
    add_rows(tx, deliveries);
    run_statement(tx, "move_webhook_cursor",
                  "UPDATE webhook_cursor SET log_size = $1::bigint, ordinal = $2::bigint",
                  {number(events.back().log_size.value), number(events.back().ordinal)});
    return std::ssize(events);
}

std::vector<WebhookId> list_due_endpoints(Tx& tx, const DueFilter& filter) {
    const auto rows = run_statement(
        tx, "list_due_endpoints",
        "SELECT p.id FROM webhook_endpoint AS p CROSS JOIN LATERAL"
        " (SELECT d.next_try_s FROM webhook_delivery AS d WHERE d.endpoint = p.id"
        " AND d.state = 'pending' ORDER BY d.next_try_s LIMIT 1) AS f"
        " WHERE p.enabled AND f.next_try_s <= $1::bigint AND p.key_check = decode($2, 'hex')"
        " AND p.id <> ALL ($3::uuid[]) AND (p.failing_since_s IS NOT NULL) = $4::boolean"
        " ORDER BY f.next_try_s, p.id LIMIT $5::bigint",
        {number(filter.now.value), to_hex(as_chars(filter.key_check)), uuids(filter.busy),
         Column<bool>::encode(filter.failing), number(filter.most)});
    std::vector<WebhookId> out;
    for (const auto& row : rows)
        out.push_back(RowReader(row).value<WebhookId>());
    return out;
}

std::int64_t count_foreign_endpoints(Tx& tx, const Hash& key_check) {
    return run_statement(tx, "count_foreign_endpoints",
                         "SELECT count(t.id) FROM webhook_endpoint AS t WHERE t.enabled"
                         " AND t.key_check <> decode($1, 'hex')",
                         {to_hex(as_chars(key_check))})[0][0]
        .as<std::int64_t>();
}

std::optional<DueDeliveries> find_due_deliveries(Tx& tx, const WebhookId& endpoint, Time now,
                                                 std::int64_t most) {
    auto row = read_one<WebhookRow>(select_from<WebhookRow>("find_endpoint")
                                        .where("t.enabled")
                                        .where("t.id = $?::uuid", endpoint)
                                        .run(tx));
    if (!row) return std::nullopt;
    DueDeliveries out;
    out.endpoint = std::move(*row);
    const auto rows = select_deliveries("find_due_deliveries", endpoint)
                          .where("t.state = 'pending'")
                          .where("t.next_try_s <= $?::bigint", now)
                          .then("ORDER BY t.next_try_s, t.sequence LIMIT " + number(most))
                          .run(tx);
    for (const auto& each : rows) {
        RowReader reader(each);
        out.deliveries.push_back(read_delivery(reader));
    }
    name_orders(tx, out.deliveries);
    return out;
}

void record_try(Tx& tx, const TryRecord& record) {
    run_statement(tx, "record_try",
                  "UPDATE webhook_delivery SET state = $2, tries = tries + 1,"
                  " next_try_s = $3::bigint, last_try_s = $4::bigint, last_status = $5::bigint,"
                  " last_problem = $6 WHERE id = $1::uuid",
                  {to_uuid(record.delivery.bytes), record.state,
                   Column<std::optional<Time>>::encode(record.next_try), number(record.at.value),
                   Column<std::optional<std::int64_t>>::encode(record.status), record.problem});
    record_endpoint(tx, record);
}

std::int64_t prune_webhooks(Tx& tx, Time before, std::int64_t most) {
    const std::vector<Cell> parameters{number(before.value), number(most)};
    // What waits for an endpoint that is disabled is forgotten too, or it would wait for ever.
    const auto deliveries = run_statement(
        tx, "prune_deliveries",
        "DELETE FROM webhook_delivery WHERE id IN (SELECT d.id FROM webhook_delivery AS d"
        " JOIN webhook_event AS e ON e.id = d.event JOIN webhook_endpoint AS p"
        " ON p.id = d.endpoint WHERE e.recorded_s < $1::bigint"
        " AND (d.state <> 'pending' OR NOT p.enabled) LIMIT $2::bigint)",
        parameters);
    const auto events = run_statement(
        tx, "prune_events",
        "DELETE FROM webhook_event WHERE id IN (SELECT e.id FROM webhook_event AS e,"
        " webhook_cursor AS c WHERE e.recorded_s < $1::bigint AND NOT EXISTS"
        " (SELECT d.id FROM webhook_delivery AS d WHERE d.event = e.id) AND (e.log_size IS NULL"
        " OR (e.log_size, e.ordinal) <= (c.log_size, c.ordinal)) LIMIT $2::bigint)",
        parameters);
    return static_cast<std::int64_t>(deliveries.affected_rows() + events.affected_rows());
}

WebhookCounts count_webhooks(Tx& tx) {
    const auto rows =
        run_statement(tx, "count_all_webhooks",
                      "SELECT (SELECT count(e.id) FROM webhook_event AS e JOIN webhook_cursor AS c"
                      " ON (e.log_size, e.ordinal) > (c.log_size, c.ordinal)),"
                      " (SELECT count(d.id) FROM webhook_delivery AS d WHERE d.state = 'pending'),"
                      " (SELECT count(d.id) FROM webhook_delivery AS d WHERE d.state = 'dead')",
                      {});
    return {rows[0][0].as<std::int64_t>(), rows[0][1].as<std::int64_t>(),
            rows[0][2].as<std::int64_t>()};
}

}  // namespace suanpan::db
