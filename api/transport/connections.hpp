#pragma once

// The connections of a server: how many there may be, and which gives way when there are too many.
// Included by the transport files only.

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

// A live connection. It waits for its peer (to send a request or the rest of one, to take an
// answer), or the server works for it. While it waits it may have to end in favour of another;
// what began to work is worked off.
class Connection {
 public:
    using Moment = std::chrono::steady_clock::time_point;

    explicit Connection(boost::asio::ip::tcp::socket socket) : stream(std::move(socket)) {}

    // Both touched on the stream's executor only.
    wire::Stream stream;
    bool reads = true;  // a request or the rest of it: nothing is lost when it ends

    // By the session. False: it was ended, and does nothing more.
    [[nodiscard]] bool mark_waiting() { return move_on(now()); }
    [[nodiscard]] bool mark_working() { return move_on(kWorks); }
    // By any thread. Max while it works.
    [[nodiscard]] Moment waits_since() const { return Moment(Moment::duration(state_.load())); }
    // False: meanwhile it works, or waits for something else.
    bool end_if_waiting_since(Moment since) {
        Moment::rep expected = since.time_since_epoch().count();
        return expected != kWorks && state_.compare_exchange_strong(expected, kEnded);
    }

 private:
    static constexpr Moment::rep kWorks = std::numeric_limits<Moment::rep>::max();
    static constexpr Moment::rep kEnded = std::numeric_limits<Moment::rep>::min();
    static Moment::rep now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }
    bool move_on(Moment::rep to);

    std::atomic<Moment::rep> state_ = now();
};

// What all sessions of a server share. Thread-safe. Outlives them: the server waits, then ends the
// contexts that hold them.
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
    // When there are as many as there may be, the one that has waited longest for its peer gives
    // way, so that who only holds connections open keeps nobody out. False when none waits.
    bool try_add(const std::shared_ptr<Connection>& connection);
    void remove(const std::shared_ptr<Connection>& connection);
    // A WebSocket stays as long as its peer likes, so there are fewer of them. False: too many.
    bool try_add_web_socket();
    void remove_web_socket() { --web_sockets_; }
    // Those that read are closed; the others close after the answer they are working on.
    void ask_to_stop();
    void wait_until_idle(std::chrono::seconds grace);

 private:
    bool end_longest_waiting();

    ServerLimits limits_;
    std::shared_ptr<wire::ServerTls> tls_;
    Handler handler_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> web_sockets_{0};
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::set<std::shared_ptr<Connection>> connections_;
};

}  // namespace suanpan::api
