#pragma once

// Pages of rows that have an id. Inside db/ only.

#include "db/queries/page.hpp"
#include "db/sql.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace suanpan::db {

// Orders by the id column, goes on after the cursor, and takes one row more than is asked for.
inline void turn_page(Select& select, const Page& page, const std::string& id_column) {
    if (page.after) {
        const OrganisationId after{*page.after};  // any id: its bytes are what counts
        select.where(id_column + (page.newest_first ? " < $?::uuid" : " > $?::uuid"), after);
    }
    select.then("ORDER BY " + id_column + (page.newest_first ? " DESC" : ""));
    select.then("LIMIT " + std::to_string(std::clamp<std::int64_t>(page.limit, 1, 200) + 1));
}

template <typename T, typename Read>
Listed<T> listed(const pqxx::result& result, const Page& page, const Read& read) {
    const auto limit = static_cast<std::size_t>(std::clamp<std::int64_t>(page.limit, 1, 200));
    Listed<T> out;
    for (const auto& row : result) {
        if (out.rows.size() == limit) {
            out.has_more = true;
            break;
        }
        RowReader reader(row);
        out.rows.push_back(read(reader));
    }
    return out;
}

template <typename R>
Listed<R> list_page(Tx& tx, Select select, const Page& page) {
    turn_page(select, page, "t.id");
    return listed<R>(select.run(tx), page, [](RowReader& reader) { return reader.row<R>(); });
}

}  // namespace suanpan::db
