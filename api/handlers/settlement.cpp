#include "api/dispatcher.hpp"
#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/render.hpp"
#include "api/market_read.hpp"
#include "core/settlement_preview.hpp"
#include "db/queries/settlements.hpp"
#include "db/queries/statements.hpp"
#include "services/clock.hpp"
#include "services/iam/idempotent_writes.hpp"
#include "services/publishing/publisher_loop.hpp"
#include "services/settlement/run_loop.hpp"

namespace suanpan::api {

namespace {

constexpr std::int64_t kMostLines = 50'000;
constexpr std::string_view kLatest = "latest";  // for a run's id

Result<core::RunRow> find_run(const Call& call) {
    if (call.parameters.at(0) == kLatest) {
        auto last = call.read("find_last_run", [](db::Tx& tx) { return db::find_last_run(tx); });
        if (!last) return fail(not_found());
        return std::move(*last);
    }
    const auto id = call.id<RunId>();
    if (!id) return fail(id.error());
    auto run = call.read("find_run", [&id](db::Tx& tx) { return db::find_run(tx, *id); });
    if (!run) return fail(not_found());
    return std::move(*run);
}

services::RunRange make_range(Fields& fields, const std::optional<std::int64_t>& from,
                              const std::optional<std::int64_t>& to) {
    services::RunRange range;
    if (from) range.from = LogIndex(*from);
    if (to) range.to = LogIndex(*to);
    if (range.from && range.to && *range.from >= *range.to)
        fields.fault("to", "contradiction", "'to' must be above 'from'");
    fields.finish();
    return range;
}

void store(const Call& call, const services::IdempotencyKey& key,
           const services::StoredResponse& response) {
    const db::IdempotencyRow row{key.organisation, key.route,     key.key,
                                 key.body_hash,    key.for_ever,  response.resource,
                                 response.status,  response.body, call.context.clock.now(),
                                 std::nullopt};
    call.context.database.write("insert_response",
                                [&row](db::Tx& tx) { db::insert_response(tx, row); });
}

}  // namespace

// Many commands, so the answer is stored after the last of them. A crash in between loses the
// answer only: the run itself is idempotent by its range.
void run_settlement(const std::shared_ptr<Call>& call, const Reply& reply) {
    Faults faults;
    Fields fields(call->body, faults);
    const auto from = fields.find_integer("from", 0, kMaxInteger);
    const auto range = make_range(fields, from, fields.find_integer("to", 1, kMaxInteger));
    if (!faults.empty()) return refuse(*call, reply, invalid_request(std::move(faults)));
    const services::IdempotencyKey key = idempotency_of(*call, true);
    auto start = [&](const services::IdempotentWrites::Done& finish) {
        services::SettlementRuns runs(call->reader(), call->context.core, call->context.clock);
        const auto run = runs.run(call->caller.organisation, range);
        if (!run) {
            finish(fail(run.error()));
            return;
        }
        const auto response = stored(to_json(*run), 201, to_string(run->id));
        store(*call, key, response);
        finish(response);
    };
    // Its commands are committed by now: the log as it is has them all.
    auto done = [call, reply](Result<services::StoredResponse> result) {
        const std::uint64_t size = call->context.publisher->status().known_size;
        if (result && result->status < 400 && size > 0)
            result->last = LogIndex(static_cast<std::int64_t>(size) - 1);
        answer(*call, reply, result);
    };
    call->context.writes.run(key, done, start);
}

Result<Response> preview_run(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const auto from = query.find("from", parse_count);
    const auto range = make_range(query, from, query.find("to", parse_count));
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    services::SettlementRuns runs(call.reader(), call.context.core, call.context.clock);
    core::SettlementPreview preview;
    preview.range = runs.next_range(range);
    while (!preview.run.closed) {
        Result<void> looked;
        const auto seen = read_market(call.context.core, [&](const core::Market& market) {
            looked = market.preview_settlement(preview);
        });
        if (!seen) return fail(seen.error());
        if (!looked) return fail(looked.error());
    }
    Json out = to_json(preview.run);
    for (const char* of_a_run : {"id", "closed", "log_index"})
        out.erase(of_a_run);
    return json_response(out);
}

Result<Response> list_runs(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, RunId::kPrefix);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto listed =
        call.read("list_runs", [&page](db::Tx& tx) { return db::list_runs(tx, page); });
    return list_response(
        listed, [](const core::RunRow& run) { return to_json(run); },
        [](const core::RunRow& run) { return to_string(run.id); });
}

Result<Response> get_run(Call& call) {
    const auto run = find_run(call);
    if (!run) return fail(run.error());
    return json_response(to_json(*run));
}

Result<Response> get_run_lines(Call& call) {
    const auto run = find_run(call);
    if (!run) return fail(run.error());
    Faults faults;
    Fields query(call.query, faults);
    db::LineFilter filter;
    filter.run = run->id;
    filter.limit = kMostLines + 1;
    filter.party = query.find("organisation", parse_id<OrganisationId>);
    filter.lease = query.find("lease", parse_id<LeaseId>);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    std::string items;
    std::int64_t count = 0;
    call.snapshot("run_lines", [&](db::Tx& tx) {
        items.clear();
        count = 0;
        db::for_each_line(tx, filter, [&](const db::LineInfo& line) {
            if (++count > kMostLines) return;
            items += (items.empty() ? "" : ",") + to_json(line, std::nullopt).dump();
        });
    });
    if (count > kMostLines) {
        return fail("too_many_lines", "the run has more than " + std::to_string(kMostLines) +
                                          " such lines: name an organisation or a lease");
    }
    Response response;
    response.body = R"({"items":[)" + items + R"(],"has_more":false})";
    return response;
}

}  // namespace suanpan::api
