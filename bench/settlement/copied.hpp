#pragma once

// The rival: `psql \copy` of the rows that were written here, into the same tables with their
// indexes and checks, each table one transaction.

#include "bench/core/database.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace suanpan::bench {

// What is copied of a table: "billing_window" or "ledger_entry WHERE index >= 7".
struct CopiedTable {
    std::string name;
    std::string where;  // empty: all of it
};

struct Copied {
    std::int64_t rows = 0;
    double seconds = 0;
    [[nodiscard]] double rate() const { return static_cast<double>(rows) / seconds; }
};

Copied copy_rows(const BenchDatabase& ours, const std::vector<CopiedTable>& tables,
                 const std::filesystem::path& folder);

}  // namespace suanpan::bench
