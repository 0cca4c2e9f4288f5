#include "tests/integration/api_world.hpp"

#include <stdexcept>

namespace suanpan::test {

Json expect(const Answer& answer, int status) {
    if (answer.status != status) {
        throw std::runtime_error("wanted " + std::to_string(status) + ", got " +
                                 std::to_string(answer.status) + ": " + answer.text);
    }
    return answer.body;
}

World::World(const ApiServer& server) : op(server.operator_caller()) {
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
    expect(op.post("/v1/accounts/" + buyer.id + "/deposits",
                   {{"currency", "CNY"}, {"amount", "10000.000000"}, {"reference", "wire 1"}}),
           201);
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

}  // namespace suanpan::test
