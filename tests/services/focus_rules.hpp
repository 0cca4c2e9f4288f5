#pragma once

// The rules of FOCUS 1.2 that a program can check, read from the specification and not from our
// writer (https://focus.finops.org/focus-specification/v1-2/): which columns there must be, which
// may be null when, that unit price times quantity is the cost, that periods are half-open.

#include "tests/services/exports_fixture.hpp"

#include <string>
#include <vector>

namespace suanpan::services {

// Each "row 3: what is wrong".
std::vector<std::string> focus_faults(const std::vector<CsvRow>& rows);

}  // namespace suanpan::services
