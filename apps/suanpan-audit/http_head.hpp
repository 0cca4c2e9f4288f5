#pragma once

// The text of HTTP/1.1 messages (RFC 9112), as far as a small server needs it.

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace suanpan::audit {

struct WebRequest {
    std::string method;
    std::string target;  // as it came: path and query
    std::string body;
};
struct WebResponse {
    int status = 200;
    std::string content_type;
    std::string body;
};

struct RequestHead {
    std::string method;
    std::string target;
    std::size_t content_length = 0;
    bool expects_continue = false;
};

/// `text`: request line and header fields, each with its CRLF. The error is what to answer:
/// 400 malformed, 411 a body without a length, 505 another HTTP.
tl::expected<RequestHead, WebResponse> parse_head(std::string_view text);

/// Whole; the connection ends with it.
std::string response_text(const WebResponse& response);

WebResponse plain_text(int status, std::string text);

}  // namespace suanpan::audit
