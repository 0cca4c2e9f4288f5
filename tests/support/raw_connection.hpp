#pragma once

// Bytes over TCP, as they are.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace suanpan::support {

// Connects to a URL's port on this machine. A read waits ten seconds at most.
class RawConnection {
 public:
    explicit RawConnection(const std::string& url) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port =
            htons(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
        const timeval patience{10, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        const auto* any = reinterpret_cast<const sockaddr*>(&address);
        connected_ = ::connect(socket_, any, sizeof address) == 0;
    }
    ~RawConnection() { ::close(socket_); }
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;

    [[nodiscard]] bool connected() const { return connected_; }

    // False when the peer has closed.
    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    // Something has come that was not read yet, or the end.
    [[nodiscard]] bool has_news() const {
        char byte = 0;
        return ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
    }
    // All until `text` has come, or the end.
    std::string read_until(std::string_view text) {
        while (received_.find(text) == std::string::npos && read_some()) {
        }
        return received_;
    }
    std::string read_to_end() {
        while (read_some()) {
        }
        return received_;
    }

 private:
    bool read_some() {
        char buffer[4096];
        const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
        if (count <= 0) return false;
        received_.append(buffer, static_cast<std::size_t>(count));
        return true;
    }
    int socket_;
    bool connected_ = false;
    std::string received_;
};

}  // namespace suanpan::support
