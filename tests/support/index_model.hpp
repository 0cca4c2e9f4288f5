#pragma once

// The price index computed the slow, obvious way, from what the method's text says alone
// (docs/market-data.md): it shares no code with the index.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::support {

struct ModelTrade {
    std::int64_t time = 0;
    std::int64_t order = 0;  // place in the log
    std::string id;          // sorts as the trades do
    std::int64_t lots = 0;
    std::int64_t start = 0;
    std::int64_t end = 0;
    std::int64_t price_micro = 0;
    bool per_lot = true;  // else per CU
    std::int64_t rate_mcu = 0;
    std::string hub;
    std::string firmness;
    bool excluded = false;  // for whatever reason
};

// Hub and firmness, each empty for all.
using ModelKey = std::pair<std::string, std::string>;

struct ModelValue {
    std::int64_t price_micro = 0;
    std::int64_t level_micro = 0;
    std::int64_t cu_seconds = 0;
    std::int64_t trades = 0;
    std::int64_t since = 0;
    friend bool operator==(const ModelValue&, const ModelValue&) = default;
};

using ModelFixing = std::map<ModelKey, ModelValue>;

// All fixings up to the full hour `until`, by hour, from all trades of one market.
std::map<std::int64_t, ModelFixing> model_index(const std::vector<ModelTrade>& trades,
                                                std::int64_t until);

}  // namespace suanpan::support
