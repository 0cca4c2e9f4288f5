// Projects on the random days.

#include "random_day.hpp"

#include <array>
#include <string>

namespace suanpan::core {

void RandomDay::open_projects(SmallMarket& day) {
    for (const std::uint8_t who : std::array<std::uint8_t, 8>{2, 2, 3, 3, 4, 4, 5, 5})
        open_project(day, who);
}

void RandomDay::open_project(SmallMarket& day, std::uint8_t who) {
    const auto id = numbered<ProjectId>(++projects_opened_);
    const OrganisationId owner = SmallMarket::organisation(who);
    day.run(owner, OpenProject{id, owner, "project " + std::to_string(projects_opened_)});
    projects_[owner].push_back(id);
}

// Its own, but for one in sixteen.
ProjectId RandomDay::any_project(const OrganisationId& organisation) {
    return any_of(projects_.at(one_in(16) ? SmallMarket::organisation(3) : organisation));
}

void RandomDay::project(SmallMarket& day) {
    const auto who = static_cast<std::uint8_t>(2 + below(4));
    const OrganisationId owner = SmallMarket::organisation(who);
    if (one_in(6) && projects_opened_ < 200) return open_project(day, who);
    const ProjectId id = any_project(owner);
    if (one_in(8)) {
        day.run(owner, CloseProject{id});
    } else if (one_in(4)) {
        day.run(owner, RenameProject{id, "renamed " + std::to_string(below(5))});
    } else {
        SetProjectBudget budget{id, kCurrency};
        if (!one_in(4)) budget.limit = Money(1'000'000 * below(60));
        day.run(owner, budget);
    }
}

}  // namespace suanpan::core
