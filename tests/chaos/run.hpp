#pragma once

// One run: a market is founded, traded on and broken, and at last compared with what was told.

#include "tests/chaos/checks.hpp"
#include "tests/chaos/injector.hpp"
#include "tests/chaos/soak.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace suanpan::chaos {

constexpr std::size_t kShownText = 1'200;  // of a violation

struct RunOptions {
    std::int64_t seconds = 60;
    std::uint64_t seed = 1;
    std::vector<std::string> only;     // kinds of faults; empty: all
    std::filesystem::path server;      // suanpand
    std::filesystem::path preload;     // the library of its unkind world
    std::filesystem::path postgres;    // the folder of a private PostgreSQL
    bool until_caught = false;         // the first violation ends the run
    bool quiet = false;                // no line for each fault
    bool soak = false;                 // nothing is broken; what is held is looked at
    Cluster::Environment environment;  // of the servers, more
};

struct RunReport {
    std::vector<Struck> faults;
    HistoryCounts counts;
    std::int64_t compared = 0;  // answers that the replay gives too
    std::int64_t entries = 0;   // of the log
    std::int64_t checkpoints = 0;
    std::int64_t traded = 0;
    std::int64_t readings = 0;
    std::int64_t lines = 0;  // of settlements
    std::vector<Held> held;  // in the order of time
    Violations violations;
};

/// Of the main thread. Throws std::exception when the harness itself cannot go on.
RunReport run_chaos(const RunOptions& options);

void print_report(const RunOptions& options, const RunReport& report);

}  // namespace suanpan::chaos
