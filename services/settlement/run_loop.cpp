#include "services/settlement/run_loop.hpp"

#include "base/check.hpp"
#include "base/crypto.hpp"
#include "db/queries/settlements.hpp"
#include "db/state.hpp"
#include "services/fault_point.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <utility>

namespace suanpan::services {

SettlementRuns::Exact SettlementRuns::resolve(const RunRange& range) {
    Exact exact;
    std::optional<core::RunRow> last;
    core::HeadRow head;
    database_.snapshot("settlement_range", [&](db::Tx& tx) {
        last = db::find_last_run(tx);
        head = db::load_head(tx);
        exact.from = range.from.value_or(last ? last->to : LogIndex(0));
        // A run that was broken off is finished before a new one begins.
        if (!range.from && !range.to && last && !last->closed) {
            exact.from = last->from;
            exact.to = last->to;
        } else {
            exact.to = range.to.value_or(head.size);
        }
        exact.known = db::find_run_of_range(tx, exact.from, exact.to);
    });
    return exact;
}

core::Settle SettlementRuns::next_range(const RunRange& range) {
    const Exact exact = resolve(range);
    return {exact.from, exact.to};
}

namespace {

// A step's name follows from its range and from the entry of the step before it: a run that was
// broken off and goes on makes the same ids, so it ends in the same bytes, but for salts, as one
// that was not.
CommandId step_id(const core::Settle& range, const std::optional<core::RunRow>& before, Time now) {
    std::string name = "suanpan settlement step\n" + std::to_string(range.from.value) + "\n" +
                       std::to_string(range.to.value) + "\n";
    if (before) name += std::to_string(before->index.value);
    const Hash hash = sha256(name);
    std::array<std::uint8_t, 10> free_bits{};
    std::copy_n(hash.begin(), free_bits.size(), free_bits.begin());
    CommandId id;
    id.bytes = make_id_bytes(now, free_bits);
    return id;
}

// The steps of one run, each submitted as soon as the core has applied the one before it, so that
// one is written while the next is applied. Shared with the submissions, which may outlive the
// caller's patience.
class Steps : public std::enable_shared_from_this<Steps> {
 public:
    Steps(CoreLoop& core, const Clock& clock, const OrganisationId& actor, core::Settle range)
        : core_(core), clock_(clock), actor_(actor), range_(range) {}

    Result<core::RunRow> wait() { return result_.get_future().get(); }

    // Behind where the run stands; none: it begins.
    void submit_next(const std::optional<core::RunRow>& before) {
        auto step = std::make_shared<Step>();
        Submission submission{
            core::Command(step_id(range_, before, clock_.now()), actor_, core::Auth::kApiKey,
                          range_),
            std::nullopt,
            {},
            [self = shared_from_this(), step](const core::CommandOutcome& outcome) {
                self->applied(*step, outcome);
                return StoredResponse{};
            },
            [self = shared_from_this(), step](const Result<StoredResponse>& answer) {
                self->committed(*step, answer);
            }};
        const auto taken = core_.submit(std::move(submission));
        if (!taken) finish(fail(taken.error()));
    }

 private:
    struct Step {
        std::optional<core::RunRow> run;
        std::optional<Error> refusal;
        bool followed = false;
    };

    // On the core's thread; again when the step is applied anew after a failed commit.
    void applied(Step& step, const core::CommandOutcome& outcome) {
        step.run = outcome.run;
        step.refusal = outcome.refusal;
        pass_fault_point("settlement_applied");
        if (step.refusal || !step.run || step.run->closed || step.followed || finished_) return;
        step.followed = true;
        submit_next(step.run);
    }

    void committed(const Step& step, const Result<StoredResponse>& answer) {
        pass_fault_point("settlement_committed");
        if (!answer)
            finish(fail(answer.error()));
        else if (step.refusal)
            finish(fail(*step.refusal));
        else if (CHECK(step.run.has_value()); step.run->closed)
            finish(*step.run);
    }

    // The first time counts: what was under way behind it is carried out all the same.
    void finish(Result<core::RunRow> result) {
        if (!finished_.exchange(true)) result_.set_value(std::move(result));
    }

    CoreLoop& core_;
    const Clock& clock_;
    OrganisationId actor_;
    core::Settle range_;
    std::atomic<bool> finished_ = false;
    std::promise<Result<core::RunRow>> result_;
};

}  // namespace

Result<core::RunRow> SettlementRuns::run(const OrganisationId& actor, const RunRange& range) {
    // One caller at a time, or two steps might have one name; nobody waits for a long run.
    static std::mutex one_run;
    const std::unique_lock lock(one_run, std::try_to_lock);
    if (!lock.owns_lock()) {
        return fail("run_open", "a settlement run is under way: ask again when it is over");
    }
    const Exact exact = resolve(range);
    if (exact.known && exact.known->closed) return *exact.known;
    const auto steps =
        std::make_shared<Steps>(core_, clock_, actor, core::Settle{exact.from, exact.to});
    steps->submit_next(exact.known);
    return steps->wait();
}

}  // namespace suanpan::services
