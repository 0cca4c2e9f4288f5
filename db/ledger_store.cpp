#include "db/ledger_store.hpp"

#include "db/sql.hpp"
#include "db/state.hpp"

#include <pqxx/except>

namespace suanpan::db {
namespace {

constexpr const char* kLatest =
    "SELECT ordinal, size, encode(root, 'hex'), note FROM log_checkpoint"
    " ORDER BY ordinal DESC LIMIT 1";

}  // namespace

std::vector<std::string> read_entries(Tx& tx, LogIndex from, std::int64_t max) {
    const auto rows = run_statement(tx, "read_entries",
                                    "SELECT index, encode(bytes, 'hex') FROM ledger_entry"
                                    " WHERE index >= $1::bigint ORDER BY index LIMIT $2::bigint",
                                    {std::to_string(from.value), std::to_string(max)});
    std::vector<std::string> entries;
    entries.reserve(rows.size());
    for (const auto& row : rows) {
        RowReader reader(row);
        const auto index = reader.value<std::int64_t>();
        if (index != from.value + static_cast<std::int64_t>(entries.size()))
            throw BadRow("the log has a gap before index " + std::to_string(index));
        std::string bytes;
        reader.bytes("bytes", bytes);
        entries.push_back(std::move(bytes));
    }
    return entries;
}

std::int64_t log_size(Tx& tx) {
    return load_head(tx).size.value;
}

std::optional<CheckpointRow> load_checkpoint(Tx& tx) {
    const auto rows = run_statement(tx, "load_checkpoint", kLatest, {});
    if (rows.empty()) return std::nullopt;
    RowReader reader(rows[0]);
    reader.value<std::int64_t>();
    CheckpointRow row;
    reader("size", row.size);
    reader("root", row.root);
    reader("note", row.note);
    return row;
}

bool swap_checkpoint(Tx& tx, std::int64_t old_size, const CheckpointRow& next) {
    const auto rows = run_statement(tx, "load_checkpoint", kLatest, {});
    std::int64_t ordinal = 0;
    if (rows.empty()) {
        if (old_size != 0) return false;
    } else {
        RowReader reader(rows[0]);
        ordinal = reader.value<std::int64_t>();
        const auto size = reader.value<std::int64_t>();
        const Hash root = reader.value<Hash>();
        if (size != old_size || next.size < size) return false;
        if (next.size == size && next.root != root) return false;
    }
    // Two that saw the same last one take the same ordinal: the second insertion does nothing.
    const auto added = run_statement(
        tx, "swap_checkpoint",
        "INSERT INTO log_checkpoint (ordinal, size, root, note)"
        " VALUES ($1::bigint, $2::bigint, decode($3, 'hex'), $4) ON CONFLICT (ordinal) DO NOTHING",
        {std::to_string(ordinal + 1), std::to_string(next.size), to_hex(as_chars(next.root)),
         next.note});
    return added.affected_rows() == 1;
}

}  // namespace suanpan::db
