#pragma once

// Batches on their way into the database, in the order of the log. A thread of its own writes one
// while the core applies the next to memory; what is answered, and when, is decided here alone: a
// batch's callers are answered after its commit and after those of the batches before it. When a
// batch fails, it and all behind it stand still until the sequencer takes them back. Inside
// services/trading only.

#include "db/batch.hpp"
#include "services/trading/batch_builder.hpp"
#include "services/trading/commit_figures.hpp"
#include "services/trading/core_loop.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace suanpan::services {

// One batch, applied to memory and not yet known to be durable.
struct PendingBatch {
    std::vector<Submission> submissions;  // whose answers these are
    std::vector<Answer> answers;
    std::shared_ptr<const KnownKeys> keys = std::make_shared<KnownKeys>();  // that it makes
    db::Batch rows;
    bool empty = true;  // there is nothing to write: repeats, who wait their turn
    CommitFigures commit;
};
using PendingBatchPtr = std::shared_ptr<PendingBatch>;

// One thread, the core's, calls; `write`, `finish` and `failed` run on the line's own.
class CommitLine {
 public:
    struct Steps {
        std::function<void(PendingBatch&)>
            write;  // throws when it was not, or perhaps not, written
        std::function<void(PendingBatch&)> finish;  // answers; must not throw
        std::function<void()> failed;               // the line stands still
    };
    // One that is written and one that is ready to be.
    static constexpr std::size_t kPlaces = 2;

    explicit CommitLine(Steps steps);
    ~CommitLine();  // ends after the batch under way
    CommitLine(const CommitLine&) = delete;
    CommitLine& operator=(const CommitLine&) = delete;

    // REQUIRES room, as a call of wait_for_room() that gave true has found it.
    void push(PendingBatchPtr batch);
    // Until there is room for one more (true), or the line has failed (false).
    bool wait_for_room();
    // Until nothing is under way (true), or the line has failed (false).
    bool wait_idle();
    // Keys of the batches under way, the newest first.
    [[nodiscard]] std::vector<std::shared_ptr<const KnownKeys>> keys() const;
    // After a failure: the batch that failed, whose fate is unknown, and those behind it, of which
    // nothing was written. The line goes on, empty.
    std::vector<PendingBatchPtr> take_back();

 private:
    void work();
    bool try_write(PendingBatch& batch) const;

    Steps steps_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<PendingBatchPtr> batches_;  // the first is being written, or has failed
    bool failed_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace suanpan::services
