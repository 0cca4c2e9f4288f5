#include "services/trading/batch_builder.hpp"

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "base/planted.hpp"
#include "base/random.hpp"
#include "db/leader.hpp"
#include "db/queries/trading.hpp"
#include "services/trading/taken_names.hpp"

#include <string_view>

namespace suanpan::services {
namespace {

constexpr std::size_t kSaltBytes = 16;

// Of an IdempotencyKey, or of the row that is stored for it.
template <typename Key>
KnownKeys::Response name_of(const Key& key) {
    return {key.organisation, key.route, key.key};
}

const std::string* client_order_id(const Submission& submission) {
    for (const db::SideRow& row : submission.side) {
        const auto* text = std::get_if<db::OrderTextRow>(&row);
        if (text != nullptr && !text->client_order_id.empty()) return &text->client_order_id;
    }
    return nullptr;
}

db::RequestNames names_of(const Submission& submission) {
    db::RequestNames names;
    if (const auto& key = submission.idempotency)
        std::tie(names.organisation, names.route, names.key) = name_of(*key);
    names.trader = submission.command.actor;
    if (const std::string* order = client_order_id(submission)) names.client_order_id = *order;
    return names;
}

template <typename Map, typename Key>
const typename Map::mapped_type* find_newest(const KnownKeys& made,
                                             const std::vector<KnownKeysPtr>& known,
                                             Map KnownKeys::* member, const Key& key) {
    const auto find = [&](const KnownKeys& keys) -> const typename Map::mapped_type* {
        const auto found = (keys.*member).find(key);
        return found == (keys.*member).end() ? nullptr : &found->second;
    };
    const auto* found = find(made);
    for (auto keys = known.begin(); found == nullptr && keys != known.end(); ++keys)
        found = find(**keys);
    return found;
}

// A failure of ours, and a plea to come again, say nothing about the request itself.
bool is_kept(const StoredResponse& response) {
    return response.status < 500 && response.status != 429;
}

}  // namespace

KnownKeysPtr find_known_keys(db::Leader& leader, TakenNames& taken,
                             const std::vector<Submission*>& submissions) {
    std::vector<db::RequestNames> requests;
    for (const Submission* submission : submissions) {
        db::RequestNames names = names_of(*submission);
        if (taken.note(names)) requests.push_back(std::move(names));
    }
    auto known = std::make_shared<KnownKeys>();
    if (requests.empty()) return known;
    leader.look_up("find_known_keys", [&](db::Tx& tx) {
        for (db::TakenNames& found : db::find_taken_names(tx, requests)) {
            if (found.response)
                known->responses.emplace(name_of(*found.response), std::move(*found.response));
            if (const auto& order = found.order)
                known->orders.emplace(std::pair(order->organisation, order->client_order_id),
                                      order->order);
        }
    });
    return known;
}

std::optional<Result<StoredResponse>> answer_again(const db::IdempotencyRow& stored,
                                                   const Hash& body_hash, Time now) {
    const bool expired =
        stored.status == 0 || stored.time.value + db::kAnswerKept.value < now.value;
    if (expired && !stored.for_ever) return std::nullopt;
    if (stored.body_hash != body_hash) {
        return fail("idempotency_key_reused",
                    "the Idempotency-Key was used with another body: use a new key");
    }
    if (expired) {
        return fail("idempotency_key_expired",
                    "the request was carried out before" +
                        (stored.resource.empty() ? std::string() : " and made " + stored.resource) +
                        "; its answer is no longer kept");
    }
    StoredResponse again{stored.status, stored.body, stored.resource, stored.index};
    again.repeated = true;
    return again;
}

BatchBuilder::BatchBuilder(core::Market& market, std::vector<KnownKeysPtr> known, Time clock)
    : market_(market), known_(std::move(known)), clock_(clock) {
    batch_.expected = market.head().size;
}

const db::IdempotencyRow* BatchBuilder::find_response(const IdempotencyKey& key) const {
    return find_newest(made_, known_, &KnownKeys::responses, name_of(key));
}

const OrderId* BatchBuilder::find_order(const KnownKeys::ClientOrder& name) const {
    return find_newest(made_, known_, &KnownKeys::orders, name);
}

bool BatchBuilder::answer_repeated(Submission& submission) {
    if (const auto& key = submission.idempotency; key && !planted("double_apply")) {
        if (const db::IdempotencyRow* stored = find_response(*key)) {
            if (auto answer = answer_again(*stored, key->body_hash, clock_)) {
                answers_.push_back({&submission, std::move(*answer)});
                return true;
            }
        }
    }
    if (const std::string* id = client_order_id(submission)) {
        if (const OrderId* taken = find_order({submission.command.actor, *id})) {
            answers_.push_back(
                {&submission, fail("client_order_id_used",
                                   "the client_order_id belongs to " + to_string(*taken) +
                                       " and is never free again: use a new one")});
            return true;
        }
    }
    return false;
}

void BatchBuilder::add(Submission& submission) {
    if (answer_repeated(submission)) return;
    core::CommandOutcome outcome = market_.apply(submission.command, clock_);
    StoredResponse response = submission.respond(outcome);
    if (!outcome.entries.empty()) response.index = outcome.index;
    if (!outcome.refusal) keep_side_rows(submission, outcome);
    if (submission.idempotency && is_kept(response)) keep_response(submission, outcome, response);
    take_entries(outcome);
    answers_.push_back({&submission, std::move(response)});
}

void BatchBuilder::add_refused(Submission& submission, const Error& reason) {
    core::CommandOutcome outcome = market_.refuse(submission.command, reason, clock_);
    take_entries(outcome);
}

void BatchBuilder::add_tick() {
    const core::Command tick(random_id<CommandId>(clock_), OrganisationId{}, core::Auth::kSystem,
                             core::Tick{});
    core::CommandOutcome outcome = market_.apply(tick, clock_);
    take_entries(outcome);
}

void BatchBuilder::take_entries(core::CommandOutcome& outcome) {
    ++commands_;
    for (core::EntryDraft& draft : outcome.entries) {
        const LogIndex index(batch_.expected.value +
                             static_cast<std::int64_t>(batch_.entries.size()));
        batch_.entries.push_back(
            {index, outcome.time, std::move(draft.kind), draft.cause, std::move(draft.bytes)});
    }
}

void BatchBuilder::keep_side_rows(const Submission& submission,
                                  const core::CommandOutcome& outcome) {
    for (const db::SideRow& row : submission.side)
        batch_.side.push_back({row, submission.command.actor, outcome.order});
    if (const std::string* id = client_order_id(submission); id != nullptr && outcome.order)
        made_.orders.emplace(std::pair(submission.command.actor, *id), *outcome.order);
}

void BatchBuilder::keep_response(const Submission& submission, const core::CommandOutcome& outcome,
                                 const StoredResponse& response) {
    const IdempotencyKey& key = *submission.idempotency;
    db::IdempotencyRow row{key.organisation, key.route,         key.key,         key.body_hash,
                           key.for_ever,     response.resource, response.status, response.body,
                           outcome.time,     response.index};
    auto& rows = find_response(key) == nullptr ? batch_.responses : batch_.renewed_responses;
    made_.responses.insert_or_assign(name_of(key), row);
    rows.push_back(std::move(row));
}

KnownKeysPtr BatchBuilder::take_keys() {
    return std::make_shared<const KnownKeys>(std::move(made_));
}

bool BatchBuilder::nothing_to_write() const {
    return batch_.entries.empty() && batch_.responses.empty() && batch_.renewed_responses.empty();
}

db::Batch BatchBuilder::take_batch() {
    const std::string salts = random_bytes(kSaltBytes * batch_.entries.size());
    std::string_view rest = salts;
    for (db::EntryRow& entry : batch_.entries) {
        core::put_salt(entry.bytes, to_hex(rest.substr(0, kSaltBytes)));
        rest.remove_prefix(kSaltBytes);
    }
    batch_.changes = market_.take_changes();
    CHECK(batch_.changes.head.size.value ==
          batch_.expected.value + static_cast<std::int64_t>(batch_.entries.size()));
    return std::move(batch_);
}

}  // namespace suanpan::services
