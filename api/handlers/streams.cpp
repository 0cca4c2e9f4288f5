// The way from a request to a stream (RFC 6455 §4.2).

#include "api/gate.hpp"
#include "api/handlers/handlers.hpp"
#include "api/streaming/peer.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

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
    std::string_view rest = request.find_header("sec-websocket-protocol").value_or("");
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        std::string_view protocol = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        protocol.remove_prefix(std::min(protocol.find_first_not_of(" \t"), protocol.size()));
        protocol = protocol.substr(0, protocol.find_last_not_of(" \t") + 1);
        if (protocol.starts_with(kBearer))
            return "Bearer " + std::string(protocol.substr(kBearer.size()));
    }
    return std::nullopt;
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
    auto slot = call.context.gate.streams.take(call.request.remote);
    if (!slot) {
        return fail("too_many_streams",
                    "this address has as many streams open as it may: close one, or listen to more "
                    "channels on one");
    }
    Response response;
    response.status = 101;
    response.peer = std::make_shared<StreamPeer>(call.context, caller, given.value_or(""),
                                                 call.request.remote, std::move(slot));
    return response;
}

}  // namespace suanpan::api
