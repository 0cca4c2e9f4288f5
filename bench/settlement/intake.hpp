#pragma once

// Readings over HTTP, as meters send them, against `psql \copy` of the same rows.

#include "bench/ledger/measure.hpp"

#include <cstdint>
#include <filesystem>

namespace suanpan::bench {

struct IntakeLoad {
    std::int64_t leases = 2'000;
    std::int64_t readings = 240;  // of each lease; a batch is 40, a request 5 batches
    int connections = 4;
};

void measure_intake(const IntakeLoad& load, int rounds, const std::filesystem::path& folder,
                    Report& report);

}  // namespace suanpan::bench
