#pragma once

// A day's orders, drawn from the seed files: sizes, durations, model constraints and service
// classes by the quantiles of the production trace (trace_mix.csv), latency-bound inference by
// inference_classes.csv, training that goes where it is cheapest. The same seed gives the same day.

#include "apps/suanpan-demo/dice.hpp"
#include "apps/suanpan-demo/world.hpp"
#include "base/json.hpp"
#include "base/units.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace suanpan::demo {

inline constexpr Duration kDayStep{900};  // the play's step; windows begin on it

struct PlannedOrder {
    Time place_at;
    std::string kind;  // inference, training, model, hpc
    Json body;         // of POST /v1/orders
};

struct DemandSpan {
    Time open;      // first orders
    Time close;     // last orders
    Time last_end;  // no window ends later
};

// In order of place_at.
std::vector<PlannedOrder> plan_demand(const World& world, const DemandSpan& span,
                                      std::uint64_t seed, std::int64_t orders);

// A request that nobody can meet: memory that no listed device has, close to Chengdu.
Json impossible_order(const DemandSpan& span, Time now);
// More than some thousand CNY's worth, of any device.
Json large_order(const DemandSpan& span, Time now);

// A duration of a service class: linear between the trace's quantiles, up to the play's step.
Duration draw_duration(Dice& dice, const client::CsvTable& mix, std::size_t row);

}  // namespace suanpan::demo
