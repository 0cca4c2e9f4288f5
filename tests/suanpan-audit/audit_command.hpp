#pragma once

// Runs the audit's commands in the test's own process.

#include "apps/suanpan-audit/command.hpp"
#include "tests/suanpan-audit/log_fixture.hpp"

#include <string>
#include <vector>

namespace suanpan::audit {

struct Outcome {
    int status;
    std::string out;
    std::string err;
};

Outcome audit(std::vector<std::string> arguments);

// The arguments of `command` on this log, with its key.
std::vector<std::string> on(const TestLog& log, const std::string& command,
                            std::vector<std::string> more = {});

// The code of the fault that --json tells, or "ok".
std::string code_of(const Outcome& outcome);

}  // namespace suanpan::audit
