#pragma once

// A response whose body is made while it is sent. Included by the transport files only.
//
// One piece is asked for, sent, and only then the next one: who reads slowly slows what makes the
// text, and who went away ends it. HTTP/1.1 gets chunks (RFC 9112 §7.1), HTTP/1.0 the bare bytes
// and the end of the connection. A body that breaks ends the connection without the last chunk, so
// nobody takes the part for the whole.

#include "api/http.hpp"
#include "api/transport/session.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace suanpan::api {

struct StreamLimits {
    std::chrono::seconds piece;
    std::chrono::seconds whole;
};

class StreamedResponse {
 public:
    // REQUIRES response.stream.
    StreamedResponse(Connection& connection, StreamLimits limits, Response response)
        : connection_(connection), limits_(limits), response_(std::move(response)) {}

    // False: the connection is done.
    boost::asio::awaitable<bool> write(unsigned version, bool keep, bool head);

 private:
    boost::asio::awaitable<bool> write_header(unsigned version, bool keep);
    boost::asio::awaitable<bool> write_pieces(bool chunked);
    boost::asio::awaitable<BodyStream::Piece> next_piece();
    boost::asio::awaitable<bool> send(const std::string& bytes);

    Connection& connection_;
    StreamLimits limits_;
    Response response_;
};

}  // namespace suanpan::api
