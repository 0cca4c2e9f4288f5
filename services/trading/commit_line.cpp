#include "services/trading/commit_line.hpp"

#include "base/check.hpp"
#include "base/thread_name.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

namespace suanpan::services {

CommitLine::CommitLine(Steps steps) : steps_(std::move(steps)), thread_([this] { work(); }) {}

CommitLine::~CommitLine() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void CommitLine::push(PendingBatchPtr batch) {
    {
        const std::scoped_lock lock(mutex_);
        CHECK(batches_.size() < kPlaces);
        batches_.push_back(std::move(batch));
    }
    changed_.notify_all();
}

bool CommitLine::wait_for_room() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return failed_ || batches_.size() < kPlaces; });
    return !failed_;
}

bool CommitLine::wait_idle() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return failed_ || batches_.empty(); });
    return !failed_;
}

std::vector<std::shared_ptr<const KnownKeys>> CommitLine::keys() const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::shared_ptr<const KnownKeys>> out;
    for (auto batch = batches_.rbegin(); batch != batches_.rend(); ++batch)
        out.push_back((*batch)->keys);
    return out;
}

std::vector<PendingBatchPtr> CommitLine::take_back() {
    const std::scoped_lock lock(mutex_);
    CHECK(failed_ || batches_.empty());
    failed_ = false;
    std::vector<PendingBatchPtr> out(std::make_move_iterator(batches_.begin()),
                                     std::make_move_iterator(batches_.end()));
    batches_.clear();
    return out;
}

void CommitLine::work() {
    name_thread("commits");
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return stopping_ || (!failed_ && !batches_.empty()); });
        if (stopping_) return;
        const PendingBatchPtr batch = batches_.front();
        lock.unlock();
        const bool written = try_write(*batch);
        if (written) steps_.finish(*batch);
        lock.lock();
        if (written)
            batches_.pop_front();
        else
            failed_ = true;
        changed_.notify_all();
        if (written) continue;
        lock.unlock();
        steps_.failed();
        lock.lock();
    }
}

bool CommitLine::try_write(PendingBatch& batch) const {
    try {
        if (!batch.empty) steps_.write(batch);
        return true;
    } catch (const std::exception& problem) {
        spdlog::error("a batch of {} commands was not written: {}", batch.commit.commands,
                      problem.what());
        return false;
    }
}

}  // namespace suanpan::services
