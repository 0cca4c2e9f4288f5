#pragma once

// Where a server is: "http://127.0.0.1:8080". Plain HTTP only; TLS is ended in front of the server.

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace suanpan::client {

struct Url {
    std::string host;  // name or address; an IPv6 address without its brackets
    std::string port;  // decimal, 1..65535
    std::string path;  // without a trailing '/'; empty for the root

    // "host:port" as the Host header wants it.
    [[nodiscard]] std::string authority() const;
};

// Errors: `bad_url`, with what would be right.
Result<Url> parse_url(std::string_view text);

// Percent-encodes what may not stand in a query value or path segment (RFC 3986 §2.3).
std::string percent_encode(std::string_view text);

}  // namespace suanpan::client
