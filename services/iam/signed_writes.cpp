#include "services/iam/signed_writes.hpp"

#include "base/bytes.hpp"
#include "base/dsse.hpp"
#include "core/signed_write.hpp"

#include <utility>

namespace suanpan::services {
namespace {

constexpr std::size_t kWriteSignatureBytes = 64;

}  // namespace

Result<WriteSignature> parse_write_signature(std::string_view header) {
    const auto bad = [] {
        return fail("bad_signature_header",
                    "DSSE-Signature is the signing key's id, a colon and the 64 bytes of the "
                    "signature in base64");
    };
    const std::size_t colon = header.find(':');
    if (colon == std::string_view::npos) return bad();
    const auto key = parse_id<SigningKeyId>(header.substr(0, colon));
    auto bytes = from_base64(header.substr(colon + 1));
    if (!key || !bytes || bytes->size() != kWriteSignatureBytes) return bad();
    return WriteSignature{*key, std::move(*bytes)};
}

Result<std::string> seal_write(const WriteToSign& write, const WriteSignature& signature,
                               const std::optional<core::SigningKeyRow>& key,
                               const OrganisationId& author) {
    if (write.body.size() > core::kMaxSignedBody)
        return fail("signed_too_long", "a signed body has at most 16 KiB");
    if (!core::is_signable_once(write.once)) {
        return fail("signed_too_long",
                    "the Idempotency-Key of a signed write is 1 to 100 letters, digits and -._~");
    }
    auto type = core::signed_payload_type(write.path, write.once);
    if (!type) return fail(type.error());
    if (!key || key->organisation != author)
        return fail("unknown_key", "the organisation has no such signing key");
    if (key->revoked) return fail("revoked_key", "the signing key has been revoked");
    const DsseEnvelope envelope{
        std::move(*type), std::string(write.body), {{to_string(key->id), signature.bytes}}};
    if (verify(envelope, key->key)) return envelope_json(envelope);
    return fail("bad_signature",
                "the signature is not the key's over this body, sent to this path "
                "with this Idempotency-Key");
}

}  // namespace suanpan::services
