#include "db/ledger_store.hpp"

#include "db/native_session.hpp"
#include "db/sql.hpp"
#include "db/state.hpp"

#include <fmt/format.h>
#include <pqxx/except>

#include <iterator>
#include <string_view>

namespace suanpan::db {
namespace {

constexpr const char* kLatest =
    "SELECT ordinal, size, encode(root, 'hex'), note FROM log_checkpoint"
    " ORDER BY ordinal DESC LIMIT 1";

}  // namespace

EntryReader::EntryReader(const Pool& pool) : pool_(pool) {}
EntryReader::~EntryReader() = default;

std::vector<std::string> EntryReader::read(LogIndex from, std::int64_t max) {
    const bool kept = session_ != nullptr;
    try {
        return try_read(from, max);
    } catch (const pqxx::broken_connection&) {
        session_.reset();
        // It may have gone since the last time, and the database be there all the same.
        if (!kept) throw;
    } catch (...) {
        session_.reset();
        throw;
    }
    return try_read(from, max);
}

std::vector<std::string> EntryReader::try_read(LogIndex from, std::int64_t max) {
    if (!session_) session_ = std::make_unique<NativeSession>(pool_.conninfo());
    std::vector<std::string> entries;
    TupleReader reader;
    session_->copy_out(
        fmt::format("SELECT index, bytes FROM ledger_entry WHERE index >= {}"
                    " ORDER BY index LIMIT {}",
                    from.value, max),
        [&](std::string_view row) {
            reader.begin_row(row);
            std::int64_t index = 0;
            reader("index", index);
            if (index != from.value + std::ssize(entries))
                throw BadRow("the log has a gap before index " + std::to_string(index));
            reader.bytes("bytes", entries.emplace_back());
        });
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

// A key share does not hold up the batches, which change what is no key of the row.
bool still_leads(Tx& tx, std::int64_t epoch) {
    return !run_statement(tx, "still_leads",
                          "SELECT epoch FROM log_head WHERE epoch = $1::bigint FOR KEY SHARE",
                          {std::to_string(epoch)})
                .empty();
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
