// The operator's commands and the traders' new ones, over HTTP.

#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>

namespace suanpan::test {
namespace {

const std::string kMarketPath = "/v1/markets/AI-FP16/CNY";

Json window_of_buy() {
    return World::buy(1, "1")["window"];
}

std::string path(const Json& order, const std::string& action) {
    return "/v1/orders/" + order["id"].get<std::string>() + ":" + action;
}

void expect_equal_digests(Caller& op) {
    EXPECT_EQ(expect(op.get("/v1/admin/digest"), 200)["equal"], true);
}

class ApiControl : public testing::Test {
 protected:
    ApiServer server;
    World world{server};
    Caller& op = world.op;
    Caller seller = server.caller(world.provider.key);
    Caller buyer = server.caller(world.buyer.key);
};

TEST_F(ApiControl, ReplacesAnOrderAndSaysWhenItIsClosed) {
    const Json order = expect(buyer.post("/v1/orders", World::buy(2, "10")), 201);
    const Json changed =
        expect(buyer.post(path(order, "replace"), {{"quantity", 3}, {"limit_price", "9"}}), 200);
    EXPECT_EQ(changed["quantity"], 3);
    EXPECT_EQ(changed["limit_price"], "9.000000");
    expect(seller.post(path(order, "replace"), {{"quantity", 1}, {"limit_price", "9"}}), 404);
    const Answer dear =
        buyer.post(path(order, "replace"), {{"quantity", 3}, {"limit_price", "9999"}});
    EXPECT_EQ(expect(dear, 422)["code"], "insufficient_funds");
    expect(buyer.post(path(order, "cancel"), Json::object(), "once"), 200);
    expect(buyer.post(path(order, "cancel"), Json::object(), "once"), 200);
    EXPECT_EQ(expect(buyer.post(path(order, "cancel"), Json::object()), 409)["code"],
              "order_closed");
    EXPECT_EQ(expect(buyer.post(path(order, "replace"), {{"quantity", 1}, {"limit_price", "9"}}),
                     409)["code"],
              "order_closed");
    expect_equal_digests(op);
}

TEST_F(ApiControl, CancelsByFilterAndKills) {
    Json in_project = World::buy(1, "10");
    in_project["project"] = expect(buyer.post("/v1/projects", {{"name", "one"}}), 201)["id"];
    expect(buyer.post("/v1/orders", in_project), 201);
    expect(buyer.post("/v1/orders", World::buy(1, "9")), 201);
    const Json some =
        expect(buyer.post("/v1/orders:cancel-all", {{"project", in_project["project"]}}), 200);
    EXPECT_EQ(some["cancelled"].size(), 1U);
    const std::string own = "/v1/organisations/" + world.buyer.id;
    expect(seller.post(own + ":kill", Json::object()), 404);
    const Json killed = expect(buyer.post(own + ":kill", Json::object()), 200);
    EXPECT_EQ(killed["cancelled"].size(), 1U);
    EXPECT_EQ(killed["cancelled_count"], 1);
    const Json preview = expect(buyer.post("/v1/orders:preview", World::buy(1, "9")), 200);
    EXPECT_EQ(preview["accepted"], false);
    EXPECT_EQ(preview["refusal"]["code"], "organisation_suspended");
    EXPECT_EQ(expect(buyer.post("/v1/orders", World::buy(1, "9")), 403)["code"],
              "organisation_suspended");
    expect(op.post(own + ":reinstate", Json::object()), 200);
    expect(buyer.post("/v1/orders", World::buy(1, "9")), 201);
    expect_equal_digests(op);
}

TEST_F(ApiControl, HaltsCallsAndResumes) {
    expect(buyer.post(kMarketPath + ":halt", Json::object()), 403);
    expect(op.post(kMarketPath + ":halt", Json::object()), 200);
    const Json call = {{"window", window_of_buy()}, {"reference", "10.00"}};
    expect(op.post(kMarketPath + "/calls", call), 201);
    EXPECT_EQ(expect(op.post(kMarketPath + "/calls", call), 409)["code"], "call_exists");
    expect(seller.post("/v1/orders", world.sell(4, "8")), 201);
    Json at_market = World::buy(2, "12");
    at_market["at_market"] = true;
    EXPECT_TRUE(expect(buyer.post("/v1/orders", at_market), 201)["fills"].empty());
    const Json open = expect(buyer.get(kMarketPath + "/calls"), 200)["items"];
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0]["volume"], 2);
    expect_equal_digests(op);
    const Json resumed = expect(op.post(kMarketPath + ":resume", Json::object()), 200);
    EXPECT_EQ(resumed["trades"].size(), 1U);
    EXPECT_EQ(resumed["calls"][0]["volume"], 2);
    const Json market = expect(buyer.get("/v1/markets"), 200)["items"][0];
    EXPECT_EQ(market["halted"], false);
    EXPECT_TRUE(market.contains("reference"));
    expect(op.post(kMarketPath + ":set-band", {{"width_ppm", 100'000}}), 200);
    EXPECT_TRUE(expect(buyer.get("/v1/markets"), 200)["items"][0].contains("band"));
    expect(op.post("/v1/markets/AI-FP16/EUR:halt", Json::object()), 422);
    expect_equal_digests(op);
}

TEST_F(ApiControl, LimitsAndReleases) {
    expect(op.post("/v1/organisations/" + world.buyer.id + "/limits",
                   {{"open_orders", 1}, {"notional", {{"amount", "500"}, {"currency", "CNY"}}}}),
           200);
    expect(buyer.post("/v1/orders", World::buy(1, "9")), 201);
    EXPECT_EQ(expect(buyer.post("/v1/orders", World::buy(1, "9")), 422)["code"],
              "limit_open_orders");
    EXPECT_EQ(expect(buyer.post("/v1/orders:preview", World::buy(1, "9")), 200)["refusal"]["code"],
              "limit_open_orders");
    const Json block = expect(seller.post("/v1/pools/" + world.pool + "/blocks",
                                          {{"window", window_of_buy()}, {"lots", 8}}),
                              201);
    expect(seller.post("/v1/orders", world.sell(8, "9")), 201);
    EXPECT_TRUE(expect(buyer.get("/v1/leases"), 200)["items"].empty());
    const std::string blocks = "/v1/pools/" + world.pool + "/blocks";
    EXPECT_EQ(expect(seller.get(blocks), 200)["items"], Json::array({block}));
    expect(buyer.get(blocks), 403);
    expect(seller.post(blocks + "/" + std::to_string(block["log_index"].get<int>()) + ":unblock",
                       Json::object()),
           200);
    EXPECT_TRUE(expect(seller.get(blocks), 200)["items"].empty());
    const Json leases = expect(buyer.get("/v1/leases"), 200)["items"];
    ASSERT_EQ(leases.size(), 1U);
    const std::string release = "/v1/leases/" + leases[0]["id"].get<std::string>() + ":release";
    expect(seller.post(release, Json::object()), 403);
    EXPECT_TRUE(expect(buyer.post(release, Json::object()), 200).contains("released_from"));
    EXPECT_EQ(expect(buyer.post(release, Json::object()), 409)["code"], "wrong_lease_state");
    const Json steps = expect(
        buyer.get("/v1/pools/" + world.pool + "/calendar?from=2026-01-01T00:00:00Z"), 200)["steps"];
    EXPECT_EQ(steps.size(), 1U);
    expect_equal_digests(op);
}

}  // namespace
}  // namespace suanpan::test
