#pragma once

// The columns of projects and their budgets (see db/table.hpp).

#include "db/table.hpp"

namespace suanpan::db {

#define SUANPAN_TABLE(row, name, key)                   \
    template <>                                         \
    struct Table<row> {                                 \
        static constexpr std::string_view kName = name; \
        static constexpr std::string_view kKey = key;   \
    };

SUANPAN_TABLE(core::ProjectRow, "project", "id")
SUANPAN_TABLE(core::ProjectBudgetRow, "project_budget", "project, currency")

#undef SUANPAN_TABLE

template <typename A, Is<core::ProjectRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("organisation", r.organisation);
    a("name", r.name);
    a("closed", r.closed);
    a("log_index", r.index);
}

template <typename A, Is<core::ProjectBudgetRow> R>
void fields(A& a, R& r) {
    a("project", r.project);
    a("currency", r.currency);
    a("limit_micro", r.limit);
    a("held_micro", r.held);
    a("spent_micro", r.spent);
}

}  // namespace suanpan::db
