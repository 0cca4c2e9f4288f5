#pragma once

// A small HTTP/1.1 server for few, short requests: one request a connection, one thread each, and a
// bound on everything that a peer can make us hold.

#include "apps/suanpan-audit/http_head.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <thread>

namespace suanpan::audit {

struct WebLimits {
    std::size_t header_bytes = 16'384;
    std::size_t body_bytes = 131'072;
    std::size_t connections = 64;  // further ones are told 503
    std::chrono::milliseconds receive{10'000};
    std::chrono::milliseconds send{10'000};
};

class HttpServer {
 public:
    /// Called by several threads at a time. What it throws is answered with 500.
    using Handler = std::function<WebResponse(const WebRequest&)>;

    /// Serves from now on. Port 0 takes a free one. Throws AuditError when it can't listen there.
    HttpServer(const std::string& address, std::uint16_t port, WebLimits limits, Handler handler);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// No new connections; requests that have begun are answered. May be called again.
    void stop();

 private:
    struct Connection {
        std::thread thread;
        std::atomic<bool> done = false;
    };

    void accept_loop();
    bool begin(int socket);  // false: no thread is to be had, the socket is still the caller's
    void serve(int socket) const;
    [[nodiscard]] WebResponse handle(const WebRequest& request) const;

    WebLimits limits_;
    Handler handler_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_ = false;
    std::list<Connection> connections_;  // of the accepting thread
    std::thread acceptor_;
};

/// The text is an IP address that only this machine reaches.
bool is_loopback(const std::string& address);

}  // namespace suanpan::audit
