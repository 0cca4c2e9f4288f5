// Titles: an owner proposes who owns a pool from a moment on, the others confirm or refuse.

#include "db/queries/titles.hpp"

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/render.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"
#include "services/clock.hpp"

namespace suanpan::api {

namespace {

Result<PoolId> known_pool(const Call& call) {
    const auto id = call.id<PoolId>();
    if (!id) return fail(id.error());
    const bool known =
        call.read("find_pool", [&id](db::Tx& tx) { return db::find_pool(tx, *id).has_value(); });
    if (!known) return fail(not_found());
    return *id;
}

// A title that does not concern the caller is an unknown one.
Result<core::TitleRow> concerned_title(const Call& call) {
    const auto pool = call.id<PoolId>();
    if (!pool) return fail(pool.error());
    const auto index = parse_integer(call.parameters.at(1));
    if (!index || *index < 0) return fail(not_found());
    db::TitleFilter filter;
    filter.pool = *pool;
    filter.party = call.caller.organisation;
    filter.after = LogIndex(*index - 1);
    filter.limit = 1;
    const auto found =
        call.read("find_title", [&filter](db::Tx& tx) { return db::list_titles(tx, filter); });
    if (found.rows.empty() || found.rows.front().title.index != LogIndex(*index))
        return fail(not_found());
    return found.rows.front();
}

Write told_title(core::CommandBody command, int status) {
    Write write;
    write.command = std::move(command);
    write.respond = [status](const core::CommandOutcome& outcome) {
        const core::TitleRow& row = outcome.title.value();
        return stored(to_json(row, outcome.time), status, std::to_string(row.title.index.value));
    };
    return write;
}

template <typename Command>
Result<Write> answer_title(Call& call) {
    const auto title = concerned_title(call);
    if (!title) return fail(title.error());
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return told_title(Command{title->pool, title->title.index}, 200);
}

void read_title_page(Fields& query, db::TitleFilter& filter) {
    filter.limit = query.find("limit", parse_count).value_or(filter.limit);
    if (filter.limit < 1 || filter.limit > 200)
        query.fault("limit", "out_of_range", "limit is 1 to 200");
    if (const auto after = query.find("after", parse_count)) filter.after = LogIndex(*after);
    filter.state = query.find("state", core::parse_title_state);
}

Response titles_response(const Call& call, const db::TitleFilter& filter) {
    const auto listed =
        call.read("list_titles", [&filter](db::Tx& tx) { return db::list_titles(tx, filter); });
    const Time now = call.context.clock.now();
    return list_response(
        listed, [now](const core::TitleRow& row) { return to_json(row, now); },
        [](const core::TitleRow& row) { return std::to_string(row.title.index.value); });
}

}  // namespace

Result<Write> propose_title(Call& call) {
    const auto pool = known_pool(call);
    if (!pool) return fail(pool.error());
    Faults faults;
    Fields fields(call.body, faults);
    core::ProposeTitle title;
    title.pool = *pool;
    title.from = read_title_start(call, fields, "from");
    title.shares = read_owners(fields, "owners", true);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return told_title(title, 201);
}

Result<Write> confirm_title(Call& call) {
    return answer_title<core::ConfirmTitle>(call);
}

Result<Write> refuse_title(Call& call) {
    return answer_title<core::RefuseTitle>(call);
}

// What is confirmed is public; what is not, theirs whom it concerns.
Result<Response> list_pool_titles(Call& call) {
    const auto pool = known_pool(call);
    if (!pool) return fail(pool.error());
    Faults faults;
    Fields query(call.query, faults);
    db::TitleFilter filter;
    filter.pool = *pool;
    if (!call.caller.is_operator()) filter.visible = call.caller.organisation;
    read_title_page(query, filter);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return titles_response(call, filter);
}

Result<Response> list_own_titles(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    db::TitleFilter filter;
    read_title_page(query, filter);
    const bool waiting = query.find("waiting", parse_flag).value_or(false);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    filter.party = *organisation;
    if (waiting) filter.waiting_at = call.context.clock.now();
    return titles_response(call, filter);
}

}  // namespace suanpan::api
