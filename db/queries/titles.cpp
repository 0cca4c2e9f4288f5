#include "db/queries/titles.hpp"

#include "db/sql.hpp"
#include "db/table_titles.hpp"

#include <algorithm>

namespace suanpan::db {

Listed<core::TitleRow> list_titles(Tx& tx, const TitleFilter& filter) {
    Select select = select_from<TitleRecord>("list_titles");
    select.where("t.pool = $?::uuid", filter.pool)
        .where("t.state = $?::text", filter.state)
        .where("t.log_index > $?::bigint", filter.after);
    if (filter.waiting_at) {
        select.where("t.state = 'proposed'")
            .where("t.from_s >= $?::bigint", filter.waiting_at)
            .where("$?::uuid = ANY (t.missing)", filter.party);
    } else {
        select.where("$?::uuid = ANY (t.owners || t.confirmed_by || t.missing)", filter.party);
    }
    select.where(
        "(t.state IN ('confirmed', 'past') OR $?::uuid = ANY (t.owners || t.confirmed_by || "
        "t.missing))",
        filter.visible);
    const std::int64_t limit = std::clamp<std::int64_t>(filter.limit, 1, 200);
    select.then("ORDER BY t.log_index LIMIT " + std::to_string(limit + 1));
    Listed<core::TitleRow> out;
    for (const TitleRecord& record : read_all<TitleRecord>(select.run(tx))) {
        if (std::ssize(out.rows) == limit) {
            out.has_more = true;
            break;
        }
        out.rows.push_back(from_record(record));
    }
    return out;
}

}  // namespace suanpan::db
