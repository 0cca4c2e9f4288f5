#pragma once

// HTTP/1.1 over TCP with bounds on everything a peer can make us hold: headers, bodies, time,
// connections. With TLS on any address, without it on loopback addresses only.

#include "api/http.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace suanpan::wire {
class ServerTls;
}

namespace suanpan::api {

struct ServerLimits {
    std::uint32_t header_bytes = 16'384;
    std::uint64_t body_bytes = 1'048'576;
    std::uint64_t batch_body_bytes = 8 * 1'048'576;  // of targets that end in ":batch"
    std::size_t connections = 2'000;
    std::size_t web_sockets = 1'000;     // of the connections
    std::chrono::seconds handshake{10};  // of TLS
    std::chrono::seconds idle{75};       // between two requests
    std::chrono::seconds receive{20};    // one request, from its first byte
    std::chrono::seconds send{30};       // one response, or one piece of a streamed one
    std::chrono::seconds stream{3'600};  // all of a streamed response
    std::chrono::seconds stop_grace{5};  // for running requests, when the server stops
};

struct Listen {
    std::string address;
    std::uint16_t port = 0;
    int threads = 1;  // at least 1; a connection stays with the one that it was given
    std::shared_ptr<wire::ServerTls> tls{};
};

// Throws std::runtime_error with a sentence unless it is an IP address, without TLS one of this
// machine only.
void check_address(const std::string& address, bool tls);

class HttpServer {
 public:
    // Throws std::runtime_error with a sentence when it cannot listen there: not an address, not
    // loopback though without `tls`, taken. Port 0 takes a free one.
    HttpServer(const Listen& listen, ServerLimits limits, Handler handler);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::size_t open_connections() const;
    void start();
    // No new connections, idle ones end, running requests are answered within the grace; then all
    // ends. May be called again.
    void stop();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace suanpan::api
