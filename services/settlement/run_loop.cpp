#include "services/settlement/run_loop.hpp"

#include "base/check.hpp"
#include "base/random.hpp"
#include "db/queries/settlements.hpp"
#include "db/state.hpp"

#include <future>
#include <memory>

namespace suanpan::services {

Result<SettlementRuns::Exact> SettlementRuns::resolve(const RunRange& range) {
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

Result<core::RunRow> SettlementRuns::run(const OrganisationId& actor, const RunRange& range) {
    const auto exact = resolve(range);
    if (!exact) return fail(exact.error());
    if (exact->known && exact->known->closed) return *exact->known;
    for (;;) {
        auto run = step(actor, *exact);
        if (!run || run->closed) return run;
    }
}

Result<core::RunRow> SettlementRuns::step(const OrganisationId& actor, const Exact& range) {
    // Shared with the core's thread, which may outlive this call's patience but not its wait.
    auto run = std::make_shared<std::optional<core::RunRow>>();
    auto refusal = std::make_shared<std::optional<Error>>();
    auto promise = std::make_shared<std::promise<Result<StoredResponse>>>();
    Submission submission{
        core::Command(random_id<CommandId>(clock_.now()), actor, core::Auth::kApiKey,
                      core::Settle{range.from, range.to}),
        std::nullopt,
        {},
        [run, refusal](const core::CommandOutcome& outcome) {
            *run = outcome.run;
            *refusal = outcome.refusal;
            return StoredResponse{};
        },
        [promise](Result<StoredResponse> result) { promise->set_value(std::move(result)); }};
    const auto taken = core_.submit(std::move(submission));
    if (!taken) return fail(taken.error());
    const auto result = promise->get_future().get();
    if (!result) return fail(result.error());
    if (*refusal) return fail(**refusal);
    CHECK(run->has_value());
    return **run;
}

}  // namespace suanpan::services
