#include "services/iam/idempotent_writes.hpp"

#include "db/queries/identity.hpp"
#include "services/clock.hpp"
#include "services/trading/batch_builder.hpp"

namespace suanpan::services {

namespace {

Error reused() {
    return {"idempotency_key_reused",
            "this Idempotency-Key was used for another request; use a fresh key"};
}

}  // namespace

IdempotentWrites::Turn IdempotentWrites::enter(const Name& name, const Hash& body_hash,
                                               Done& done) {
    const std::lock_guard lock(mutex_);
    const auto [found, inserted] = running_.try_emplace(name);
    if (inserted) {
        found->second.body_hash = body_hash;
        return Turn::kFirst;
    }
    if (found->second.body_hash != body_hash) return Turn::kOtherBody;
    found->second.copies.push_back(std::move(done));
    return Turn::kWaits;
}

std::vector<IdempotentWrites::Done> IdempotentWrites::leave(const Name& name) {
    const std::lock_guard lock(mutex_);
    const auto found = running_.find(name);
    std::vector<Done> copies;
    if (found != running_.end()) {
        copies = std::move(found->second.copies);
        running_.erase(found);
    }
    return copies;
}

void IdempotentWrites::finish(const Name& name, const Done& first,
                              const Result<StoredResponse>& answer) {
    // The answer is durable by now: whoever comes after leave() finds it in the database.
    const std::vector<Done> copies = leave(name);
    first(answer);
    Result<StoredResponse> again = answer;
    if (again) again->repeated = true;
    for (const Done& copy : copies)
        copy(again);
}

void IdempotentWrites::run(const IdempotencyKey& key, Done done,
                           const std::function<void(Done)>& start) {
    begin(key, std::move(done), start, true);
}

void IdempotentWrites::run_command(const IdempotencyKey& key, Done done,
                                   const std::function<void(Done)>& start) {
    begin(key, std::move(done), start, false);
}

std::optional<Result<StoredResponse>> IdempotentWrites::find_stored(const IdempotencyKey& key) {
    const auto row = database_.read("find_response", [&key](db::Tx& tx) {
        return db::find_response(tx, key.organisation, key.route, key.key);
    });
    if (!row) return std::nullopt;
    return answer_again(*row, key.body_hash, clock_.now());
}

void IdempotentWrites::begin(const IdempotencyKey& key, Done done,
                             const std::function<void(Done)>& start, bool look_up) {
    const Name name(key.organisation, key.route, key.key);
    switch (enter(name, key.body_hash, done)) {
        case Turn::kWaits: return;
        case Turn::kOtherBody: done(fail(reused())); return;
        case Turn::kFirst: break;
    }
    const Done finish_first = [this, name, done](const Result<StoredResponse>& result) {
        finish(name, done, result);
    };
    try {
        if (look_up) {
            if (const auto stored = find_stored(key)) {
                finish_first(*stored);
                return;
            }
        }
        start(finish_first);
    } catch (...) {
        // The caller answers the first one; its copies must not wait for ever.
        for (const Done& copy : leave(name))
            copy(fail("commit_failed", "the first request with this key failed; try again"));
        throw;
    }
}

}  // namespace suanpan::services
