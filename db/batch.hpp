#pragma once

// What the sequencer writes: one batch, one transaction (design README, "The market core").

#include "base/ids.hpp"
#include "base/units.hpp"
#include "core/rows.hpp"
#include "db/pool.hpp"
#include "db/side_rows.hpp"
#include "db/webhook_rows.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace suanpan::db {

// One log entry with its salt in place, at its index.
struct EntryRow {
    LogIndex index;
    Time time;
    std::string kind;
    CommandId cause;
    std::string bytes;
};

// A side row and whose it is.
struct PlacedSideRow {
    SideRow row;
    OrganisationId organisation;   // the command's actor
    std::optional<OrderId> order;  // that the command made
};

struct Batch {
    core::Rows changes;  // its head is the new head
    std::vector<EntryRow> entries;
    std::vector<PlacedSideRow> side;
    std::vector<IdempotencyRow> responses;          // of keys that are new
    std::vector<IdempotencyRow> renewed_responses;  // of keys whose answer of before has expired
    std::vector<WebhookEventRow> events;            // that are told of it
    LogIndex expected;                              // the log's size before
    std::int64_t epoch = 0;                         // the leader's
};

// Another server leads, or wrote: the coordinator row is not as this leader left it.
class LostLeadership : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

class NativeSession;

// Writes all of it, the coordinator row last, and commits. `before_commit`, if any, runs when all
// is written; what it throws passes through, and nothing was committed then. Throws LostLeadership,
// or what NativeSession throws.
void write_batch(NativeSession& session, const Batch& batch,
                 const std::function<void()>& before_commit);

}  // namespace suanpan::db
