#pragma once

// Lines of the state digest (core/digest.cpp) for rows that have a file of their own; inside of
// core/ only. A line begins with the row's kind and its key.

#include "core/rows.hpp"

#include <string>

namespace suanpan::core {

std::string line(const ProjectRow& row);
std::string line(const ProjectBudgetRow& row);
std::string line(const ArbiterKeyRow& row);
std::string line(const DisputeRow& row);
std::string line(const MeterRow& row);
std::string line(const MeterKeyRow& row);
std::string line(const OperatorRequestRow& row);
std::string line(const SigningKeyRow& row);
std::string line(const SignedWriteRow& row);

}  // namespace suanpan::core
