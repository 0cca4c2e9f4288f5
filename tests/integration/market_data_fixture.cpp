#include "tests/integration/market_data_fixture.hpp"

#include "base/time.hpp"

namespace suanpan::test {

std::string after(std::string_view start, std::int64_t seconds) {
    return to_string(Time(parse_time(start)->value + seconds));
}

Centre MarketData::make_centre(const std::string& name, const std::string& hub,
                               const Json& profile) {
    Centre centre;
    centre.party = make_party(world.op, name, {"provider", "buyer"});
    world.officers.deposit(centre.party, "10000.000000");
    Caller caller = server.caller(centre.party.key);
    const std::string site =
        expect(caller.post("/v1/sites", {{"name", name}, {"hub", hub}}), 201)["id"];
    centre.pool = expect(
        caller.post("/v1/pools",
                    {{"site", site}, {"model", "a100-80gb"}, {"lots", 8}, {"profile", profile}}),
        201)["id"];
    return centre;
}

Json MarketData::window_from(std::string_view now, std::int64_t ahead) {
    return {{"start", after(now, ahead)}, {"end", after(now, ahead + 2 * kHour)}};
}

Json MarketData::offer(const Centre& by, int lots, const std::string& price, std::int64_t ahead) {
    Caller seller = server.caller(by.party.key);
    return expect(seller.post("/v1/orders", {{"side", "sell"},
                                             {"market", "AI-FP16/CNY"},
                                             {"price_unit", "lot"},
                                             {"quantity", lots},
                                             {"limit_price", price},
                                             {"pool", by.pool},
                                             {"window", window_from(now, ahead)}}),
                  201);
}

void MarketData::trade(const Centre& by, const Party& to, const std::string& price,
                       std::int64_t ahead) {
    offer(by, 1, price, ahead);
    Caller buyer = server.caller(to.key);
    const Json bought = expect(buyer.post("/v1/orders", {{"side", "buy"},
                                                         {"market", "AI-FP16/CNY"},
                                                         {"quantity", 1},
                                                         {"limit_price", price},
                                                         {"window", window_from(now, ahead)}}),
                               201);
    ASSERT_EQ(bought["state"], "filled") << bought;
}

void MarketData::move_to(const std::string& time) {
    move_clock(world.op, time);
    now = time;
    expect(world.op.post(kMarket + ":set-index", {{"reference", "0.040000"}}), 200);
}

}  // namespace suanpan::test
