// Market data through the API: what an outsider reads there, and what follows from it when it is
// computed again with code of its own.

#include "base/decimal.hpp"
#include "base/time.hpp"
#include "support/index_model.hpp"
#include "support/wait.hpp"
#include "tests/integration/market_data_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

namespace suanpan::test {
namespace {

constexpr std::int64_t kDay = 86'400;

Json all_pages(Caller& outsider, const std::string& target) {
    Json items = Json::array();
    std::string more;
    while (true) {
        const Json page = expect(outsider.get(target + more), 200);
        for (const Json& item : page["items"])
            items.push_back(item);
        if (!page["has_more"].get<bool>()) return items;
        more = "&after=" + page["next"].get<std::string>();
    }
}

// Fixings are made by a thread beside the market.
void wait_for_fixing(Caller& outsider, const std::string& at) {
    ASSERT_TRUE(support::wait_until(300, std::chrono::milliseconds(100),
                                    [&] {
                                        const Json series =
                                            expect(outsider.get(kMarket + "/index"), 200)["series"];
                                        return !series.empty() && series[0]["at"] >= at;
                                    }))
        << "no fixing at " << at;
}

support::ModelTrade model_trade(const Json& trade) {
    support::ModelTrade out;
    out.time = parse_time(trade["time"].get<std::string>())->value;
    out.order = trade["log_index"];
    out.id = trade["id"];
    out.lots = trade["lots"];
    out.start = parse_time(trade["window"]["start"].get<std::string>())->value;
    out.end = parse_time(trade["window"]["end"].get<std::string>())->value;
    out.price_micro = parse_price(trade["price"].get<std::string>())->value;
    out.per_lot = trade["price_unit"] == "lot";
    out.rate_mcu = parse_rate(trade["rate"].get<std::string>())->value;
    out.hub = trade["hub"];
    out.firmness = trade["firmness"];
    out.excluded = trade.contains("excluded");
    return out;
}

support::ModelValue model_value(const Json& value) {
    return {parse_price(value["price"].get<std::string>())->value,
            parse_scaled(value["level"].get<std::string>(), 6).value(),
            parse_integer(value["cu_seconds"].get<std::string>()).value(), value["trades"],
            parse_time(value["since"].get<std::string>())->value};
}

std::vector<support::ModelTrade> model_trades(const Json& trades) {
    std::vector<support::ModelTrade> out;
    for (const Json& trade : trades)
        out.push_back(model_trade(trade));
    return out;
}

// Trades in one span, in the order of the log.
Json candle_of(const std::vector<support::ModelTrade>& trades, std::int64_t start) {
    std::vector<std::int64_t> prices;
    __extension__ __int128 value = 0;
    std::int64_t lots = 0;
    std::int64_t lot_s = 0;
    std::int64_t mcu_s = 0;
    for (const support::ModelTrade& trade : trades) {
        const std::int64_t lot_time = trade.lots * (trade.end - trade.start);
        prices.push_back(trade.per_lot ? trade.price_micro * 1'000 / trade.rate_mcu
                                       : trade.price_micro);
        lots += trade.lots;
        lot_s += lot_time;
        mcu_s += lot_time * trade.rate_mcu;
        value += static_cast<decltype(value)>(lot_time) * trade.price_micro *
                 (trade.per_lot ? 1'000 : trade.rate_mcu);
    }
    return {{"start", to_string(Time(start))},
            {"open", to_string(Price(prices.front()))},
            {"high", to_string(Price(*std::ranges::max_element(prices)))},
            {"low", to_string(Price(*std::ranges::min_element(prices)))},
            {"close", to_string(Price(prices.back()))},
            {"trades", trades.size()},
            {"lots", std::to_string(lots)},
            {"lot_seconds", std::to_string(lot_s)},
            {"cu_hours", to_string(Cu(mcu_s / 3'600))},
            {"value", to_string(Money(static_cast<std::int64_t>(value / 3'600'000)))}};
}

Json model_candles(std::vector<support::ModelTrade> trades, std::int64_t width) {
    std::ranges::sort(trades, {}, &support::ModelTrade::order);
    std::map<std::int64_t, std::vector<support::ModelTrade>> spans;
    for (const support::ModelTrade& trade : trades)
        spans[trade.time - trade.time % width].push_back(trade);
    Json out = Json::array();
    for (const auto& [start, within] : spans)
        out.push_back(candle_of(within, start));
    return out;
}

// The series' values by time, as a model's fixings have them.
std::map<std::int64_t, support::ModelFixing> fixings(
    const std::map<support::ModelKey, Json>& histories) {
    std::map<std::int64_t, support::ModelFixing> out;
    for (const auto& [key, values] : histories) {
        for (const Json& value : values)
            out[parse_time(value["at"].get<std::string>())->value][key] = model_value(value);
    }
    return out;
}

TEST_F(MarketData, AnOutsiderComputesTheIndexAndTheCandlesAgain) {
    const Centre guizhou = make_centre("Gui-An", "guizhou", {{"firm", true}});
    const Centre both = make_centre("Both ways", "ningxia", Json::object());
    for (const char* price : {"5.000000", "5.300000", "4.900000", "9.900000", "5.200000"})
        trade(gansu, world.buyer, price);
    for (const char* price : {"7.000000", "7.100000", "7.000000", "6.800000", "7.200000"})
        trade(guizhou, both.party, price);
    move_to("2026-01-01T00:20:00Z");
    trade(both, guizhou.party, "1.000000");           // the other way round
    trade(gansu, both.party, "90.000000", 9 * kDay);  // a forward
    expect(world.op.post("/v1/organisations/" + world.provider.id + ":describe",
                         {{"kinds", Json::array()}, {"group", "a group"}}),
           200);
    expect(world.op.post("/v1/organisations/" + both.party.id + ":describe",
                         {{"kinds", Json::array()}, {"group", "a group"}}),
           200);
    move_to("2026-01-01T00:40:00Z");
    trade(gansu, both.party, "80.000000");  // within a group
    move_to("2026-01-01T01:00:00Z");
    wait_for_fixing(outsider, "2026-01-01T01:00:00Z");
    move_to("2026-01-01T01:30:00Z");
    for (const char* price : {"6.000000", "6.100000"})
        trade(gansu, world.buyer, price);
    move_to("2026-01-02T05:00:00Z");
    for (const char* price : {"5.500000", "5.600000", "5.500000", "5.700000", "5.500000"})
        trade(guizhou, both.party, price);
    // What was said of a trade stays, whatever becomes of the group.
    expect(world.op.post("/v1/organisations/" + both.party.id + ":describe",
                         {{"kinds", Json::array()}, {"group", ""}}),
           200);
    move_to("2026-01-02T06:00:00Z");
    wait_for_fixing(outsider, "2026-01-02T06:00:00Z");

    const Json listed = all_pages(outsider, kMarket + "/trades?limit=4");
    ASSERT_EQ(listed.size(), 20U);
    std::map<std::string, int> excluded;
    for (const Json& one : listed) {
        ++excluded[one.value("excluded", "none")];
        for (const char* secret : {"buyer", "provider", "pool", "lease", "buy_order", "sell_order"})
            EXPECT_FALSE(one.contains(secret)) << secret;
    }
    EXPECT_EQ(excluded, (std::map<std::string, int>{
                            {"none", 17}, {"reciprocal", 1}, {"forward", 1}, {"related", 1}}));
    const auto trades = model_trades(listed);

    std::map<support::ModelKey, Json> histories;
    for (const char* hub : {"", "gansu", "guizhou", "ningxia"}) {
        for (const char* firmness : {"", "firm", "preemptible"}) {
            std::string target = kMarket + "/index/history?limit=3";
            if (*hub != '\0') target += std::string("&hub=") + hub;
            if (*firmness != '\0') target += std::string("&firmness=") + firmness;
            histories[{hub, firmness}] = all_pages(outsider, target);
        }
    }
    const auto model = support::model_index(trades, parse_time("2026-01-02T06:00:00Z")->value);
    EXPECT_EQ(fixings(histories), model);
    ASSERT_GT(model.size(), 20U);
    EXPECT_NE(model.rbegin()->second.at({"", ""}).level_micro, 1'000'000'000);
    // The last fixing of all series in one answer.
    std::map<support::ModelKey, Json> last;
    const Json series = expect(outsider.get(kMarket + "/index"), 200)["series"];
    for (const Json& value : series)
        last[{value.value("hub", ""), value.value("firmness", "")}] = Json::array({value});
    EXPECT_EQ(fixings(last).rbegin()->second, model.rbegin()->second);

    const std::map<std::string, std::int64_t> widths{
        {"1m", 60}, {"5m", 300}, {"15m", 900}, {"1h", kHour}, {"1d", kDay}};
    for (const auto& [word, width] : widths) {
        Json candles = all_pages(outsider, kMarket +
                                               "/candles?limit=2&from=2026-01-01T00:00:00Z&to="
                                               "2026-01-03T00:00:00Z&interval=" +
                                               word);
        for (Json& candle : candles) {
            const std::int64_t start = parse_time(candle["start"].get<std::string>())->value;
            EXPECT_EQ(candle["complete"],
                      start + width <= parse_time("2026-01-02T06:00:00Z")->value);
            candle.erase("complete");
        }
        EXPECT_EQ(candles, model_candles(trades, width)) << word;
    }
}

TEST_F(MarketData, CandlesAreNeverBehindTheTrades) {
    for (int i = 0; i < 4; ++i) {
        trade(gansu, world.buyer, std::to_string(5 + i) + ".000000");
        const auto trades = model_trades(all_pages(outsider, kMarket + "/trades?limit=200"));
        EXPECT_EQ(std::ssize(trades), i + 1);
        Json candles = all_pages(outsider, kMarket + "/candles?interval=1h");
        for (Json& candle : candles) {
            EXPECT_EQ(candle["complete"],
                      parse_time(candle["start"].get<std::string>())->value + kHour <=
                          parse_time(now)->value);
            candle.erase("complete");
        }
        EXPECT_EQ(candles, model_candles(trades, kHour));
        // Over the end of a minute and of an hour, with the thread beside it on its way.
        move_to(after(now, i % 2 == 0 ? 120 : kHour));
        if (i == 2) std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
    }
}

TEST_F(MarketData, ReadsCanBeKept) {
    trade(gansu, world.buyer, "5.000000");
    for (const std::string& target :
         {kMarket + "/trades", kMarket + "/candles?interval=1m&to=2026-01-02T00:00:00Z",
          kMarket + "/index", kMarket + "/index/history", std::string("/v1/totals")}) {
        const Answer first = outsider.get(target);
        ASSERT_EQ(first.status, 200) << target << first.text;
        EXPECT_TRUE(first.header("cache-control").starts_with("public, max-age=")) << target;
        client::HttpRequest again;
        again.method = "GET";
        again.target = target;
        again.headers.emplace_back("If-None-Match", first.header("etag"));
        EXPECT_EQ(outsider.send(again).status, 304) << target;
    }
}

TEST_F(MarketData, WrongQuestionsAreTold) {
    for (const char* path : {"/trades", "/candles?interval=1m", "/index", "/index/history"}) {
        EXPECT_EQ(outsider.get(std::string("/v1/markets/AI-FP8/CNY") + path).status, 404) << path;
        EXPECT_EQ(outsider.get(std::string("/v1/markets/x/y") + path).status, 404) << path;
    }
    for (const char* wrong :
         {"/trades?limit=0", "/trades?after=x", "/trades?from=1969-12-31T00:00:00Z", "/candles",
          "/candles?interval=2m", "/candles?interval=1m&limit=1001", "/candles?interval=1m&after=x",
          "/candles?interval=1m&from=2025-01-01T00:00:00Z", "/index/history?firmness=soft",
          "/index/history?limit=0", "/index/history?organisation=x"})
        EXPECT_EQ(outsider.get(kMarket + wrong).code(), "invalid_request") << wrong;
    EXPECT_EQ(outsider.get(kMarket + "/trades?hub=nowhere").body["items"], Json::array());
}

}  // namespace
}  // namespace suanpan::test
