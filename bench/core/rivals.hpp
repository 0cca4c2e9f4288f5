#pragma once

// What the core beside PostgreSQL is compared with: the same rows, written without it.

#include "bench/core/world.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace suanpan::bench {

// The tables that orders write to, in an order in which they can be filled.
const std::vector<std::string>& order_tables();

// Rows and bytes that the orders of a run have written.
struct Written {
    std::int64_t orders = 0;
    std::int64_t rows = 0;
    std::int64_t row_bytes = 0;    // of the rows alone
    std::int64_t table_bytes = 0;  // with indexes
};
Written measure_written(const BenchDatabase& ours);

struct RivalResult {
    std::int64_t orders = 0;
    double seconds = 0;
    [[nodiscard]] double rate() const { return static_cast<double>(orders) / seconds; }
};

// A PL/pgSQL function that takes the coordinator row and writes all rows of one order, one order a
// transaction, called by 64 clients with the rows of the run in `ours`, for `seconds` at most.
RivalResult run_function(const BenchDatabase& ours, const BenchDatabase& target, double seconds);

// `psql \copy` of all rows of the run in `ours`, table by table.
RivalResult run_copy(const BenchDatabase& ours, const BenchDatabase& target,
                     const std::string& folder);

// Commits of the coordinator row alone, one round trip each, by one client, `rate` a second, timed
// from when they were sent.
LoadResult empty_commits(const BenchDatabase& database, double seconds, double rate);
// Commits of as little WAL that wait for no row, beside a market that writes; timed from when they
// were due, as its orders are.
LoadResult commits_beside(const BenchDatabase& database, double seconds, double rate);

}  // namespace suanpan::bench
