#pragma once

// What HTTP/1.1 (RFC 9112) demands of a request beyond what Beast's parser refuses. Where we and a
// proxy in front could understand a request otherwise, a second one could hide in it. Included by
// the transport files only.

#include "base/result.hpp"

#include <boost/beast/http.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace suanpan::api {

using HttpMessage = boost::beast::http::request<boost::beast::http::string_body>;

// Of a head (§3.2, §6.1): one host, no coding but chunked. Lengths are the parser's to check.
std::optional<Error> find_framing_fault(const HttpMessage& message);

// Trailers would become fields like those of the head (RFC 9110 §6.5.1): none is taken.
std::size_t count_fields(const HttpMessage& message);

// Whether the peer waits for a word before it sends the body (RFC 9110 §10.1.1).
bool expects_continue(const HttpMessage& message);

// "/v1/orders" of "https://exchange.example/v1/orders" too (§3.2.2); anything else as it is.
std::string_view origin_form(std::string_view target);

}  // namespace suanpan::api
