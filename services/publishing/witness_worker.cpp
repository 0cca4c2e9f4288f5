#include "services/publishing/witness_worker.hpp"

#include "base/thread_name.hpp"
#include "ledger/note.hpp"
#include "ledger/text.hpp"
#include "ledger/witness.hpp"

#include <array>
#include <exception>
#include <utility>

namespace suanpan::services {
namespace {

// One to learn the size, one with the proof from there, one for a witness that others ask too.
constexpr int kAttempts = 3;

std::string short_text(const WitnessReply& reply) {
    return "status " + std::to_string(reply.status) +
           (reply.body.empty() ? "" : ": " + ledger::printable(reply.body, 120));
}

}  // namespace

WitnessWorker::WitnessWorker(ledger::PolicyWitness witness, WitnessPost post, WitnessBoard& board)
    : witness_(std::move(witness)), post_(std::move(post)), board_(board) {
    thread_ = std::thread([this] { run(); });
}

WitnessWorker::~WitnessWorker() {
    {
        const std::scoped_lock lock(board_.mutex);
        stopping_ = true;
    }
    board_.changed.notify_all();
    thread_.join();
}

void WitnessWorker::give(std::shared_ptr<const WitnessJob> job) {
    job_ = std::move(job);
}

bool WitnessWorker::answered(std::uint64_t round) const {
    return answered_round_ >= round;
}

const std::string& WitnessWorker::line_for(const std::string& text) const {
    static const std::string kNone;
    return cosigned_text_ == text ? line_ : kNone;
}

WitnessStatus WitnessWorker::status() const {
    return {witness_.name, witness_.key.name, cosigned_size_, time_, failure_};
}

void WitnessWorker::run() {
    name_thread("witness");
    std::unique_lock lock(board_.mutex);
    while (true) {
        board_.changed.wait(lock, [this] { return stopping_ || job_ != nullptr; });
        if (stopping_) return;
        const auto job = std::exchange(job_, nullptr);
        const std::uint64_t old_size = known_size_;
        lock.unlock();
        Outcome outcome = talk(*job, old_size);
        lock.lock();
        keep(*job, std::move(outcome));
        board_.changed.notify_all();
    }
}

void WitnessWorker::keep(const WitnessJob& job, Outcome outcome) {
    done_round_ = std::max(done_round_, job.round);
    failure_ = std::move(outcome.failure);
    if (outcome.size) known_size_ = *outcome.size;
    if (failure_.empty()) answered_round_ = std::max(answered_round_, job.round);
    if (outcome.line.empty()) return;
    cosigned_size_ = job.request.checkpoint.size;
    cosigned_text_ = std::move(outcome.text);
    line_ = std::move(outcome.line);
    time_ = outcome.time;
}

WitnessWorker::Outcome WitnessWorker::talk(const WitnessJob& job, std::uint64_t old_size) const {
    Outcome outcome;
    if (!post_) {
        outcome.failure = "the policy names no address for it";
        return outcome;
    }
    try {
        return job.asks_size() ? ask_size(job) : ask_cosignature(job, old_size);
    } catch (const std::exception& error) {
        outcome.failure = error.what();
        return outcome;
    }
}

// Who has seen nothing cosigns what was signed last, or the empty tree, which says nothing; who has
// seen something names it.
WitnessWorker::Outcome WitnessWorker::ask_size(const WitnessJob& job) const {
    const ledger::AddCheckpointRequest request{0, {}, job.request.note};
    const WitnessReply reply = post_(ledger::to_string(request));
    Outcome outcome;
    if (reply.status == 200 && job.request.checkpoint.size > 0)
        return take_lines(job.request, reply);
    if (reply.status == 200) {
        outcome.size = 0;
        return outcome;
    }
    const auto size = ledger::read_tree_size(reply.body);
    if (reply.status == 409 && size) {
        outcome.size = *size;
    } else {
        outcome.failure = "it does not say which size it has seen (" + short_text(reply) + ")";
    }
    return outcome;
}

WitnessWorker::Outcome WitnessWorker::ask_cosignature(const WitnessJob& job,
                                                      std::uint64_t old_size) const {
    const WitnessRequest& request = job.request;
    Outcome outcome;
    // A size that it cannot have seen is not asked from: it is told anew.
    std::uint64_t from = old_size > request.checkpoint.size ? 0 : old_size;
    for (int attempt = 0; attempt < kAttempts && !stopping_; ++attempt) {
        auto proof = request.prove(from);
        if (!proof) {
            outcome.failure =
                "no proof from size " + std::to_string(from) + ": " + proof.error().detail();
            return outcome;
        }
        const ledger::AddCheckpointRequest body{from, std::move(*proof), request.note};
        const WitnessReply reply = post_(ledger::to_string(body));
        if (reply.status == 200) return take_lines(request, reply);
        const auto size = ledger::read_tree_size(reply.body);
        if (reply.status != 409 || !size) {
            outcome.failure = "it refuses (" + short_text(reply) + ")";
            return outcome;
        }
        outcome.size = *size;
        if (*size > request.checkpoint.size) {
            outcome.failure = "it says that it has seen " + std::to_string(*size) +
                              " entries, more than this log has signed: either it lies, or "
                              "somebody else signs with this log's key";
            return outcome;
        }
        if (*size == from) {
            outcome.failure = "it says that it has seen another tree of " + std::to_string(from) +
                              " entries: either it lies, or this log was forked";
            return outcome;
        }
        from = *size;
    }
    outcome.failure =
        stopping_ ? "the server stops" : "it names another size each time it is asked";
    return outcome;
}

WitnessWorker::Outcome WitnessWorker::take_lines(const WitnessRequest& request,
                                                 const WitnessReply& reply) const {
    Outcome outcome;
    const std::string text = ledger::to_string(request.checkpoint);
    const std::array keys{witness_.key};
    const auto lines = ledger::read_cosignatures(reply.body, text, keys);
    if (!lines) {
        outcome.failure = "its answer holds no good cosignature: " + lines.error().detail();
        return outcome;
    }
    const auto note = ledger::parse_note(text + "\n" + lines->front());
    const auto verified = note ? ledger::verify_note(*note, keys)
                               : Result<std::vector<ledger::VerifiedSignature>>(fail(note.error()));
    if (!verified) {
        outcome.failure = "its answer holds no good cosignature: " + verified.error().detail();
        return outcome;
    }
    outcome.size = request.checkpoint.size;
    outcome.text = text;
    outcome.line = lines->front();
    outcome.time = verified->front().time;
    return outcome;
}

}  // namespace suanpan::services
