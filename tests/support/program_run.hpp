#pragma once

#include "support/child_process.hpp"
#include "support/temp_dir.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace suanpan::support {

struct ProgramRun {
    int status = -1;  ///< -1: it did not end in time, and was killed
    std::string output;
};

/// Runs it to its end. The output's file is of its own, whatever the options say.
inline ProgramRun run_to_end(ChildProcess::Options options,
                             std::chrono::minutes patience = std::chrono::minutes(2)) {
    const TempDir dir;
    options.output = dir.path() / "output";
    ChildProcess process(options);
    const auto status = process.wait(patience);
    if (status) return {*status, process.output()};
    return {-1,
            process.output() + "\nended after " + std::to_string(patience.count()) + " minutes"};
}

}  // namespace suanpan::support
