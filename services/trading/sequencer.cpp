#include "services/trading/sequencer.hpp"

#include "base/check.hpp"
#include "base/planted.hpp"
#include "db/queries/log.hpp"
#include "db/state.hpp"
#include "services/clock.hpp"
#include "services/trading/another_leads.hpp"
#include "services/trading/outbox.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <future>
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

std::vector<Submission*> all_of(const std::vector<PendingBatchPtr>& batches) {
    std::vector<Submission*> out;
    for (const PendingBatchPtr& batch : batches) {
        for (Submission& submission : batch->submissions)
            out.push_back(&submission);
    }
    return out;
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
            throw AnotherLeads(
                "another server leads this database: stop it first, or start this one when it "
                "has stopped");
        std::this_thread::sleep_for(kLeaderPoll);
    }
    load();
    line_.emplace(CommitLine::Steps{[this](PendingBatch& batch) { write(batch); },
                                    [this](PendingBatch& batch) { finish(batch); },
                                    [this] { events_.failed(); }});
}

void Sequencer::load() {
    const core::Rows rows = leader_->load_state();
    epoch_ = leader_->epoch();
    auto stored = std::async(std::launch::async, [&rows] { return core::digest(rows); });
    core::Market market;
    market.load(rows);
    CHECK(core::digest(market.state()) == stored.get());
    market_ = std::move(market);
    taken_.emplace(pool_);
    if (options_.outbox != nullptr) options_.outbox->loaded(rows);
    if (options_.loaded) options_.loaded(rows);
}

void Sequencer::make_room() {
    if (!line_->wait_for_room()) recover(nullptr);
}

void Sequencer::settle() {
    if (!line_->wait_idle()) recover(nullptr);
}

bool Sequencer::run(std::vector<Submission> submissions) {
    const auto batch = std::make_shared<PendingBatch>();
    batch->submissions = std::move(submissions);
    return put_in_line(batch, [this, &batch](BatchBuilder& builder) {
        constexpr std::size_t kAhead = 3;
        const auto& all = batch->submissions;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (i + kAhead < all.size()) market_.expect(all[i + kAhead].command);
            if (i + 1 < all.size()) market_.expect_next(all[i + 1].command);
            builder.add(batch->submissions[i]);
        }
    });
}

void Sequencer::run_due() {
    const auto due = market_.next_due();
    if (deposed_ || !due || *due > clock_.now()) return;
    put_in_line(std::make_shared<PendingBatch>(),
                [](BatchBuilder& builder) { builder.add_tick(); });
}

bool Sequencer::put_in_line(const PendingBatchPtr& batch, const Fill& fill) {
    const std::vector<Submission*> waiting = all_of({batch});
    make_room();
    if (deposed_) {
        deliver_all(waiting, Error("not_leader", "another server leads: send the request there"));
        return false;
    }
    try {
        build(*batch, waiting, fill);
    } catch (const std::exception& problem) {
        spdlog::error("a batch of {} commands was not applied: {}", waiting.size(), problem.what());
        return recover(batch);
    }
    // From here on the batch is the line's.
    const bool logged = batch->commit.commands > 0;
    line_->push(batch);
    return logged;
}

void Sequencer::build(PendingBatch& batch, const std::vector<Submission*>& submissions,
                      const Fill& fill) {
    // First the line, then the database: a batch that ends in between is seen by both.
    std::vector<KnownKeysPtr> known = line_->keys();
    known.push_back(find_known_keys(*leader_, *taken_, submissions));
    BatchBuilder builder(market_, std::move(known), clock_.now());
    fill(builder);
    batch.answers = builder.take_answers();
    batch.keys = builder.take_keys();
    batch.empty = builder.nothing_to_write();
    batch.commit.commands = builder.commands();
    if (batch.empty) return;
    batch.rows = builder.take_batch();
    probe("applied");
}

void Sequencer::write(PendingBatch& batch) {
    if (planted("answer_before_commit")) {
        for (const Answer& answer : batch.answers)
            deliver(*answer.submission, answer.response);
    }
    const auto begun = Monotonic::now();
    if (options_.outbox != nullptr) options_.outbox->add_events(batch.rows);
    if (options_.probe) {
        probe("begun");
        leader_->write(batch.rows, [this] { probe("written"); });
        probe("committed");
    } else {
        leader_->write(batch.rows);
    }
    batch.commit.took = Monotonic::now() - begun;
}

void Sequencer::finish(PendingBatch& batch) {
    if (options_.outbox != nullptr && !batch.empty) options_.outbox->committed();
    if (batch.commit.commands > 0) events_.committed(batch.rows, batch.commit);
    for (Answer& answer : batch.answers)
        deliver(*answer.submission, std::move(answer.response));
}

// The batches that were under way, and `unsent`, which never came so far. True: at least one
// command came into the log.
bool Sequencer::recover(const PendingBatchPtr& unsent) {
    line_->wait_idle();
    std::vector<PendingBatchPtr> lost = line_->take_back();
    const PendingBatchPtr failed = lost.empty() ? nullptr : lost.front();
    if (unsent) lost.push_back(unsent);
    bool logged = false;
    if (rebuild(failed.get(), all_of(lost)) == Fate::kCommitted) {
        finish(*failed);
        logged = failed->commit.commands > 0;
        lost.erase(lost.begin());
    }
    for (Submission* submission : all_of(lost))
        logged = run_alone(*submission) || logged;
    return logged;
}

bool Sequencer::run_alone(Submission& submission) {
    for (int tries = 1; submission.done && !deposed_; ++tries) {
        PendingBatch batch;
        Problem problem;
        const Fill fill = [&submission](BatchBuilder& builder) { builder.add(submission); };
        if (try_alone(batch, submission, fill, problem)) return batch.commit.commands > 0;
        if (!problem.by_environment) return refuse(submission, problem.text);
        if (tries == kAttemptsAlone) break;
    }
    deliver(submission, fail(not_stored("the request could not be stored; send it again with the "
                                        "same Idempotency-Key")));
    return false;
}

bool Sequencer::refuse(Submission& submission, const std::string& text) {
    const Error reason = not_stored("the request could not be stored and was refused");
    spdlog::error("command {} is refused: {}", to_string(submission.command.id), text);
    PendingBatch batch;
    Problem problem;
    const Fill fill = [&](BatchBuilder& builder) { builder.add_refused(submission, reason); };
    const bool logged = try_alone(batch, submission, fill, problem);
    deliver(submission, fail(reason));
    return logged;
}

bool Sequencer::try_alone(PendingBatch& batch, Submission& submission, const Fill& fill,
                          Problem& problem) {
    try {
        build(batch, {&submission}, fill);
        if (!batch.empty) write(batch);
        finish(batch);
        return true;
    } catch (const db::LostLeadership& lost) {
        problem = {true, lost.what()};
    } catch (const std::exception& other) {
        problem = {db::is_environment_failure(other), other.what()};
    }
    spdlog::error("a command alone was not written: {}", problem.text);
    if (rebuild(&batch, {&submission}) != Fate::kCommitted) return false;
    finish(batch);
    return true;
}

Sequencer::Fate Sequencer::rebuild(const PendingBatch* failed,
                                   const std::vector<Submission*>& waiting) {
    const auto begin = Monotonic::now();
    auto pause = kFirstPause;
    for (bool told = false; !deposed_;) {
        try {
            try_rebuild(Monotonic::now() - begin);
            return failed == nullptr ? Fate::kNotCommitted : find_fate(*failed);
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

void Sequencer::try_rebuild(Monotonic::duration since) {
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

Sequencer::Fate Sequencer::find_fate(const PendingBatch& failed) const {
    if (failed.rows.entries.empty()) return Fate::kNotCommitted;
    if (planted("assume_committed")) return Fate::kCommitted;
    const db::EntryRow& last = failed.rows.entries.back();
    const auto found =
        pool_.read("find_fate", [&last](db::Tx& tx) { return db::find_entry(tx, last.index); });
    // The salt is of this batch alone.
    return found && found->bytes == last.bytes ? Fate::kCommitted : Fate::kNotCommitted;
}

}  // namespace suanpan::services
