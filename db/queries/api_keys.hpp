#pragma once

// API keys are made outside the log: the one write that is not the sequencer's.

#include "db/pool.hpp"
#include "db/side_rows.hpp"

namespace suanpan::db {

// The key and the stored answer, together. REQUIRES Mode::kWrite.
void insert_api_key(Tx& tx, const ApiKeyRow& key, const IdempotencyRow& response);

}  // namespace suanpan::db
