#pragma once

// The keys with which organisations sign their writes.

#include "core/signing_key_rows.hpp"
#include "db/pool.hpp"
#include "db/queries/page.hpp"

#include <optional>

namespace suanpan::db {

std::optional<core::SigningKeyRow> find_signing_key(Tx& tx, const SigningKeyId& id);
Listed<core::SigningKeyRow> list_signing_keys(Tx& tx,
                                              const std::optional<OrganisationId>& organisation,
                                              const Page& page);

}  // namespace suanpan::db
