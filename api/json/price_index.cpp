#include "api/json/price_index.hpp"

#include "base/decimal.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace suanpan::api {

namespace {

constexpr int kLevelScale = 6;

}  // namespace

Json index_value_json(const db::IndexRow& row) {
    Json out{{"at", to_string(row.at)},
             {"price", to_string(row.price)},
             {"level", format_scaled(row.level, kLevelScale)},
             {"cu_seconds", std::to_string(row.volume)},
             {"trades", row.trades},
             {"since", to_string(row.since)},
             {"method", row.method}};
    if (!row.hub.empty()) out["hub"] = row.hub;
    if (!row.firmness.empty()) out["firmness"] = row.firmness;
    return out;
}

Json fixing_json(const matching::MarketKey& market, const std::vector<db::IndexRow>& series) {
    Json values = Json::array();
    for (const db::IndexRow& row : series)
        values.push_back(index_value_json(row));
    return {{"market", matching::to_string(market)}, {"series", std::move(values)}};
}

}  // namespace suanpan::api
