#pragma once

// The market in memory and its one writer, without threads: batches in, durable answers out, and
// the one recovery path (design README, "The market core"). Inside services/trading only.

#include "base/result.hpp"
#include "core/market.hpp"
#include "db/leader.hpp"
#include "services/trading/batch_builder.hpp"
#include "services/trading/core_loop.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::services {

// Not thread-safe.
class Sequencer {
 public:
    struct Events {
        std::function<void(LogIndex size, std::int64_t commands)> committed;
        // The database has been away for a while: who waits is told; called again and again until
        // it is back. True: give up, the server stops.
        std::function<bool()> outage;
    };
    Sequencer(db::Pool& pool, const Clock& clock, CoreLoop::Options options, Events events);

    // Takes leadership and loads the market. Throws when it cannot.
    void start();

    // Answers each exactly once. True: at least one command came into the log, so all that was due
    // has happened; false when all were repeats of earlier requests, or nothing could be written.
    bool run(std::vector<Submission>& submissions);
    // Writes a tick when something is due by the clock.
    void run_due();

    // Another server leads: nothing can be written any more.
    [[nodiscard]] bool deposed() const { return deposed_; }
    [[nodiscard]] const core::Market& market() const { return market_; }
    [[nodiscard]] std::int64_t rebuilds() const { return rebuilds_; }

 private:
    enum class Fate : std::uint8_t { kCommitted, kNotCommitted };
    // What is known of one try to write a batch.
    struct Attempt {
        std::optional<db::EntryRow> last;  // the mark by which the batch can be found in the log
        LogIndex size;                     // of the log with it
        std::int64_t commands = 0;         // 0: there was nothing to write
        std::vector<Answer> answers;
        bool by_environment = false;  // the command itself is not at fault
        std::string problem;
    };
    using Fill = std::function<void(BatchBuilder&)>;

    bool attempt(const std::vector<Submission*>& submissions, const Fill& fill, Attempt& done);
    void write(BatchBuilder& builder, Attempt& done);
    bool run_alone(Submission& submission);
    bool refuse(Submission& submission, const std::string& problem);
    // Makes memory equal to the database again, however long it takes, and says what became of the
    // batch. Who waits is told when it takes too long.
    Fate recover(const Attempt& failed, const std::vector<Submission*>& waiting);
    void rebuild(std::chrono::steady_clock::duration since);
    void lead_again(std::chrono::steady_clock::duration since);
    void load();
    [[nodiscard]] Fate find_fate(const Attempt& failed) const;
    bool finish(Attempt& done);
    void probe(std::string_view point) const;

    db::Pool& pool_;
    const Clock& clock_;
    CoreLoop::Options options_;
    Events events_;
    std::optional<db::Leader> leader_;
    core::Market market_;
    std::int64_t epoch_ = 0;  // of the last leadership
    bool deposed_ = false;
    std::int64_t rebuilds_ = 0;
};

}  // namespace suanpan::services
