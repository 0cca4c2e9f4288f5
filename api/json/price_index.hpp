#pragma once

// The price index as JSON.

#include "base/json.hpp"
#include "db/queries/market_data.hpp"

#include <vector>

namespace suanpan::api {

// One value of a series. Absent hub and firmness: all of them.
Json index_value_json(const db::IndexRow& row);
// A fixing: all series of the market.
Json fixing_json(const matching::MarketKey& market, const std::vector<db::IndexRow>& series);

}  // namespace suanpan::api
