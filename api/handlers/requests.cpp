// What the operator does by two persons beside moving money: one has asked for it.

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/cash.hpp"
#include "api/problem.hpp"
#include "db/queries/cash.hpp"

namespace suanpan::api {

namespace {

Result<core::OperatorRequestRow> named_request(const Call& call) {
    const auto id = call.id<ApprovalId>();
    if (!id) return fail(id.error());
    auto row = call.read("find_operator_request",
                         [&id](db::Tx& tx) { return db::find_operator_request(tx, *id); });
    if (!row) return fail(not_found());
    return std::move(*row);
}

services::StoredResponse told(const core::CommandOutcome& outcome) {
    const core::OperatorRequestRow& row = outcome.request.value();
    Json body = to_json(row);
    if (outcome.period) body["closing"] = to_json(*outcome.period);
    return stored(body, 200, to_string(row.approval.id));
}

}  // namespace

Result<Response> list_operator_requests(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, ApprovalId::kPrefix);
    const auto state = query.find("state", settlement::parse_approval_state);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto listed = call.read("list_operator_requests", [&](db::Tx& tx) {
        return db::list_operator_requests(tx, state, page);
    });
    return list_response(
        listed, [](const core::OperatorRequestRow& row) { return to_json(row); },
        [](const core::OperatorRequestRow& row) { return to_string(row.approval.id); });
}

Result<Response> get_operator_request(Call& call) {
    const auto row = named_request(call);
    if (!row) return fail(row.error());
    return json_response(to_json(*row));
}

// `content`, when it is given, is what the second person saw; otherwise what the request says.
Result<Write> approve_operator_request(Call& call) {
    const auto row = named_request(call);
    if (!row) return fail(row.error());
    Faults faults;
    Fields fields(call.body, faults);
    const auto content = fields.find("content", parse_hash);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.for_ever = true;
    write.command = core::ApproveRequest{row->approval.id, content.value_or(row->approval.content),
                                         call.caller.user};
    write.respond = told;
    return write;
}

Result<Write> reject_operator_request(Call& call) {
    const auto row = named_request(call);
    if (!row) return fail(row.error());
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = core::RejectRequest{row->approval.id, call.caller.user};
    write.respond = told;
    return write;
}

}  // namespace suanpan::api
