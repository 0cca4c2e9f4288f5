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

}  // namespace suanpan::db
