#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>

namespace suanpan::audit {

/// Serves a folder below /log/ over HTTP on a free port of 127.0.0.1, one request a connection.
/// Entry bundles need the token, if there is one, and come as gzip to who takes that, if asked to.
class FileServer {
 public:
    FileServer(std::filesystem::path folder, std::string token, bool zipped = false);
    ~FileServer();
    FileServer(const FileServer&) = delete;
    FileServer& operator=(const FileServer&) = delete;

    [[nodiscard]] std::string url() const;
    /// From now on: so many requests are told 503, and then so many get no answer.
    void stumble(int busy, int lost);

 private:
    void run();
    void answer(int connection) const;

    std::filesystem::path folder_;
    std::string token_;
    bool zipped_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_ = false;
    mutable std::atomic<int> busy_ = 0;
    mutable std::atomic<int> lost_ = 0;
    std::thread thread_;
};

}  // namespace suanpan::audit
