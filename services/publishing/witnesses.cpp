#include "services/publishing/witnesses.hpp"

#include "base/check.hpp"
#include "ledger/witness.hpp"
#include "services/publishing/witness_worker.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <utility>

namespace suanpan::services {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Witnesses::Impl {
    ledger::Policy policy;
    Options options;
    mutable WitnessBoard board;
    std::uint64_t round = 0;
    std::vector<std::unique_ptr<WitnessWorker>> workers;

    using Counts = std::function<bool(const WitnessWorker&)>;

    // REQUIRES the board's mutex.
    [[nodiscard]] bool is_met_by(const Counts& counts) const {
        std::vector<ledger::VerifierKey> keys;
        for (const auto& worker : workers) {
            if (counts(*worker)) keys.push_back(worker->key());
        }
        return ledger::is_met(policy, keys);
    }

    [[nodiscard]] bool all_done(const Counts& counts) const {
        return std::ranges::all_of(
            workers, [&](const auto& worker) { return worker->is_done(round) || counts(*worker); });
    }
};

Witnesses::Witnesses(ledger::Policy policy, const WitnessConnect& connect, Options options)
    : impl_(std::make_unique<Impl>()) {
    impl_->policy = std::move(policy);
    impl_->options = options;
    for (const ledger::PolicyWitness& witness : impl_->policy.witnesses) {
        WitnessPost post;
        if (!witness.url.empty()) {
            std::string url = witness.url;
            while (url.ends_with('/'))
                url.pop_back();
            post = connect(url + std::string(ledger::kAddCheckpointPath));
        }
        impl_->workers.push_back(
            std::make_unique<WitnessWorker>(witness, std::move(post), impl_->board));
    }
}

Witnesses::~Witnesses() = default;

Witnesses::Sizes Witnesses::ask_sizes(const ledger::Checkpoint& last, const std::string& note) {
    std::unique_lock lock(impl_->board.mutex);
    const auto job = std::make_shared<WitnessJob>();
    job->round = ++impl_->round;
    job->request.checkpoint = last;
    job->request.note = note;
    for (const auto& worker : impl_->workers)
        worker->give(job);
    impl_->board.changed.notify_all();
    const auto counts = [this](const WitnessWorker& worker) {
        return worker.answered(impl_->round);
    };
    // Each is asked, once a start: no grace here.
    impl_->board.changed.wait_for(lock, milliseconds(impl_->options.wait_ms),
                                  [&] { return impl_->all_done(counts); });
    Sizes sizes;
    sizes.enough = impl_->is_met_by(counts);
    for (const auto& worker : impl_->workers) {
        if (!counts(*worker) || worker->known_size() <= sizes.largest) continue;
        sizes.largest = worker->known_size();
        sizes.witness = worker->status().name;
    }
    const auto names_larger = [&](const WitnessWorker& worker) {
        return counts(worker) && worker.known_size() > last.size;
    };
    sizes.larger_is_certain =
        impl_->is_met_by(names_larger) &&
        !impl_->is_met_by([&](const auto& one) { return !names_larger(one); });
    return sizes;
}

Witnesses::Collected Witnesses::collect(const WitnessRequest& request) {
    const std::string text = ledger::to_string(request.checkpoint);
    const auto counts = [&text](const WitnessWorker& worker) {
        return !worker.line_for(text).empty();
    };
    std::unique_lock lock(impl_->board.mutex);
    const auto job = std::make_shared<WitnessJob>();
    job->round = ++impl_->round;
    job->request = request;
    for (const auto& worker : impl_->workers) {
        if (!counts(*worker)) worker->give(job);
    }
    impl_->board.changed.notify_all();
    // Until all have answered; or the policy holds and the grace is over; or time is up.
    const auto deadline = steady_clock::now() + milliseconds(impl_->options.wait_ms);
    impl_->board.changed.wait_until(
        lock, deadline, [&] { return impl_->all_done(counts) || impl_->is_met_by(counts); });
    const auto grace = steady_clock::now() + milliseconds(impl_->options.grace_ms);
    impl_->board.changed.wait_until(lock, std::min(deadline, grace),
                                    [&] { return impl_->all_done(counts); });
    Collected collected;
    std::vector<std::string> lines;
    for (const auto& worker : impl_->workers) {
        if (counts(*worker)) lines.push_back(worker->line_for(text));
    }
    collected.enough = impl_->is_met_by(counts);
    auto note = ledger::add_signatures(request.note, lines);
    CHECK(note.has_value());  // a policy has fewer witnesses than a note may have signatures
    collected.note = std::move(*note);
    return collected;
}

std::vector<WitnessStatus> Witnesses::status() const {
    const std::scoped_lock lock(impl_->board.mutex);
    std::vector<WitnessStatus> out;
    for (const auto& worker : impl_->workers)
        out.push_back(worker->status());
    return out;
}

const ledger::Policy& Witnesses::policy() const {
    return impl_->policy;
}

std::string Witnesses::describe() const {
    std::string out;
    for (const WitnessStatus& witness : status()) {
        if (witness.failure.empty()) continue;
        out += (out.empty() ? "" : "; ") + witness.name + ": " + witness.failure;
    }
    return out.empty() ? "some have not answered in time" : out;
}

}  // namespace suanpan::services
