// Who may do and see what; and requests that come more than once.

#include "base/random.hpp"
#include "client/meter.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

namespace suanpan::test {

TEST(ApiAccess, AForeignIdIsAnUnknownOne) {
    ApiServer server;
    World world(server);
    Caller seller = server.caller(world.provider.key);
    Caller buyer = server.caller(world.buyer.key);
    const Party other = make_party(world.op, "Somebody else", {"buyer", "provider"});
    Caller stranger = server.caller(other.key);
    expect(seller.post("/v1/orders", world.sell(8, "5.000000")), 201);
    const Json bought = expect(buyer.post("/v1/orders", World::buy(1, "6.000000")), 201);
    const std::string order = bought["id"];
    const std::string lease = bought["fills"][0]["lease"];
    const PublicKey key = SigningKey(random_seed()).public_key();
    const std::string meter = expect(
        seller.post("/v1/meters", {{"role", "provider"}, {"public_key", to_base64(as_chars(key))}}),
        201)["id"];
    const std::string unknown_order = to_string(random_id<OrderId>(Time(1'700'000'000)));

    const Answer foreign = stranger.get("/v1/orders/" + order);
    const Answer unknown = stranger.get("/v1/orders/" + unknown_order);
    EXPECT_EQ(foreign.status, 404);
    EXPECT_EQ(foreign.body["detail"], unknown.body["detail"]);
    for (const std::string& target :
         {"/v1/leases/" + lease, "/v1/readings?lease=" + lease,
          "/v1/organisations/" + world.buyer.id, "/v1/orders?organisation=" + world.buyer.id,
          "/v1/accounts?organisation=" + world.buyer.id,
          "/v1/statements?from=2026-01-01T00:00:00Z&organisation=" + world.buyer.id,
          "/v1/organisations/" + world.buyer.id + "/api-keys"})
        EXPECT_EQ(stranger.get(target).status, 404) << target;
    for (const std::string& target :
         {"/v1/orders/" + order + ":cancel", "/v1/leases/" + lease + ":accept",
          "/v1/meters/" + meter + ":revoke", "/v1/pools/" + world.pool + "/blocks",
          "/v1/organisations/" + world.buyer.id + "/api-keys"})
        EXPECT_EQ(stranger.post(target, Json::object()).status, 404) << target;
    for (const char* list : {"/v1/orders", "/v1/leases", "/v1/trades", "/v1/journal", "/v1/meters"})
        EXPECT_TRUE(expect(stranger.get(list), 200)["items"].empty()) << list;
    // On a foreign pool nobody can sell.
    EXPECT_EQ(stranger.post("/v1/orders", world.sell(1, "5.000000")).code(), "unknown_pool");
    // The buyer is a party to the lease, but handing over is the provider's.
    EXPECT_EQ(buyer.get("/v1/leases/" + lease).status, 200);
    EXPECT_EQ(buyer.post("/v1/leases/" + lease + ":accept", Json::object()).status, 403);
}

TEST(ApiAccess, AKeyCannotDoMoreThanItsScopes) {
    ApiServer server;
    World world(server);
    Caller buyer = server.caller(world.buyer.key);
    const std::string clock = "/v1/sandbox/clock";
    EXPECT_EQ(buyer.post(clock, {{"now", "2026-01-01T01:00:00Z"}}).status, 403);
    EXPECT_EQ(buyer.post("/v1/organisations", {{"name", "x"}, {"roles", {"buyer"}}}).status, 403);
    EXPECT_EQ(buyer.get("/v1/admin/digest").status, 403);
    EXPECT_EQ(buyer.get("/v1/settlement-runs").status, 403);
    EXPECT_EQ(buyer
                  .post("/v1/accounts/" + world.buyer.id + "/deposits",
                        {{"currency", "CNY"}, {"amount", "1"}, {"reference", "x"}})
                  .status,
              403);
    const Party both = make_party(world.op, "Both", {"buyer", "provider"});
    Caller full = server.caller(both.key);
    const std::string keys = "/v1/organisations/" + both.id + "/api-keys";
    const Json narrow = expect(full.post(keys, {{"scopes", {"buyer"}}, {"label", "n"}}), 201);
    Caller narrowed = server.caller(narrow["secret"]);
    const Answer wider = narrowed.post(keys, {{"scopes", {"provider"}}, {"label", "w"}});
    EXPECT_EQ(wider.status, 422);
    EXPECT_EQ(wider.body["errors"][0]["code"], "beyond_own_scope");
    EXPECT_EQ(narrowed.post("/v1/sites", {{"name", "x"}, {"hub", "y"}}).status, 403);
    // Shown once: in no list, and not even to the same request again.
    EXPECT_EQ(full.get(keys).text.find("secret"), std::string::npos);
    const Json first =
        expect(full.post(keys, {{"scopes", {"buyer"}}, {"label", "o"}}, "same"), 201);
    const Json second =
        expect(full.post(keys, {{"scopes", {"buyer"}}, {"label", "o"}}, "same"), 201);
    EXPECT_EQ(second["id"], first["id"]);
    EXPECT_FALSE(second.contains("secret"));
}

TEST(ApiAccess, FiftyCopiesOfARequestHaveOneEffect) {
    ApiServer server;
    World world(server);
    expect(server.caller(world.provider.key).post("/v1/orders", world.sell(8, "5.000000")), 201);
    std::vector<std::string> answers(50);
    {
        std::vector<std::jthread> threads;
        for (std::string& answer : answers) {
            threads.emplace_back([&server, &world, &answer] {
                Caller buyer = server.caller(world.buyer.key);
                const Answer got = buyer.post("/v1/orders", World::buy(1, "6.000000"), "copy");
                answer = std::to_string(got.status) + got.text;
            });
        }
    }
    EXPECT_EQ(std::set<std::string>(answers.begin(), answers.end()).size(), 1U);
    EXPECT_TRUE(answers[0].starts_with("201")) << answers[0];
    Caller buyer = server.caller(world.buyer.key);
    EXPECT_EQ(expect(buyer.get("/v1/orders"), 200)["items"].size(), 1U);
    EXPECT_EQ(expect(buyer.get("/v1/trades"), 200)["items"].size(), 1U);
    const Answer other = buyer.post("/v1/orders", World::buy(2, "6.000000"), "copy");
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(other.code(), "idempotency_key_reused");
    // The key is the route's: elsewhere it is a new one.
    EXPECT_EQ(buyer.post("/v1/orders:cancel-all", Json::object(), "copy").status, 200);
}

TEST(ApiAccess, ABatchSentAgainPlacesNothingTwice) {
    ApiServer server;
    World world(server);
    Caller buyer = server.caller(world.buyer.key);
    Json named = World::buy(1, "1.000000");
    named["client_order_id"] = "mine";
    Json bad = World::buy(1, "1.000000");
    bad["quantity"] = "one";
    const Json batch{{"orders", {World::buy(1, "2.000000"), named, bad, named}}};
    const Json first = expect(buyer.post("/v1/orders:batch", batch, "b1"), 200);
    EXPECT_EQ(first["results"][0]["status"], 201) << first.dump();
    EXPECT_EQ(first["results"][1]["order"]["client_order_id"], "mine");
    EXPECT_EQ(first["results"][2]["error"]["errors"][0]["pointer"], "/orders/2/quantity");
    EXPECT_EQ(first["results"][3]["error"]["errors"][0]["code"], "contradiction");
    EXPECT_EQ(expect(buyer.post("/v1/orders:batch", batch, "b1"), 200), first);
    EXPECT_EQ(expect(buyer.get("/v1/orders"), 200)["items"].size(), 2U);
    // In a batch of its own the named order is still the same order; placed singly its id is taken.
    const Answer other = buyer.post("/v1/orders:batch", {{"orders", {named}}}, "b2");
    EXPECT_EQ(expect(other, 200)["results"][0]["order"]["id"], first["results"][1]["order"]["id"]);
    EXPECT_EQ(other.header("idempotency-replayed"), "true");
    const Answer none = buyer.post("/v1/orders:batch", {{"orders", Json::array()}}, "b3");
    EXPECT_EQ(expect(none, 200)["results"].size(), 0U);
    EXPECT_EQ(none.header("idempotency-replayed"), "");
    EXPECT_EQ(buyer.post("/v1/orders", named).code(), "client_order_id_used");
    EXPECT_EQ(expect(buyer.get("/v1/orders?client_order_id=mine"), 200)["items"].size(), 1U);
}

TEST(ApiAccess, ARevokedKeyIsForgottenAtOnce) {
    ApiServer server;
    World world(server);
    const std::string keys = "/v1/organisations/" + world.buyer.id + "/api-keys";
    Caller buyer = server.caller(world.buyer.key);
    const Json made = expect(buyer.post(keys, {{"scopes", {"buyer"}}, {"label", "x"}}), 201);
    const std::string target = keys + "/" + made["id"].get<std::string>() + ":revoke";
    Caller leaked = server.caller(made["secret"]);
    EXPECT_EQ(leaked.get("/v1/orders").status, 200);    // now the server has it in memory
    const char* book = "/v1/books?market=AI-FP16/CNY";  // as the answer to this is
    EXPECT_EQ(leaked.get(book).status, 200);
    Caller seller = server.caller(world.provider.key);
    EXPECT_EQ(seller.post(target, Json::object()).status, 404);
    // Under another organisation's name, and unknown.
    EXPECT_EQ(seller
                  .post("/v1/organisations/" + world.provider.id + "/api-keys/" +
                            made["id"].get<std::string>() + ":revoke",
                        Json::object())
                  .status,
              404);
    const std::string unknown = to_string(random_id<ApiKeyId>(Time(1'700'000'000)));
    EXPECT_EQ(buyer.post(keys + "/" + unknown + ":revoke", Json::object()).status, 404);
    EXPECT_EQ(buyer.post(target, {{"why", "lost"}}).status, 422);
    EXPECT_EQ(leaked.get("/v1/orders").status, 200);
    const Json revoked = expect(buyer.post(target, Json::object(), "r"), 200);
    EXPECT_EQ(revoked["revoked"], true);
    EXPECT_EQ(leaked.get("/v1/orders").status, 401);
    EXPECT_EQ(leaked.get(book).status, 401);
    EXPECT_EQ(expect(buyer.post(target, Json::object(), "r"), 200), revoked);
    const Json listed = expect(buyer.get(keys), 200);
    for (const Json& key : listed["items"])
        EXPECT_EQ(key["revoked"], key["id"] == made["id"]) << key.dump();
    // The operator may, too.
    const Json other = expect(buyer.post(keys, {{"scopes", {"buyer"}}, {"label", "y"}}), 201);
    Caller second = server.caller(other["secret"]);
    EXPECT_EQ(second.get("/v1/orders").status, 200);
    expect(world.op.post(keys + "/" + other["id"].get<std::string>() + ":revoke", Json::object()),
           200);
    EXPECT_EQ(second.get("/v1/orders").status, 401);
}

TEST(ApiAccess, AKeyDoesNotOutliveItsMaker) {
    ApiServer server;
    World world(server);
    const std::string keys = "/v1/organisations/" + world.buyer.id + "/api-keys";
    const auto wanted = [](const char* expires) {
        Json body{{"scopes", {"buyer"}}, {"label", "x"}};
        if (expires != nullptr) body["expires_at"] = expires;
        return body;
    };
    Caller buyer = server.caller(world.buyer.key);
    const Json brief = expect(buyer.post(keys, wanted("2026-01-02T00:00:00Z")), 201);
    Caller maker = server.caller(brief["secret"]);
    const Answer longer = maker.post(keys, wanted("2026-01-02T00:00:01Z"));
    EXPECT_EQ(longer.status, 422);
    EXPECT_EQ(longer.body["errors"][0]["pointer"], "/expires_at");
    EXPECT_EQ(longer.body["errors"][0]["code"], "beyond_own_expiry");
    EXPECT_EQ(expect(maker.post(keys, wanted("2026-01-01T12:00:00Z")), 201)["expires_at"],
              "2026-01-01T12:00:00Z");
    EXPECT_EQ(expect(maker.post(keys, wanted(nullptr)), 201)["expires_at"], "2026-01-02T00:00:00Z");
    EXPECT_FALSE(expect(buyer.post(keys, wanted(nullptr)), 201).contains("expires_at"));
    expect(world.op.post(keys, wanted("2030-01-01T00:00:00Z")), 201);
}

// A batch's items have keys of their own, so a batch sent again with one item more once placed it.
TEST(ApiAccess, ABatchsKeyWithAnotherBodyIsRefusedWhole) {
    ApiServer server;
    World world(server);
    expect(server.caller(world.provider.key).post("/v1/orders", world.sell(8, "5.000000")), 201);
    const Json one = World::buy(1, "1.000000");
    const Json two = World::buy(2, "6.000000");
    Json named = one;
    named["client_order_id"] = "n";
    const Json first{{"orders", {one, named}}};
    Json answered;
    {
        Caller buyer = server.caller(world.buyer.key);
        answered = expect(buyer.post("/v1/orders:batch", first, "k"), 200);
    }
    const auto check = [&] {
        Caller buyer = server.caller(world.buyer.key);
        const std::vector<Json> others = {Json::array({one, named, two}), Json::array({one}),
                                          Json::array({two, named}), Json::array({named, one}),
                                          Json::array({two})};
        for (const Json& orders : others) {
            const Answer other = buyer.post("/v1/orders:batch", {{"orders", orders}}, "k");
            EXPECT_EQ(other.status, 422) << orders.dump();
            EXPECT_EQ(other.code(), "idempotency_key_reused") << other.text;
        }
        EXPECT_EQ(expect(buyer.post("/v1/orders:batch", first, "k"), 200), answered);
        EXPECT_EQ(expect(buyer.get("/v1/orders"), 200)["items"].size(), 2U);
    };
    check();
    server.kill();
    server.start();
    check();
    // An item's key and a batch's key are not one another's.
    Caller buyer = server.caller(world.buyer.key);
    EXPECT_EQ(buyer.post("/v1/orders:batch", {{"orders", {two}}}, "k/0").status, 200);
    const Json bought = expect(buyer.get("/v1/leases"), 200)["items"];
    ASSERT_EQ(bought.size(), 1U);
    Caller seller = server.caller(world.provider.key);
    const Json accept{{"lease", bought[0]["id"]}, {"action", "accept"}};
    const Json activate{{"lease", bought[0]["id"]}, {"action", "activate"}};
    expect(seller.post("/v1/leases:advance", {{"actions", {accept}}}, "k"), 200);
    EXPECT_EQ(seller.post("/v1/leases:advance", {{"actions", {accept, activate}}}, "k").code(),
              "idempotency_key_reused");
    // What did nothing holds no key.
    Json bad = one;
    bad["quantity"] = "one";
    expect(buyer.post("/v1/orders:batch", {{"orders", {bad}}}, "typo"), 200);
    const Json mended = expect(buyer.post("/v1/orders:batch", {{"orders", {one}}}, "typo"), 200);
    EXPECT_EQ(mended["results"][0]["status"], 201) << mended.dump();
}

TEST(ApiAccess, ReadingsNeedTheRegisteredMetersSignature) {
    ApiServer server;
    World world(server);
    Caller seller = server.caller(world.provider.key);
    Caller buyer = server.caller(world.buyer.key);
    expect(seller.post("/v1/orders", world.sell(8, "5.000000")), 201);
    const Json bought = expect(buyer.post("/v1/orders", World::buy(1, "6.000000")), 201);
    const auto lease = *parse_id<LeaseId>(bought["fills"][0]["lease"].get<std::string>());
    const PublicKey key = SigningKey(random_seed()).public_key();
    const Json meter = expect(
        seller.post("/v1/meters", {{"role", "provider"}, {"public_key", to_base64(as_chars(key))}}),
        201);
    const auto meter_id = *parse_id<MeterId>(meter["id"].get<std::string>());
    client::Meter forger(meter_id, settlement::MeterRole::kProvider, random_seed());
    client::Measurement hour;
    hour.window = {Time(1'767'232'800), Time(1'767'236'400)};
    hour.lot_us = 1;
    const Json forged = *parse_json(forger.sign(lease, {hour}).at(0));
    const auto send = [](Caller& caller, const Json& envelope) {
        return expect(caller.post("/v1/readings:batch", {{"envelopes", {envelope}}}, "-"),
                      200)["results"][0];
    };
    EXPECT_EQ(send(seller, forged)["error"]["code"], "bad_signature");
    EXPECT_EQ(send(buyer, forged)["error"]["code"], "unknown_meter");
    EXPECT_EQ(send(seller, {{"payload", 1}})["error"]["code"], "bad_envelope");
    Json other = forged;
    other["payloadType"] = "application/json";
    EXPECT_EQ(send(seller, other)["error"]["code"], "bad_payload_type");
    Json large = forged;
    large["payload"] = std::string(65'000, 'A');
    const Json too_large = send(seller, large);
    EXPECT_EQ(too_large["status"], 413);
    EXPECT_EQ(too_large["error"]["code"], "batch_too_large");
    EXPECT_NE(too_large["error"]["detail"].get<std::string>().find("64900"), std::string::npos);
    expect(seller.post("/v1/meters/" + meter["id"].get<std::string>() + ":revoke", Json::object()),
           200);
    EXPECT_EQ(send(seller, forged)["error"]["code"], "revoked_meter");
}

TEST(ApiAccess, AKeyIsRotatedWithAnOverlap) {
    ApiServer server;
    World world(server);
    Caller buyer = server.caller(world.buyer.key);
    const std::string keys = "/v1/organisations/" + world.buyer.id + "/api-keys";
    const Json old = expect(
        buyer.post(keys, {{"scopes", {"buyer"}}, {"label", "trader"}, {"networks", {"127.0.0.1"}}}),
        201);
    EXPECT_EQ(old["networks"], Json::array({"127.0.0.1/32"}));
    const std::string rotate = keys + "/" + old["id"].get<std::string>() + ":rotate";
    Caller before = server.caller(old["secret"]);
    const Json made = expect(before.post(rotate, {{"overlap", "PT1H"}}, "once"), 201);
    EXPECT_NE(made["id"], old["id"]);
    EXPECT_EQ(made["label"], "trader");
    EXPECT_EQ(made["networks"], old["networks"]);
    EXPECT_FALSE(
        expect(before.post(rotate, {{"overlap", "PT1H"}}, "once"), 201).contains("secret"));
    Caller after = server.caller(made["secret"]);
    EXPECT_EQ(before.get("/v1/orders").status, 200);
    EXPECT_EQ(after.get("/v1/orders").status, 200);
    move_clock(world.op, "2026-01-01T01:00:00Z");
    EXPECT_EQ(before.get("/v1/orders").status, 401);
    EXPECT_EQ(after.get("/v1/orders").status, 200);
    EXPECT_EQ(after.post(rotate, Json::object()).code(), "api_key_ended");
    const Answer long_ago =
        after.post(keys + "/" + made["id"].get<std::string>() + ":rotate", {{"overlap", "P31D"}});
    EXPECT_EQ(long_ago.code(), "invalid_request");
    // Who can do less does not get a key that can do more.
    const Party both = make_party(world.op, "Both", {"buyer", "provider"});
    Caller full = server.caller(both.key);
    const std::string theirs = "/v1/organisations/" + both.id + "/api-keys";
    const Json wide =
        expect(full.post(theirs, {{"scopes", {"buyer", "provider"}}, {"label", "w"}}), 201);
    const Json narrow = expect(full.post(theirs, {{"scopes", {"buyer"}}, {"label", "n"}}), 201);
    EXPECT_EQ(server.caller(narrow["secret"])
                  .post(theirs + "/" + wide["id"].get<std::string>() + ":rotate", Json::object())
                  .code(),
              "forbidden");
}

TEST(ApiAccess, TheCommandLineMakesAndRotatesKeys) {
    ApiServer server;
    World world(server);
    const auto json_of = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "key");
        arguments.emplace_back("--json");
        const ProgramRun done =
            run_program("suanpan", arguments,
                        {{"SUANPAN_URL", server.url()}, {"SUANPAN_KEY", world.buyer.key}});
        EXPECT_EQ(done.status, 0) << done.output;
        return Json::parse(done.output);
    };
    const Json old = json_of({"create", world.buyer.id, "--scope", "buyer", "--label", "desk",
                              "--network", "127.0.0.0/8,10.0.0.0/8"});
    EXPECT_EQ(old["networks"], Json::array({"127.0.0.0/8", "10.0.0.0/8"}));
    const Json made =
        json_of({"rotate", world.buyer.id, old["id"].get<std::string>(), "--overlap", "PT0S"});
    EXPECT_EQ(made["networks"], old["networks"]);
    EXPECT_EQ(server.caller(made["secret"]).get("/v1/orders").status, 200);
    EXPECT_EQ(server.caller(old["secret"]).get("/v1/orders").status, 401);
}

TEST(ApiAccess, AKeyIsGoodFromItsNetworksOnly) {
    ApiServer server({"--trust-forwarded", "true"});
    World world(server);
    Caller buyer = server.caller(world.buyer.key);
    const std::string keys = "/v1/organisations/" + world.buyer.id + "/api-keys";
    const Json made = expect(buyer.post(keys, {{"scopes", {"buyer"}},
                                               {"label", "office"},
                                               {"networks", {"203.0.113.0/24", "2001:db8::/32"}}}),
                             201);
    Caller office = server.caller(made["secret"]);
    const auto from = [&](const char* address) {
        client::HttpRequest request;
        request.target = "/v1/orders";
        request.headers = {{"X-Forwarded-For", address}};
        return office.send(request).status;
    };
    EXPECT_EQ(from("203.0.113.77"), 200);
    EXPECT_EQ(from("2001:db8::5"), 200);
    EXPECT_EQ(from("198.51.100.1"), 401);
    EXPECT_EQ(from("203.0.113.77, 198.51.100.1"), 401) << "only the proxy's word counts";
    EXPECT_EQ(office.get("/v1/orders").status, 401) << "this machine is not of it";
    const Answer wrong =
        buyer.post(keys, {{"scopes", {"buyer"}}, {"label", "x"}, {"networks", {"10.0.0.1/8"}}});
    EXPECT_EQ(wrong.body["errors"][0]["pointer"], "/networks/0");
    EXPECT_EQ(wrong.body["errors"][0]["code"], "bad_network");
}

}  // namespace suanpan::test
