#pragma once

// The head of a response as it is sent (RFC 9112 §4, §5): one text, where Beast's serializer hands
// the socket four pieces a field.

#include "api/http.hpp"

#include <string>
#include <string_view>

namespace suanpan::api {

inline constexpr std::string_view kChunked = "Transfer-Encoding: chunked\r\n";

// The field with the body's length, or nothing for a status that has no body (RFC 9110 §8.6).
std::string content_length(const Response& response);

// `version`: 10 or 11. `length`: content_length(), kChunked, or nothing. Of two fields with one
// name the later is sent, but of Vary, each of which says on what else the answer depends, both.
// `headers` names none of the fields that are set here: Connection, Server, Content-Type, and those
// of the length. That, and a line's end in a field, are faults of ours: they throw.
std::string response_head(const Response& response, unsigned version, bool keep,
                          std::string_view length);

}  // namespace suanpan::api
