#pragma once

// The keys with which organisations sign their writes, and the signatures that are used up, as
// rows; see rows.hpp.

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/units.hpp"

#include <array>
#include <cstdint>

namespace suanpan::core {

// An Ed25519 key. A revoked one stays, so that neither its id nor the key is taken again.
struct SigningKeyRow {
    SigningKeyId id;
    OrganisationId organisation;
    PublicKey key{};
    bool revoked = false;
    LogIndex index;
    friend bool operator==(const SigningKeyRow&, const SigningKeyRow&) = default;
};

using SignedDigest = std::array<std::uint8_t, 16>;

// What was signed of a command that was taken, which therefore is not taken again. It leaves memory
// when its time is over (core/signed_write.hpp): then its age alone refuses it.
struct SignedWriteRow {
    SignedDigest digest{};
    OrganisationId organisation;
    Time at;  // when it was signed
    LogIndex index;
    friend bool operator==(const SignedWriteRow&, const SignedWriteRow&) = default;
};

}  // namespace suanpan::core
