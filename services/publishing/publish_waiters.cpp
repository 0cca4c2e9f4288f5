#include "services/publishing/publish_waiters.hpp"

#include "base/thread_name.hpp"

#include <utility>

namespace suanpan::services {
namespace {

constexpr std::size_t kMaxWaiting = 10'000;

}  // namespace

PublishWaiters::PublishWaiters() : thread_([this] { run(); }) {}

PublishWaiters::~PublishWaiters() {
    release();
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void PublishWaiters::wait(std::uint64_t size, std::int64_t timeout_ms, Done done) {
    bool now = false;
    {
        const std::scoped_lock lock(mutex_);
        now = published_ >= size;
        if (!now && !released_ && timeout_ms > 0 && waiting_.size() < kMaxWaiting) {
            waiting_.emplace(Clock::now() + std::chrono::milliseconds(timeout_ms),
                             Waiter{size, std::move(done)});
            changed_.notify_all();
            return;
        }
    }
    done(now);
}

void PublishWaiters::published(std::uint64_t size) {
    {
        const std::scoped_lock lock(mutex_);
        if (size <= published_) return;
        published_ = size;
        grown_ = true;
    }
    changed_.notify_all();
}

void PublishWaiters::release() {
    std::unique_lock lock(mutex_);
    released_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return waiting_.empty() && !telling_; });
}

std::vector<std::pair<PublishWaiters::Done, bool>> PublishWaiters::take_ready() {
    std::vector<std::pair<Done, bool>> ready;
    const auto now = Clock::now();
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        const bool done = at->second.size <= published_;
        if (!done && !released_ && at->first > now) {
            // Behind the first that has time left, only growth can make one ready.
            if (!grown_) break;
            ++at;
            continue;
        }
        ready.emplace_back(std::move(at->second.done), done);
        at = waiting_.erase(at);
    }
    grown_ = false;
    return ready;
}

void PublishWaiters::run() {
    name_thread("publish-waiters");
    std::unique_lock lock(mutex_);
    while (true) {
        const auto ready = take_ready();
        if (!ready.empty()) {
            telling_ = true;
            lock.unlock();
            for (const auto& [done, published] : ready)
                done(published);
            lock.lock();
            telling_ = false;
            changed_.notify_all();
            continue;
        }
        if (stopping_) return;
        if (waiting_.empty()) {
            changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        } else {
            changed_.wait_until(lock, waiting_.begin()->first);
        }
    }
}

}  // namespace suanpan::services
