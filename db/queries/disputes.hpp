#pragma once

// Disputes, and the keys that arbiters sign with.

#include "core/dispute_rows.hpp"
#include "db/pool.hpp"
#include "db/queries/page.hpp"

#include <optional>

namespace suanpan::db {

std::optional<core::DisputeRow> find_dispute(Tx& tx, const DisputeId& id);

struct DisputeFilter {
    std::optional<OrganisationId> party;  // one of the two sides
    std::optional<LeaseId> lease;
    std::optional<settlement::DisputeState> state;
    std::optional<bool> open;
};
Listed<core::DisputeRow> list_disputes(Tx& tx, const DisputeFilter& filter, const Page& page);

std::optional<core::ArbiterKeyRow> find_arbiter_key(Tx& tx, const SigningKeyId& id);
Listed<core::ArbiterKeyRow> list_arbiter_keys(Tx& tx,
                                              const std::optional<OrganisationId>& organisation,
                                              const Page& page);

}  // namespace suanpan::db
