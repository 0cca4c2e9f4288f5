#pragma once

// A WebSocket (RFC 6455) between a connection and its peer. Included by the transport files only.
//
// Bounds: messages of a client are short, what waits for a client is bounded, a client that does
// not answer a ping or does not take what it is sent is left.

#include "api/streaming/messages.hpp"
#include "api/transport/session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <memory>

namespace suanpan::api {

// Takes over the connection whose request this was; returns when it is over.
boost::asio::awaitable<void> run_web_socket(
    std::shared_ptr<Connection> connection,
    boost::beast::http::request<boost::beast::http::string_body> request,
    std::shared_ptr<MessagePeer> peer);

}  // namespace suanpan::api
