#pragma once

// Runs a Publisher on a thread of its own.

#include "base/error.hpp"
#include "services/clock.hpp"
#include "services/publishing/publish_waiters.hpp"
#include "services/publishing/publisher.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace suanpan::services {

struct PublisherLoopOptions {
    std::int64_t interval_ms = 1'000;    // new entries wait at most so long …
    std::uint64_t wake_entries = 4'096;  // … or until so many wait
    std::int64_t retry_ms = 2'000;       // after the database or the disk was out of reach
};

struct PublisherStatus {
    std::uint64_t published_size = 0;
    std::uint64_t signed_size = 0;  // more than is published while witnesses are awaited
    std::uint64_t known_size = 0;   // the log's size as last notified
    std::optional<Time> published_at;
    std::optional<Error> stopped;  // needs a person; its text says what to do
    std::optional<Error>
        delayed;  // the last attempt's, which will be repeated; empty after success
    std::optional<Time> delayed_since;
};

/// Thread-safe. The listeners are called on the loop's thread and must not call stop().
class PublisherLoop {
 public:
    struct Listeners {
        std::function<void(const Published&)> published;
        std::function<void(const Error&)> stopped;  // once
        std::function<void(const Error&)> delayed;  // will be tried again
    };

    /// What is given must outlive the loop.
    PublisherLoop(Publisher& publisher, const Clock& clock, PublisherLoopOptions options,
                  Listeners listeners);
    ~PublisherLoop();
    PublisherLoop(const PublisherLoop&) = delete;
    PublisherLoop& operator=(const PublisherLoop&) = delete;

    void start();
    /// Ends the step that is under way, publishes nothing more, and waits for the thread.
    void stop();

    /// The log has this many committed entries now. Cheap: for the sequencer, after each commit.
    void notify(std::uint64_t log_size);
    /// Publishes now rather than at the next interval.
    void wake();
    /// Waits until `size` entries are published: true; false when the time is over or it stopped.
    bool wait_published(std::uint64_t size, std::int64_t timeout_ms);

    /// The same without holding a thread up: see PublishWaiters::wait.
    void when_published(std::uint64_t size, std::int64_t timeout_ms, PublishWaiters::Done done);
    /// Nobody is waited for any more: a server that stops.
    void release_waiters() { waiters_.release(); }

    [[nodiscard]] PublisherStatus status() const;
    /// Null when no policy was given.
    [[nodiscard]] const Witnesses* witnesses() const { return publisher_.witnesses(); }

 private:
    void run();
    /// True when the loop should go on at once because more is waiting.
    bool publish();
    void delay(const Error& why);
    [[nodiscard]] bool due_now() const;  // REQUIRES mutex_

    Publisher& publisher_;
    const Clock& clock_;
    PublisherLoopOptions options_;
    Listeners listeners_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    PublisherStatus status_;
    bool stopping_ = false;
    bool woken_ = false;
    PublishWaiters waiters_;
    std::thread thread_;
};

}  // namespace suanpan::services
