#pragma once

// The columns of pools' titles (see db/table.hpp).

#include "db/table.hpp"

#include <vector>

namespace suanpan::db {

// Owners and words as parallel arrays.
struct TitleRecord {
    PoolId pool;
    Time from;
    std::vector<OrganisationId> owners;
    std::vector<Ppm> shares;
    LogIndex index;
    core::TitleState state = core::TitleState::kProposed;
    std::vector<OrganisationId> missing;
    std::vector<OrganisationId> confirmed_by;
    std::vector<Time> confirmed_at;
    std::vector<LogIndex> confirmed_index;
    OrganisationId refused_by;
};
TitleRecord to_record(const core::TitleRow& row);
core::TitleRow from_record(const TitleRecord& record);

#define SUANPAN_TABLE(row, name, key)                   \
    template <>                                         \
    struct Table<row> {                                 \
        static constexpr std::string_view kName = name; \
        static constexpr std::string_view kKey = key;   \
    };

SUANPAN_TABLE(TitleRecord, "title", "pool, log_index")

#undef SUANPAN_TABLE

template <typename A, Is<TitleRecord> R>
void fields(A& a, R& r) {
    a("pool", r.pool);
    a("from_s", r.from);
    a("owners", r.owners);
    a("shares_ppm", r.shares);
    a("log_index", r.index);
    a("state", r.state);
    a("missing", r.missing);
    a("confirmed_by", r.confirmed_by);
    a("confirmed_at_s", r.confirmed_at);
    a("confirmed_index", r.confirmed_index);
    a("refused_by", r.refused_by);
}

}  // namespace suanpan::db
