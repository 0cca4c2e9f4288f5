#pragma once

// The production trace (Alibaba cluster-trace-gpu-v2023, "openb") as a market's input: its nodes as
// pools, its tasks as orders, compressed so that capacity is scarce.

#include "base/json.hpp"
#include "base/units.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace suanpan::demo {

inline constexpr std::int64_t kTimeDivisor = 100;  // creation times
inline constexpr std::int64_t kNodeStep = 8;       // every eighth node

struct TracePool {
    std::string name;   // the trace's model, or "vCPU"
    std::string model;  // of the catalogue
    std::string market;
    Lots lots;
    Price base_price;  // per lot·h, of its cheapest offers
};

struct TraceTask {
    std::string name;
    std::string qos;
    std::string market;
    std::vector<std::string> models;  // of the catalogue; empty: any
    Lots lots;
    std::int64_t created_s = 0;  // since the replay's start, compressed
    Duration duration;           // real, up to the grid
    Price limit;                 // per lot·h
};

struct TraceInput {
    std::vector<TracePool> pools;
    std::vector<TraceTask> tasks;  // in order of creation
    std::vector<Json> models;      // catalogue rows that the trace needs
    std::int64_t gpu_nodes = 0;
    std::int64_t cpu_nodes = 0;
};

// Throws std::runtime_error when the folder does not hold nodes.csv and tasks.csv as expected.
TraceInput read_trace(const std::string& folder);

// One order of POST /v1/orders:batch: the window begins at `start`.
Json order_of(const TraceTask& task, Time start);

}  // namespace suanpan::demo
