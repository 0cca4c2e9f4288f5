#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/market_read.hpp"
#include "api/metrics.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"
#include "db/queries/accounts.hpp"
#include "db/state.hpp"
#include "services/clock.hpp"
#include "services/publishing/publisher_loop.hpp"
#include "services/sandbox/sandbox_clock.hpp"

namespace suanpan::api {

namespace {

struct Comparison {
    Hash memory{};
    Hash database{};
    core::HeadRow head;
    std::vector<db::CurrencySums> sums;
    std::vector<std::string> memory_totals;  // parallel to `sums`, micro-units
};

std::string decimal(Int128 value) {
    const auto narrowed = narrow(value);
    return narrowed ? std::to_string(*narrowed) : "beyond 64 bits";
}

// Runs on the core's thread, so nothing is written while the database is read.
Comparison compare(const Call& call, const core::Market& market) {
    Comparison out;
    out.memory = core::digest(market.state());
    out.head = market.head();
    call.snapshot("digest", [&out](db::Tx& tx) {
        out.database = core::digest(db::load_state(tx));
        out.sums = db::sum_accounts(tx);
    });
    for (const db::CurrencySums& sums : out.sums)
        out.memory_totals.push_back(decimal(market.total(sums.currency)));
    return out;
}

}  // namespace

Result<Response> get_digest(Call& call) {
    Comparison found;
    const auto seen = read_market(
        call.context.core, [&](const core::Market& market) { found = compare(call, market); });
    if (!seen) return fail(seen.error());
    Json sums = Json::array();
    for (std::size_t i = 0; i < found.sums.size(); ++i) {
        sums.push_back({{"currency", found.sums[i].currency},
                        {"accounts", found.sums[i].accounts},
                        {"memory_micro", found.memory_totals[i]},
                        {"balances_micro", found.sums[i].balances_micro},
                        {"journal_micro", found.sums[i].journal_micro}});
    }
    return json_response({{"log_size", found.head.size.value},
                          {"last_time", to_string(found.head.last_time)},
                          {"memory", to_hex(as_chars(found.memory))},
                          {"database", to_hex(as_chars(found.database))},
                          {"equal", found.memory == found.database},
                          {"sums", std::move(sums)}});
}

// A write for the clock alone: to move it to the same moment twice is to move it once.
void set_clock(const std::shared_ptr<Call>& call, const Reply& reply) {
    services::SandboxClock* clock = call->context.sandbox_clock;
    if (clock == nullptr) {
        return refuse(
            *call, reply,
            {"not_sandbox", "this server runs by real time; only a sandbox's clock can be set"});
    }
    Faults faults;
    Fields fields(call->body, faults);
    const auto now = fields.need("now", parse_time);
    fields.finish();
    if (!faults.empty()) return refuse(*call, reply, invalid_request(std::move(faults)));
    const auto moved = clock->move_to(*now);
    if (!moved) return refuse(*call, reply, moved.error());
    const auto woken = wake_market(call->context.core);
    if (!woken) return refuse(*call, reply, woken.error());
    reply(json_response({{"now", to_string(clock->now())}}));
}

Result<Response> get_clock(Call& call) {
    return json_response({{"now", to_string(call.context.clock.now())},
                          {"sandbox", call.context.sandbox_clock != nullptr}});
}

Result<Response> healthz(Call&) {
    return json_response({{"status", "ok"}});
}

Result<Response> readyz(Call& call) {
    const core::HeadRow head = call.read("ready", [](db::Tx& tx) { return db::load_head(tx); });
    const services::PublisherStatus publisher = call.context.publisher->status();
    Json body{{"status", "ready"},
              {"log_size", head.size.value},
              {"published_size", publisher.published_size}};
    if (publisher.stopped) {
        body["status"] = "publishing_stopped";
        body["detail"] = publisher.stopped->detail();
        return json_response(body, 503);
    }
    // The market goes on: this server is ready.
    if (publisher.delayed) {
        body["status"] = "publishing_delayed";
        body["detail"] = publisher.delayed->code();
    }
    return json_response(body);
}

Result<Response> metrics(Call& call) {
    if (!call.context.metrics.may_be_read_from(call.request.remote)) {
        return fail(
            "forbidden",
            "metrics are for the operator's networks: see metrics_from in the configuration");
    }
    Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = call.context.metrics.render();
    return response;
}

}  // namespace suanpan::api
