// Webhooks: where an organisation wants to be told, and how that went. Not in the log: they are
// nobody's money.

#include "services/webhooks/webhooks.hpp"

#include "api/dispatcher.hpp"
#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/handlers/stored.hpp"
#include "api/json/webhooks.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "db/queries/statements.hpp"
#include "db/queries/webhooks.hpp"
#include "services/clock.hpp"
#include "services/webhooks/event_types.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace suanpan::api {

namespace {

constexpr std::int64_t kMostWebhooks = 16;  // of an organisation
constexpr std::size_t kMostEvents = 64;
constexpr std::size_t kMostDescription = 200;

using Answer = Result<services::StoredResponse>;
using Change = std::function<Answer(db::Tx&)>;
using SecretText = std::shared_ptr<std::string>;

Time real_now(const Call& call) {
    return call.context.webhooks.real_time.now();
}

Answer answer_of(const Call& call, const db::WebhookRow& row, int status = 200) {
    return stored(to_json(row, real_now(call)), status, to_string(row.id));
}

Answer answer_of(const db::DeliveryInfo& info, int status) {
    return stored(to_json(info), status, to_string(info.row.id));
}

// With `secret`, the first answer shows what the change has put there.
void run_change(const std::shared_ptr<Call>& call, const Reply& reply, const Change& change,
                const SecretText& secret = nullptr) {
    const services::IdempotencyKey key = idempotency_of(*call, false);
    auto start = [&](const services::IdempotentWrites::Done& finish) {
        const Answer made = call->context.database.write("change_webhook", [&](db::Tx& tx) {
            Answer answer = change(tx);
            if (answer) db::insert_response(tx, row_of(*call, key, *answer));
            return answer;
        });
        if (made) {
            call->context.webhooks.directory.reload();
            call->context.webhooks.loop.wake();
        }
        finish(made);
    };
    if (secret) return call->context.writes.run(key, with_secret(call, reply, secret), start);
    auto done = [call, reply](const Result<services::StoredResponse>& result) {
        answer(*call, reply, result);
    };
    call->context.writes.run(key, done, start);
}

std::optional<std::vector<std::string>> find_events(Fields& fields) {
    if (fields.find_any("events") == nullptr) return std::nullopt;
    auto events = fields.find_list("events", kMostEvents, services::parse_event_type);
    std::ranges::sort(events);
    events.erase(std::ranges::unique(events).begin(), events.end());
    if (events.empty() && fields.faults().empty())
        fields.fault("events", "missing", "name at least one event, or * for all");
    return events;
}

void check_url(const Call& call, Fields& fields, const std::optional<std::string>& url) {
    if (!url) return;
    const auto target = services::parse_target(*url, call.context.webhooks.targets);
    if (!target) fields.fault("url", target.error());
}

Result<bool> parse_state(std::string_view text) {
    if (text == "enabled" || text == "disabled") return text == "enabled";
    return fail("unknown_word", "a webhook is enabled or disabled");
}

Result<db::WebhookRow> read_new(const Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    db::WebhookRow row;
    const auto url = fields.need_text("url", services::kMostUrlBytes);
    check_url(call, fields, url);
    const auto events = find_events(fields);
    if (!events) fields.fault("events", "missing", "name at least one event, or * for all");
    row.description = fields.find_text("description", kMostDescription).value_or("");
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    row.id = random_id<WebhookId>(real_now(call));
    row.organisation = call.caller.organisation;
    row.url = *url;
    row.events = *events;
    row.key_check = call.context.webhooks.key.check();
    row.created = real_now(call);
    return row;
}

// What a request changes of one that is there.
struct Edit {
    std::optional<std::string> url;
    std::optional<std::vector<std::string>> events;
    std::optional<std::string> description;
    std::optional<bool> enabled;
};

Result<Edit> read_edit(const Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    Edit edit;
    edit.url = fields.find_text("url", services::kMostUrlBytes);
    check_url(call, fields, edit.url);
    edit.events = find_events(fields);
    edit.description = fields.find_text("description", kMostDescription);
    edit.enabled = fields.find("state", parse_state);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return edit;
}

void apply(const Edit& edit, db::WebhookRow& row) {
    if (edit.url) row.url = *edit.url;
    if (edit.events) row.events = *edit.events;
    if (edit.description) row.description = *edit.description;
    if (!edit.enabled || *edit.enabled == row.enabled) return;
    row.enabled = *edit.enabled;
    row.disabled_by = row.enabled ? "" : "owner";
    row.failing_since.reset();
}

Result<Duration> read_rotation(const Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    const Duration overlap = read_overlap(fields, "secret");
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return overlap;
}

Result<void> read_nothing(const Call& call) {
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return {};
}

Result<db::WebhookRow> find_own(const Call& call) {
    const auto id = call.id<WebhookId>();
    if (!id) return fail(id.error());
    auto row = call.read("find_webhook", [&](db::Tx& tx) {
        return db::find_webhook(tx, call.caller.organisation, *id);
    });
    if (!row) return fail(not_found());
    return std::move(*row);
}

Result<db::WebhookRow> lock_own(db::Tx& tx, const Call& call, const WebhookId& id) {
    auto row = db::lock_webhook(tx, call.caller.organisation, id);
    if (!row) return fail(not_found());
    return std::move(*row);
}

Error webhook_disabled() {
    return {"webhook_disabled", "nothing is sent to a webhook that is disabled: enable it first"};
}

db::DeliveryInfo make_test(const Call& call, const db::WebhookRow& row) {
    const Time now = real_now(call);
    db::DeliveryInfo out;
    out.event.id = random_id<WebhookEventId>(now);
    out.event.organisation = row.organisation;
    out.event.type = services::kWebhookTest;
    out.event.time = now;
    out.event.recorded = now;
    out.event.payload = Json{{"type", services::kWebhookTest},
                             {"timestamp", to_string(now)},
                             {"data", {{"webhook", to_string(row.id)}}}}
                            .dump();
    out.row.id = random_id<DeliveryId>(now);
    out.row.endpoint = row.id;
    out.row.event = out.event.id;
    out.row.state = "pending";
    out.row.created = now;
    out.row.next_try = now;
    return out;
}

Result<std::string> parse_delivery_state(std::string_view text) {
    if (text == "pending" || text == "delivered" || text == "dead") return std::string(text);
    return fail("unknown_word", "a delivery is pending, delivered or dead");
}

}  // namespace

void create_webhook(const std::shared_ptr<Call>& call, const Reply& reply) {
    const auto row = read_new(*call);
    if (!row) return refuse(*call, reply, row.error());
    const auto secret = std::make_shared<std::string>(
        call->context.webhooks.key.shown_secret(row->id, row->generation));
    const Change change = [&](db::Tx& tx) -> Answer {
        if (db::insert_webhook(tx, *row, kMostWebhooks)) return answer_of(*call, *row, 201);
        return fail("too_many_webhooks", "an organisation has at most " +
                                             std::to_string(kMostWebhooks) +
                                             " webhooks: delete one first");
    };
    run_change(call, reply, change, secret);
}

Result<Response> list_webhooks(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, WebhookId::kPrefix);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto listed = call.read("list_webhooks", [&](db::Tx& tx) {
        return db::list_webhooks(tx, call.caller.organisation, page);
    });
    const Time now = real_now(call);
    return list_response(
        listed, [now](const db::WebhookRow& row) { return to_json(row, now); },
        [](const db::WebhookRow& row) { return to_string(row.id); });
}

Result<Response> get_webhook(Call& call) {
    const auto row = find_own(call);
    if (!row) return fail(row.error());
    return json_response(to_json(*row, real_now(call)));
}

// A repeat finds nothing any more, as the first one would have if it had come later.
Result<Response> delete_webhook(Call& call) {
    const auto row = find_own(call);
    if (!row) return fail(row.error());
    const bool deleted = call.context.database.write("delete_webhook", [&](db::Tx& tx) {
        return db::delete_webhook(tx, call.caller.organisation, row->id);
    });
    if (!deleted) return fail(not_found());
    call.context.webhooks.directory.reload();
    return json_response({{"id", to_string(row->id)}, {"deleted", true}});
}

void update_webhook(const std::shared_ptr<Call>& call, const Reply& reply) {
    const auto found = find_own(*call);
    if (!found) return refuse(*call, reply, found.error());
    const auto edit = read_edit(*call);
    if (!edit) return refuse(*call, reply, edit.error());
    const Change change = [&](db::Tx& tx) -> Answer {
        auto row = lock_own(tx, *call, found->id);
        if (!row) return fail(row.error());
        apply(*edit, *row);
        db::save_webhook(tx, *row);
        return answer_of(*call, *row);
    };
    call->context.webhooks.loop.attend(found->id);
    run_change(call, reply, change);
}

void rotate_webhook_secret(const std::shared_ptr<Call>& call, const Reply& reply) {
    const auto found = find_own(*call);
    if (!found) return refuse(*call, reply, found.error());
    const auto overlap = read_rotation(*call);
    if (!overlap) return refuse(*call, reply, overlap.error());
    const auto secret = std::make_shared<std::string>();
    const services::WebhookKey& keys = call->context.webhooks.key;
    const Change change = [&](db::Tx& tx) -> Answer {
        auto row = lock_own(tx, *call, found->id);
        if (!row) return fail(row.error());
        row->generation += 1;
        row->former_until = Time(real_now(*call).value + overlap->value);
        // One of another key cannot sign any more.
        if (row->key_check != keys.check()) row->former_until.reset();
        row->key_check = keys.check();
        db::save_webhook(tx, *row);
        *secret = keys.shown_secret(row->id, row->generation);
        return answer_of(*call, *row);
    };
    run_change(call, reply, change, secret);
}

void test_webhook(const std::shared_ptr<Call>& call, const Reply& reply) {
    const auto found = find_own(*call);
    if (!found) return refuse(*call, reply, found.error());
    const auto nothing = read_nothing(*call);
    if (!nothing) return refuse(*call, reply, nothing.error());
    const Change change = [&](db::Tx& tx) -> Answer {
        const auto row = lock_own(tx, *call, found->id);
        if (!row) return fail(row.error());
        if (!row->enabled) return fail(webhook_disabled());
        const db::DeliveryInfo info = make_test(*call, *row);
        db::insert_delivery(tx, info.event, info.row);
        return answer_of(info, 201);
    };
    call->context.webhooks.loop.attend(found->id);
    run_change(call, reply, change);
}

Result<Response> list_deliveries(Call& call) {
    const auto row = find_own(call);
    if (!row) return fail(row.error());
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, DeliveryId::kPrefix);
    const auto state = query.find("state", parse_delivery_state);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto listed = call.read("list_deliveries", [&](db::Tx& tx) {
        return db::list_deliveries(tx, row->id, state, page);
    });
    return list_response(
        listed, [](const db::DeliveryInfo& info) { return to_json(info); },
        [](const db::DeliveryInfo& info) { return to_string(info.row.id); });
}

void redeliver(const std::shared_ptr<Call>& call, const Reply& reply) {
    const auto found = find_own(*call);
    if (!found) return refuse(*call, reply, found.error());
    const auto id = call->id<DeliveryId>(1);
    if (!id) return refuse(*call, reply, id.error());
    const auto nothing = read_nothing(*call);
    if (!nothing) return refuse(*call, reply, nothing.error());
    const Change change = [&](db::Tx& tx) -> Answer {
        const auto row = lock_own(tx, *call, found->id);
        if (!row) return fail(row.error());
        if (!db::find_delivery(tx, row->id, *id)) return fail(not_found());
        if (!row->enabled) return fail(webhook_disabled());
        if (!db::redeliver(tx, *id, real_now(*call)))
            return fail("delivery_pending", "it is being delivered already: 'next_try' says when");
        return answer_of(*db::find_delivery(tx, row->id, *id), 200);
    };
    call->context.webhooks.loop.attend(found->id);
    run_change(call, reply, change);
}

}  // namespace suanpan::api
