#pragma once

// What a server on Beast can do at most: every request is answered with the same bytes, by a
// process of its own as suanpand is.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace suanpan::bench {

class BareServer {
 public:
    // Answers with `body_size` bytes, by one thread, which needs no strand. To be made while this
    // process has no other thread: it forks.
    explicit BareServer(std::size_t body_size);
    ~BareServer();
    BareServer(const BareServer&) = delete;
    BareServer& operator=(const BareServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
    pid_t process_ = 0;
    std::uint16_t port_ = 0;
};

}  // namespace suanpan::bench
