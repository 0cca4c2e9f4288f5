#pragma once

// What the rest of api/ sees of HTTP: plain values. Only transport/ knows sockets and Beast.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suanpan::api {

using NameValues = std::vector<std::pair<std::string, std::string>>;

struct Request {
    std::string method;  // "GET"
    std::string path;    // decoded, without the query
    NameValues query;    // decoded, in the order sent
    NameValues headers;  // names in lower case
    std::string body;
    std::string remote;  // address of the peer
    std::string id;      // X-Request-Id

    // The first header of that lower-case name.
    [[nodiscard]] std::optional<std::string_view> find_header(std::string_view name) const;
};

// A body that is made while it is sent, piece by piece; one reader at a time.
class BodyStream {
 public:
    // The next piece; empty: the end. Nullopt: it broke, and the answer cannot be finished.
    using Piece = std::optional<std::string>;
    virtual ~BodyStream() = default;
    // Does not block: calls `done` once, from any thread. False, and nothing done: busy, try again
    // in a moment.
    virtual bool try_next(std::function<void(Piece)> done) = 0;
};

class MessagePeer;  // see streaming/messages.hpp

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    NameValues headers;
    std::string body;
    std::shared_ptr<BodyStream> stream{};  // in place of `body`
    std::shared_ptr<MessagePeer> peer{};   // with 101: who talks over the WebSocket from here on
    bool close = false;                    // end the connection after this
    std::string tag{};                     // the body's ETag, of who knows it already
    // Where in the log the command stands that was answered here; never sent.
    std::optional<std::int64_t> log_index = std::nullopt;
    // Of an answer to many commands: where the last of them stands; never sent.
    std::optional<std::int64_t> last_log_index = std::nullopt;
};

// Called exactly once, from any thread.
using Reply = std::function<void(Response)>;
// Must not block: it runs on a network thread.
using Handler = std::function<void(Request, Reply)>;

// Behind a proxy on this machine: `remote` is the address that it gives as the last of
// X-Forwarded-For.
void take_forwarded(Request& request);

std::string_view reason_phrase(int status);

// Percent-decoding (RFC 3986 §2.1); nullopt for a malformed escape, a NUL or invalid UTF-8.
std::optional<std::string> percent_decode(std::string_view text);

struct Target {
    std::string path;
    NameValues query;
};
// Origin-form only ("/v1/orders?state=open"); nullopt for anything else.
std::optional<Target> parse_target(std::string_view target);

}  // namespace suanpan::api
