#pragma once

// For tests: the process dies (SIGKILL) at the step that the variable SUANPAN_TEST_DIE_AT names
// when the process begins; "written:3": the third time. Steps are those of a commit
// (CoreLoop::Options::probe), of publishing (kPublisherSteps), and `settlement_applied` and
// `settlement_committed`, of each part of a settlement run. Thread-safe.

#include <string_view>

namespace suanpan::services {

// Nothing happens without the variable.
void pass_fault_point(std::string_view step);
// Whether there is one: who needs not pass may spare itself the way.
bool has_fault_point();

}  // namespace suanpan::services
