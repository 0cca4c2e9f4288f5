#pragma once

// The core's state as PostgreSQL holds it.

#include "core/rows.hpp"
#include "db/pool.hpp"

#include <cstdint>

namespace suanpan::db {

class NativeSession;

// Everything that something can still happen to: what core::Market::load() takes.
// REQUIRES Mode::kSnapshot, or the leader's own transaction. core::digest() of it equals that of
// the memory it was written from.
core::Rows load_state(Tx& tx);
// The same, in a transaction of its own and without the detour over texts: for a start.
core::Rows load_state(NativeSession& session);

// Where the log stands; no rows but the head.
core::HeadRow load_head(Tx& tx);
// The fencing epoch of whoever led last.
std::int64_t load_epoch(Tx& tx);

}  // namespace suanpan::db
