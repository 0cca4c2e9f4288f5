// The way from a request to a stream (RFC 6455 §4.2).

#include "api/handlers/handlers.hpp"
#include "api/streaming/peer.hpp"

#include <algorithm>
#include <string_view>

namespace suanpan::api {

namespace {

constexpr std::string_view kBearer = "bearer.";  // before an API key, as a subprotocol

bool names(std::string_view list, std::string_view word) {
    const auto alike = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
    return !std::ranges::search(list, word, alike).empty();
}

// A browser's WebSocket cannot send Authorization, only subprotocols: `bearer.<key>` is one.
std::optional<std::string> credentials(const Request& request) {
    if (const auto header = request.find_header("authorization")) return std::string(*header);
    const auto protocols = request.find_header("sec-websocket-protocol");
    if (!protocols) return std::nullopt;
    const std::size_t at = protocols->find(kBearer);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view rest = protocols->substr(at + kBearer.size());
    return "Bearer " + std::string(rest.substr(0, rest.find_first_of(", ")));
}

}  // namespace

Result<Response> open_stream(Call& call) {
    const auto upgrade = call.request.find_header("upgrade");
    if (!upgrade || !names(*upgrade, "websocket"))
        return fail("upgrade_required", "this address is a WebSocket: connect with Upgrade");
    std::optional<services::Caller> caller;
    const auto given = credentials(call.request);
    if (given) {
        const auto found = call.context.authenticator.authenticate(*given, call.request.remote);
        if (!found) return fail(found.error());
        caller = *found;
        call.caller = *found;
    }
    Response response;
    response.status = 101;
    response.peer =
        std::make_shared<StreamPeer>(call.context, caller, given.value_or(""), call.request.remote);
    return response;
}

}  // namespace suanpan::api
