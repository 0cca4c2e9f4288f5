#pragma once

// What the publisher needs of the database: the log's entries, and the one row that says what was
// signed last (ledger "Publishing").

#include "base/bytes.hpp"
#include "base/units.hpp"
#include "db/pool.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::db {

// Bytes of entries [from, from + at most max), dense and in order; fewer at the log's end.
std::vector<std::string> read_entries(Tx& tx, LogIndex from, std::int64_t max);
std::int64_t log_size(Tx& tx);

struct CheckpointRow {
    std::int64_t size = 0;
    Hash root{};
    std::string note;  // signed
    friend bool operator==(const CheckpointRow&, const CheckpointRow&) = default;
};

// The latest; nothing before the first was signed.
std::optional<CheckpointRow> load_checkpoint(Tx& tx);
// Stores `next` if the latest has size `old_size` (0 when there is none); false: it has not,
// nothing done. Growth, or the first; the same size again only with the same root (a new
// signature). REQUIRES Mode::kWrite.
bool swap_checkpoint(Tx& tx, std::int64_t old_size, const CheckpointRow& next);

}  // namespace suanpan::db
