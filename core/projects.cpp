// Projects of organisations and their budgets (metering-settlement "Accounts"). What is held and
// spent follows from the orders and leases; see move_hold() and what settlement moves.

#include "core/market_impl.hpp"

#include <algorithm>

namespace suanpan::core {
namespace {

bool is_project_name(std::string_view name) {
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
    const auto is_control = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    };
    const auto characters = std::ssize(name) - std::ranges::count_if(name, continues);
    return characters > 0 && characters <= kMaxProjectName &&
           std::ranges::none_of(name, is_control);
}

}  // namespace

Result<ProjectRow*> Market::Impl::own_project(const ProjectId& id) {
    const auto found = projects.projects.find(id);
    if (found == projects.projects.end() || !acts_for(found->second.organisation))
        return fail("project_not_found", "the organisation has no such project");
    if (found->second.closed) return fail("project_closed", "the project is closed");
    return &found->second;
}

Result<void> Market::Impl::check_project_name(const OrganisationId& organisation,
                                              const std::string& name) const {
    if (!is_project_name(name)) {
        return fail("bad_project_name",
                    "a project's name has 1 to 64 characters and no control characters");
    }
    const auto names = projects.names.find(organisation);
    if (names == projects.names.end() || !names->second.contains(name)) return {};
    return fail("project_name_used", "the organisation has, or had, a project of this name");
}

Result<void> Market::Impl::handle(const OpenProject& body) {
    if (!acts_for(body.organisation))
        return fail("not_allowed", "a project is opened by its own organisation");
    if (!organisations.contains(body.organisation))
        return fail("unknown_organisation", "there is no such organisation");
    if (body.id.is_nil() || projects.projects.contains(body.id))
        return fail("project_exists", "there is a project with this id");
    const auto named = check_project_name(body.organisation, body.name);
    if (!named) return named;
    const auto names = projects.names.find(body.organisation);
    if (names != projects.names.end() && names->second.size() >= kMaxProjects)
        return fail("too_many_projects", "an organisation has at most 10000 projects");
    accept();
    projects.put(ProjectRow{body.id, body.organisation, body.name, false, outcome.index});
    projects.touched_projects.mark(body.id);
    outcome.project = projects.account(body.id);
    return {};
}

Result<void> Market::Impl::handle(const RenameProject& body) {
    const auto project = own_project(body.id);
    if (!project) return fail(project.error());
    ProjectRow& row = **project;
    if (row.name != body.name) {
        const auto named = check_project_name(row.organisation, body.name);
        if (!named) return named;
    }
    accept();
    projects.names.at(row.organisation).erase(row.name);
    row.name = body.name;
    projects.put(row);
    projects.touched_projects.mark(body.id);
    outcome.project = projects.account(body.id);
    return {};
}

Result<void> Market::Impl::handle(const CloseProject& body) {
    const auto project = own_project(body.id);
    if (!project) return fail(project.error());
    accept();
    (*project)->closed = true;
    projects.touched_projects.mark(body.id);
    outcome.project = projects.account(body.id);
    return {};
}

Result<void> Market::Impl::handle(const SetProjectBudget& body) {
    const auto project = own_project(body.id);
    if (!project) return fail(project.error());
    const ProjectDesk::BudgetKey key{body.id, body.currency};
    const auto found = projects.budgets.find(key);
    if (found == projects.budgets.end() && projects.count_budgets(body.id) >= kMaxProjectBudgets)
        return fail("too_many_budgets", "a project has budgets in at most 32 currencies");
    settlement::ProjectBudget budget;
    if (found != projects.budgets.end()) budget = found->second;
    if (const auto set = budget.set_limit(body.limit); !set) return set;
    accept();
    projects.budgets[key] = budget;
    projects.touched_budgets.mark(key);
    outcome.project = projects.account(body.id);
    return {};
}

}  // namespace suanpan::core
