#pragma once

#include "support/child_process.hpp"
#include "support/temp_dir.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace suanpan::support {

struct ProgramRun {
    int status = -1;  ///< -1: it did not end in two minutes, and was killed
    std::string output;
};

/// Runs it to its end. The output's file is of its own, whatever the options say.
inline ProgramRun run_to_end(ChildProcess::Options options) {
    const TempDir dir;
    options.output = dir.path() / "output";
    ChildProcess process(options);
    const auto status = process.wait(std::chrono::minutes(2));
    return {status.value_or(-1), process.output()};
}

}  // namespace suanpan::support
