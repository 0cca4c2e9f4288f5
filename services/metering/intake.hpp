#pragma once

// Readings as they come in: a DSSE envelope of one meter's batch, checked before the market core
// sees it (metering-settlement "Meters").

#include "base/json.hpp"
#include "base/result.hpp"
#include "core/commands.hpp"
#include "db/pool.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace suanpan::services {

struct CheckedBatch {
    core::SubmitReadings command;
    // Readings (epoch, seq) that were accepted before with other bytes. The core knows those of
    // long ago by their ids alone; the batch is logged all the same, as evidence.
    std::set<std::pair<std::int64_t, std::int64_t>> altered;
};

// For the envelopes of one request: meters are looked up once.
class ReadingIntake {
 public:
    explicit ReadingIntake(db::Pool& database) : database_(database) {}

    // `submitter` is the organisation whose key sent it; it must be the meter's, for an envelope
    // says nothing about who may use our resources. Errors: those of the envelope and the batch,
    // `unknown_meter` (also for a foreign one), `revoked_meter`, `bad_signature`,
    // `bad_payload_type`.
    Result<CheckedBatch> check(const Json& envelope, const OrganisationId& submitter);

 private:
    const std::optional<core::MeterRow>& meter(const MeterId& id);

    db::Pool& database_;
    std::map<MeterId, std::optional<core::MeterRow>> meters_;
};

}  // namespace suanpan::services
