#include "core/dispute_bodies.hpp"

#include "base/bytes.hpp"
#include "base/dsse.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::core {
namespace {

using settlement::Delivered;

Delivered read_delivered(Fields& in, std::string_view name) {
    Fields inner(in.member(name));
    const Delivered out{inner.integer("lot_us"), inner.number<Ppm>("credit_ppm")};
    in.take_fault(name, inner);
    return out;
}

}  // namespace

Json delivered_to_json(const Delivered& delivered) {
    return {{"lot_us", std::to_string(delivered.lot_us)},
            {"credit_ppm", std::to_string(delivered.credit.value)}};
}

Json write(const RegisterArbiterKey& body) {
    return {{"id", to_string(body.id)},
            {"organisation", to_string(body.organisation)},
            {"public_key", to_base64(as_chars(body.key))},
            {"what", "register_arbiter"}};
}

Json write(const RevokeArbiterKey& body) {
    return {{"id", to_string(body.id)}, {"what", "revoke_arbiter"}};
}

Json write(const OpenDispute& body) {
    return {{"lease", to_string(body.lease)},
            {"window_start", to_string(body.window_start)},
            {"by", std::string(to_string(body.claim.by))},
            {"reason", std::string(to_string(body.claim.reason))},
            {"claimed", delivered_to_json(body.claim.delivered)},
            {"what", "open"}};
}

Json write(const ClaimDispute& body) {
    return {{"id", to_string(body.id)}, {"what", "claim"}};
}

Json write(const AddEvidence& body) {
    return {{"id", to_string(body.id)},
            {"entry", std::to_string(body.entry.value)},
            {"what", "evidence"}};
}

Json write(const OfferSettlement& body) {
    return {{"id", to_string(body.id)},
            {"by", std::string(to_string(body.by))},
            {"delivered", delivered_to_json(body.delivered)},
            {"what", "offer"}};
}

Json write(const RuleDispute& body) {
    return {{"envelope", Json::parse(body.envelope)}};
}

CommandBody read_arbiter_key(Fields& in, std::string_view what) {
    if (what == "revoke_arbiter") return RevokeArbiterKey{in.id<SigningKeyId>("id")};
    return RegisterArbiterKey{in.id<SigningKeyId>("id"), in.id<OrganisationId>("organisation"),
                              in.parsed("public_key", parse_public_key)};
}

CommandBody read_dispute(Fields& in) {
    const std::string what = in.text("what");
    if (what == "open") {
        OpenDispute out;
        out.lease = in.id<LeaseId>("lease");
        out.window_start = in.time("window_start");
        out.claim.by = in.parsed("by", settlement::parse_dispute_party);
        out.claim.reason = in.parsed("reason", settlement::parse_dispute_reason);
        out.claim.delivered = read_delivered(in, "claimed");
        return out;
    }
    const auto id = in.id<DisputeId>("id");
    if (what == "claim") return ClaimDispute{id};
    if (what == "evidence") return AddEvidence{id, in.number<LogIndex>("entry")};
    if (what != "offer") in.fault("what", "is not known here");
    return OfferSettlement{id, in.parsed("by", settlement::parse_dispute_party),
                           read_delivered(in, "delivered")};
}

CommandBody read_ruling(Fields& in) {
    RuleDispute out;
    out.envelope = canonical_json(in.member("envelope"));
    const auto envelope = parse_envelope(out.envelope);
    if (!envelope) {
        in.fault("envelope", envelope.error().detail());
        return out;
    }
    const auto ruling = settlement::parse_ruling(envelope->payload);
    if (ruling)
        out.ruling = *ruling;
    else
        in.fault("envelope", ruling.error().detail());
    return out;
}

}  // namespace suanpan::core
