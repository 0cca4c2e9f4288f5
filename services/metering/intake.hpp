#pragma once

// Readings as they come in: a DSSE envelope of one meter's batch, checked before the market core
// sees it (metering-settlement "Meters").

#include "base/dsse.hpp"
#include "base/result.hpp"
#include "core/commands.hpp"
#include "db/queries/settlements.hpp"
#include "db/reader.hpp"
#include "services/clock.hpp"
#include "services/metering/seen_readings.hpp"
#include "settlement/meter_keys.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace suanpan::services {

// An envelope so long, as canonical JSON, fits its log entry.
inline constexpr std::size_t kMaxReadingsEnvelopeBytes = 64'900;

using StoredReadings = std::map<ReadingKey, db::StoredReading>;

// Accepted before with other bytes: equivocation. It is logged all the same, as evidence.
bool is_altered(const StoredReadings& stored, const ReadingKey& key);

struct CheckedBatch {
    core::SubmitReadings command;
    // Of its readings, those that were accepted before. The core knows the ones of long ago by
    // their ids alone, and those of a settled lease not at all.
    StoredReadings stored;

    // Every reading was accepted before with these bytes: there is nothing to do.
    [[nodiscard]] bool repeats() const;
};

// For the envelopes of one request: meters are looked up once.
class ReadingIntake {
 public:
    // `seen`: the server's, of all requests.
    ReadingIntake(const db::Reader& database, SeenReadings& seen, const Clock& clock)
        : database_(database), seen_(seen), clock_(clock) {}

    // `envelope`: canonical JSON. `submitter` is the organisation whose key sent it; it must be the
    // meter's, for an envelope says nothing about who may use our resources. Errors: those of the
    // envelope and the batch, `batch_too_large` (no log entry holds it), `unknown_meter` (also for
    // a foreign one), `revoked_meter`, `bad_signature`, `revoked_key`, `superseded_key`,
    // `bad_payload_type`.
    Result<CheckedBatch> check(std::string envelope, const OrganisationId& submitter);

 private:
    struct KnownMeter {
        OrganisationId organisation;
        settlement::MeterKeys keys;
    };
    const std::optional<KnownMeter>& meter(const MeterId& id);
    [[nodiscard]] Result<PublicKey> find_signer(const DsseEnvelope& envelope,
                                                const settlement::MeterKeys& keys) const;

    db::Reader database_;
    SeenReadings& seen_;
    const Clock& clock_;
    std::map<MeterId, std::optional<KnownMeter>> meters_;
};

}  // namespace suanpan::services
