#pragma once

// Readings as they come in: a DSSE envelope of one meter's batch, checked before the market core
// sees it (metering-settlement "Meters").

#include "base/json.hpp"
#include "base/result.hpp"
#include "core/commands.hpp"
#include "db/pool.hpp"
#include "db/queries/settlements.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace suanpan::services {

struct CheckedBatch {
    core::SubmitReadings command;
    // Of its readings, those that were accepted before, by (epoch, seq). The core knows the ones of
    // long ago by their ids alone, and those of a settled lease not at all.
    std::map<std::pair<std::int64_t, std::int64_t>, db::StoredReading> stored;

    // Accepted before with other bytes: equivocation. It is logged all the same, as evidence.
    [[nodiscard]] bool altered(std::int64_t epoch, std::int64_t seq) const;
    // Every reading was accepted before with these bytes: there is nothing to do.
    [[nodiscard]] bool repeats() const;
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
