#pragma once

// Commands about projects, by their organisation or the operator; see commands.hpp.

#include "base/ids.hpp"
#include "base/units.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace suanpan::core {

struct OpenProject {
    ProjectId id;
    OrganisationId organisation;
    std::string name;
};
struct RenameProject {
    ProjectId id;
    std::string name;
};
// For good: no order is placed for it any more. What is open goes on, and holds no more than it
// does.
struct CloseProject {
    ProjectId id;
};
// The most that its orders may hold and spend; none: no limit. One below what they do already stops
// new holds only.
struct SetProjectBudget {
    ProjectId id;
    std::string currency;
    std::optional<Money> limit{};
};

inline constexpr std::ptrdiff_t kMaxProjectName = 64;  // characters
inline constexpr std::size_t kMaxProjects = 10'000;    // of an organisation
inline constexpr std::size_t kMaxProjectBudgets = 32;  // of a project

}  // namespace suanpan::core
