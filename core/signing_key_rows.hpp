#pragma once

// The keys with which organisations sign their writes, as rows; see rows.hpp.

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/units.hpp"

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

}  // namespace suanpan::core
