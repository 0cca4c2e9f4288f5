#pragma once

// Who wants to know when the log is published up to a size. No thread waits for one of them.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace suanpan::services {

/// Thread-safe.
class PublishWaiters {
 public:
    /// Called once, from the waiters' own thread or from within wait(): true when it is published.
    using Done = std::function<void(bool published)>;

    PublishWaiters();
    /// Tells who still waits: false.
    ~PublishWaiters();
    PublishWaiters(const PublishWaiters&) = delete;
    PublishWaiters& operator=(const PublishWaiters&) = delete;

    /// At once when it is published, `timeout_ms` is not above 0, or too many wait already.
    void wait(std::uint64_t size, std::int64_t timeout_ms, Done done);
    /// The log is published up to here now.
    void published(std::uint64_t size);
    /// Tells all who wait: false; and from now on everyone at once. Returns when all were told. Not
    /// from within a Done.
    void release();

 private:
    struct Waiter {
        std::uint64_t size = 0;
        Done done;
    };
    using Clock = std::chrono::steady_clock;

    void run();
    [[nodiscard]] std::vector<std::pair<Done, bool>> take_ready();  // REQUIRES mutex_

    std::mutex mutex_;
    std::condition_variable changed_;
    std::multimap<Clock::time_point, Waiter> waiting_;  // by deadline
    std::uint64_t published_ = 0;
    bool released_ = false;
    bool stopping_ = false;
    bool telling_ = false;
    bool grown_ = false;  // published() came since the last look
    std::thread thread_;
};

}  // namespace suanpan::services
