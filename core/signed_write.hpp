#pragma once

// A write that its author signed (design api.md): what the signature stands for. The signed bytes
// are DSSE's PAE(payloadType, body as sent), with the payloadType
//   application/vnd.suanpan.write+json; log=<origin>; by=<org_…>; at=<time>; to=<path>; once=<key>
// so that one signature stands for one log, one author, one day, one route, one resource and one
// effect. Pure: the server makes such envelopes, replay and audit read them.

#include "base/crypto.hpp"
#include "base/dsse.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "base/write_type.hpp"
#include "core/signing_key_rows.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace suanpan::core {

inline constexpr std::size_t kMaxSignedBody = 16 * 1024;  // so that its entry holds it
inline constexpr std::size_t kMaxSignedLog = 255;         // as the name of a log's key
inline constexpr std::size_t kMaxSignedPath = 64;
inline constexpr std::size_t kMaxSignedOnce = 100;

// Nobody needs to remember a signature for longer than this.
inline constexpr Duration kSignatureGood{86'400};
// The author's clock may be ahead of the log's by this.
inline constexpr Duration kSignatureAhead{300};

struct SignedWrite {
    SigningKeyId key;
    std::string log;
    OrganisationId by;
    Time at;
    std::string path;
    std::string once;
    DsseEnvelope envelope;  // its payload is the body

    [[nodiscard]] const std::string& body() const { return envelope.payload; }
};

// Of author and payloadType, whichever of its author's keys signed it: what is accepted once and no
// more.
SignedDigest signed_digest(const SignedWrite& write);

// At most kMaxSignedOnce characters of RFC 3986's unreserved set: it stands in a payloadType.
bool is_signable_once(std::string_view once);
// The payloadType. Error: `signed_too_long`. REQUIRES a signable `once`.
Result<std::string> signed_payload_type(const WriteScope& scope);
// Of an envelope's canonical JSON. Error `bad_signature`: not one envelope of a write with one
// signature and its key's id.
Result<SignedWrite> read_signed_write(std::string_view envelope);

// That the signature is good at this time of the log. Errors: `signature_early`,
// `signature_expired`.
Result<void> check_signed_at(Time signed_at, Time now);
// After that time it is not, for good.
bool is_signature_over(Time signed_at, Time now);

}  // namespace suanpan::core
