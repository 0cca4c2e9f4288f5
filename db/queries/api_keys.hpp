#pragma once

// API keys are made and revoked outside the log, so by other writers than the sequencer.

#include "db/pool.hpp"
#include "db/side_rows.hpp"

namespace suanpan::db {

// The key and the stored answer, together. REQUIRES Mode::kWrite.
void insert_api_key(Tx& tx, const ApiKeyRow& key, const IdempotencyRow& response);
// The same for a revocation, which is for ever. REQUIRES Mode::kWrite.
void revoke_api_key(Tx& tx, const ApiKeyId& key, const IdempotencyRow& response);

// A key takes the place of another, which is good until then. False, and nothing written: that one
// has been revoked, or expired by `now`. REQUIRES Mode::kWrite.
bool rotate_api_key(Tx& tx, const ApiKeyRow& successor, const ApiKeyId& before, Time now,
                    Time until, const IdempotencyRow& response);

}  // namespace suanpan::db
