#pragma once

// Projects of organisations, with their budgets.

#include "core/project_rows.hpp"
#include "db/pool.hpp"
#include "db/queries/page.hpp"

#include <optional>

namespace suanpan::db {

std::optional<core::ProjectAccount> find_project(Tx& tx, const ProjectId& id);

struct ProjectFilter {
    std::optional<OrganisationId> organisation;
    std::optional<bool> closed;
};
Listed<core::ProjectAccount> list_projects(Tx& tx, const ProjectFilter& filter, const Page& page);

}  // namespace suanpan::db
