#pragma once

// The threads on which requests are worked on: they may wait for the database, network threads may
// not.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace suanpan::api {

class Workers {
 public:
    Workers(int threads, std::size_t queue_limit);
    ~Workers();  // as stop()
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    // False, and nothing done, when the queue is full or after stop(). `job` must not throw.
    bool try_post(std::function<void()> job);
    // Finishes what is queued, takes no more.
    void stop();
    [[nodiscard]] std::size_t waiting() const;

 private:
    void run();

    std::size_t queue_limit_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> queue_;
    bool stopping_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace suanpan::api
