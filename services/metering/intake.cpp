#include "services/metering/intake.hpp"

#include "base/dsse.hpp"
#include "db/queries/identity.hpp"
#include "settlement/reading.hpp"

#include <algorithm>

namespace suanpan::services {

bool CheckedBatch::altered(std::int64_t epoch, std::int64_t seq) const {
    const auto found = stored.find({epoch, seq});
    return found != stored.end() && !found->second.same;
}

bool CheckedBatch::repeats() const {
    return std::ranges::all_of(command.batch.readings, [this](const auto& reading) {
        const auto found = stored.find({reading.epoch, reading.seq});
        return found != stored.end() && found->second.same;
    });
}

Result<CheckedBatch> ReadingIntake::check(const Json& envelope, const OrganisationId& submitter) {
    const std::string canonical = canonical_json(envelope);
    const auto parsed = parse_envelope(canonical);
    if (!parsed) return fail(parsed.error());
    if (parsed->payload_type != settlement::kReadingsPayloadType) {
        return fail("bad_payload_type", "the payloadType of readings is " +
                                            std::string(settlement::kReadingsPayloadType));
    }
    auto batch = settlement::parse_batch(parsed->payload);
    if (!batch) return fail(batch.error());
    const auto& registered = meter(batch->meter);
    if (!registered || registered->organisation != submitter)
        return fail("unknown_meter", "the organisation has no such meter");
    if (registered->revoked) return fail("revoked_meter", "the meter's key has been revoked");
    if (!verify(*parsed, registered->key)) {
        return fail("bad_signature",
                    "no signature of the envelope is the registered meter's over this payload");
    }
    auto stored = database_.read("find_stored_readings", [&batch](db::Tx& tx) {
        return db::find_stored_readings(tx, *batch);
    });
    return CheckedBatch{core::SubmitReadings{canonical, std::move(*batch)}, std::move(stored)};
}

const std::optional<core::MeterRow>& ReadingIntake::meter(const MeterId& id) {
    const auto found = meters_.find(id);
    if (found != meters_.end()) return found->second;
    auto row = database_.read("find_meter", [&id](db::Tx& tx) { return db::find_meter(tx, id); });
    return meters_.emplace(id, std::move(row)).first->second;
}

}  // namespace suanpan::services
