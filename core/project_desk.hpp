#pragma once

// What the market keeps of projects; inside of core/ only. The commands are in core/projects.cpp.

#include "base/result.hpp"
#include "core/project_rows.hpp"
#include "core/touched.hpp"
#include "settlement/budget.hpp"

#include <map>
#include <string>
#include <utility>

namespace suanpan::core {

struct Rows;

struct ProjectDesk {
    using BudgetKey = std::pair<ProjectId, std::string>;  // project, currency
    // Of the command under way; in between a sum may be more than a budget can be.
    struct Change {
        Int128 held = 0;
        Int128 spent = 0;
    };

    std::map<ProjectId, ProjectRow> projects;
    std::map<OrganisationId, std::map<std::string, ProjectId>> names;
    std::map<BudgetKey, settlement::ProjectBudget> budgets;
    std::map<BudgetKey, Change> moves;

    Touched<ProjectId> touched_projects;
    Touched<BudgetKey> touched_budgets;

    // That it is one of the organisation's. Error: `unknown_project`.
    [[nodiscard]] Result<void> check_known(const ProjectId& id,
                                           const OrganisationId& organisation) const;
    // That an order of the organisation can be for it. Errors: `unknown_project`, `project_closed`.
    [[nodiscard]] Result<void> check_usable(const ProjectId& id,
                                            const OrganisationId& organisation) const;
    // That an order for it may hold so much more. Errors: `project_closed`, `over_budget`,
    // `overflow`.
    [[nodiscard]] Result<void> check_hold(const ProjectId& id, const std::string& currency,
                                          Money more) const;
    // What a command's postings move; nothing for no project.
    void move(const ProjectId& id, const std::string& currency, Money held, Money spent);
    void apply_moves();

    void put(const ProjectRow& row);
    [[nodiscard]] std::size_t count_budgets(const ProjectId& id) const;
    [[nodiscard]] ProjectAccount account(const ProjectId& id) const;

    void mark_changes(Rows& out) const;
    void clear_touched();
    void add_state(Rows& out) const;
    void load(const Rows& rows);
};

}  // namespace suanpan::core
