// Trades, candles and the price index of a market, for everybody: nothing here names who traded.

#include "api/handlers/market_data.hpp"

#include "api/handlers/input.hpp"
#include "api/json/price_index.hpp"
#include "api/json/render.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"
#include "base/words.hpp"
#include "db/queries/billing.hpp"
#include "db/queries/capacity.hpp"
#include "db/queries/market_data.hpp"
#include "services/clock.hpp"

#include <algorithm>
#include <array>

namespace suanpan::api {

namespace {

constexpr std::int64_t kMostItems = 200;
constexpr std::int64_t kMostCandles = 1'000;
constexpr std::int64_t kMostIntervals = 10'000;  // between `from` and `to`
constexpr std::int64_t kUsualIntervals = 200;

struct Interval {
    std::string_view word;
    std::int64_t seconds;
};
constexpr auto kIntervals =
    std::to_array<Interval>({{"1m", 60}, {"5m", 300}, {"15m", 900}, {"1h", 3'600}, {"1d", 86'400}});

Result<Duration> parse_interval(std::string_view text) {
    for (const Interval& interval : kIntervals) {
        if (interval.word == text) return Duration(interval.seconds);
    }
    return fail("unknown_word", "an interval is 1m, 5m, 15m, 1h or 1d");
}

bool exists(db::Tx& tx, const matching::MarketKey& key) {
    return std::ranges::any_of(db::list_markets(tx), [&key](const core::MarketRow& market) {
        return market.rules.key == key;
    });
}

// What anybody may keep for as long as it takes to ask again.
Response cacheable(Response response) {
    response.headers.emplace_back("Cache-Control", "public, max-age=1");
    return response;
}

std::int64_t read_limit(Fields& query, std::int64_t usual, std::int64_t most) {
    const auto limit = query.find("limit", parse_count).value_or(usual);
    if (limit < 1 || limit > most)
        query.fault("limit", "out_of_range", "limit is 1 to " + std::to_string(most));
    return limit;
}

Json trade_json(const db::PublicTrade& row) {
    const matching::IndexTrade& trade = row.trade;
    Json out{{"id", to_string(row.id)},
             {"time", to_string(trade.time)},
             {"lots", trade.lots.value},
             {"window", to_json(trade.window)},
             {"price", to_string(trade.price)},
             {"price_unit", matching::to_string(trade.unit)},
             {"rate", to_string(trade.rate)},
             {"hub", trade.hub},
             {"firmness", matching::to_string(trade.firmness)},
             {"log_index", trade.order.value}};
    if (trade.exclusion != matching::Exclusion::kNone)
        out["excluded"] = matching::to_string(trade.exclusion);
    return out;
}

Json candle_json(const db::Candle& candle, Duration interval, Time committed) {
    const Time end(candle.start.value + interval.value);
    return {{"start", to_string(candle.start)},
            {"open", to_string(candle.open)},
            {"high", to_string(candle.high)},
            {"low", to_string(candle.low)},
            {"close", to_string(candle.close)},
            {"trades", candle.trades},
            {"lots", std::to_string(candle.lots.value)},
            {"lot_seconds", std::to_string(candle.lot_s)},
            {"cu_hours", to_string(candle.cu_h)},
            {"value", to_string(candle.value)},
            {"complete", end <= committed}};
}

// The span of candles that a query asks for.
void read_span(const Call& call, Fields& query, db::CandleFilter& filter) {
    const std::int64_t width = filter.interval.value;
    filter.until =
        query.find("to", parse_time)
            .value_or(ceil_to_grid(Time(call.context.clock.now().value + 1), filter.interval));
    filter.from = query.find("from", parse_time)
                      .value_or(Time(
                          std::max<std::int64_t>(filter.until.value - kUsualIntervals * width, 0)));
    if (filter.from.value < 0)
        query.fault("from", "out_of_range", "there are no trades before 1970");
    if (const auto after = query.find("after", parse_time))
        filter.from = std::max(filter.from, Time(after->value + 1));
    if (filter.until.value / width - filter.from.value / width > kMostIntervals) {
        query.fault("from", "out_of_range",
                    "from and to are at most 10000 intervals apart; ask for wider candles");
    }
}

}  // namespace

Result<Response> list_public_trades(Call& call) {
    const auto market = path_market(call);
    if (!market) return fail(market.error());
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, TradeId::kPrefix);
    db::PublicTradeFilter filter;
    filter.market = *market;
    filter.from = query.find("from", parse_time);
    filter.until = query.find("to", parse_time);
    for (const char* name : {"from", "to"}) {
        const auto& given = *name == 'f' ? filter.from : filter.until;
        if (given && given->value < 0)
            query.fault(name, "out_of_range", "there are no trades before 1970");
    }
    filter.hub = query.find_text("hub");
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto listed = call.context.database.all_rows().snapshot(
        "list_public_trades", [&](db::Tx& tx) -> std::optional<db::Listed<db::PublicTrade>> {
            if (!exists(tx, *market)) return std::nullopt;
            return db::list_public_trades(tx, filter, page);
        });
    if (!listed) return fail(not_found());
    return cacheable(list_response(*listed, trade_json,
                                   [](const db::PublicTrade& row) { return to_string(row.id); }));
}

Result<Response> list_candles(Call& call) {
    const auto market = path_market(call);
    if (!market) return fail(market.error());
    Faults faults;
    Fields query(call.query, faults);
    db::CandleFilter filter;
    filter.market = *market;
    filter.limit = read_limit(query, kMostItems, kMostCandles);
    filter.interval = query.need("interval", parse_interval).value_or(Duration(60));
    read_span(call, query, filter);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Time committed;
    const auto listed = call.context.database.all_rows().snapshot(
        "list_candles", [&](db::Tx& tx) -> std::optional<db::Listed<db::Candle>> {
            if (!exists(tx, *market)) return std::nullopt;
            committed = db::read_log_point(tx).last_time;
            return db::cut(db::list_candles(tx, filter), filter.limit);
        });
    if (!listed) return fail(not_found());
    return cacheable(list_response(
        *listed,
        [&](const db::Candle& candle) { return candle_json(candle, filter.interval, committed); },
        [](const db::Candle& candle) { return to_string(candle.start); }));
}

Result<Response> get_index(Call& call) {
    const auto market = path_market(call);
    if (!market) return fail(market.error());
    const auto rows = call.context.database.all_rows().snapshot(
        "list_last_fixing", [&](db::Tx& tx) -> std::optional<std::vector<db::IndexRow>> {
            if (!exists(tx, *market)) return std::nullopt;
            return db::list_last_fixing(tx, *market);
        });
    if (!rows) return fail(not_found());
    return cacheable(json_response(fixing_json(*market, *rows)));
}

Result<Response> list_index_history(Call& call) {
    const auto market = path_market(call);
    if (!market) return fail(market.error());
    Faults faults;
    Fields query(call.query, faults);
    db::IndexFilter filter;
    filter.market = *market;
    filter.limit = read_limit(query, kMostItems, kMostCandles);
    filter.hub = query.find_text("hub").value_or("");
    if (const auto firmness = query.find("firmness", matching::parse_firmness))
        filter.firmness = matching::to_string(*firmness);
    filter.from = query.find("from", parse_time);
    filter.until = query.find("to", parse_time);
    if (const auto after = query.find("after", parse_time))
        filter.from = std::max(filter.from.value_or(*after), Time(after->value + 1));
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto listed = call.context.database.all_rows().snapshot(
        "list_index_values", [&](db::Tx& tx) -> std::optional<db::Listed<db::IndexRow>> {
            if (!exists(tx, *market)) return std::nullopt;
            return db::cut(db::list_index_values(tx, filter), filter.limit);
        });
    if (!listed) return fail(not_found());
    return cacheable(list_response(*listed, index_value_json,
                                   [](const db::IndexRow& row) { return to_string(row.at); }));
}

}  // namespace suanpan::api
