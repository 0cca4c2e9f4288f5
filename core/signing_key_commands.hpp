#pragma once

// Commands about the keys with which organisations sign their writes; see commands.hpp.

#include "base/crypto.hpp"
#include "base/ids.hpp"

#include <cstddef>

namespace suanpan::core {

// By the organisation itself. Once it has a key in force, by a write that one of them has signed:
// who holds only its API key adds none.
struct RegisterSigningKey {
    SigningKeyId id;
    OrganisationId organisation;
    PublicKey key{};
};
// By the organisation, the last one in force by a write that it has signed: who holds only the API
// key does not get rid of it. Or by the operator, to whom a lost key is told. For good.
struct RevokeSigningKey {
    SigningKeyId id;
};

inline constexpr std::size_t kMaxSigningKeys = 16;  // of an organisation, in force

}  // namespace suanpan::core
