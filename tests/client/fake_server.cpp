#include "tests/client/fake_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace suanpan::client {
namespace {

std::size_t content_length(const std::string& head) {
    const std::size_t at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

// One request; empty when the client has closed.
std::string read_request(int socket) {
    std::string text;
    std::array<char, 4'096> chunk{};
    while (true) {
        const std::size_t end = text.find("\r\n\r\n");
        if (end != std::string::npos && text.size() >= end + 4 + content_length(text)) return text;
        const ssize_t got = ::recv(socket, chunk.data(), chunk.size(), 0);
        if (got <= 0) return {};
        text.append(chunk.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace

FakeServer::FakeServer(std::vector<std::string> answers) : answers_(std::move(answers)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    if (::bind(listener_, any, size) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, any, &size) != 0)
        throw std::runtime_error("no loopback socket");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

FakeServer::~FakeServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
}

std::string FakeServer::url() const {
    return "http://127.0.0.1:" + std::to_string(port_);
}

std::vector<std::string> FakeServer::requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void FakeServer::serve() {
    while (true) {
        const int socket = ::accept(listener_, nullptr, nullptr);
        if (socket < 0) return;
        serve_connection(socket);
        ::close(socket);
    }
}

void FakeServer::serve_connection(int socket) {
    while (next_ < answers_.size()) {
        const std::string request = read_request(socket);
        if (request.empty()) return;
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
        }
        const std::string answer = answers_[next_++];
        if (answer.empty()) return;
        ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
    }
}

std::string http_answer(int status, const std::string& body, const std::string& headers) {
    return "HTTP/1.1 " + std::to_string(status) +
           " Word\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" +
           body;
}

}  // namespace suanpan::client
