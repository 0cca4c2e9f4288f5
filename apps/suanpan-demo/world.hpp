#pragma once

// The market's input for one day, from the seed files: who offers what at which price. All exact.

#include "base/json.hpp"
#include "base/units.hpp"
#include "client/csv.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::demo {

inline constexpr std::string_view kCurrency = "CNY";
inline constexpr std::string_view kAi = "AI-FP16/CNY";
inline constexpr std::string_view kHpc = "HPC-FP64/CNY";
inline constexpr std::string_view kGeneral = "GEN-FP32/CNY";

// A table of the project's seed folder. Throws std::runtime_error when it is not there or not CSV.
client::CsvTable seed_table(std::string_view name);
std::string_view seed_text(std::string_view name);
// A value of assumptions.csv.
std::string assumption(std::string_view name);

struct PoolPlan {
    std::string model;
    std::string market;            // where its capacity was published
    std::int64_t capacity_gf = 0;  // published peak, in 10^9 operations a second
    Lots lots;
    Rate rate;       // nominal, milli-CU a lot
    Price cu_price;  // per CU·h
    Price lot_price;
    std::string pue;
};

struct CentrePlan {
    std::string id;
    std::string name_zh;
    std::string name_en;
    std::string hub;
    std::vector<PoolPlan> pools;
};

struct World {
    std::vector<CentrePlan> centres;     // with a row in pools.csv
    std::vector<std::string> not_built;  // "name (hub): capacity, status"
    std::int64_t not_built_p = 0;        // their capacity, in P
    std::map<std::string, std::map<std::string, std::string>> rtt_ms;  // hub → place → ms
};

World read_world();

// Price × ratio ("0.60"), to the market's tick, rounded up.
Price scaled_price(Price price, std::string_view ratio, Price tick);

// A file's body for POST /v1/device-models of the share of a processor that is one vCPU.
Json vcpu_model();

}  // namespace suanpan::demo
