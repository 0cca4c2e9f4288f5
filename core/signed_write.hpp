#pragma once

// A write that its author signed (design api.md): what the signature stands for. The signed bytes
// are DSSE's PAE(payloadType, body as sent), with the payloadType
//   application/vnd.suanpan.write+json; to=<path>; once=<Idempotency-Key>
// so that one signature stands for one route, one resource and one effect. Pure: the server makes
// such envelopes, replay and audit read them.

#include "base/crypto.hpp"
#include "base/dsse.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace suanpan::core {

inline constexpr std::size_t kMaxSignedBody = 16 * 1024;  // so that its entry holds it
inline constexpr std::size_t kMaxSignedOnce = 100;

struct SignedWrite {
    SigningKeyId key;
    std::string path;
    std::string once;
    DsseEnvelope envelope;  // its payload is the body

    [[nodiscard]] const std::string& body() const { return envelope.payload; }
};

// What a key signs once and no more: a path and an Idempotency-Key. Short, since whoever checks a
// log remembers all of them.
using SignedOnce = std::array<std::uint8_t, 16>;
SignedOnce signed_once(const SignedWrite& write);

// At most kMaxSignedOnce characters of RFC 3986's unreserved set: it stands in a payloadType.
bool is_signable_once(std::string_view once);
// The payloadType. Error: `signed_too_long`. REQUIRES a signable `once`.
Result<std::string> signed_payload_type(std::string_view path, std::string_view once);
// Of an envelope's canonical JSON. Error `bad_signature`: not one envelope of a write with one
// signature and its key's id.
Result<SignedWrite> read_signed_write(std::string_view envelope);

}  // namespace suanpan::core
