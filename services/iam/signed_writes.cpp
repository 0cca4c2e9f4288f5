#include "services/iam/signed_writes.hpp"

#include "base/bytes.hpp"
#include "base/dsse.hpp"
#include "base/time.hpp"
#include "core/signed_write.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace suanpan::services {
namespace {

constexpr std::size_t kWriteSignatureBytes = 64;

// The value of `name=` at the front of `rest`, up to the next semicolon; nothing when it is
// another.
std::optional<std::string_view> take_part(std::string_view& rest, std::string_view name) {
    if (!rest.starts_with(name)) return std::nullopt;
    rest.remove_prefix(name.size());
    const std::string_view out = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), out.size() + 1));
    return out;
}

}  // namespace

Result<WriteSignature> parse_write_signature(std::string_view header) {
    const auto bad = [] {
        return fail("bad_signature_header",
                    "DSSE-Signature is key=<id>;at=<time>;sig=<base64>: the signing key, when it "
                    "was signed, and the 64 bytes of the signature");
    };
    std::string_view rest = header;
    const auto id = take_part(rest, "key=");
    const auto time = take_part(rest, "at=");
    if (!id || !time || !rest.starts_with("sig=")) return bad();
    const auto key = parse_id<SigningKeyId>(*id);
    const auto at = parse_time(*time);
    auto bytes = from_base64(rest.substr(4));
    if (!key || !at || !bytes || bytes->size() != kWriteSignatureBytes) return bad();
    return WriteSignature{*key, *at, std::move(*bytes)};
}

Result<std::string> seal_write(const WriteToSign& write, const WriteSignature& signature,
                               const std::optional<core::SigningKeyRow>& key) {
    if (write.body.size() > core::kMaxSignedBody)
        return fail("signed_too_long", "a signed body has at most 16 KiB");
    if (!core::is_signable_once(write.once)) {
        return fail("signed_too_long",
                    "the Idempotency-Key of a signed write is 1 to 100 letters, digits and -._~");
    }
    auto type =
        core::signed_payload_type({write.log, write.author, signature.at, write.path, write.once});
    if (!type) return fail(type.error());
    if (!key || key->organisation != write.author)
        return fail("unknown_key", "the organisation has no such signing key");
    const DsseEnvelope envelope{
        std::move(*type), std::string(write.body), {{to_string(key->id), signature.bytes}}};
    if (verify(envelope, key->key)) return envelope_json(envelope);
    return fail("bad_signature",
                "the signature is not the key's over this body, for this log, in the name of " +
                    to_string(write.author) +
                    ", at this time, to this path with this Idempotency-Key");
}

}  // namespace suanpan::services
