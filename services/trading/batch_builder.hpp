#pragma once

// From submissions to one batch for the database and one answer each. Applies the commands to the
// market in memory; writes nothing. Inside services/trading only.

#include "core/market.hpp"
#include "db/batch.hpp"
#include "services/trading/core_loop.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace suanpan::db {
class Leader;
}

namespace suanpan::services {

class TakenNames;

// Keys that are taken: in the database, or by a batch on its way there.
struct KnownKeys {
    using Response = std::tuple<OrganisationId, std::string, std::string>;
    using ClientOrder = std::pair<OrganisationId, std::string>;
    std::map<Response, db::IdempotencyRow> responses;
    std::map<ClientOrder, OrderId> orders;
};
using KnownKeysPtr = std::shared_ptr<const KnownKeys>;
// What the database knows of the submissions' keys; asks only for those that may be taken, and
// notes all of them.
KnownKeysPtr find_known_keys(db::Leader& leader, TakenNames& taken,
                             const std::vector<Submission*>& submissions);

// The stored answer of a key, given again; nothing when the key counts as new.
std::optional<Result<StoredResponse>> answer_again(const db::IdempotencyRow& stored,
                                                   const Hash& body_hash, Time now);

struct Answer {
    Submission* submission = nullptr;
    Result<StoredResponse> response;
};

class BatchBuilder {
 public:
    // `known`: the newest first.
    BatchBuilder(core::Market& market, std::vector<KnownKeysPtr> known, Time clock);

    // Throws what the market or the submission's respond() throws: then the market's memory must
    // be thrown away.
    void add(Submission& submission);
    // The command goes into the log as refused; no answer is made of it.
    void add_refused(Submission& submission, const Error& reason);
    void add_tick();
    // Call once, after the last. Draws the salts.
    [[nodiscard]] db::Batch take_batch();
    [[nodiscard]] std::vector<Answer> take_answers() { return std::move(answers_); }
    [[nodiscard]] KnownKeysPtr take_keys();
    // Nothing reached the market and nothing is stored.
    [[nodiscard]] bool nothing_to_write() const;
    [[nodiscard]] std::int64_t commands() const { return commands_; }

 private:
    bool answer_repeated(Submission& submission);
    void take_entries(core::CommandOutcome& outcome);
    void keep_side_rows(const Submission& submission, const core::CommandOutcome& outcome);
    void keep_response(const Submission& submission, const core::CommandOutcome& outcome,
                       const StoredResponse& response);

    [[nodiscard]] const db::IdempotencyRow* find_response(const IdempotencyKey& key) const;
    [[nodiscard]] const OrderId* find_order(const KnownKeys::ClientOrder& name) const;

    core::Market& market_;
    std::vector<KnownKeysPtr> known_;
    KnownKeys made_;  // by this batch
    Time clock_;
    db::Batch batch_;
    std::vector<Answer> answers_;
    std::int64_t commands_ = 0;
};

}  // namespace suanpan::services
