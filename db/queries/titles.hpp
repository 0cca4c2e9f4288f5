#pragma once

// Who owns pools, and what waits for confirmation.

#include "core/rows.hpp"
#include "db/pool.hpp"
#include "db/queries/page.hpp"

#include <optional>

namespace suanpan::db {

struct TitleFilter {
    std::optional<PoolId> pool;
    std::optional<OrganisationId> party;    // whom it concerns: its owners and those before it
    std::optional<OrganisationId> visible;  // to whom: what is confirmed, or concerns it
    // Titles that wait for the word of `party`, and have not begun at this moment.
    std::optional<Time> waiting_at;
    std::optional<core::TitleState> state;
    std::optional<LogIndex> after;
    std::int64_t limit = 50;  // 1..200
};
// In the order in which they were proposed.
Listed<core::TitleRow> list_titles(Tx& tx, const TitleFilter& filter);

}  // namespace suanpan::db
