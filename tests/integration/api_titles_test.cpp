// Titles over REST: proposed by one owner, seen and confirmed by those whom they concern alone.

#include "base/ids.hpp"
#include "base/time.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"

#include <gtest/gtest.h>

namespace suanpan::test {
namespace {

Json shares(const Party& first, const Party& second) {
    return {{{"organisation", first.id}, {"share_ppm", 700'000}},
            {{"organisation", second.id}, {"share_ppm", 300'000}}};
}

std::string balance(Caller& caller, const std::string& account) {
    const Json accounts = expect(caller.get("/v1/accounts"), 200);
    for (const Json& row : accounts["items"]) {
        if (row["account"] == account) return row["balance"];
    }
    return "none";
}

TEST(ApiTitles, AreConfirmedByThoseWhomTheyConcern) {
    ApiServer server;
    World world(server);
    const Party city = make_party(world.op, "City Fund", {"buyer"});
    Caller seller = server.caller(world.provider.key);
    Caller fund = server.caller(city.key);
    Caller stranger = server.caller(world.buyer.key);
    const std::string pool = "/v1/pools/" + world.pool;

    const Json own = shares(world.provider, city);
    EXPECT_EQ(stranger.post(pool + "/titles", {{"owners", own}}).code(), "not_an_owner");
    const std::string unknown = "/v1/pools/" + to_string(PoolId{}) + "/titles";
    EXPECT_EQ(seller.post(unknown, {{"owners", own}}).status, 404);
    const Json late = {{"owners", own}, {"from", "2025-12-31T00:00:00Z"}};
    EXPECT_EQ(seller.post(pool + "/titles", late).code(), "title_in_past");

    // A day to confirm it, unless it says otherwise.
    const Json first = expect(seller.post(pool + "/titles", {{"owners", own}}), 201);
    EXPECT_EQ(first["from"], "2026-01-02T00:00:00Z");
    const Json title = expect(
        seller.post(pool + "/titles", {{"owners", own}, {"from", "2026-01-01T03:00:00Z"}}), 201);
    EXPECT_EQ(title["state"], "proposed");
    EXPECT_EQ(title["missing"], Json::array({city.id}));
    EXPECT_EQ(title["confirmations"][0]["organisation"], world.provider.id);
    const auto path = [&](const Json& which, const char* word) {
        return pool + "/titles/" + std::to_string(which["log_index"].get<std::int64_t>()) + word;
    };

    // Nobody else sees it, confirms it or refuses it.
    EXPECT_TRUE(expect(stranger.get(pool + "/titles"), 200)["items"].empty());
    EXPECT_TRUE(expect(stranger.get("/v1/titles"), 200)["items"].empty());
    EXPECT_EQ(stranger.get("/v1/titles?organisation=" + city.id).status, 404);
    EXPECT_EQ(stranger.post(path(title, ":confirm"), Json::object()).status, 404);
    EXPECT_EQ(stranger.post(path(title, ":refuse"), Json::object()).status, 404);
    EXPECT_EQ(world.op.post(path(title, ":confirm"), Json::object()).status, 404);
    EXPECT_EQ(fund.post(pool + "/titles/999999:confirm", Json::object()).status, 404);
    EXPECT_EQ(fund.post(pool + "/titles/x:confirm", Json::object()).status, 404);
    EXPECT_TRUE(expect(seller.get(pool), 200)["titles"].empty());

    EXPECT_EQ(fund.post(path(first, ":confirm"), Json::object()).code(), "no_title_proposed");
    const Json waiting = expect(fund.get("/v1/titles?waiting=true"), 200)["items"];
    ASSERT_EQ(waiting.size(), 1U);
    EXPECT_EQ(waiting[0], title);
    EXPECT_TRUE(expect(seller.get("/v1/titles?waiting=true"), 200)["items"].empty());
    EXPECT_EQ(expect(fund.post(path(title, ":refuse"), Json::object()), 200)["refused_by"],
              city.id);

    const Json again = expect(
        seller.post(pool + "/titles", {{"owners", own}, {"from", "2026-01-01T03:00:00Z"}}), 201);
    const Json confirmed = expect(fund.post(path(again, ":confirm"), Json::object()), 200);
    EXPECT_EQ(confirmed["state"], "confirmed");
    EXPECT_EQ(confirmed["confirmations"][1]["organisation"], city.id);
    EXPECT_EQ(confirmed["confirmations"][1]["at"], ApiServer::kStart);
    EXPECT_EQ(expect(stranger.get(pool), 200)["titles"], Json::array({confirmed}));
    std::vector<std::string> states;
    const Json all = expect(fund.get(pool + "/titles"), 200)["items"];
    for (const Json& row : all)
        states.push_back(row["state"]);
    EXPECT_EQ(states, (std::vector<std::string>{"replaced", "refused", "confirmed"}));
    const Json page = expect(fund.get("/v1/titles?limit=2"), 200);
    EXPECT_EQ(page["has_more"], true);
    const Json rest =
        expect(fund.get("/v1/titles?after=" + page["next"].get<std::string>()), 200)["items"];
    EXPECT_EQ(rest, Json::array({confirmed}));
}

// Such a key lies on a node: it measures, and gives nothing away.
TEST(ApiTitles, AreNotForAMetersKey) {
    ApiServer server;
    World world(server);
    const Json both{"provider", "meter"};
    const Party owner = make_party(world.op, "Owner", both);
    const Json key = expect(world.op.post("/v1/organisations/" + owner.id + "/api-keys",
                                          {{"scopes", {"meter"}}, {"label", "node"}}),
                            201);
    Caller meter = server.caller(key["secret"]);
    const std::string titles = "/v1/pools/" + world.pool + "/titles";
    const Json wanted{{"owners", shares(world.provider, owner)}};
    for (const auto& [target, body] :
         std::vector<std::pair<std::string, Json>>{{titles, wanted},
                                                   {titles + "/7:confirm", Json::object()},
                                                   {titles + "/7:refuse", Json::object()}}) {
        const Answer refused = meter.post(target, body);
        EXPECT_EQ(refused.status, 403) << target;
        EXPECT_EQ(refused.code(), "forbidden") << target;
    }
    EXPECT_EQ(expect(server.caller(world.provider.key).post(titles, wanted), 201)["state"],
              "proposed");
    EXPECT_EQ(meter.post(titles + "/7:confirm", Json::object()).code(), "forbidden");
}

TEST(ApiTitles, SplitWhatIsEarnedAfterThem) {
    ApiServer server;
    World world(server);
    const Party city = make_party(world.op, "City Fund", {"provider"});
    Caller seller = server.caller(world.provider.key);
    Caller buyer = server.caller(world.buyer.key);
    Caller fund = server.caller(city.key);
    const Json made = expect(seller.post("/v1/pools", {{"site", world.site},
                                                       {"model", "a100-80gb"},
                                                       {"lots", 8},
                                                       {"owners", shares(world.provider, city)},
                                                       {"owners_from", "2026-01-01T03:00:00Z"}}),
                             201);
    EXPECT_EQ(made["title"]["state"], "proposed");
    Json offer = world.sell(8, "5.000000");
    offer["pool"] = made["id"];
    expect(seller.post("/v1/orders", offer), 201);
    const std::string lease =
        expect(buyer.post("/v1/orders", World::buy(2, "6.000000")), 201)["fills"][0]["lease"];
    const std::string confirm = "/v1/pools/" + made["id"].get<std::string>() + "/titles/" +
                                std::to_string(made["log_index"].get<std::int64_t>()) + ":confirm";
    expect(fund.post(confirm, Json::object()), 200);
    deliver(world.op, seller, lease);
    expect(world.op.post("/v1/settlement-runs", Json::object()), 201);
    // 10 an hour less 0.8 %: the second one belongs to both.
    EXPECT_EQ(balance(seller, "pending"), "16.864000");
    EXPECT_EQ(balance(fund, "pending"), "2.976000");
    const Json digest = expect(world.op.get("/v1/admin/digest"), 200);
    EXPECT_EQ(digest["equal"], true) << digest.dump();

    // The same after a restart, and from the log alone.
    ASSERT_EQ(server.stop(), 0);
    server.start();
    Caller op = server.operator_caller();
    EXPECT_EQ(expect(op.get("/v1/admin/digest"), 200)["equal"], true);
    EXPECT_EQ(expect(op.get("/v1/titles"), 200)["items"].size(), 1U);
    expect_audited(server);
}

}  // namespace
}  // namespace suanpan::test
