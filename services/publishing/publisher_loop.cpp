#include "services/publishing/publisher_loop.hpp"

#include "base/check.hpp"
#include "base/thread_name.hpp"
#include "services/background.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace suanpan::services {

using std::chrono::milliseconds;

PublisherLoop::PublisherLoop(Publisher& publisher, const Clock& clock, PublisherLoopOptions options,
                             Listeners listeners)
    : publisher_(publisher), clock_(clock), options_(options), listeners_(std::move(listeners)) {}

PublisherLoop::~PublisherLoop() {
    stop();
}

void PublisherLoop::start() {
    CHECK(!thread_.joinable());
    stopping_ = false;
    thread_ = std::thread([this] { run(); });
}

void PublisherLoop::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void PublisherLoop::notify(std::uint64_t log_size) {
    bool due = false;
    {
        const std::scoped_lock lock(mutex_);
        status_.known_size = std::max(status_.known_size, log_size);
        due = due_now();
    }
    if (due) changed_.notify_all();
}

void PublisherLoop::wake() {
    {
        const std::scoped_lock lock(mutex_);
        woken_ = true;
    }
    changed_.notify_all();
}

bool PublisherLoop::wait_published(std::uint64_t size, std::int64_t timeout_ms) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, milliseconds(timeout_ms), [&] {
        return status_.published_size >= size || status_.stopped || stopping_;
    });
    return status_.published_size >= size;
}

void PublisherLoop::when_published(std::uint64_t size, std::int64_t timeout_ms,
                                   PublishWaiters::Done done) {
    waiters_.wait(size, timeout_ms, std::move(done));
}

PublisherStatus PublisherLoop::status() const {
    const std::scoped_lock lock(mutex_);
    return status_;
}

bool PublisherLoop::due_now() const {
    const bool many = status_.known_size >= status_.published_size + options_.wake_entries;
    return woken_ || (many && !status_.delayed);
}

void PublisherLoop::run() {
    name_thread("publisher");
    give_way();
    while (true) {
        {
            const std::scoped_lock lock(mutex_);
            if (stopping_ || status_.stopped) return;
            woken_ = false;
        }
        if (publish()) continue;
        std::unique_lock lock(mutex_);
        const std::int64_t wait_ms = status_.delayed ? options_.retry_ms : options_.interval_ms;
        changed_.wait_for(lock, milliseconds(wait_ms), [&] { return stopping_ || due_now(); });
    }
}

bool PublisherLoop::publish() {
    std::optional<Published> published;
    std::optional<Error> error;
    const std::uint64_t known_before = status().known_size;
    try {
        auto result = publisher_.publish_once(clock_.now());
        if (result) {
            published = std::move(*result);
        } else {
            error = result.error();
        }
    } catch (const std::exception& failure) {
        error = Error("environment", failure.what());
    }
    waiters_.published(publisher_.published_size());
    if (error && !publisher_.stopped()) {
        delay(*error);
        return false;
    }
    {
        const std::scoped_lock lock(mutex_);
        status_.published_size = publisher_.published_size();
        status_.signed_size = publisher_.signed_size();
        // After an empty step nothing that was notified before it waits; what came since does.
        if (!error && !published && status_.known_size == known_before)
            status_.known_size = status_.published_size;
        status_.known_size = std::max(status_.known_size, status_.published_size);
        status_.delayed.reset();
        status_.delayed_since.reset();
        if (published) status_.published_at = published->time;
        status_.stopped = error;
    }
    changed_.notify_all();
    if (error && listeners_.stopped) listeners_.stopped(*error);
    if (published && listeners_.published) listeners_.published(*published);
    // A checkpoint of the largest allowed size: there is likely more.
    return published && published->size - published->old_size >= publisher_.max_entries();
}

void PublisherLoop::delay(const Error& why) {
    {
        const std::scoped_lock lock(mutex_);
        // One step may publish what was signed before and then fail.
        status_.published_size = publisher_.published_size();
        status_.signed_size = publisher_.signed_size();
        status_.known_size = std::max(status_.known_size, status_.published_size);
        status_.delayed = why;
        if (!status_.delayed_since) status_.delayed_since = clock_.now();
    }
    changed_.notify_all();
    if (listeners_.delayed) listeners_.delayed(why);
}

}  // namespace suanpan::services
