#include "db/queries/projects.hpp"

#include "db/paging.hpp"
#include "db/table_projects.hpp"

#include <map>
#include <utility>

namespace suanpan::db {
namespace {

void add_budgets(Tx& tx, std::vector<core::ProjectAccount>& accounts) {
    std::vector<ProjectId> ids;
    std::map<ProjectId, core::ProjectAccount*> by_id;
    for (core::ProjectAccount& account : accounts) {
        ids.push_back(account.project.id);
        by_id[account.project.id] = &account;
    }
    auto budgets =
        read_all<core::ProjectBudgetRow>(select_from<core::ProjectBudgetRow>("list_project_budgets")
                                             .where("t.project = ANY ($?::uuid[])", ids)
                                             .then("ORDER BY t.project, t.currency")
                                             .run(tx));
    for (core::ProjectBudgetRow& budget : budgets)
        by_id.at(budget.project)->budgets.push_back(std::move(budget));
}

}  // namespace

std::optional<core::ProjectAccount> find_project(Tx& tx, const ProjectId& id) {
    auto row = read_one<core::ProjectRow>(
        select_from<core::ProjectRow>("find_project").where("t.id = $?::uuid", id).run(tx));
    if (!row) return std::nullopt;
    std::vector<core::ProjectAccount> found;
    found.push_back({std::move(*row), {}});
    add_budgets(tx, found);
    return std::move(found.front());
}

Listed<core::ProjectAccount> list_projects(Tx& tx, const ProjectFilter& filter, const Page& page) {
    Select select = select_from<core::ProjectRow>("list_projects");
    select.where("t.organisation = $?::uuid", filter.organisation)
        .where("t.closed = $?::boolean", filter.closed);
    auto projects = list_page<core::ProjectRow>(tx, std::move(select), page);
    Listed<core::ProjectAccount> out;
    out.has_more = projects.has_more;
    for (core::ProjectRow& row : projects.rows)
        out.rows.push_back({std::move(row), {}});
    add_budgets(tx, out.rows);
    return out;
}

}  // namespace suanpan::db
