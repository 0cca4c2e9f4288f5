#pragma once

// One connection: read a request, hand it over, write the answer, again. Included by the transport
// files only.

#include "api/transport/connections.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace suanpan::api {

// Takes the connection over; one thread runs the socket's executor.
void spawn_session(boost::asio::ip::tcp::socket socket, SessionShared& shared);

}  // namespace suanpan::api
