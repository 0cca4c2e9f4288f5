#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>

namespace suanpan::test {
namespace {

constexpr std::string_view kUntil = "2026-06-01T00:00:00Z";

// A funder with 1,000 CNY beside the world's provider and buyer.
struct FundedWorld : World {
    explicit FundedWorld(const ApiServer& server)
        : World(server), funder(make_party(op, "City of Guiyang", {"funder"})) {
        officers.deposit(funder, "1000.000000");
    }
    Party funder;
};

Json programme() {
    return {{"currency", "CNY"},
            {"budget", "400.000000"},
            {"until", kUntil},
            {"share_ppm", 500'000},
            {"caps", {{"grant", "100.000000"}}},
            {"scope", {{"classes", {"AI-FP16"}}, {"purposes", {"training"}}}}};
}

Json grant_to(const Party& party, const Json& programme_made) {
    return {{"programme", programme_made["id"]},
            {"organisation", party.id},
            {"amount", "100.000000"},
            {"expires", kUntil}};
}

void expect_equal_digests(Caller& op) {
    const Json digest = expect(op.get("/v1/admin/digest"), 200);
    EXPECT_EQ(digest["equal"], true) << digest.dump();
}

}  // namespace

TEST(ApiVouchers, FromABudgetToARedemptionAndItsReadings) {
    ApiServer server;
    FundedWorld world(server);
    Caller funder = server.caller(world.funder.key);
    Caller seller = server.caller(world.provider.key);
    Caller buyer = server.caller(world.buyer.key);
    const Json opened = expect(funder.post("/v1/voucher-programmes", programme()), 201);
    EXPECT_EQ(opened["holder"], world.funder.id);
    EXPECT_EQ(opened["ungranted"], "400.000000");
    const Json granted =
        expect(funder.post("/v1/voucher-grants", grant_to(world.buyer, opened)), 201);
    expect(seller.post("/v1/orders", world.sell(8, "5.000000")), 201);
    Json wanted = World::buy(2, "5.000000");
    wanted["grant"] = granted["id"];
    wanted["purpose"] = "training";
    const Json seen_before = expect(buyer.post("/v1/orders:preview", wanted, "-"), 200);
    EXPECT_EQ(seen_before["accepted"], true) << seen_before.dump();
    EXPECT_EQ(seen_before["worst_cost"], "10.200000");
    EXPECT_EQ(seen_before["voucher"]["reserved"], "10.000000");
    const Json bought = expect(buyer.post("/v1/orders", wanted), 201);
    // 20 and the fee of 1 %; half of the 20 is the programme's.
    EXPECT_EQ(bought["worst_cost"], "10.200000");
    const std::string lease = bought["fills"][0]["lease"];
    EXPECT_EQ(expect(buyer.get("/v1/leases/" + lease), 200)["voucher"]["reserved"], "10.000000");
    expect_equal_digests(world.op);
    deliver(world.op, seller, lease);
    const Json run = expect(world.op.post("/v1/settlement-runs", Json::object()), 201);
    EXPECT_EQ(run["totals"]["CNY"]["vouchers"], "10.000000");

    const std::string path =
        "/v1/voucher-programmes/" + opened["id"].get<std::string>() + "/redemptions";
    const Json paid = expect(funder.get(path), 200);
    ASSERT_EQ(paid["items"].size(), 2U);
    for (const Json& item : paid["items"]) {
        EXPECT_EQ(item["voucher"], "5.000000");
        EXPECT_EQ(item["lease"], lease);
        EXPECT_EQ(item["grant"], granted["id"]);
        EXPECT_EQ(item["funders"][0]["amount"], "5.000000");
        EXPECT_FALSE(item["readings"].empty());
    }
    const Json seen = expect(buyer.get("/v1/voucher-grants"), 200);
    EXPECT_EQ(seen["items"][0]["redeemed"], "10.000000");
    const Json held = expect(funder.get("/v1/voucher-programmes"), 200);
    ASSERT_EQ(held["items"].size(), 1U);
    EXPECT_EQ(held["items"][0]["redeemed"], "10.000000");
    // Who has a grant learns the terms, not what others have; the provider not even that.
    const Json terms = expect(buyer.get("/v1/voucher-programmes"), 200);
    ASSERT_EQ(terms["items"].size(), 1U);
    EXPECT_EQ(terms["items"][0]["share_ppm"], 500'000);
    for (const char* sum : {"budget", "ungranted", "redeemed", "funders"})
        EXPECT_FALSE(terms["items"][0].contains(sum)) << sum;
    EXPECT_FALSE(expect(seller.get("/v1/leases/" + lease), 200).contains("voucher"));
    expect_equal_digests(world.op);

    server.kill();
    server.start();
    Caller op = server.operator_caller();
    expect_equal_digests(op);
}

TEST(ApiVouchers, AreFundedRevokedAndSeenByTheirOwnOnly) {
    ApiServer server;
    FundedWorld world(server);
    Caller funder = server.caller(world.funder.key);
    Caller buyer = server.caller(world.buyer.key);
    const Json opened = expect(funder.post("/v1/voucher-programmes", programme()), 201);
    const std::string path = "/v1/voucher-programmes/" + opened["id"].get<std::string>();
    const Json funded = expect(funder.post(path + ":fund", {{"amount", "100.000000"}}), 200);
    EXPECT_EQ(funded["budget"], "500.000000");
    EXPECT_EQ(expect(funder.post(path + ":fund", {{"amount", "600.000000"}}), 422)["code"],
              "insufficient_funds");
    const Json granted =
        expect(funder.post("/v1/voucher-grants", grant_to(world.buyer, opened)), 201);
    expect(buyer.post("/v1/voucher-grants", grant_to(world.buyer, opened)), 403);
    const std::string revoke = "/v1/voucher-grants/" + granted["id"].get<std::string>() + ":revoke";
    const Json revoked = expect(funder.post(revoke, Json::object()), 200);
    EXPECT_EQ(revoked["returned"], "100.000000");
    EXPECT_EQ(expect(funder.post(revoke, Json::object()), 409)["code"], "grant_revoked");
    Json wanted = World::buy(2, "5.000000");
    wanted["grant"] = granted["id"];
    EXPECT_EQ(expect(buyer.post("/v1/orders", wanted), 409)["code"], "grant_revoked");

    const Party other = make_party(world.op, "other", {"funder"});
    Caller stranger = server.caller(other.key);
    expect(stranger.get(path + "/redemptions"), 404);
    EXPECT_TRUE(expect(stranger.get("/v1/voucher-programmes"), 200)["items"].empty());
    EXPECT_TRUE(expect(stranger.get("/v1/voucher-grants"), 200)["items"].empty());
    expect(stranger.post(path + ":fund", {{"amount", "1.000000"}}), 404);
    expect_equal_digests(world.op);
}

TEST(ApiVouchers, OrganisationsAreDescribedByTheOperator) {
    ApiServer server;
    FundedWorld world(server);
    Caller buyer = server.caller(world.buyer.key);
    const std::string path = "/v1/organisations/" + world.buyer.id;
    const Json body{{"kinds", {"university"}}, {"group", "one house"}};
    expect(buyer.post(path + ":describe", body), 403);
    expect(world.op.post(path + ":describe", body), 200);
    const Json seen = expect(buyer.get(path), 200);
    EXPECT_EQ(seen["kinds"], Json({"university"}));
    EXPECT_EQ(seen["group"], "one house");
    Json wanted = World::buy(1, "5.000000");
    wanted["purpose"] = "training";
    EXPECT_EQ(expect(buyer.post("/v1/orders", wanted), 422)["errors"][0]["pointer"], "/purpose");
    expect_equal_digests(world.op);
}

}  // namespace suanpan::test
