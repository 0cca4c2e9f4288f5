#pragma once

// A server that answers with what a test wrote beforehand, one connection after the other.

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace suanpan::client {

class FakeServer {
 public:
    // Each text is sent after one whole request was read. An empty one closes the connection
    // instead; "\n" as the last byte of the headers' part is the test's own affair.
    explicit FakeServer(std::vector<std::string> answers);
    ~FakeServer();

    [[nodiscard]] std::string url() const;
    // Requests as received, heads and bodies.
    std::vector<std::string> requests();

 private:
    void serve();
    void serve_connection(int socket);

    std::vector<std::string> answers_;
    std::size_t next_ = 0;
    int listener_ = -1;
    int port_ = 0;
    std::mutex mutex_;
    std::vector<std::string> requests_;
    std::thread thread_;
};

// A response with a length.
std::string http_answer(int status, const std::string& body, const std::string& headers = "");

}  // namespace suanpan::client
