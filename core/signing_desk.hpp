#pragma once

// What the market keeps of the keys with which organisations sign their writes, and of what they
// signed; inside of core/ only. The commands are in core/signing_keys.cpp.

#include "base/result.hpp"
#include "core/signing_key_rows.hpp"
#include "core/touched.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <utility>

namespace suanpan::core {

struct Rows;

struct SigningDesk {
    std::map<SigningKeyId, SigningKeyRow> keys;
    std::map<OrganisationId, std::size_t> in_force;
    std::set<std::pair<OrganisationId, PublicKey>> used;  // revoked ones too
    // What is used up and not yet over, the oldest first.
    std::map<std::pair<Time, SignedDigest>, SignedWriteRow> writes;
    Touched<SigningKeyId> touched;

    [[nodiscard]] std::size_t count_in_force(const OrganisationId& organisation) const;
    // That the key signs for the organisation. Errors: `unknown_key`, `revoked_key`.
    [[nodiscard]] Result<void> check_signer(const SigningKeyId& id,
                                            const OrganisationId& organisation) const;
    // Error `signature_reused`.
    [[nodiscard]] Result<void> check_unused(const SignedWriteRow& write) const;
    void put(const SigningKeyRow& row);
    void revoke(const SigningKeyId& id);  // REQUIRES one in force
    void use_up(const SignedWriteRow& write);
    void forget_over(Time now);

    void mark_changes(Rows& out) const;
    void add_state(Rows& out) const;
    void load(const Rows& rows);
};

}  // namespace suanpan::core
