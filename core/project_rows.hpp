#pragma once

// Projects of organisations and their budgets as rows (metering-settlement "Accounts"); see
// rows.hpp.

#include "base/ids.hpp"
#include "base/units.hpp"

#include <optional>
#include <string>
#include <vector>

namespace suanpan::core {

// What an organisation's orders can be for.
struct ProjectRow {
    ProjectId id;
    OrganisationId organisation;
    std::string name;  // unique within the organisation
    bool closed = false;
    LogIndex index;
    friend bool operator==(const ProjectRow&, const ProjectRow&) = default;
};

// Held and spent count whether or not there is a limit.
struct ProjectBudgetRow {
    ProjectId project;
    std::string currency;
    std::optional<Money> limit{};
    Money held{0};
    Money spent{0};
    friend bool operator==(const ProjectBudgetRow&, const ProjectBudgetRow&) = default;
};

// A project with its budgets, by currency.
struct ProjectAccount {
    ProjectRow project;
    std::vector<ProjectBudgetRow> budgets;
    friend bool operator==(const ProjectAccount&, const ProjectAccount&) = default;
};

}  // namespace suanpan::core
