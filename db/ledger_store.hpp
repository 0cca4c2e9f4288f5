#pragma once

// What the publisher needs of the database: the log's entries, and the one row that says what was
// signed last (ledger "Publishing").

#include "base/bytes.hpp"
#include "base/units.hpp"
#include "db/pool.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::db {

class NativeSession;

// Reads entries in binary form, over a connection of its own: there are many and they are long. Not
// thread-safe.
class EntryReader {
 public:
    // `pool` must outlive the reader; it says how to connect.
    explicit EntryReader(const Pool& pool);
    ~EntryReader();
    EntryReader(const EntryReader&) = delete;
    EntryReader& operator=(const EntryReader&) = delete;

    // Bytes of entries [from, from + at most max), dense and in order; fewer at the log's end.
    // Throws what NativeSession does; the next call connects anew.
    std::vector<std::string> read(LogIndex from, std::int64_t max);

 private:
    [[nodiscard]] std::vector<std::string> try_read(LogIndex from, std::int64_t max);

    const Pool& pool_;
    std::unique_ptr<NativeSession> session_;
};

std::int64_t log_size(Tx& tx);

struct CheckpointRow {
    std::int64_t size = 0;
    Hash root{};
    std::string note;  // signed
    friend bool operator==(const CheckpointRow&, const CheckpointRow&) = default;
};

// The latest; nothing before the first was signed.
std::optional<CheckpointRow> load_checkpoint(Tx& tx);
// Whether `epoch` is the log's: then nobody else can begin to lead before the transaction ends.
// REQUIRES Mode::kWrite.
bool still_leads(Tx& tx, std::int64_t epoch);
// Stores `next` if the latest has size `old_size` (0 when there is none); false: it has not,
// nothing done. Growth, or the first; the same size again only with the same root (a new
// signature). REQUIRES Mode::kWrite.
bool swap_checkpoint(Tx& tx, std::int64_t old_size, const CheckpointRow& next);

}  // namespace suanpan::db
