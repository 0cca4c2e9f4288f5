#pragma once

// A request to a server that is not trusted with more than the request.

#include "client/http_client.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace suanpan::client {

struct OnceOptions {
    HttpOptions http;
    // Where to connect to, in this order, whatever the host's name leads to: the caller has looked
    // at them. The certificate must be the name's all the same. Empty: where the name leads.
    std::vector<std::string> addresses{};
    std::stop_token stop{};  // ends what is under way soon, with a TransportError
};

// On a connection of its own, which is closed behind it. Redirects are answers like others. Of an
// answer's body at most `max_response_bytes` are read and the rest is left; `timeout_ms` is for the
// whole exchange, and once the status is known nothing is an error any more. Throws TransportError.
HttpResponse send_once(const Url& server, const HttpRequest& request, const OnceOptions& options);

}  // namespace suanpan::client
