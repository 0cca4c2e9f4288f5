#pragma once

// What the servers and the database hold while a market trades and nothing is broken: it may grow
// with the log, where a table says so, and with nothing else.

#include "tests/chaos/checks.hpp"
#include "tests/chaos/cluster.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::chaos {

struct ProcessFigures {
    std::int64_t resident_kib = 0;
    std::int64_t descriptors = 0;
    std::int64_t threads = 0;
};

struct Held {
    std::int64_t seconds = 0;  // since the market opened
    std::int64_t entries = 0;  // of the log
    std::array<ProcessFigures, Cluster::kNodes> servers;
    std::int64_t connections = 0;  // of the servers, to the database
    std::int64_t database_kib = 0;
    std::vector<std::pair<std::string, std::int64_t>> tables;  // KiB with indexes, largest first
};

/// Throws SqlError, std::runtime_error.
Held look_at(Sql& sql, const Cluster& cluster, std::int64_t seconds);

std::string describe(const Held& held);
/// Descriptors, threads or connections that grew from the second look to the last: nothing that
/// trades makes more of them.
Violations check_held(const std::vector<Held>& looks);
/// First, middle and last, with what each grew by a thousand entries.
void print_held(const std::vector<Held>& looks);

}  // namespace suanpan::chaos
