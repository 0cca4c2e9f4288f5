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
#include <limits>
#include <memory>
#include <mutex>
#include <set>

namespace suanpan::api {

// A live connection, as the server sees it when it stops or is full.
class Connection {
 public:
    using Moment = std::chrono::steady_clock::time_point;

    explicit Connection(boost::asio::ip::tcp::socket socket) : stream(std::move(socket)) {}

    wire::Stream stream;  // touched on its executor only

    // For a request or the rest of it; so does a new connection. Any thread may ask.
    [[nodiscard]] bool waits() const { return since_.load() != kWorks; }
    [[nodiscard]] Moment waits_since() const { return Moment(Moment::duration(since_.load())); }
    void wait() { since_ = now(); }
    void work() { since_ = kWorks; }

 private:
    static constexpr Moment::rep kWorks = std::numeric_limits<Moment::rep>::max();
    static Moment::rep now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

    std::atomic<Moment::rep> since_ = now();
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
    // When there are as many as there may be, the one that has waited longest for a request gives
    // way, so that who only holds connections open keeps nobody out. False when all are at work.
    bool try_add(const std::shared_ptr<Connection>& connection);
    void remove(const std::shared_ptr<Connection>& connection);
    // Idle connections are closed; the others close after the answer they are working on.
    void ask_to_stop();
    void wait_until_idle(std::chrono::seconds grace);

 private:
    bool end_longest_waiting();

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
