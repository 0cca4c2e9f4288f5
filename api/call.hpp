#pragma once

// What a handler gets and gives. Handlers never see a socket. Four kinds:
//   query  reads and answers
//   memory the same; what is ready in memory is answered without a worker
//   write  says which command to submit; idempotency, submission and the answer are the
//          dispatcher's
//   async  does all of that itself (batches, loops of commands, the clock)

#include "api/database.hpp"
#include "api/http.hpp"
#include "api/rate_limits.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "core/commands.hpp"
#include "core/market.hpp"
#include "db/queries/page.hpp"
#include "db/side_rows.hpp"
#include "services/iam/authenticator.hpp"
#include "services/trading/core_loop.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace suanpan::services {
class Clock;
class IdempotentWrites;
class PublisherLoop;
class SandboxClock;
class TileStore;
struct Webhooks;
}  // namespace suanpan::services

namespace suanpan::api {

struct Gate;
class Books;
class IndicativeCalls;
class StreamHub;
class Metrics;
class Workers;

// What handlers work with. Everything outlives the server and is thread-safe.
struct Context {
    Database database;
    services::CoreLoop& core;
    const services::Clock& clock;
    services::Authenticator& authenticator;
    services::IdempotentWrites& writes;
    Workers& workers;
    Metrics& metrics;
    Gate& gate;
    IndicativeCalls& indicative;
    StreamHub& streams;
    Books& books;
    services::Webhooks& webhooks;
    services::SandboxClock* sandbox_clock;  // null unless this is a sandbox
    const services::TileStore* tiles;       // the published log
    services::PublisherLoop* publisher;
    std::string log_key;  // verifier key of the log
};

struct Route;

struct Call {
    Context& context;
    Request request;
    const Route* route = nullptr;
    std::vector<std::string> parameters;  // of the path, in order
    services::Caller caller;
    std::optional<services::Caller> remembered{};  // who it is, known without the database
    Json body;                                     // of a POST; {} when there was none
    Json query;                                    // names to texts
    std::string idempotency_key;
    RateState rate;  // of who calls

    Call(Context& server, Request received) : context(server), request(std::move(received)) {}

    // The path's parameter as an id. Error `not_found`: an id that cannot be is an id that is not.
    template <typename IdType>
    [[nodiscard]] Result<IdType> id(std::size_t parameter = 0) const;

    // The database as the caller may see it. A route that only the operator's own people may call,
    // by whatever role, is about everybody's.
    [[nodiscard]] db::Reader reader() const;
    template <typename Work>
    auto read(std::string_view name, Work&& work) const {
        return reader().read(name, std::forward<Work>(work));
    }
    template <typename Work>
    auto snapshot(std::string_view name, Work&& work) const {
        return reader().snapshot(name, std::forward<Work>(work));
    }
};

struct Write {
    core::CommandBody command;
    bool for_ever = false;  // moves money or places an order
    std::vector<db::SideRow> side;
    // The body has text that the log may not hold, beside what `side` keeps.
    bool free_text = false;
    // The answer when the command was taken; runs on the core's thread.
    std::function<services::StoredResponse(const core::CommandOutcome&)> respond;
    // Where the caller's own view of things says more than the market's refusal; may be empty.
    std::function<Error(const Error&)> refuse;
};

using QueryHandler = Result<Response> (*)(Call&);
struct MemoryHandler {
    QueryHandler answer;
    // Whether the answer is ready: then it is given on a network thread, which must not wait or
    // work for long.
    bool (*is_ready)(const Call&);
};
using WriteHandler = Result<Write> (*)(Call&);
using AsyncHandler = void (*)(const std::shared_ptr<Call>&, const Reply&);

enum class Access : std::uint8_t { kPublic, kAnyone, kRoles };

// What a route deviates in. Without kQuery a query is a fault: a parameter that nobody reads
// must not seem to count.
enum class Takes : std::uint8_t {
    kNothing,
    kQuery,    // a GET that reads its query's parameters, all of them known to its handler
    kNoKey,    // a POST that changes nothing, or whose repeat changes nothing: no Idempotency-Key
    kRawBody,  // kNoKey, and the handler reads the body's bytes itself: `Call::body` stays empty
};

struct Route {
    std::string_view method;
    std::string_view pattern;  // "/v1/orders/{id}:cancel"; a last "{path...}" takes the rest
    Access access;
    services::RoleSet roles;  // one of these, for Access::kRoles
    std::variant<QueryHandler, MemoryHandler, WriteHandler, AsyncHandler> handler;
    Takes takes = Takes::kNothing;

    // What reads and changes nothing; null for the others.
    [[nodiscard]] QueryHandler query() const {
        if (const auto* memory = std::get_if<MemoryHandler>(&handler)) return memory->answer;
        const auto* query = std::get_if<QueryHandler>(&handler);
        return query == nullptr ? nullptr : *query;
    }
};

// {"items":[…],"has_more":…,"next":"…"}; `next` goes into `after`.
template <typename T, typename Render, typename CursorOf>
Response list_response(const db::Listed<T>& listed, Render render, CursorOf cursor_of);

Response json_response(const Json& body, int status = 200);
services::StoredResponse stored(const Json& body, int status, std::string resource);
Error not_found();
// Answers with the problem.
void refuse(const Call& call, const Reply& reply, const Error& error);

template <typename IdType>
Result<IdType> Call::id(std::size_t parameter) const {
    auto parsed = parse_id<IdType>(parameters.at(parameter));
    if (!parsed) return fail(not_found());
    return parsed;
}

template <typename T, typename Render, typename CursorOf>
Response list_response(const db::Listed<T>& listed, Render render, CursorOf cursor_of) {
    Json items = Json::array();
    for (const T& row : listed.rows)
        items.push_back(render(row));
    Json body;
    body["items"] = std::move(items);
    body["has_more"] = listed.has_more;
    if (listed.has_more) body["next"] = cursor_of(listed.rows.back());
    return json_response(body);
}

}  // namespace suanpan::api
