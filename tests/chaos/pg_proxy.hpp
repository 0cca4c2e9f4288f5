#pragma once

// Stands between a server and PostgreSQL, on Unix sockets, and can fail as a network does: at a
// chosen byte in either direction, so that a commit may have been sent and its answer lost; or by
// standing still.

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace suanpan::chaos {

/// Thread-safe. Errors of the system while it is made are std::system_error.
class PgProxy {
 public:
    /// Listens in `folder`, under PostgreSQL's name for its port; `server`: the socket behind.
    PgProxy(const std::filesystem::path& folder, std::filesystem::path server);
    ~PgProxy();
    PgProxy(const PgProxy&) = delete;
    PgProxy& operator=(const PgProxy&) = delete;

    enum class Way : std::uint8_t { kToPostgres, kToServer };
    /// All connections are closed once `bytes` more have gone that way, the last of them whole.
    void cut_after(std::int64_t bytes, Way way);
    void cut_now();
    /// Nothing goes through until it is set back.
    void set_stalled(bool stalled) { stalled_ = stalled; }
    /// Whether a cut that was asked for is still to come.
    [[nodiscard]] bool cut_is_due() const { return due_; }

 private:
    struct Link;
    void accept_all();
    void pump(Link& link, Way way);
    std::size_t pass(std::size_t count, Way way);
    void drop_ended();

    std::filesystem::path server_;
    int listener_ = -1;
    std::atomic<bool> ending_ = false;
    std::atomic<bool> stalled_ = false;
    std::atomic<bool> due_ = false;
    std::atomic<Way> due_way_ = Way::kToServer;
    std::atomic<std::int64_t> due_bytes_ = 0;
    std::mutex mutex_;
    std::list<std::unique_ptr<Link>> links_;
    std::thread thread_;
};

}  // namespace suanpan::chaos
