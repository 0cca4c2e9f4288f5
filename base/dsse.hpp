#pragma once

// DSSE v1 envelopes (Dead Simple Signing Envelope, secure-systems-lab): the signature covers
// PAE(type, payload) = "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload, lengths in ASCII
// decimal, so a payload can never be taken for one of another type.
//
// The JSON form is
// {"payload":<base64>,"payloadType":…,"signatures":[{"keyid":…,"sig":<base64>},…]}. Stricter than
// the specification where bytes end up in the ledger: only canonical standard base64, no unknown
// members, bounded sizes. `keyid` is a hint and is not covered by the signature.

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan {

inline constexpr std::size_t kMaxEnvelopeBytes = 65'535;
inline constexpr std::size_t kMaxEnvelopeSignatures = 8;
inline constexpr std::size_t kMaxPayloadTypeBytes =
    531;  // a signed write's (core/signed_write.hpp)
inline constexpr std::size_t kMaxKeyidBytes = 128;

struct DsseSignature {
    std::string keyid;      // may be empty
    std::string signature;  // raw bytes, 64 for Ed25519
    friend bool operator==(const DsseSignature&, const DsseSignature&) = default;
};

struct DsseEnvelope {
    std::string payload_type;
    std::string payload;  // raw bytes
    std::vector<DsseSignature> signatures;
    friend bool operator==(const DsseEnvelope&, const DsseEnvelope&) = default;
};

// The bytes that are signed.
std::string dsse_pae(std::string_view payload_type, std::string_view payload);

// Errors: `envelope_too_large`, `bad_envelope` with faults. Does not look at the signatures' truth.
Result<DsseEnvelope> parse_envelope(std::string_view json);
// Of one that was parsed already. Error `bad_envelope` with faults.
Result<DsseEnvelope> read_envelope(const Json& json);

// True when at least one signature is `key`'s over this payload and type.
bool verify(const DsseEnvelope& envelope, const PublicKey& key);

DsseEnvelope make_envelope(std::string_view payload_type, std::string_view payload,
                           std::string_view keyid, const SigningKey& key);
// One more signature of the same bytes.
void add_signature(DsseEnvelope& envelope, std::string_view keyid, const SigningKey& key);
// Canonical JSON; parse_envelope reads it back.
std::string envelope_json(const DsseEnvelope& envelope);

}  // namespace suanpan
