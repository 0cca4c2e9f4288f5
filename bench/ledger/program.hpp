#pragma once

// A program of ours, run to its end, and what it used.

#include <cstdint>
#include <string>
#include <vector>

namespace suanpan::bench {

struct ProgramRun {
    int status = 0;
    double seconds = 0;
    double cpu_seconds = 0;
    std::int64_t peak_kib = 0;  // resident; 0 when it ran for less than 10 ms
    std::string output;
};

// `name` lies beside this program. Throws when it cannot be run.
ProgramRun run_program(const std::string& name, const std::vector<std::string>& arguments);

}  // namespace suanpan::bench
