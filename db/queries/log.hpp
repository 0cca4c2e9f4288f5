#pragma once

// The log's entries, one by one.

#include "base/units.hpp"
#include "db/batch.hpp"
#include "db/pool.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace suanpan::db {

std::optional<EntryRow> find_entry(Tx& tx, LogIndex index);
// [from, from + at most limit), in order.
std::vector<EntryRow> list_entries(Tx& tx, LogIndex from, std::int64_t limit);

// What the log says of itself: its entries of kind `key` that no command made.
std::vector<EntryRow> list_log_statements(Tx& tx);

}  // namespace suanpan::db
