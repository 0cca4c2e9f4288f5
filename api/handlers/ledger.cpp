// The published log: static files, the same for everybody. Hash tiles and checkpoints are public,
// entries need the auditor's scope (ledger "Tiles").

#include "api/gzip.hpp"
#include "api/handlers/handlers.hpp"
#include "base/time.hpp"
#include "ledger/policy.hpp"
#include "ledger/tile.hpp"
#include "services/publishing/publisher_loop.hpp"
#include "services/publishing/tile_store.hpp"

#include <algorithm>

namespace suanpan::api {

namespace {

constexpr std::string_view kForEver = "public, max-age=31536000, immutable";

Result<Response> tile_response(const Call& call, const std::string& path, bool entries) {
    const auto tile = ledger::parse_tile_path(path);
    if (!tile || (tile->kind == ledger::TileKind::kEntries) != entries) return fail(not_found());
    // A file beyond what is published may still change.
    const auto tree = services::read_published_tree(*call.context.tiles);
    if (!tree || services::size_with(*tile) > tree->size) return fail(not_found());
    auto bytes = call.context.tiles->read_tile(*tile);
    if (!bytes) return fail(not_found());
    Response response;
    response.content_type = "application/octet-stream";
    response.headers.emplace_back("Cache-Control",
                                  entries ? "private, max-age=31536000, immutable" : kForEver);
    response.body = std::move(*bytes);
    if (!entries) return response;
    // Hashes do not get smaller; entries do, by far.
    response.headers.emplace_back("Vary", "Accept-Encoding");
    if (accepts_gzip(call.request.find_header("accept-encoding").value_or(""))) {
        response.body = gzip(response.body);
        response.headers.emplace_back("Content-Encoding", "gzip");
    }
    return response;
}

}  // namespace

Result<Response> get_checkpoint(Call& call) {
    auto note = call.context.tiles->read_checkpoint();
    if (!note) return fail("not_found", "the log has no published checkpoint yet");
    Response response;
    response.content_type = "text/plain; charset=utf-8";
    response.headers.emplace_back("Cache-Control", "public, max-age=1");
    response.body = std::move(*note);
    return response;
}

Result<Response> get_tile(Call& call) {
    return tile_response(call, "tile/" + call.parameters.at(0), false);
}

Result<Response> get_entries_tile(Call& call) {
    return tile_response(call, "tile/entries/" + call.parameters.at(0), true);
}

// Why publishing is delayed or stopped is in the operator's log; here stands that it is.
Result<Response> get_ledger_status(Call& call) {
    const services::PublisherStatus status = call.context.publisher->status();
    Json body{
        {"key", call.context.log_key},
        {"state", "publishing"},
        {"signed_size", status.signed_size},
        {"published_size", status.published_size},
        {"waiting", std::max(status.known_size, status.published_size) - status.published_size},
        {"witnesses", Json::array()},
        {"witnesses_needed", 0}};
    if (status.published_at) body["published_at"] = to_string(*status.published_at);
    if (status.delayed) {
        body["state"] = "delayed";
        body["reason"] = status.delayed->code();
    }
    if (status.delayed_since) body["delayed_since"] = to_string(*status.delayed_since);
    if (status.stopped) {
        body["state"] = "stopped";
        body["reason"] = status.stopped->code();
    }
    if (const services::Witnesses* witnesses = call.context.publisher->witnesses()) {
        body["witnesses_needed"] = ledger::fewest_cosigners(witnesses->policy());
        for (const services::WitnessStatus& witness : witnesses->status()) {
            Json row{{"name", witness.name},
                     {"key_name", witness.key_name},
                     {"size", witness.size},
                     {"failing", !witness.failure.empty()}};
            if (witness.time) row["time"] = to_string(*witness.time);
            body["witnesses"].push_back(std::move(row));
        }
    }
    return json_response(body);
}

Result<Response> get_log_key(Call& call) {
    Response response;
    response.content_type = "text/plain; charset=utf-8";
    response.body = call.context.log_key + "\n";
    return response;
}

}  // namespace suanpan::api
