// Projects of an organisation, and their budgets.

#include "db/queries/projects.hpp"

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/render.hpp"
#include "api/problem.hpp"
#include "base/decimal.hpp"
#include "base/random.hpp"
#include "services/clock.hpp"

namespace suanpan::api {

namespace {

Write told_project(core::CommandBody command, int status) {
    Write write;
    write.command = std::move(command);
    write.respond = [status](const core::CommandOutcome& outcome) {
        const core::ProjectAccount& account = outcome.project.value();
        return stored(to_json(account), status, to_string(account.project.id));
    };
    return write;
}

}  // namespace

Result<Write> open_project(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    core::OpenProject body;
    body.id = random_id<ProjectId>(call.context.clock.now());
    body.name = fields.need_text("name").value_or("");
    body.organisation =
        fields.find("organisation", parse_id<OrganisationId>).value_or(call.caller.organisation);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (body.organisation != call.caller.organisation && !call.caller.is_operator())
        return fail(not_found());
    return told_project(std::move(body), 201);
}

Result<Response> list_projects(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, ProjectId::kPrefix);
    db::ProjectFilter filter;
    filter.closed = query.find("closed", parse_flag);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    filter.organisation = *organisation;
    const auto listed = call.snapshot(
        "list_projects", [&](db::Tx& tx) { return db::list_projects(tx, filter, page); });
    return list_response(
        listed, [](const core::ProjectAccount& account) { return to_json(account); },
        [](const core::ProjectAccount& account) { return to_string(account.project.id); });
}

Result<Response> get_project(Call& call) {
    const auto id = call.id<ProjectId>();
    if (!id) return fail(id.error());
    const auto found =
        call.snapshot("find_project", [&id](db::Tx& tx) { return db::find_project(tx, *id); });
    const bool own = found && (call.caller.is_operator() ||
                               found->project.organisation == call.caller.organisation);
    if (!own) return fail(not_found());
    return json_response(to_json(*found));
}

Result<Write> rename_project(Call& call) {
    const auto id = call.id<ProjectId>();
    if (!id) return fail(id.error());
    Faults faults;
    Fields fields(call.body, faults);
    std::string name = fields.need_text("name").value_or("");
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return told_project(core::RenameProject{*id, std::move(name)}, 200);
}

// Without an `amount` the currency has no limit any more.
Result<Write> set_project_budget(Call& call) {
    const auto id = call.id<ProjectId>();
    if (!id) return fail(id.error());
    Faults faults;
    Fields fields(call.body, faults);
    core::SetProjectBudget body;
    body.id = *id;
    body.currency = fields.need("currency", parse_currency).value_or("");
    body.limit = fields.find("amount", parse_money);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return told_project(std::move(body), 200);
}

Result<Write> close_project(Call& call) {
    const auto id = call.id<ProjectId>();
    if (!id) return fail(id.error());
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return told_project(core::CloseProject{*id}, 200);
}

}  // namespace suanpan::api
