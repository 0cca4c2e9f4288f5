#include "api/batch.hpp"
#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/render.hpp"
#include "db/queries/settlements.hpp"
#include "db/queries/trading.hpp"

namespace suanpan::api {

namespace {

enum class LeaseView : std::uint8_t { kEither, kBuyer, kProvider };

Result<LeaseView> parse_lease_view(std::string_view text) {
    if (text == "buyer") return LeaseView::kBuyer;
    if (text == "provider") return LeaseView::kProvider;
    return fail("unknown_word", "role is one of buyer, provider");
}

Result<core::LeaseAction> parse_action(std::string_view text) {
    if (text == "accept") return core::LeaseAction::kAccept;
    if (text == "activate") return core::LeaseAction::kActivate;
    return fail("unknown_word", "action is one of accept, activate");
}

Result<core::LeaseRow> find_own_lease(const Call& call) {
    const auto id = call.id<LeaseId>();
    if (!id) return fail(id.error());
    auto lease = call.read("find_lease", [&id](db::Tx& tx) { return db::find_lease(tx, *id); });
    if (!lease) return fail(not_found());
    const auto& own = call.caller.organisation;
    if (lease->buyer != own && lease->provider != own && !call.caller.is_operator())
        return fail(not_found());
    return std::move(*lease);
}

Write advance_write(const Call& call, const LeaseId& id, core::LeaseAction action) {
    Write write;
    write.command = core::AdvanceLease{id, action};
    write.respond = [id, viewer = call.caller.organisation](const core::CommandOutcome& outcome) {
        Json body = Json::object();
        for (const core::LeaseRow& lease : outcome.leases) {
            if (lease.id == id) body = to_json(lease, viewer);
        }
        return stored(body, 200, to_string(id));
    };
    return write;
}

Result<Write> advance_one(const Call& call, core::LeaseAction action) {
    const auto lease = find_own_lease(call);
    if (!lease) return fail(lease.error());
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return advance_write(call, lease->id, action);
}

BatchItem action_item(const Call& call, const Json& body, std::size_t at) {
    BatchItem item;
    Faults faults;
    Fields fields(body, faults, "/actions/" + std::to_string(at));
    const auto lease = fields.need("lease", parse_id<LeaseId>);
    const auto action = fields.need("action", parse_action);
    fields.finish();
    if (!faults.empty()) {
        item.fault = invalid_request(std::move(faults));
        return item;
    }
    item.write = advance_write(call, *lease, *action);
    item.key = call.idempotency_key + "/" + std::to_string(at);
    item.body_hash = item_hash(call, body);
    return item;
}

}  // namespace

Result<Response> list_leases(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, LeaseId::kPrefix);
    db::LeaseFilter filter;
    filter.state = query.find("state", core::parse_lease_state);
    filter.pool = query.find("pool", parse_id<PoolId>);
    filter.order = query.find("order", parse_id<OrderId>);
    const auto view = query.find("role", parse_lease_view).value_or(LeaseView::kEither);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    if (view == LeaseView::kBuyer) {
        filter.buyer = *organisation;
    } else if (view == LeaseView::kProvider) {
        filter.provider = *organisation;
    } else {
        filter.party = *organisation;
    }
    const auto listed =
        call.read("list_leases", [&](db::Tx& tx) { return db::list_leases(tx, filter, page); });
    return list_response(
        listed,
        [&call](const core::LeaseRow& lease) { return to_json(lease, call.caller.organisation); },
        [](const core::LeaseRow& lease) { return to_string(lease.id); });
}

Result<Response> get_lease(Call& call) {
    const auto lease = find_own_lease(call);
    if (!lease) return fail(lease.error());
    Json body = to_json(*lease, call.caller.organisation);
    Json windows = Json::array();
    const auto rows =
        call.read("lease_windows", [&](db::Tx& tx) { return db::list_windows(tx, lease->id); });
    for (const core::FinalWindowRow& row : rows)
        windows.push_back(to_json(row));
    body["final_windows"] = std::move(windows);
    return json_response(body);
}

Result<Write> accept_lease(Call& call) {
    return advance_one(call, core::LeaseAction::kAccept);
}

Result<Write> activate_lease(Call& call) {
    return advance_one(call, core::LeaseAction::kActivate);
}

Result<Write> release_lease(Call& call) {
    auto write = advance_one(call, core::LeaseAction::kAccept);
    if (!write) return write;
    write->command = core::ReleaseLease{std::get<core::AdvanceLease>(write->command).id};
    return write;
}

void advance_leases(const std::shared_ptr<Call>& call, const Reply& reply) {
    Faults faults;
    Fields fields(call->body, faults);
    const Json* actions = fields.need_array("actions", kMaxBatch);
    fields.finish();
    if (!faults.empty()) return refuse(*call, reply, invalid_request(std::move(faults)));
    std::vector<BatchItem> items;
    items.reserve(actions->size());
    for (std::size_t i = 0; i < actions->size(); ++i)
        items.push_back(action_item(*call, (*actions)[i], i));
    run_batch(call, reply, std::move(items), "lease");
}

}  // namespace suanpan::api
