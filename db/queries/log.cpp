#include "db/queries/log.hpp"

#include "db/sql.hpp"

namespace suanpan::db {

std::optional<EntryRow> find_entry(Tx& tx, LogIndex index) {
    return read_one<EntryRow>(
        select_from<EntryRow>("find_entry").where("t.index = $?::bigint", index).run(tx));
}

std::vector<EntryRow> list_entries(Tx& tx, LogIndex from, std::int64_t limit) {
    return read_all<EntryRow>(select_from<EntryRow>("list_entries")
                                  .where("t.index >= $?::bigint", from)
                                  .then("ORDER BY t.index LIMIT " + std::to_string(limit))
                                  .run(tx));
}

std::vector<EntryRow> list_log_statements(Tx& tx) {
    // Canonical JSON: "about" is the first member, and no command's entry has it.
    return read_all<EntryRow>(
        select_from<EntryRow>("list_log_statements")
            .where("t.kind = $?", std::string("key"))
            .where("substring(t.bytes FROM 1 FOR 14) = '{\"about\":\"log\"'::bytea")
            .then("ORDER BY t.index")
            .run(tx));
}

}  // namespace suanpan::db
