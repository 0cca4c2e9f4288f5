#pragma once

// A settlement run over many leases, against `psql \copy` of the rows that it writes; then the
// statement of one of the parties.

#include "bench/ledger/measure.hpp"

#include <cstdint>
#include <filesystem>

namespace suanpan::bench {

struct SettlingLoad {
    std::int64_t leases = 100'000;
    std::int64_t windows = 10;  // final ones of each lease
};

void measure_settling(const SettlingLoad& load, const std::filesystem::path& folder,
                      Report& report);

}  // namespace suanpan::bench
