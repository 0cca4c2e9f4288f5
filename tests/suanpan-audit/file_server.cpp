#include "tests/suanpan-audit/file_server.hpp"

#include "tests/suanpan-audit/zip.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace suanpan::audit {
namespace {

constexpr int kPollMs = 50;

std::string response(const std::string& status, const std::string& body,
                     const std::string& more = "") {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + more +
           "\r\nConnection: close\r\n\r\n" + body;
}

}  // namespace

FileServer::FileServer(std::filesystem::path folder, std::string token, bool zipped)
    : folder_(std::move(folder)), token_(std::move(token)), zipped_(zipped) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<::sockaddr*>(&address);
    if (listener_ < 0 || ::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, generic, &size) != 0)
        throw std::runtime_error("cannot listen on 127.0.0.1");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
}

FileServer::~FileServer() {
    stopping_ = true;
    thread_.join();
    ::close(listener_);
}

std::string FileServer::url() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/log";
}

void FileServer::stumble(int busy, int lost) {
    lost_ = lost;
    busy_ = busy;
}

void FileServer::run() {
    while (!stopping_) {
        ::pollfd ready{listener_, POLLIN, 0};
        if (::poll(&ready, 1, kPollMs) <= 0) continue;
        const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) continue;
        answer(connection);
        ::close(connection);
    }
}

void FileServer::answer(int connection) const {
    std::string request;
    std::string chunk(4'096, '\0');
    while (request.find("\r\n\r\n") == std::string::npos) {
        const ::ssize_t count = ::recv(connection, chunk.data(), chunk.size(), 0);
        if (count <= 0) return;
        request.append(chunk, 0, static_cast<std::size_t>(count));
    }
    const std::string prefix = "GET /log/";
    const std::string path =
        request.substr(prefix.size(), request.find(' ', prefix.size()) - prefix.size());
    const bool allowed = token_.empty() || !path.starts_with("tile/entries/") ||
                         request.find("Bearer " + token_ + "\r\n") != std::string::npos;
    std::ifstream file(folder_ / path, std::ios::binary);
    std::ostringstream body;
    if (file) body << file.rdbuf();
    std::string answer = response("404 Not Found", "no such file");
    if (file && request.starts_with(prefix))
        answer = allowed ? response("200 OK", body.str()) : response("403 Forbidden", "");
    const bool takes_gzip = request.find("Accept-Encoding: gzip\r\n") != std::string::npos;
    if (file && allowed && zipped_ && takes_gzip)
        answer = response("200 OK", zip(body.str()), "\r\nContent-Encoding: gzip");
    if (busy_ > 0) {
        --busy_;
        answer = response("503 Service Unavailable", "busy", "\r\nRetry-After: 0");
    } else if (lost_ > 0) {
        --lost_;
        return;
    }
    std::string_view rest = answer;
    while (!rest.empty()) {
        const ::ssize_t count = ::send(connection, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (count <= 0) return;
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
}

}  // namespace suanpan::audit
