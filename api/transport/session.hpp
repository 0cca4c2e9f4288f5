#pragma once

// One connection: read a request, hand it over, write the answer, again. Included by the transport
// files only.

#include "api/transport/server.hpp"
#include "wire/stream.hpp"
#include "wire/tls.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>

namespace suanpan::api {

// A live connection, as the server sees it when it stops.
struct Connection {
    explicit Connection(boost::asio::ip::tcp::socket socket) : stream(std::move(socket)) {}
    wire::Stream stream;
    bool idle = true;  // waits for a request or the rest of it; touched on the executor only
};

// What all sessions of a server share. Thread-safe. Outlives them: the server waits, then ends the
// context that holds them.
class SessionShared {
 public:
    // `tls`: null for plain HTTP.
    SessionShared(ServerLimits limits, std::shared_ptr<wire::ServerTls> tls, Handler handler)
        : limits_(limits), tls_(std::move(tls)), handler_(std::move(handler)) {}

    [[nodiscard]] const ServerLimits& limits() const { return limits_; }
    [[nodiscard]] const Handler& handler() const { return handler_; }
    [[nodiscard]] wire::ServerTls* tls() const { return tls_.get(); }
    [[nodiscard]] bool stopping() const { return stopping_; }
    [[nodiscard]] std::size_t open() const;
    // False when there are as many as there may be.
    bool try_add(const std::shared_ptr<Connection>& connection);
    void remove(const std::shared_ptr<Connection>& connection);
    // Idle connections are closed; the others close after the answer they are working on.
    void ask_to_stop();
    void wait_until_idle(std::chrono::seconds grace);

 private:
    ServerLimits limits_;
    std::shared_ptr<wire::ServerTls> tls_;
    Handler handler_;
    std::atomic<bool> stopping_{false};
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::set<std::shared_ptr<Connection>> connections_;
};

// Takes the connection over; the socket's executor is a strand.
void spawn_session(boost::asio::ip::tcp::socket socket, SessionShared& shared);

}  // namespace suanpan::api
