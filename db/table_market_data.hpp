#pragma once

// The columns of market data (see db/table.hpp).

#include "db/queries/market_data.hpp"
#include "db/table.hpp"

namespace suanpan::db {

template <>
struct Table<IndexRow> {
    static constexpr std::string_view kName = "index_value";
    static constexpr std::string_view kKey = "";
};

template <>
struct Table<MarketDataProgress> {
    static constexpr std::string_view kName = "market_data_progress";
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

template <typename A, Is<MarketDataProgress> R>
void fields(A& a, R& r) {
    a("minutes_s", r.minutes);
    a("hours_s", r.hours);
    a("index_s", r.index);
}

// As they are asked for: put together of rows of `candle`.
template <typename A, Is<Candle> R>
void fields(A& a, R& r) {
    a("start_s", r.start);
    a("open_micro", r.open);
    a("high_micro", r.high);
    a("low_micro", r.low);
    a("close_micro", r.close);
    a("trades", r.trades);
    a("lots", r.lots);
    a("lot_s", r.lot_s);
    a("mcu_h", r.cu_h);
    a("value", r.value);
}

}  // namespace suanpan::db
