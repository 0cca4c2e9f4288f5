#pragma once

// Where a server is: "https://market.example", "http://127.0.0.1:8080".

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace suanpan::client {

struct Url {
    std::string host;  // name or address; an IPv6 address without its brackets
    std::string port;  // decimal, 1..65535
    std::string path;  // without a trailing '/'; empty for the root
    bool tls = false;

    // "host:port" as the Host header wants it.
    [[nodiscard]] std::string authority() const;
    // Scheme and authority.
    [[nodiscard]] std::string origin() const;
};

// Errors: `bad_url`, with what would be right.
Result<Url> parse_url(std::string_view text);

// Percent-encodes what may not stand in a query value or path segment (RFC 3986 §2.3).
std::string percent_encode(std::string_view text);

}  // namespace suanpan::client
