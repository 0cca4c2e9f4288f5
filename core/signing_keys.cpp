// The keys with which organisations sign their writes, and whose word a signed command is (design
// api.md, "A write may carry a DSSE signature").

#include "base/bytes.hpp"
#include "core/market_impl.hpp"
#include "core/signed_write.hpp"
#include "core/signing_key_bodies.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::core {

// Whether the signature is true was found before; the audit finds it again. Whether the key is the
// author's, and the signature still good, is for the place in the log to say.
Result<std::optional<SignedWriteRow>> Market::Impl::check_author() const {
    if (command->auth != Auth::kSigned) return std::optional<SignedWriteRow>();
    const auto write = read_signed_write(command->signature);
    if (!write) return fail(write.error());
    if (write->by != command->actor)
        return fail("bad_signature", "the write is signed in another's name");
    const auto signer = signing.check_signer(write->key, command->actor);
    if (!signer) return fail(signer.error());
    const auto good = check_signed_at(write->at, now());
    if (!good) return fail(good.error());
    const SignedWriteRow row{signed_digest(*write), command->actor, write->at, outcome.index};
    const auto unused = signing.check_unused(row);
    if (!unused) return fail(unused.error());
    return std::optional(row);
}

void Market::Impl::use_up(const SignedWriteRow& write) {
    signing.use_up(write);
    changes.signed_writes.push_back(write);
}

Result<void> Market::Impl::handle(const RegisterSigningKey& body) {
    if (command->actor != body.organisation)
        return fail("not_allowed", "a signing key is registered by its own organisation");
    if (!organisations.contains(body.organisation))
        return fail("unknown_organisation", "there is no such organisation");
    if (body.id.is_nil() || signing.keys.contains(body.id))
        return fail("key_exists", "a key with this id is registered");
    if (signing.used.contains({body.organisation, body.key}))
        return fail("public_key_used", "the organisation has, or had, this public key already");
    const std::size_t in_force = signing.count_in_force(body.organisation);
    if (in_force > 0 && command->auth != Auth::kSigned) {
        return fail("signature_required",
                    "the organisation has a signing key: a further one is registered by a write "
                    "that is signed with one of them");
    }
    if (in_force >= kMaxSigningKeys)
        return fail("too_many_keys", "an organisation has at most 16 signing keys in force");
    accept();
    const SigningKeyRow row{body.id, body.organisation, body.key, false, outcome.index};
    signing.put(row);
    signing.touched.mark(body.id);
    outcome.signing_key = row;
    return {};
}

Result<void> Market::Impl::handle(const RevokeSigningKey& body) {
    const auto found = signing.keys.find(body.id);
    if (found == signing.keys.end() || !acts_for(found->second.organisation))
        return fail("unknown_key", "the organisation has no such signing key");
    if (found->second.revoked) return fail("revoked_key", "the key is already revoked");
    const bool last = signing.count_in_force(found->second.organisation) == 1;
    const bool own = found->second.organisation == command->actor;
    if (last && own && command->auth != Auth::kSigned) {
        return fail("signature_required",
                    "it is the last signing key in force: it is revoked by a write that it signs, "
                    "or by the operator for another organisation");
    }
    accept();
    signing.revoke(body.id);
    outcome.signing_key = found->second;
    return {};
}

Json write(const RegisterSigningKey& body) {
    return {{"id", to_string(body.id)},
            {"organisation", to_string(body.organisation)},
            {"public_key", to_base64(as_chars(body.key))},
            {"what", "register_signing_key"}};
}

Json write(const RevokeSigningKey& body) {
    return {{"id", to_string(body.id)}, {"what", "revoke_signing_key"}};
}

CommandBody read_signing_key(std::string_view what, Fields& in) {
    const auto id = in.id<SigningKeyId>("id");
    if (what == "revoke_signing_key") return RevokeSigningKey{id};
    if (what != "register_signing_key") in.fault("what", "is not known here");
    return RegisterSigningKey{id, in.id<OrganisationId>("organisation"),
                              in.parsed("public_key", parse_public_key)};
}

}  // namespace suanpan::core
