#include "core/project_desk.hpp"

#include "base/check.hpp"
#include "base/checked.hpp"
#include "core/digest_lines.hpp"
#include "core/rows.hpp"

#include <fmt/format.h>

namespace suanpan::core {
namespace {

ProjectBudgetRow row_of(const ProjectDesk::BudgetKey& key,
                        const settlement::ProjectBudget& budget) {
    return {key.first, key.second, budget.limit(), budget.held(), budget.spent()};
}

Money money(Int128 amount) {
    const auto fits = narrow(amount);
    CHECK(fits);
    return Money(*fits);
}

}  // namespace

Result<void> ProjectDesk::check_known(const ProjectId& id,
                                      const OrganisationId& organisation) const {
    if (id.is_nil()) return {};
    const auto found = projects.find(id);
    if (found != projects.end() && found->second.organisation == organisation) return {};
    return fail("unknown_project", "the organisation has no such project");
}

Result<void> ProjectDesk::check_usable(const ProjectId& id,
                                       const OrganisationId& organisation) const {
    if (const auto known = check_known(id, organisation); !known) return known;
    if (id.is_nil() || !projects.at(id).closed) return {};
    return fail("project_closed", "the project is closed: nothing more is held for it");
}

Result<void> ProjectDesk::check_hold(const ProjectId& id, const std::string& currency,
                                     Money more) const {
    if (id.is_nil() || more.value <= 0) return {};
    if (const auto usable = check_usable(id, projects.at(id).organisation); !usable) return usable;
    const auto budget = budgets.find({id, currency});
    return (budget == budgets.end() ? settlement::ProjectBudget() : budget->second)
        .check_hold(more);
}

void ProjectDesk::move(const ProjectId& id, const std::string& currency, Money held, Money spent) {
    if (id.is_nil()) return;
    Change& change = moves[{id, currency}];
    change.held += held.value;
    change.spent += spent.value;
}

void ProjectDesk::apply_moves() {
    for (const auto& [key, change] : moves) {
        if (change.held == 0 && change.spent == 0) continue;
        budgets[key].change(money(change.held), money(change.spent));
        touched_budgets.mark(key);
    }
    moves.clear();
}

void ProjectDesk::put(const ProjectRow& row) {
    projects[row.id] = row;
    names[row.organisation][row.name] = row.id;
}

std::size_t ProjectDesk::count_budgets(const ProjectId& id) const {
    return account(id).budgets.size();
}

ProjectAccount ProjectDesk::account(const ProjectId& id) const {
    ProjectAccount out{projects.at(id), {}};
    for (auto next = budgets.lower_bound({id, ""});
         next != budgets.end() && next->first.first == id; ++next)
        out.budgets.push_back(row_of(next->first, next->second));
    return out;
}

void ProjectDesk::mark_changes(Rows& out) const {
    for (const ProjectId& id : touched_projects.keys())
        out.projects.push_back(projects.at(id));
    for (const BudgetKey& key : touched_budgets.keys())
        out.project_budgets.push_back(row_of(key, budgets.at(key)));
}

void ProjectDesk::clear_touched() {
    touched_projects.clear();
    touched_budgets.clear();
}

void ProjectDesk::add_state(Rows& out) const {
    for (const auto& [id, row] : projects)
        out.projects.push_back(row);
    for (const auto& [key, budget] : budgets)
        out.project_budgets.push_back(row_of(key, budget));
}

void ProjectDesk::load(const Rows& rows) {
    for (const ProjectRow& row : rows.projects)
        put(row);
    for (const ProjectBudgetRow& row : rows.project_budgets) {
        budgets[{row.project, row.currency}] =
            settlement::ProjectBudget(row.limit, row.held, row.spent);
    }
}

std::string line(const ProjectRow& row) {
    return fmt::format("project {} {} {:?} {} {}", to_string(row.id), to_string(row.organisation),
                       row.name, row.closed, row.index.value);
}

std::string line(const ProjectBudgetRow& row) {
    return fmt::format("project_budget {} {} {} {} {}", to_string(row.project), row.currency,
                       row.limit ? std::to_string(row.limit->value) : "-", row.held.value,
                       row.spent.value);
}

}  // namespace suanpan::core
