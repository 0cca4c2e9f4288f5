#include "services/iam/idempotent_writes.hpp"

#include "db/queries/identity.hpp"

namespace suanpan::services {

namespace {

Error reused() {
    return {"idempotency_key_reused",
            "this Idempotency-Key was used for another request; use a fresh key"};
}

// What a stored row says to a request that comes now.
Result<Answered> from_row(const db::IdempotencyRow& row, const Hash& body_hash) {
    if (row.body_hash != body_hash) return fail(reused());
    if (row.body.empty()) {
        return fail("idempotency_key_expired",
                    "this request was carried out before and its answer is no longer kept; it made " +
                        (row.resource.empty() ? std::string("nothing that has an id")
                                              : row.resource));
    }
    StoredResponse response;
    response.status = row.status;
    response.body = row.body;
    response.resource = row.resource;
    Answered answered;
    answered.response = std::move(response);
    answered.replayed = true;
    return answered;
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

void IdempotentWrites::finish(const Name& name, const Done& first, const Result<Answered>& answer) {
    // The answer is durable by now: whoever comes after leave() finds it in the database.
    const std::vector<Done> copies = leave(name);
    first(answer);
    Result<Answered> again = answer;
    if (again) again->replayed = true;
    for (const Done& copy : copies)
        copy(again);
}

void IdempotentWrites::run(const IdempotencyKey& key, Done done,
                           const std::function<void(Finish)>& start) {
    const Name name(key.organisation, key.route, key.key);
    switch (enter(name, key.body_hash, done)) {
        case Turn::kWaits:
            return;
        case Turn::kOtherBody:
            done(fail(reused()));
            return;
        case Turn::kFirst:
            break;
    }
    try {
        const auto stored = database_.read("find_response", [&key](db::Tx& tx) {
            return db::find_response(tx, key.organisation, key.route, key.key);
        });
        if (stored) {
            finish(name, done, from_row(*stored, key.body_hash));
            return;
        }
        start([this, name, done](const Result<StoredResponse>& result) {
            if (!result) {
                finish(name, done, fail(result.error()));
                return;
            }
            Answered answered;
            answered.response = *result;
            finish(name, done, answered);
        });
    } catch (...) {
        // The caller answers the first one; its copies must not wait for ever.
        for (const Done& copy : leave(name))
            copy(fail("commit_failed", "the first request with this key failed; try again"));
        throw;
    }
}

std::vector<std::optional<Result<Answered>>> IdempotentWrites::find_stored(
    const std::vector<IdempotencyKey>& keys) {
    db::ResponseKeys wanted;
    std::map<std::string, std::size_t> place;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        wanted.organisations.push_back(keys[i].organisation);
        wanted.routes.push_back(keys[i].route);
        wanted.keys.push_back(keys[i].key);
        place.emplace(keys[i].key, i);
    }
    const auto rows = database_.read(
        "find_responses", [&wanted](db::Tx& tx) { return db::find_responses(tx, wanted); });
    std::vector<std::optional<Result<Answered>>> out(keys.size());
    for (const db::IdempotencyRow& row : rows) {
        const auto found = place.find(row.key);
        if (found == place.end()) continue;
        out[found->second] = from_row(row, keys[found->second].body_hash);
    }
    return out;
}

}  // namespace suanpan::services
