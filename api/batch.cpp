#include "api/batch.hpp"

#include "api/dispatcher.hpp"
#include "api/gather.hpp"
#include "api/problem.hpp"
#include "base/crypto.hpp"
#include "db/pool.hpp"
#include "db/queries/statements.hpp"
#include "services/clock.hpp"
#include "services/iam/idempotent_writes.hpp"

#include <algorithm>
#include <utility>

namespace suanpan::api {

namespace {

using ItemResult = Result<services::StoredResponse>;

bool is_repeated(const ItemResult& result) {
    return result && result->repeated;
}

// The items' bodies are JSON already, so the whole is put together as text.
std::string batch_body(const std::vector<ItemResult>& results, std::string_view word,
                       const std::string& path) {
    std::string out = R"({"results":[)";
    for (std::size_t i = 0; i < results.size(); ++i) {
        int status = 0;
        std::string body;
        if (results[i]) {
            status = results[i]->status;
            body = results[i]->body;
        } else {
            Response refused = problem(results[i].error(), path);
            status = refused.status;
            body = std::move(refused.body);
        }
        if (i > 0) out += ',';
        out += R"({"index":)" + std::to_string(i) + R"(,"status":)" + std::to_string(status) +
               ",\"" + std::string(status < 400 ? word : "error") + "\":" + body + "}";
    }
    return out + "]}";
}

// Results by item; what is still empty has to be submitted.
struct Plan {
    std::vector<std::optional<ItemResult>> results;
    std::vector<std::size_t> places;  // of the submissions
    std::vector<services::Submission> submissions;
};

services::Submission submission_of(const Call& call, BatchItem item) {
    std::optional<services::IdempotencyKey> key;
    if (!item.key.empty()) {
        key = idempotency_of(call, item.write.for_ever);
        key->key = item.key;
        key->body_hash = item.body_hash;
    }
    return services::Submission{
        command_of(call, std::move(item.write.command)),
        key,
        std::move(item.write.side),
        [path = call.request.path,
         respond = std::move(item.write.respond)](const core::CommandOutcome& outcome) {
            if (!outcome.refusal) return respond(outcome);
            const Response refused = problem(*outcome.refusal, path);
            return services::StoredResponse{refused.status, refused.body, ""};
        },
        {}};
}

Plan make_plan(const Call& call, std::vector<BatchItem> items) {
    Plan plan;
    plan.results.resize(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].fault)
            plan.results[i] = fail(*items[i].fault);
        else if (items[i].ready)
            plan.results[i] = *items[i].ready;
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (plan.results[i]) continue;
        plan.places.push_back(i);
        plan.submissions.push_back(submission_of(call, std::move(items[i])));
    }
    return plan;
}

// Binds the batch's key to its body. The row stands under a route of its own: the items' keys are
// the clients' to choose, as the batches' are, and must not meet. Status 0: it holds no answer.
Result<void> claim_key(const Call& call, bool for_ever) {
    const services::IdempotencyKey key = idempotency_of(call, for_ever);
    const db::IdempotencyRow claim{key.organisation,
                                   key.route + " (whole)",
                                   key.key,
                                   key.body_hash,
                                   key.for_ever,
                                   "",
                                   0,
                                   "",
                                   call.context.clock.now(),
                                   std::nullopt};
    const Hash stored = call.context.database.write(
        "claim_batch_key", [&claim](db::Tx& tx) { return db::claim_response(tx, claim); });
    if (stored == claim.body_hash) return {};
    return fail("idempotency_key_reused",
                "this Idempotency-Key was used for another batch; use a fresh key");
}

}  // namespace

Hash item_hash(const Call& call, const Json& item) {
    return sha256({call.request.path, std::string_view("\0", 1), canonical_json(item)});
}

void run_batch(const std::shared_ptr<Call>& call, const Reply& reply, std::vector<BatchItem> items,
               std::string_view word) {
    auto start = [call, &items, word](const services::IdempotentWrites::Done& finish) {
        const bool for_ever = std::ranges::any_of(
            items, [](const BatchItem& item) { return !item.fault && item.write.for_ever; });
        auto plan = std::make_shared<Plan>(make_plan(*call, std::move(items)));
        // A batch of faults alone does nothing, so its key stays free.
        if (!call->idempotency_key.empty() && !plan->submissions.empty()) {
            const auto claimed = claim_key(*call, for_ever);
            if (!claimed) {
                finish(fail(claimed.error()));
                return;
            }
        }
        auto submissions = std::move(plan->submissions);
        auto done = [call, plan, finish, word = std::string(word)](SubmissionResults results) {
            for (std::size_t i = 0; i < results.size(); ++i)
                plan->results[plan->places[i]] = std::move(results[i]);
            std::vector<ItemResult> all;
            all.reserve(plan->results.size());
            for (auto& result : plan->results)
                all.push_back(std::move(*result));
            services::StoredResponse response;
            for (const ItemResult& one : all) {
                if (one && one->index) response.last = std::max(response.last, one->index);
            }
            response.repeated = !all.empty() && std::ranges::all_of(all, is_repeated);
            response.body = batch_body(all, word, call->request.path);
            finish(response);
        };
        submit_all(call->context.core, std::move(submissions), std::move(done));
    };
    auto done = [call, reply](const Result<services::StoredResponse>& result) {
        answer(*call, reply, result);
    };
    if (call->idempotency_key.empty()) {
        // Every item is idempotent by itself.
        start(done);
        return;
    }
    call->context.writes.run_command(idempotency_of(*call, false), done, start);
}

}  // namespace suanpan::api
