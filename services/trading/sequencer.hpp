#pragma once

// The market in memory, the line of batches behind it, and the one recovery path (design README,
// "The market core"). Batch n is written and committed while batch n + 1 is applied. When one
// fails, memory is thrown away and rebuilt, and the commands of all that were under way are applied
// again, one a transaction. Inside services/trading only.

#include "base/result.hpp"
#include "core/market.hpp"
#include "db/leader.hpp"
#include "services/trading/batch_builder.hpp"
#include "services/trading/commit_figures.hpp"
#include "services/trading/commit_line.hpp"
#include "services/trading/core_loop.hpp"
#include "services/trading/taken_names.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::services {

// One thread, the core's, calls.
class Sequencer {
 public:
    struct Events {
        // After each commit, before its callers are answered; on the line's thread or the core's.
        // What was written may be taken, but for its entries.
        std::function<void(db::Batch& written, const CommitFigures& commit)> committed;
        // A batch under way has failed: call make_room() or settle(). On the line's thread.
        std::function<void()> failed;
        // The database has been away for a while: who waits is told; called again and again until
        // it is back. True: give up, the server stops.
        std::function<bool()> outage;
    };
    Sequencer(db::Pool& pool, const Clock& clock, CoreLoop::Options options, Events events);

    // Takes leadership and loads the market. Throws when it cannot.
    void start();

    // Waits until one more batch may follow those under way.
    void make_room();
    // Waits until nothing is under way: memory equals the database.
    void settle();
    // Each is answered exactly once, after its commit; this does not wait for it. True: at least
    // one command came into the log, so all that was due has happened; false when all were repeats
    // of earlier requests, or nothing could be written.
    bool run(std::vector<Submission> submissions);
    // Writes a tick when something is due by the clock.
    void run_due();

    // Another server leads: nothing can be written any more.
    [[nodiscard]] bool deposed() const { return deposed_; }
    [[nodiscard]] const core::Market& market() const { return market_; }
    [[nodiscard]] std::int64_t rebuilds() const { return rebuilds_; }
    [[nodiscard]] std::int64_t epoch() const { return epoch_; }

 private:
    enum class Fate : std::uint8_t { kCommitted, kNotCommitted };
    using Fill = std::function<void(BatchBuilder&)>;
    // Why one command could not be written.
    struct Problem {
        bool by_environment = false;  // the command itself is not at fault
        std::string text;
    };

    bool put_in_line(const PendingBatchPtr& batch, const Fill& fill);
    void build(PendingBatch& batch, const std::vector<Submission*>& submissions, const Fill& fill);
    void write(PendingBatch& batch);
    void finish(PendingBatch& batch);
    bool recover(const PendingBatchPtr& unsent);

    // One command a transaction, without the line.
    bool run_alone(Submission& submission);
    bool refuse(Submission& submission, const std::string& text);
    bool try_alone(PendingBatch& batch, Submission& submission, const Fill& fill, Problem& problem);

    // Makes memory equal to the database again, however long it takes, and says what became of the
    // batch that was written last, if any. Who waits is told when it takes too long.
    Fate rebuild(const PendingBatch* failed, const std::vector<Submission*>& waiting);
    void try_rebuild(std::chrono::steady_clock::duration since);
    void lead_again(std::chrono::steady_clock::duration since);
    void load();
    [[nodiscard]] Fate find_fate(const PendingBatch& failed) const;
    void probe(std::string_view point) const;

    db::Pool& pool_;
    const Clock& clock_;
    CoreLoop::Options options_;
    Events events_;
    std::optional<db::Leader> leader_;
    core::Market market_;
    std::optional<TakenNames> taken_;  // as long as market_ is the one that was loaded
    std::int64_t epoch_ = 0;           // of the last leadership
    bool deposed_ = false;
    std::int64_t rebuilds_ = 0;
    std::optional<CommitLine> line_;  // ends before what it writes with
};

}  // namespace suanpan::services
