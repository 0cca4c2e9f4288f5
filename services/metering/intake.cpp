#include "services/metering/intake.hpp"

#include "db/queries/identity.hpp"
#include "settlement/reading.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace suanpan::services {
namespace {

ReadingKey key_of(const settlement::Reading& reading) {
    return {reading.epoch, reading.seq};
}

}  // namespace

bool is_altered(const StoredReadings& stored, const ReadingKey& key) {
    const auto found = stored.find(key);
    return found != stored.end() && !found->second.same;
}

bool CheckedBatch::repeats() const {
    return std::ranges::all_of(command.batch.readings, [this](const auto& reading) {
        const auto found = stored.find(key_of(reading));
        return found != stored.end() && found->second.same;
    });
}

Result<CheckedBatch> ReadingIntake::check(std::string envelope, const OrganisationId& submitter) {
    if (envelope.size() > kMaxReadingsEnvelopeBytes) {
        return fail("batch_too_large",
                    "an envelope has at most " + std::to_string(kMaxReadingsEnvelopeBytes) +
                        " bytes as canonical JSON, so that it fits one log entry; send fewer "
                        "readings in a batch");
    }
    const auto parsed = parse_envelope(envelope);
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
    if (registered->keys.revoked())
        return fail("revoked_meter", "the meter's key has been revoked");
    const auto signer = find_signer(*parsed, registered->keys);
    if (!signer) return fail(signer.error());
    CheckedBatch checked{core::SubmitReadings{std::move(envelope), std::move(*batch)}, {}};
    if (*signer != registered->keys.first()) checked.command.signer = *signer;
    const settlement::ReadingBatch& readings = checked.command.batch;
    const auto [first, last] = std::ranges::minmax_element(readings.readings, {}, key_of);
    const SeenReadings::Chain chain{readings.lease, readings.meter};
    if (!seen_.knows(chain)) {
        seen_.begin(chain, database_.read("find_highest_reading", [&chain](db::Tx& tx) {
            return db::find_highest_reading(tx, chain.first, chain.second);
        }));
    }
    if (seen_.pass(chain, key_of(*first), key_of(*last))) return checked;
    checked.stored = database_.read("find_stored_readings", [&readings](db::Tx& tx) {
        return db::find_stored_readings(tx, readings);
    });
    return checked;
}

const std::optional<ReadingIntake::KnownMeter>& ReadingIntake::meter(const MeterId& id) {
    const auto found = meters_.find(id);
    if (found != meters_.end()) return found->second;
    std::optional<KnownMeter> known;
    database_.read("find_meter", [&](db::Tx& tx) {
        // First the keys before: a rotation in between leaves the one in force, once.
        const auto before = db::list_meter_keys(tx, id);
        const auto row = db::find_meter(tx, id);
        if (row) known.emplace(KnownMeter{row->organisation, core::meter_keys_of(*row, before)});
    });
    return meters_.emplace(id, std::move(known)).first->second;
}

// The newest that signed it; a bad signature costs no more tries than that. Whether that one is
// still good is the market's to say at the time of the entry; an envelope that has no chance is not
// to fill the log.
Result<PublicKey> ReadingIntake::find_signer(const DsseEnvelope& envelope,
                                             const settlement::MeterKeys& keys) const {
    constexpr std::size_t kNewest = 8;
    const auto all = keys.all() | std::views::reverse | std::views::take(kNewest);
    const auto signer = std::ranges::find_if(
        all, [&envelope](const settlement::MeterKey& key) { return verify(envelope, key.key); });
    if (signer == all.end()) {
        return fail("bad_signature",
                    "no signature of the envelope is the registered meter's over this payload");
    }
    if (const auto good = keys.check(signer->key, clock_.now()); !good) return fail(good.error());
    return signer->key;
}

}  // namespace suanpan::services
