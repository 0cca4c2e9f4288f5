#include "tests/integration/api_world.hpp"

#include "base/random.hpp"
#include "base/time.hpp"
#include "client/meter.hpp"

#include <stdexcept>

namespace suanpan::test {

Json expect(const Answer& answer, int status) {
    if (answer.status != status) {
        throw std::runtime_error("wanted " + std::to_string(status) + ", got " +
                                 std::to_string(answer.status) + ": " + answer.text);
    }
    return answer.body;
}

World::World(const ApiServer& server) : op(server.operator_caller()), officers(server) {
    expect(op.post("/v1/device-models", {{"id", "a100-80gb"},
                                         {"device", "A100 80GB"},
                                         {"vendor", "nvidia"},
                                         {"kind", "gpu"},
                                         {"peak", {{"AI-FP16", "312.000"}}},
                                         {"memory_gib", 80},
                                         {"source", "vendor's data sheet"}}),
           201);
    expect(op.post("/v1/markets", {{"market", "AI-FP16/CNY"}, {"grid", "PT1M"}}), 201);
    expect(op.post("/v1/schedules", {{"fees",
                                      {{"buyer_maker_ppm", 8'000},
                                       {"buyer_taker_ppm", 10'000},
                                       {"provider_maker_ppm", 8'000},
                                       {"provider_taker_ppm", 10'000}}},
                                     {"dispute_period", "P1D"},
                                     {"efficiency_ppm", {{"AI-FP16", 450'000}}}}),
           201);
    provider = make_party(op, "Gansu Computing", {"provider"});
    buyer = make_party(op, "A Laboratory", {"buyer"});
    officers.deposit(buyer, "10000.000000");
    Caller seller = server.caller(provider.key);
    site = expect(seller.post("/v1/sites", {{"name", "Qingyang 1"}, {"hub", "gansu"}}), 201)["id"];
    pool = expect(seller.post("/v1/pools", {{"site", site}, {"model", "a100-80gb"}, {"lots", 8}}),
                  201)["id"];
}

Json World::sell(int lots, const std::string& price) const {
    return {{"side", "sell"},
            {"market", "AI-FP16/CNY"},
            {"price_unit", "lot"},
            {"quantity", lots},
            {"limit_price", price},
            {"pool", pool},
            {"window", {{"start", "2026-01-01T01:00:00Z"}, {"end", "2026-01-02T00:00:00Z"}}}};
}

Json World::buy(int lots, const std::string& price) {
    return {{"side", "buy"},
            {"market", "AI-FP16/CNY"},
            {"unit", "lot"},
            {"quantity", lots},
            {"limit_price", price},
            {"same_site", false},
            {"window", {{"start", "2026-01-01T02:00:00Z"}, {"end", "2026-01-01T04:00:00Z"}}}};
}

void move_clock(Caller& op, std::string_view now) {
    expect(op.post("/v1/sandbox/clock", {{"now", now}}), 200);
}

void deliver(Caller& op, Caller& seller, const std::string& lease) {
    deliver_all(op, seller, {lease});
}

void deliver_all(Caller& op, Caller& seller, const std::vector<std::string>& leases) {
    const Seed seed = random_seed();
    const PublicKey key = SigningKey(seed).public_key();
    const Json meter_made = expect(
        seller.post("/v1/meters", {{"role", "provider"}, {"public_key", to_base64(as_chars(key))}}),
        201);
    client::Meter meter(*parse_id<MeterId>(meter_made["id"].get<std::string>()),
                        settlement::MeterRole::kProvider, seed);
    move_clock(op, "2026-01-01T02:00:00Z");
    for (const std::string& lease : leases) {
        expect(seller.post("/v1/leases/" + lease + ":accept", Json::object()), 200);
        expect(seller.post("/v1/leases/" + lease + ":activate", Json::object()), 200);
    }
    move_clock(op, "2026-01-01T05:00:00Z");
    const Time start = *parse_time("2026-01-01T02:00:00Z");
    std::vector<client::Measurement> hours;
    for (int hour = 0; hour < 2; ++hour) {
        client::Measurement one;
        one.window = {Time(start.value + hour * 3600), Time(start.value + (hour + 1) * 3600)};
        one.lot_us = 7'200'000'000;
        one.busy_us = one.lot_us;
        hours.push_back(one);
    }
    Json envelopes = Json::array();
    for (const std::string& lease : leases) {
        for (const std::string& text : meter.sign(*parse_id<LeaseId>(lease), hours))
            envelopes.push_back(*parse_json(text));
    }
    expect(seller.post("/v1/readings:batch", {{"envelopes", envelopes}}, "-"), 200);
}

}  // namespace suanpan::test
