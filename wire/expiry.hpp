#pragma once

#include <boost/asio/ssl/context.hpp>

#include <chrono>

namespace suanpan::wire {

// When the certificate of a context does; the epoch when it has none.
std::chrono::sys_seconds expires(boost::asio::ssl::context& context);

}  // namespace suanpan::wire
