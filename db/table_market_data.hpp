#pragma once

// The columns of the price index (see db/table.hpp).

#include "db/queries/market_data.hpp"
#include "db/table.hpp"

namespace suanpan::db {

template <>
struct Table<IndexRow> {
    static constexpr std::string_view kName = "index_value";
    static constexpr std::string_view kKey = "";
};

template <typename A, Is<IndexRow> R>
void fields(A& a, R& r) {
    a("market", r.market);
    a("hub", r.hub);
    a("firmness", r.firmness);
    a("at_s", r.at);
    a("method", r.method);
    a("price_micro", r.price);
    a("level_micro", r.level);
    a("cu_s", r.volume);
    a("trades", r.trades);
    a("since_s", r.since);
}

}  // namespace suanpan::db
