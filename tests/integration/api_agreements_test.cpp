#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>

namespace suanpan::test {
namespace {

Json tiers() {
    return {{{"from", "0.000000"}, {"discount_ppm", 20'000}},
            {{"from", "1000.000000"}, {"discount_ppm", 50'000}}};
}

}  // namespace

TEST(ApiAgreements, AreGivenSeenByBothAndEnded) {
    ApiServer server;
    World world(server);
    Caller seller = server.caller(world.provider.key);
    Caller buyer = server.caller(world.buyer.key);
    const Json wanted{{"buyer", world.buyer.id},        {"currency", "CNY"},
                      {"classes", {"AI-FP16"}},         {"firmness", "firm"},
                      {"billing", "reserved"},          {"tiers", tiers()},
                      {"until", "2027-01-01T00:00:00Z"}};
    const Json made = expect(seller.post("/v1/agreements", wanted), 201);
    EXPECT_EQ(made["provider"], world.provider.id);
    EXPECT_EQ(made["tiers"], tiers());
    EXPECT_EQ(made["until"], "2027-01-01T00:00:00Z");
    for (Caller* caller : {&seller, &buyer}) {
        const Json seen = expect(caller->get("/v1/agreements"), 200);
        ASSERT_EQ(seen["items"].size(), 1U);
        EXPECT_EQ(seen["items"][0], made);
        EXPECT_EQ(seen["has_more"], false);
    }
    expect(seller.post("/v1/agreements", wanted), 201);
    const Json first = expect(buyer.get("/v1/agreements?limit=1"), 200);
    EXPECT_EQ(first["has_more"], true);
    const Json second = expect(
        buyer.get("/v1/agreements?limit=1&after=" + first["items"][0]["id"].get<std::string>()),
        200);
    EXPECT_EQ(second["items"].size(), 1U);
    EXPECT_EQ(second["has_more"], false);
    EXPECT_NE(second["items"][0], first["items"][0]);
    const std::string end = "/v1/agreements/" + made["id"].get<std::string>() + ":end";
    const Json ended = expect(seller.post(end, {{"until", "2026-06-01T00:00:00Z"}}), 200);
    EXPECT_EQ(ended["until"], "2026-06-01T00:00:00Z");
    EXPECT_EQ(expect(seller.post(end, {{"until", "2026-07-01T00:00:00Z"}}), 409)["code"],
              "agreement_ended");
    // What memory has is what the database has.
    const Json digest = expect(world.op.get("/v1/admin/digest"), 200);
    EXPECT_EQ(digest["equal"], true) << digest.dump();
}

TEST(ApiAgreements, RefuseWhatCannotBe) {
    ApiServer server;
    World world(server);
    Caller seller = server.caller(world.provider.key);
    Caller buyer = server.caller(world.buyer.key);
    const Json fixed{{"buyer", world.buyer.id}, {"currency", "CNY"}, {"discount_ppm", 50'000}};
    expect(buyer.post("/v1/agreements", fixed), 403);
    Json both = fixed;
    both["tiers"] = tiers();
    EXPECT_EQ(expect(seller.post("/v1/agreements", both), 422)["errors"][0]["pointer"], "/tiers");
    Json much = fixed;
    much["discount_ppm"] = 1'000'001;
    EXPECT_EQ(expect(seller.post("/v1/agreements", much), 422)["errors"][0]["code"],
              "out_of_range");
    Json backwards = fixed;
    backwards.erase("discount_ppm");
    backwards["tiers"] = {tiers()[1], tiers()[0]};
    EXPECT_EQ(expect(seller.post("/v1/agreements", backwards), 422)["code"], "bad_tiers");
    const Json made = expect(seller.post("/v1/agreements", fixed), 201);
    const Party other = make_party(world.op, "other", {"provider"});
    Caller stranger = server.caller(other.key);
    const std::string end = "/v1/agreements/" + made["id"].get<std::string>() + ":end";
    EXPECT_EQ(expect(stranger.post(end, Json::object()), 404)["code"], "agreement_not_found");
    EXPECT_TRUE(expect(stranger.get("/v1/agreements"), 200)["items"].empty());
}

}  // namespace suanpan::test
