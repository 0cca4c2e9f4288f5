#pragma once

// The bodies of commands about projects in the log; see bodies.hpp. Inside of core/ only.

#include "base/json.hpp"
#include "core/commands.hpp"
#include "core/fields.hpp"

namespace suanpan::core {

Json write(const OpenProject& body);
Json write(const RenameProject& body);
Json write(const CloseProject& body);
Json write(const SetProjectBudget& body);

// `what` was read.
CommandBody read_project(std::string_view what, Fields& in);

}  // namespace suanpan::core
