// Projects with what their budgets have left, as their organisation sees them.

#include "api/json/render.hpp"
#include "base/decimal.hpp"
#include "settlement/budget.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::api {

namespace {

Json budget_json(const core::ProjectBudgetRow& row) {
    Json out{
        {"currency", row.currency}, {"held", to_string(row.held)}, {"spent", to_string(row.spent)}};
    const settlement::ProjectBudget budget(row.limit, row.held, row.spent);
    if (const auto left = budget.left()) {
        out["limit"] = to_string(*row.limit);
        out["left"] = to_string(*left);
    }
    return out;
}

}  // namespace

Json to_json(const core::ProjectAccount& account) {
    const core::ProjectRow& project = account.project;
    Json budgets = Json::array();
    for (const core::ProjectBudgetRow& row : account.budgets)
        budgets.push_back(budget_json(row));
    return {{"id", to_string(project.id)},   {"organisation", to_string(project.organisation)},
            {"name", project.name},          {"closed", project.closed},
            {"budgets", std::move(budgets)}, {"log_index", project.index.value}};
}

}  // namespace suanpan::api
