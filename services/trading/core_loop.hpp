#pragma once

// The one thread that owns the market core, its bounded queue, and the log's only writer (design
// README, "The market core", "One sequencer"). A batch of commands is applied in memory, written in
// ONE PostgreSQL transaction, and only after the commit are the callers answered. While a batch is
// written and committed, by a thread of its own, the next is applied; while both are under way the
// queue fills, so batches grow with load and stay small when idle. If a commit fails, memory is
// thrown away and rebuilt from PostgreSQL, then all that was under way is applied again one command
// a transaction; one that fails again is refused.

#include "base/result.hpp"
#include "core/commands.hpp"
#include "core/market.hpp"
#include "db/side_rows.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::db {
class Pool;
struct Batch;
}  // namespace suanpan::db

namespace suanpan::services {

class Clock;
class Outbox;
struct CommitFigures;

struct IdempotencyKey {
    OrganisationId organisation;
    std::string route;
    std::string key;
    Hash body_hash{};
    bool for_ever = false;
};

struct StoredResponse {
    int status = 200;
    std::string body;                              // JSON
    std::string resource;                          // id of what was made, may be empty
    std::optional<LogIndex> index = std::nullopt;  // of the command's entry; set by the loop
    std::optional<LogIndex> last = std::nullopt;   // of what answers many commands: the last one's
    bool repeated = false;                         // the answer of an earlier request
};

struct Submission {
    core::Command command;
    std::optional<IdempotencyKey> idempotency;
    std::vector<db::SideRow> side;
    // Makes the answer from the outcome; runs on the core's thread before the commit, so that the
    // answer is stored in the same transaction. Must not block and must not throw for expected
    // input.
    std::function<StoredResponse(const core::CommandOutcome&)> respond;
    // After the commit (or the final failure: code `commit_failed`), in the order of the log. Runs
    // on the writer's thread, or the core's: hand over, don't work.
    std::function<void(Result<StoredResponse>)> done;
};

struct CoreFigures {
    std::int64_t commands = 0;
    std::int64_t batches = 0;
    std::int64_t largest_batch = 0;
    std::int64_t rebuilds = 0;
    std::int64_t queue_depth = 0;
    std::int64_t epoch = 0;  // of its last leadership; 0: it never led
    bool leading = false;    // false for good when another server has taken over
};

class CoreLoop {
 public:
    struct Options {
        std::size_t queue_limit = 10'000;
        std::size_t batch_limit = 2'000;
        // How long start() waits for another server to give up its leadership.
        std::chrono::milliseconds leader_wait{15'000};
        // After so long without the database, who waits gets `commit_failed`.
        std::chrono::milliseconds outage_patience{3'000};
        // Outlives the loop; null: nobody else is told.
        Outbox* outbox = nullptr;
        // Told of each commit by the writer's thread or the core's: must not block. May be empty.
        std::function<void(const CommitFigures&)> measured;
        // The market's memory is this now: at the start, and whenever it was loaded again.
        std::function<void(const core::Rows& state)> loaded;
        // For tests: called at "applied" (by the core's thread), "begun" (nothing written yet),
        // "written" (before the commit) and "committed" (before the answers), these by the
        // writer's thread; may throw, or end the process.
        std::function<void(std::string_view)> probe;
    };
    CoreLoop(db::Pool& pool, const Clock& clock, const Options& options);
    ~CoreLoop();  // stops and waits
    CoreLoop(const CoreLoop&) = delete;
    CoreLoop& operator=(const CoreLoop&) = delete;

    // Takes leadership (advisory lock, new fencing epoch), rebuilds from PostgreSQL, starts the
    // thread. Throws when the database does not let it.
    void start();
    // Takes no more, finishes what is queued, ends the thread.
    void stop();

    // Error `overloaded` at once when the queue is full, `stopping` during shutdown, `unavailable`
    // while the database is away or before start(), `not_leader` when another server leads; nothing
    // was done then and `done` is not called. Thread-safe.
    Result<void> submit(Submission submission);
    // Runs a read on the core's thread when nothing is under way and memory equals the database,
    // and waits for it. Passes on what it throws; std::runtime_error when the market is out of
    // reach.
    void inspect(const std::function<void(const core::Market&)>& read);
    // Tells the loop that the clock moved (sandbox), so that due things happen now; waits until
    // they are durable.
    void wake_for_time();

    [[nodiscard]] CoreFigures figures() const;
    // Called after each commit with what it wrote: its changes and side rows may be taken. By the
    // writer's thread or the core's: must not block. Set before start().
    void on_commit(std::function<void(db::Batch& written)> listener);

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace suanpan::services
