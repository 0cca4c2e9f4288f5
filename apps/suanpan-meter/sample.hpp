#pragma once

// What is seen of one lease's devices at one moment.

#include "apps/suanpan-meter/clock.hpp"
#include "base/units.hpp"
#include "settlement/reading.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace suanpan::meter {

// Counters as the machine keeps them; each may begin anew at any time.
struct RawCounters {
    std::optional<std::int64_t> busy_us;  // lot-microseconds
    std::optional<std::int64_t> energy_mj;
    std::optional<std::int64_t> net_in_b;
    std::optional<std::int64_t> net_out_b;
    friend bool operator==(const RawCounters&, const RawCounters&) = default;
};

struct Sample {
    Moment moment;
    std::int64_t there_ppm = kPpm;  // share of the lease's lots that are there and answer
    std::string problem;            // why not all of them
    RawCounters raw;
    // Share of the lots that are busy now, where the machine keeps no counter of it.
    std::optional<std::int64_t> busy_ppm;
    settlement::Gauges gauges;
};

}  // namespace suanpan::meter
