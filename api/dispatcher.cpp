#include "api/dispatcher.hpp"

#include "api/acknowledge.hpp"
#include "api/fields.hpp"
#include "api/gate.hpp"
#include "api/metrics.hpp"
#include "api/problem.hpp"
#include "api/signed.hpp"
#include "api/workers.hpp"
#include "base/crypto.hpp"
#include "base/random.hpp"
#include "services/clock.hpp"
#include "services/iam/idempotent_writes.hpp"

#include <pqxx/except>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <iterator>

namespace suanpan::api {

namespace {

constexpr std::size_t kLongestKey = 200;
constexpr std::string_view kIdempotencyHeader = "idempotency-key";

// ASCII without blanks.
bool is_visible(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

Result<std::string> read_idempotency_key(const Call& call) {
    const auto header = call.request.find_header(kIdempotencyHeader);
    if (!header || header->empty()) {
        return fail("idempotency_key_required",
                    "this call changes something: send an Idempotency-Key, fresh for each change "
                    "and the same when you repeat it");
    }
    if (header->size() > kLongestKey || !is_visible(*header)) {
        return fail("bad_idempotency_key",
                    "an Idempotency-Key is 1 to 200 visible ASCII characters");
    }
    return std::string(*header);
}

bool is_json(std::string_view content_type) {
    return content_type.substr(0, content_type.find(';')) == "application/json";
}

Result<void> check_media_type(const Request& request) {
    const auto type = request.find_header("content-type");
    if (request.body.empty() || (type && is_json(*type))) return {};
    return fail("unsupported_media_type", "send the body as Content-Type: application/json");
}

Result<Json> read_body(const Request& request) {
    if (request.body.empty()) return Json::object();
    JsonLimits limits;
    limits.max_bytes = request.body.size();  // bounded by the server already
    return parse_json(request.body, limits);
}

Result<void> read_query(Call& call) {
    call.query = Json::object();
    for (const auto& [name, value] : call.request.query) {
        if (call.query.contains(name)) {
            return fail("bad_request", "the query names a field twice; each may stand there once");
        }
        call.query[name] = value;
    }
    if (call.route->takes == Takes::kQuery) return {};
    Faults faults;
    Fields(call.query, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    return {};
}

bool needs_key(const Route& route) {
    return route.method == "POST" && route.takes != Takes::kNoKey &&
           route.takes != Takes::kRawBody && route.query() == nullptr;
}

std::string log_line(const Call& call, const Response& response, std::chrono::nanoseconds took) {
    const Request& request = call.request;
    const bool known = !call.caller.organisation.is_nil();
    CanonicalWriter line;
    line.begin_object();
    line.key("bytes_in");
    line.integer(std::ssize(request.body));
    line.key("bytes_out");
    line.integer(std::ssize(response.body));
    line.field("event", "request");
    line.field("id", request.id);
    if (known) line.field("key", to_string(call.caller.key));
    line.field("method", request.method);
    line.key("ms");
    line.integer(std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
    if (known) line.field("organisation", to_string(call.caller.organisation));
    line.field("path", request.path);
    line.field("remote", request.remote);
    line.key("status");
    line.integer(response.status);
    const auto parent = request.find_header("traceparent");
    if (parent && is_visible(*parent)) line.field("traceparent", parent->substr(0, 64));
    line.end_object();
    return line.take();
}

// Log and figures of an answered request, then the answer itself.
Reply observed(const std::shared_ptr<Call>& call, Reply reply) {
    const auto begun = std::chrono::steady_clock::now();
    return [call, begun, reply = std::move(reply)](Response response) {
        const auto took = std::chrono::steady_clock::now() - begun;
        const std::string_view route = call->route == nullptr ? "none" : call->route->pattern;
        call->context.metrics.count_request(route, response.status, took);
        if (spdlog::should_log(spdlog::level::info)) spdlog::info(log_line(*call, response, took));
        reply(std::move(response));
    };
}

void add_rate(const RateState& rate, Response& response) {
    if (rate.limit == 0) return;
    response.headers.emplace_back("RateLimit-Limit", std::to_string(rate.limit));
    response.headers.emplace_back("RateLimit-Remaining", std::to_string(rate.remaining));
    response.headers.emplace_back("RateLimit-Reset", std::to_string(rate.reset_s));
    if (rate.allowed) return;
    std::erase_if(response.headers,
                  [](const auto& header) { return header.first == "Retry-After"; });
    response.headers.emplace_back("Retry-After", std::to_string(rate.retry_s));
}

// The last that happens to an answer.
Reply finishing(const std::shared_ptr<Call>& call, Reply reply) {
    return [call, reply = std::move(reply)](Response response) {
        add_rate(call->rate, response);
        add_tag(call->request, response);
        compress(call->request, response);
        call->context.gate.cors.add_headers(call->request, response);
        reply(std::move(response));
    };
}

// Probes of the operator's own, not of the API.
bool is_operational(const Route& route) {
    return !route.pattern.starts_with("/v1/");
}

void log_failure(const Call& call, std::string_view what) {
    const Json line{
        {"event", "failure"}, {"id", call.request.id}, {"path", call.request.path}, {"what", what}};
    spdlog::error(line.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Error broken(const Call& call) {
    return {"internal",
            "something broke on our side; the operator's log has it as " + call.request.id};
}

}  // namespace

services::IdempotencyKey idempotency_of(const Call& call, bool for_ever) {
    services::IdempotencyKey key;
    key.organisation = call.caller.organisation;
    key.route = std::string(call.route->method) + " " + std::string(call.route->pattern);
    key.key = call.idempotency_key;
    key.body_hash = sha256({call.request.path, std::string_view("\0", 1), call.request.body});
    key.for_ever = for_ever;
    return key;
}

core::Command command_of(const Call& call, core::CommandBody body) {
    return {random_id<CommandId>(call.context.clock.now()), call.caller.organisation,
            core::Auth::kApiKey, std::move(body)};
}

namespace {

core::Command signed_command(const Call& call, core::CommandBody body,
                             const std::string& envelope) {
    core::Command command = command_of(call, std::move(body));
    if (envelope.empty()) return command;
    command.auth = core::Auth::kSigned;
    command.signature = envelope;
    return command;
}

}  // namespace

void answer(const Call& call, const Reply& reply, const Result<services::StoredResponse>& result) {
    if (!result) return refuse(call, reply, result.error());
    Response response;
    response.status = result->status;
    response.content_type = content_type_of(response.status);
    response.body = result->body;
    if (result->index) response.log_index = result->index->value;
    if (result->last) response.last_log_index = result->last->value;
    if (result->repeated) response.headers.emplace_back("Idempotency-Replayed", "true");
    reply(std::move(response));
}

Dispatcher::Dispatcher(Context& context, std::span<const Route> routes)
    : context_(context), router_(routes) {}

void Dispatcher::dispatch(Request request, Reply reply) const {
    auto call = std::make_shared<Call>(context_, std::move(request));
    const Reply watched = acknowledging(*call, finishing(call, observed(call, std::move(reply))));
    if (call->request.method == "OPTIONS") return answer_options(*call, watched);
    if (is_at_hand(*call)) return work(call, watched);
    auto job = [this, call, watched] { work(call, watched); };
    if (!context_.workers.try_post(std::move(job))) {
        const Error busy("overloaded", "the server is busy; nothing was done, try again shortly");
        watched(problem(busy, call->request.path));
    }
}

// Whether it can be answered here and now, on a thread of the network's. Compressing is work.
bool Dispatcher::is_at_hand(Call& call) const {
    if (call.request.method != "GET" || call.request.find_header("accept-encoding")) return false;
    if (!find_route(call)) return false;
    const auto* memory = std::get_if<MemoryHandler>(&call.route->handler);
    if (memory == nullptr || !memory->is_ready(call)) return false;
    if (call.route->access == Access::kPublic) return true;
    const auto header = call.request.find_header("authorization");
    call.remembered = context_.authenticator.remember(header.value_or(""), call.request.remote);
    return call.remembered.has_value();
}

void Dispatcher::answer_options(const Call& call, const Reply& reply) const {
    const std::string methods = router_.methods(call.request.path);
    if (methods.empty()) return refuse(call, reply, not_found());
    reply(context_.gate.cors.answer_options(call.request, methods + ", OPTIONS"));
}

void Dispatcher::work(const std::shared_ptr<Call>& call, const Reply& reply) const {
    try {
        const auto ready = prepare(*call);
        if (!ready) {
            Response refused = problem(ready.error(), call->request.path);
            if (refused.status == 405)
                refused.headers.emplace_back("Allow", router_.methods(call->request.path));
            reply(std::move(refused));
        } else if (const QueryHandler query = call->route->query()) {
            auto result = query(*call);
            reply(result ? std::move(*result) : problem(result.error(), call->request.path));
        } else if (const auto* writes = std::get_if<WriteHandler>(&call->route->handler)) {
            write(call, *writes, reply);
        } else {
            std::get<AsyncHandler>(call->route->handler)(call, reply);
        }
    } catch (const pqxx::broken_connection& error) {
        log_failure(*call, error.what());
        const Error down("database_unavailable", "the database cannot be reached; try again");
        refuse(*call, reply, down);
    } catch (const db::PoolExhausted& error) {
        log_failure(*call, error.what());
        const Error busy("overloaded", "the server is busy; try again shortly");
        refuse(*call, reply, busy);
    } catch (const std::exception& error) {
        log_failure(*call, error.what());
        refuse(*call, reply, broken(*call));
    }
}

// Looked for once.
Result<void> Dispatcher::find_route(Call& call) const {
    if (call.route != nullptr) return {};
    auto found = router_.find(call.request.method, call.request.path);
    if (!found) return fail(found.error());
    call.route = found->route;
    call.parameters = std::move(found->parameters);
    return {};
}

Result<void> Dispatcher::prepare(Call& call) const {
    const auto found = find_route(call);
    if (!found) return found;
    const auto allowed = authorize(call);
    if (!allowed) return allowed;
    const auto query = read_query(call);
    if (!query) return query;
    if (call.route->method == "GET") return {};
    if (const auto taken = check_takes_signature(call); !taken) return taken;
    if (call.route->method != "POST") return {};
    if (needs_key(*call.route)) {
        auto key = read_idempotency_key(call);
        if (!key) return fail(key.error());
        call.idempotency_key = std::move(*key);
    }
    const auto json = check_media_type(call.request);
    if (!json || call.route->takes == Takes::kRawBody) return json;
    auto body = read_body(call.request);
    if (!body) return fail(body.error());
    call.body = std::move(*body);
    return {};
}

// One of what is allowed to the caller, or without a key to its address.
Result<void> Dispatcher::take_turn(Call& call, RateLimiter& limiter) {
    const bool known = !call.caller.organisation.is_nil();
    const std::string name =
        known ? to_string(call.caller.key) : name_of_address(call.request.remote);
    call.rate = limiter.take(name, std::chrono::steady_clock::now());
    if (call.rate.allowed) return {};
    return fail("too_many_requests",
                "at most " + std::to_string(call.rate.limit) + " calls at once are allowed to " +
                    (known ? "a key" : "an address") + "; nothing was done, " + "try again in " +
                    std::to_string(call.rate.retry_s) + " s");
}

Result<void> Dispatcher::authorize(Call& call) const {
    if (call.route->access == Access::kPublic)
        return is_operational(*call.route) ? Result<void>()
                                           : take_turn(call, context_.gate.addresses);
    const auto header = call.request.find_header("authorization");
    auto caller = call.remembered ? Result<services::Caller>(*call.remembered)
                                  : context_.authenticator.authenticate(header.value_or(""),
                                                                        call.request.remote);
    if (!caller) {
        const auto turn = take_turn(call, context_.gate.addresses);
        return turn ? fail(caller.error()) : turn;
    }
    call.caller = *caller;
    const auto turn = take_turn(call, context_.gate.keys);
    if (!turn) return turn;
    if (call.route->access == Access::kRoles && (caller->roles & call.route->roles) == 0)
        return fail("forbidden", "this key's scopes do not allow this call");
    return {};
}

void Dispatcher::write(const std::shared_ptr<Call>& call, WriteHandler handler,
                       const Reply& reply) {
    const auto envelope = envelope_of(*call);
    if (!envelope) return refuse(*call, reply, envelope.error());
    auto made = handler(*call);
    if (!made) return refuse(*call, reply, made.error());
    if (!envelope->empty()) {
        const auto signable = check_signable(*made);
        if (!signable) return refuse(*call, reply, signable.error());
    }
    core::Command command = signed_command(*call, std::move(made->command), *envelope);
    if (const auto same = check_signed(command); !same) {
        log_failure(*call, same.error().detail());
        return refuse(*call, reply, broken(*call));
    }
    const services::IdempotencyKey key = idempotency_of(*call, made->for_ever);
    auto start = [&call, &made, &key, &command](const services::IdempotentWrites::Done& finish) {
        services::Submission submission{
            std::move(command), key, std::move(made->side),
            [path = call->request.path, respond = std::move(made->respond),
             refuse = std::move(made->refuse)](const core::CommandOutcome& outcome) {
                if (!outcome.refusal) return respond(outcome);
                const Response refused =
                    problem(refuse ? refuse(*outcome.refusal) : *outcome.refusal, path);
                return services::StoredResponse{refused.status, refused.body, ""};
            },
            finish};
        const auto taken = call->context.core.submit(std::move(submission));
        if (!taken) finish(fail(taken.error()));
    };
    auto done = [call, reply](const Result<services::StoredResponse>& result) {
        answer(*call, reply, result);
    };
    call->context.writes.run_command(key, done, start);
}

}  // namespace suanpan::api
