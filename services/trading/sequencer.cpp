#include "services/trading/sequencer.hpp"

#include "base/check.hpp"
#include "db/queries/log.hpp"
#include "db/state.hpp"
#include "services/clock.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <thread>
#include <utility>

namespace suanpan::services {
namespace {

using Monotonic = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{20};
constexpr milliseconds kLongestPause{1'000};
constexpr milliseconds kLeaderPoll{100};
constexpr int kAttemptsAlone = 3;  // while the environment, not the command, is at fault

Error not_stored(const std::string& detail) {
    return Error(core::kCommitFailed, detail);
}

// Exactly once: the second time there is nobody left to tell.
void deliver(Submission& submission, Result<StoredResponse> response) {
    if (!submission.done) return;
    const auto done = std::exchange(submission.done, nullptr);
    try {
        done(std::move(response));
    } catch (const std::exception& problem) {
        spdlog::error("an answer could not be handed over: {}", problem.what());
    }
}

void deliver_all(const std::vector<Submission*>& submissions, const Error& error) {
    for (Submission* submission : submissions)
        deliver(*submission, fail(error));
}

}  // namespace

Sequencer::Sequencer(db::Pool& pool, const Clock& clock, CoreLoop::Options options, Events events)
    : pool_(pool), clock_(clock), options_(std::move(options)), events_(std::move(events)) {}

void Sequencer::probe(std::string_view point) const {
    if (options_.probe) options_.probe(point);
}

void Sequencer::start() {
    const auto begin = Monotonic::now();
    while (!(leader_ = db::Leader::try_lead(pool_))) {
        if (Monotonic::now() - begin >= options_.leader_wait)
            throw std::runtime_error(
                "another server leads this database: stop it first, or start this one when it "
                "has stopped");
        std::this_thread::sleep_for(kLeaderPoll);
    }
    load();
}

void Sequencer::load() {
    const core::Rows rows = leader_->load_state();
    epoch_ = leader_->epoch();
    core::Market market;
    market.load(rows);
    CHECK(core::digest(market.state()) == core::digest(rows));
    market_ = std::move(market);
}

bool Sequencer::run(std::vector<Submission>& submissions) {
    std::vector<Submission*> waiting;
    waiting.reserve(submissions.size());
    for (Submission& submission : submissions)
        waiting.push_back(&submission);
    if (deposed_) {
        deliver_all(waiting, Error("not_leader", "another server leads: send the request there"));
        return false;
    }
    Attempt done;
    const Fill fill = [&submissions](BatchBuilder& builder) {
        for (Submission& submission : submissions)
            builder.add(submission);
    };
    if (attempt(waiting, fill, done) || recover(done, waiting) == Fate::kCommitted)
        return finish(done);
    bool logged = false;
    for (Submission& submission : submissions)
        logged = run_alone(submission) || logged;
    return logged;
}

void Sequencer::run_due() {
    const auto due = market_.next_due();
    if (deposed_ || !due || *due > clock_.now()) return;
    Attempt done;
    const Fill fill = [](BatchBuilder& builder) { builder.add_tick(); };
    if (attempt({}, fill, done) || recover(done, {}) == Fate::kCommitted) finish(done);
}

bool Sequencer::attempt(const std::vector<Submission*>& submissions, const Fill& fill,
                        Attempt& done) {
    try {
        BatchBuilder builder(market_, find_known_keys(*leader_, submissions), clock_.now());
        fill(builder);
        done.answers = std::move(builder.answers());
        if (!builder.nothing_to_write()) write(builder, done);
        return true;
    } catch (const db::LostLeadership& problem) {
        done.by_environment = true;
        done.problem = problem.what();
    } catch (const std::exception& problem) {
        done.by_environment = db::is_environment_failure(problem);
        done.problem = problem.what();
    }
    spdlog::error("a batch of {} commands was not written: {}", submissions.size(), done.problem);
    return false;
}

void Sequencer::write(BatchBuilder& builder, Attempt& done) {
    done.commands = builder.commands();
    db::Batch batch = builder.take_batch();
    if (!batch.entries.empty()) done.last = batch.entries.back();
    done.size = batch.changes.head.size;
    probe("applied");
    leader_->write(batch, [this] { probe("written"); });
    probe("committed");
}

// True: the attempt put a command into the log.
bool Sequencer::finish(Attempt& done) {
    if (done.commands > 0) events_.committed(done.size, done.commands);
    for (Answer& answer : done.answers)
        deliver(*answer.submission, std::move(answer.response));
    return done.commands > 0;
}

bool Sequencer::run_alone(Submission& submission) {
    const std::vector<Submission*> waiting{&submission};
    for (int tries = 1; submission.done && !deposed_; ++tries) {
        Attempt done;
        const Fill fill = [&submission](BatchBuilder& builder) { builder.add(submission); };
        if (attempt(waiting, fill, done) || recover(done, waiting) == Fate::kCommitted)
            return finish(done);
        if (!done.by_environment) return refuse(submission, done.problem);
        if (tries == kAttemptsAlone) break;
    }
    deliver(submission, fail(not_stored("the request could not be stored; send it again with the "
                                        "same Idempotency-Key")));
    return false;
}

bool Sequencer::refuse(Submission& submission, const std::string& problem) {
    const Error reason = not_stored("the request could not be stored and was refused");
    spdlog::error("command {} is refused: {}", to_string(submission.command.id), problem);
    Attempt done;
    const Fill fill = [&](BatchBuilder& builder) { builder.add_refused(submission, reason); };
    const bool logged =
        (attempt({}, fill, done) || recover(done, {}) == Fate::kCommitted) && finish(done);
    deliver(submission, fail(reason));
    return logged;
}

Sequencer::Fate Sequencer::recover(const Attempt& failed, const std::vector<Submission*>& waiting) {
    const auto begin = Monotonic::now();
    auto pause = kFirstPause;
    for (bool told = false; !deposed_;) {
        try {
            rebuild(Monotonic::now() - begin);
            return find_fate(failed);
        } catch (const std::exception& problem) {
            spdlog::error("the market could not be rebuilt, trying again: {}", problem.what());
        }
        if (Monotonic::now() - begin >= options_.outage_patience) {
            if (!told)
                deliver_all(waiting, not_stored("the database is away; send the request again with "
                                                "the same Idempotency-Key"));
            told = true;
            if (events_.outage()) break;
        }
        std::this_thread::sleep_for(pause);
        pause = std::min(2 * pause, kLongestPause);
    }
    deliver_all(waiting, not_stored("this server no longer leads; send the request again with the "
                                    "same Idempotency-Key"));
    deposed_ = true;
    return Fate::kNotCommitted;
}

void Sequencer::rebuild(Monotonic::duration since) {
    ++rebuilds_;
    if (leader_ && leader_->holds_lock()) {
        // The failed commit may still be under way in the database: decide it.
        leader_->renew_epoch();
    } else {
        leader_.reset();
        lead_again(since);
    }
    if (!deposed_) load();
}

void Sequencer::lead_again(Monotonic::duration since) {
    leader_ = db::Leader::try_lead(pool_);
    if (leader_) return;
    const auto epoch = pool_.read("load_epoch", db::load_epoch);
    if (epoch == epoch_ && since < options_.leader_wait)
        throw std::runtime_error("the lock of leadership is not free yet");
    spdlog::critical("another server leads this database now");
    deposed_ = true;
}

Sequencer::Fate Sequencer::find_fate(const Attempt& failed) const {
    if (!failed.last) return Fate::kNotCommitted;
    const LogIndex index = failed.last->index;
    const auto found =
        pool_.read("find_fate", [index](db::Tx& tx) { return db::find_entry(tx, index); });
    // The salt is of this batch alone.
    return found && found->bytes == failed.last->bytes ? Fate::kCommitted : Fate::kNotCommitted;
}

}  // namespace suanpan::services
