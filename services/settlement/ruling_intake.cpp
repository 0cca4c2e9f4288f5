#include "services/settlement/ruling_intake.hpp"

#include "base/dsse.hpp"
#include "db/queries/disputes.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::services {

Result<core::RuleDispute> check_ruling(const db::Reader& database, const Json& envelope,
                                       const OrganisationId& submitter) {
    const auto parsed = read_envelope(envelope);
    if (!parsed) return fail(parsed.error());
    if (parsed->payload_type != settlement::kRulingPayloadType) {
        return fail("bad_payload_type", "the payloadType of a ruling is " +
                                            std::string(settlement::kRulingPayloadType));
    }
    const auto ruling = settlement::parse_ruling(parsed->payload);
    if (!ruling) return fail(ruling.error());
    const auto key = database.read("find_arbiter_key", [&ruling](db::Tx& tx) {
        return db::find_arbiter_key(tx, ruling->key);
    });
    if (!key || key->organisation != submitter)
        return fail("unknown_key", "the organisation has no such arbiter's key");
    if (key->revoked) return fail("revoked_key", "the arbiter's key has been revoked");
    if (!verify(*parsed, key->key)) {
        return fail("bad_signature",
                    "no signature of the envelope is the registered key's over this payload");
    }
    return core::RuleDispute{canonical_json(envelope), *ruling};
}

}  // namespace suanpan::services
