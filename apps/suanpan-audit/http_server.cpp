#include "apps/suanpan-audit/http_server.hpp"

#include "apps/suanpan-audit/fault.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace suanpan::audit {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook(100);  // how often a wait looks whether to stop
constexpr int kBacklog = 64;

struct FreeAddresses {
    void operator()(::addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<::addrinfo, FreeAddresses>;

Addresses look_up(const std::string& address, std::uint16_t port) {
    ::addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
    ::addrinfo* list = nullptr;
    if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &list) != 0)
        throw AuditError("'" + address + "' is not an IP address: give one like 127.0.0.1 or ::1");
    return Addresses(list);
}

int listen_on(const std::string& address, std::uint16_t port) {
    const Addresses where = look_up(address, port);
    const int socket = ::socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    const bool good =
        socket >= 0 && ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
        ::bind(socket, where->ai_addr, where->ai_addrlen) == 0 && ::listen(socket, kBacklog) == 0;
    if (good) return socket;
    const std::string reason = std::strerror(errno);
    if (socket >= 0) ::close(socket);
    throw AuditError("cannot listen on " + address + ":" + std::to_string(port) + ": " + reason);
}

std::uint16_t port_of(int listener) {
    ::sockaddr_storage address{};
    ::socklen_t size = sizeof(address);
    ::getsockname(listener, reinterpret_cast<::sockaddr*>(&address), &size);
    // The port lies at the same place in both families.
    return ntohs(reinterpret_cast<const ::sockaddr_in*>(&address)->sin_port);
}

// One connection, each step within a time.
class Peer {
 public:
    Peer(int socket, const std::atomic<bool>& stopping) : socket_(socket), stopping_(stopping) {}
    ~Peer() { ::close(socket_); }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    // All three give false when the peer left or the time is up.

    // What comes next, at most `most` bytes. A server that stops waits for no first byte.
    bool receive_some(std::string& into, std::size_t most, Clock::time_point until) {
        std::string chunk(std::min<std::size_t>(most, kChunk), '\0');
        for (;;) {
            if (!wait(POLLIN, until, into.empty())) return false;
            const ::ssize_t count = ::recv(socket_, chunk.data(), chunk.size(), 0);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return false;
            into.append(chunk, 0, static_cast<std::size_t>(count));
            return true;
        }
    }
    bool receive_up_to(std::string& into, std::size_t size, Clock::time_point until) {
        while (into.size() < size) {
            if (!receive_some(into, size - into.size(), until)) return false;
        }
        return true;
    }
    bool send(std::string_view bytes, Clock::time_point until) {
        while (!bytes.empty()) {
            if (!wait(POLLOUT, until, false)) return false;
            const ::ssize_t count =
                ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (count < 0 && errno != EAGAIN && errno != EINTR) return false;
            if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }
    // A close with unread bytes is a reset, which can overtake the answer: who still sends may
    // finish.
    void linger(Clock::time_point until) {
        ::shutdown(socket_, SHUT_WR);
        std::string rest;
        receive_up_to(rest, kLingerBytes, until);
    }

 private:
    static constexpr std::size_t kChunk = 16'384;
    static constexpr std::size_t kLingerBytes = 1U << 20U;

    bool wait(short what, Clock::time_point until, bool may_stop) {
        while (!may_stop || !stopping_) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
            if (left.count() <= 0) return false;
            ::pollfd ready{socket_, what, 0};
            const int count = ::poll(&ready, 1, static_cast<int>(std::min(left, kLook).count()));
            if (count > 0) return true;
            if (count < 0 && errno != EINTR) return false;
        }
        return false;
    }

    int socket_;
    const std::atomic<bool>& stopping_;
};

// The error is what to answer; nothing when there is nobody to answer.
using Received = tl::expected<WebRequest, std::optional<WebResponse>>;

tl::unexpected<std::optional<WebResponse>> refuse(std::optional<WebResponse> response) {
    return tl::unexpected(std::move(response));
}

Received receive_request(Peer& peer, const WebLimits& limits, Clock::time_point until) {
    const WebResponse late = plain_text(408, "the request did not arrive in time");
    std::string bytes;
    std::size_t end = std::string::npos;
    while ((end = bytes.find("\r\n\r\n")) == std::string::npos) {
        if (bytes.size() >= limits.header_bytes)
            return refuse(plain_text(431, "the header is too large"));
        if (!peer.receive_some(bytes, limits.header_bytes - bytes.size(), until))
            return refuse(bytes.empty() ? std::nullopt : std::optional(late));
    }
    auto head = parse_head(std::string_view(bytes).substr(0, end + 2));
    if (!head) return refuse(std::move(head.error()));
    if (head->content_length > limits.body_bytes)
        return refuse(plain_text(413, "the body is too large"));
    if (head->expects_continue) peer.send("HTTP/1.1 100 Continue\r\n\r\n", until);
    std::string body = bytes.substr(end + 4, head->content_length);
    if (!peer.receive_up_to(body, head->content_length, until)) return refuse(late);
    return WebRequest{std::move(head->method), std::move(head->target), std::move(body)};
}

}  // namespace

HttpServer::HttpServer(const std::string& address, std::uint16_t port, WebLimits limits,
                       Handler handler)
    : limits_(limits), handler_(std::move(handler)), listener_(listen_on(address, port)) {
    port_ = port_of(listener_);
    acceptor_ = std::thread([this] { accept_loop(); });
}

HttpServer::~HttpServer() {
    stop();
}

void HttpServer::stop() {
    if (!acceptor_.joinable()) return;
    stopping_ = true;
    acceptor_.join();
    ::close(listener_);
    for (Connection& connection : connections_)
        connection.thread.join();
    connections_.clear();
}

void HttpServer::accept_loop() {
    while (!stopping_) {
        ::pollfd ready{listener_, POLLIN, 0};
        const bool any = ::poll(&ready, 1, static_cast<int>(kLook.count())) > 0;
        for (auto at = connections_.begin(); at != connections_.end();) {
            const auto connection = at++;
            if (!connection->done) continue;
            connection->thread.join();
            connections_.erase(connection);
        }
        if (!any) continue;
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) {
            // Out of descriptors, most likely: waiting is the only thing that helps.
            std::this_thread::sleep_for(kLook);
            continue;
        }
        if (connections_.size() >= limits_.connections || !begin(socket)) {
            Peer peer(socket, stopping_);
            peer.send(response_text(plain_text(503, "too many connections")), Clock::now() + kLook);
        }
    }
}

bool HttpServer::begin(int socket) {
    Connection& connection = connections_.emplace_back();
    try {
        connection.thread = std::thread([this, &connection, socket] {
            serve(socket);
            connection.done = true;
        });
    } catch (const std::system_error&) {  // out of threads
        connections_.pop_back();
        return false;
    }
    return true;
}

void HttpServer::serve(int socket) const {
    Peer peer(socket, stopping_);
    auto request = receive_request(peer, limits_, Clock::now() + limits_.receive);
    if (!request && !request.error()) return;
    const WebResponse response = request ? handle(*request) : std::move(*request.error());
    peer.send(response_text(response), Clock::now() + limits_.send);
    peer.linger(Clock::now() + kLook);
}

WebResponse HttpServer::handle(const WebRequest& request) const {
    try {
        return handler_(request);
    } catch (const std::exception&) {
        return plain_text(500, "this failed here; nothing is wrong with the request");
    }
}

bool is_loopback(const std::string& address) {
    ::in_addr four{};
    ::in6_addr six{};
    if (::inet_pton(AF_INET, address.c_str(), &four) == 1)
        return (ntohl(four.s_addr) >> 24U) == IN_LOOPBACKNET;
    return ::inet_pton(AF_INET6, address.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six) != 0;
}

}  // namespace suanpan::audit
