// Bad input: every fault of a request is named, and nothing changes.

#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace suanpan::test {
namespace {

enum class As { kOperator, kProvider, kBuyer };

struct BadCase {
    const char* name;
    As caller;
    const char* path;  // {pool} and {org} are filled in
    Json body;
    // "pointer code" of every fault, in any order.
    std::vector<std::string> faults;
};

Json window(const char* start, const char* end) {
    return {{"start", start}, {"end", end}};
}

Json good_buy() {
    return World::buy(2, "6.000000");
}

Json with(Json body, const char* name, const Json& value) {
    body[name] = value;
    return body;
}

Json without(Json body, const char* name) {
    body.erase(name);
    return body;
}

std::vector<BadCase> order_cases() {
    const char* path = "/v1/orders";
    return {
        {"nothing",
         As::kBuyer,
         path,
         Json::object(),
         {"/side missing", "/market missing", "/limit_price missing", "/window missing",
          "/quantity missing"}},
        {"not an object", As::kBuyer, path, Json::array(), {" wrong_type"}},
        {"numbers for decimals",
         As::kBuyer,
         path,
         with(good_buy(), "limit_price", 6),
         {"/limit_price wrong_type"}},
        {"many at once",
         As::kBuyer,
         path,
         {{"side", "by"},
          {"market", "AI-FP16"},
          {"limit_price", "1.0000001"},
          {"quantity", 0},
          {"window", window("2026-01-01T02:00:00Z", "2026-01-01T02:00:00Z")}},
         {"/side bad_value", "/market bad_market", "/limit_price too_many_decimals",
          "/quantity out_of_range", "/window/end contradiction"}},
        {"a typo",
         As::kBuyer,
         path,
         with(good_buy(), "limitprice", "6"),
         {"/limitprice unknown_field"}},
        {"a seller's field",
         As::kBuyer,
         path,
         with(good_buy(), "price_unit", "lot"),
         {"/price_unit unknown_field"}},
        {"zero price",
         As::kBuyer,
         path,
         with(good_buy(), "limit_price", "0"),
         {"/limit_price out_of_range"}},
        {"a null",
         As::kBuyer,
         path,
         with(good_buy(), "duration", nullptr),
         {"/duration wrong_type"}},
        {"gtd without an end",
         As::kBuyer,
         path,
         with(good_buy(), "time_in_force", "gtd"),
         {"/expires_at missing"}},
        {"ioc with an end",
         As::kBuyer,
         path,
         with(with(good_buy(), "time_in_force", "ioc"), "expires_at", "2026-01-01T01:00:00Z"),
         {"/expires_at contradiction"}},
        {"ioc and post_only",
         As::kBuyer,
         path,
         with(with(good_buy(), "time_in_force", "ioc"), "post_only", true),
         {"/post_only contradiction"}},
        {"min_lots above quantity",
         As::kBuyer,
         path,
         with(good_buy(), "min_lots", 3),
         {"/min_lots contradiction"}},
        {"duration beyond window",
         As::kBuyer,
         path,
         with(good_buy(), "duration", "PT3H"),
         {"/duration contradiction"}},
        {"one pool, not one site",
         As::kBuyer,
         path,
         with(good_buy(), "same_pool", true),
         {"/same_site contradiction"}},
        {"unknown attributes",
         As::kBuyer,
         path,
         with(good_buy(), "requirement", {{"colour", {{"at_least", "3"}}}}),
         {"/requirement/colour unknown_attribute"}},
        {"deep window fault",
         As::kBuyer,
         path,
         with(good_buy(), "window", {{"start", "2026-01-01"}, {"end", 5}, {"x", 1}}),
         {"/window/start bad_time", "/window/end wrong_type", "/window/x unknown_field"}},
        {"a buyer selling",
         As::kBuyer,
         path,
         {{"side", "sell"},
          {"market", "AI-FP16/CNY"},
          {"price_unit", "lot"},
          {"quantity", 1},
          {"limit_price", "1"},
          {"pool", "ord_x"},
          {"window", window("2026-01-01T02:00:00Z", "2026-01-01T03:00:00Z")}},
         {"/side beyond_own_scope", "/pool bad_id"}},
        {"batch that is none",
         As::kBuyer,
         "/v1/orders:batch",
         {{"order", 1}},
         {"/orders missing", "/order unknown_field"}},
        {"preview",
         As::kBuyer,
         "/v1/orders:preview",
         without(good_buy(), "market"),
         {"/market missing"}},
    };
}

std::vector<BadCase> catalogue_cases() {
    return {
        {"organisation",
         As::kOperator,
         "/v1/organisations",
         {{"roles", {"king", 4}}},
         {"/name missing", "/roles/0 unknown_word", "/roles/1 wrong_type"}},
        {"organisation without roles",
         As::kOperator,
         "/v1/organisations",
         {{"name", "x"}, {"roles", Json::array()}},
         {"/roles missing"}},
        {"key",
         As::kOperator,
         "/v1/organisations/{org}/api-keys",
         {{"scopes", {"operator"}}, {"expires_at", "2020-01-01T00:00:00Z"}},
         {"/scopes/0 not_a_role", "/label missing", "/expires_at out_of_range"}},
        {"model",
         As::kOperator,
         "/v1/device-models",
         {{"id", "A 100"}, {"peak", {{"ai", "-1"}}}, {"memory_gib", "80"}},
         {"/id bad_model", "/device missing", "/vendor missing", "/kind missing", "/source missing",
          "/memory_gib wrong_type", "/peak/ai bad_class", "/peak/ai out_of_range"}},
        {"market",
         As::kOperator,
         "/v1/markets",
         {{"market", "X"}, {"grid", "1 minute"}, {"tick", "0"}, {"max_lots", -1}},
         {"/market bad_market", "/grid bad_duration", "/tick out_of_range",
          "/max_lots out_of_range"}},
        {"schedule",
         As::kOperator,
         "/v1/schedules",
         {{"fees", {{"buyer_taker_ppm", 1'000'001}, {"buyer_flat", "-1"}, {"tip", 1}}},
          {"metering", {{"deadline", "PT1S"}}}},
         {"/fees/buyer_taker_ppm out_of_range", "/fees/buyer_flat out_of_range",
          "/fees/tip unknown_field", "/metering/deadline out_of_range"}},
        {"site",
         As::kProvider,
         "/v1/sites",
         {{"name", ""}, {"hub", "Gui Zhou"}},
         {"/name missing", "/hub bad_hub"}},
        {"pool",
         As::kProvider,
         "/v1/pools",
         {{"site", "nowhere"},
          {"lots", 0},
          {"profile", {{"memory_gib", 80}}},
          {"owners", {{{"organisation", "{org}"}, {"share_ppm", 999'999}}}}},
         {"/site bad_id", "/model missing", "/lots out_of_range", "/profile/memory_gib wrong_type",
          "/owners contradiction"}},
        {"title",
         As::kProvider,
         "/v1/pools/{pool}/titles",
         {{"owners", {{{"share", 1}}}}},
         {"/owners/0/organisation missing", "/owners/0/share_ppm missing",
          "/owners/0/share unknown_field"}},
        {"attestation",
         As::kProvider,
         "/v1/pools/{pool}/attestations",
         {{"class", "ai"}, {"rate", "0"}, {"expires_at", "2020-01-01T00:00:00Z"}},
         {"/class bad_class", "/benchmark missing", "/rate out_of_range",
          "/expires_at out_of_range"}},
        {"block", As::kProvider, "/v1/pools/{pool}/blocks", {{"lots", 1.5}}, {}},
        {"block without window",
         As::kProvider,
         "/v1/pools/{pool}/blocks",
         {{"lots", 0}},
         {"/window missing", "/lots out_of_range"}},
    };
}

std::vector<BadCase> money_cases() {
    return {
        {"meter",
         As::kProvider,
         "/v1/meters",
         {{"role", "buyer"}, {"public_key", "AAAA"}, {"pools", {"pol_x"}}},
         {"/role beyond_own_scope", "/public_key bad_key", "/pools/0 bad_id"}},
        {"readings", As::kProvider, "/v1/readings:batch", Json::object(), {"/envelopes missing"}},
        {"advance",
         As::kProvider,
         "/v1/leases:advance",
         {{"actions", "all"}},
         {"/actions wrong_type"}},
        {"deposit",
         As::kOperator,
         "/v1/accounts/{org}/deposits",
         {{"currency", "yuan"}, {"amount", "0"}},
         {"/currency bad_currency", "/amount out_of_range", "/reference missing"}},
        {"settlement",
         As::kOperator,
         "/v1/settlement-runs",
         {{"from", 5}, {"to", 5}, {"x", 0}},
         {"/to contradiction", "/x unknown_field"}},
        {"clock", As::kOperator, "/v1/sandbox/clock", {{"now", "tomorrow"}}, {"/now bad_time"}},
        {"cancel-all",
         As::kBuyer,
         "/v1/orders:cancel-all",
         {{"organisation", 1}},
         {"/organisation wrong_type"}},
    };
}

std::string fill_in(std::string text, const World& world) {
    const auto replace = [&text](std::string_view what, const std::string& by) {
        for (auto at = text.find(what); at != std::string::npos; at = text.find(what))
            text.replace(at, what.size(), by);
    };
    replace("{pool}", world.pool);
    replace("{org}", world.buyer.id);
    return text;
}

std::vector<std::string> faults_of(const Json& body) {
    std::vector<std::string> out;
    if (!body.contains("errors")) return out;
    for (const Json& fault : body["errors"]) {
        out.push_back(fault["pointer"].get<std::string>() + " " + fault["code"].get<std::string>());
        EXPECT_FALSE(fault["detail"].get<std::string>().empty());
    }
    std::ranges::sort(out);
    return out;
}

}  // namespace

TEST(ApiInput, NamesEveryFaultAndChangesNothing) {
    ApiServer server;
    World world(server);
    Caller seller = server.caller(world.provider.key);
    Caller buyer = server.caller(world.buyer.key);
    const Json before = expect(world.op.get("/v1/admin/digest"), 200);

    std::vector<BadCase> cases = order_cases();
    std::ranges::move(catalogue_cases(), std::back_inserter(cases));
    std::ranges::move(money_cases(), std::back_inserter(cases));
    for (BadCase& bad : cases) {
        SCOPED_TRACE(bad.name);
        Caller& caller = bad.caller == As::kOperator   ? world.op
                         : bad.caller == As::kProvider ? seller
                                                       : buyer;
        const Json body = Json::parse(fill_in(bad.body.dump(), world));
        const Answer answer = caller.post(fill_in(bad.path, world), body);
        EXPECT_GE(answer.status, 400) << answer.text;
        EXPECT_LT(answer.status, 500) << answer.text;
        EXPECT_EQ(answer.header("content-type"), "application/problem+json");
        EXPECT_EQ(answer.body.value("status", 0), answer.status);
        EXPECT_FALSE(answer.code().empty());
        std::ranges::sort(bad.faults);
        EXPECT_EQ(faults_of(answer.body), bad.faults) << answer.text;
    }
    EXPECT_EQ(expect(world.op.get("/v1/admin/digest"), 200), before);
}

TEST(ApiInput, RefusesQueriesItDoesNotKnow) {
    ApiServer server;
    World world(server);
    Caller buyer = server.caller(world.buyer.key);
    const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
        {"/v1/orders?stat=open&limit=0", {"/limit out_of_range", "/stat unknown_field"}},
        {"/v1/orders?state=ajar&after=lse_1", {"/after bad_id", "/state bad_value"}},
        {"/v1/books", {"/market missing"}},
        {"/v1/books?market=AI-FP16/CNY&levels=-1", {"/levels out_of_range"}},
        {"/v1/leases?role=owner", {"/role unknown_word"}},
        {"/v1/readings", {"/lease missing"}},
        {"/v1/statements?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", {"/to contradiction"}},
        {"/v1/trades?from=yesterday", {"/from bad_time"}},
        {"/v1/journal?currency=x", {"/currency bad_currency"}},
        {"/v1/markets?x=1", {"/x unknown_field"}},
        {"/v1/sandbox/clock?x=1&y", {"/x unknown_field", "/y unknown_field"}},
        {"/v1/pools/" + world.pool + "?full=true", {"/full unknown_field"}},
        {"/v1/pools/" + world.pool + "/calendar?from=9999-12-31T00:00:00Z", {"/from out_of_range"}},
        {"/v1/orders?limit=x", {"/limit bad_decimal"}},
    };
    for (const auto& [target, faults] : cases) {
        SCOPED_TRACE(target);
        const Answer answer = buyer.get(target);
        EXPECT_EQ(answer.status, 422) << answer.text;
        EXPECT_EQ(faults_of(answer.body), faults) << answer.text;
    }
    EXPECT_EQ(buyer.get("/v1/orders?limit=1&limit=2").status, 400);
    const Answer words = buyer.get("/v1/orders?limit=x");
    EXPECT_NE(words.text.find("a whole number"), std::string::npos) << words.text;
    EXPECT_EQ(buyer
                  .get("/v1/pools/" + world.pool +
                       "/calendar?from=9999-12-31T00:00:00Z&to=9999-12-31T23:59:59Z")
                  .status,
              200);
    // A parameter that changes nothing must not seem to: this once placed the order.
    const Answer dry = buyer.post("/v1/orders?dry_run=true", World::buy(1, "1.000000"));
    EXPECT_EQ(dry.status, 422);
    EXPECT_EQ(faults_of(dry.body), std::vector<std::string>{"/dry_run unknown_field"});
    EXPECT_TRUE(expect(buyer.get("/v1/orders"), 200)["items"].empty());
}

TEST(ApiInput, RefusesWhatIsNoRequestAtAll) {
    ApiServer server;
    Caller op = server.operator_caller();
    const auto raw = [&op](std::string body, std::string type, std::string target) {
        client::HttpRequest request;
        request.method = "POST";
        request.target = std::move(target);
        request.body = std::move(body);
        request.headers = {{"Content-Type", std::move(type)}, {"Idempotency-Key", "k"}};
        return op.send(request);
    };
    const std::string json = "application/json";
    EXPECT_EQ(raw("{", json, "/v1/sites").code(), "bad_json");
    EXPECT_EQ(raw(R"({"name":"a","name":"b"})", json, "/v1/sites").code(), "duplicate_key");
    EXPECT_EQ(raw(R"({"name":1.5})", json, "/v1/sites").code(), "bad_number");
    EXPECT_EQ(raw("{\"name\":\"\xff\"}", json, "/v1/sites").code(), "bad_json");
    EXPECT_EQ(raw(std::string(200, '['), json, "/v1/sites").status, 400);
    EXPECT_EQ(raw("{}", "text/plain", "/v1/sites").status, 415);
    // The answer must reach a caller that is still sending, every time.
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(raw(std::string((1U << 20U) + 1, ' '), json, "/v1/sites").status, 413);
    EXPECT_EQ(raw("{}", json, "/v1/nonsense").status, 404);
    EXPECT_EQ(raw("{}", json, "/v1/trades").status, 405);
    EXPECT_EQ(op.post("/v1/sites", Json::object(), "-").code(), "idempotency_key_required");
    Caller nobody = server.caller("");
    EXPECT_EQ(nobody.get("/v1/orders").status, 401);
    EXPECT_EQ(server.caller("sk_wrong").get("/v1/orders").status, 401);
    EXPECT_EQ(nobody.get("/healthz").status, 200);
    EXPECT_EQ(nobody.get("/readyz").status, 200);
    EXPECT_NE(nobody.get("/metrics").text.find("suanpan_log_size"), std::string::npos);
}

TEST(ApiInput, FillsInTheNominalEfficiencyOfAiClasses) {
    ApiServer server;
    Caller op = server.operator_caller();
    const Json plain = expect(op.post("/v1/schedules", {{"fees", Json::object()}}), 201);
    const Json all{
        {"AI-FP32", 450'000}, {"AI-FP16", 450'000}, {"AI-FP8", 450'000}, {"AI-INT8", 450'000}};
    EXPECT_EQ(plain["efficiency_ppm"], all);
    expect(op.post("/v1/schedules", {{"fees", Json::object()},
                                     {"efficiency_ppm", {{"AI-FP8", 1}, {"HPC-FP64", 700'000}}}}),
           201);
    const Json list = expect(op.get("/v1/schedules"), 200)["items"];
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0]["efficiency_ppm"], all);
    Json second = all;
    second["AI-FP8"] = 1;
    second["HPC-FP64"] = 700'000;
    EXPECT_EQ(list[1]["efficiency_ppm"], second);
}

TEST(ApiInput, SaysWhyAnOrderFindsNothing) {
    ApiServer server;
    World world(server);
    expect(server.caller(world.provider.key).post("/v1/orders", world.sell(8, "5.000000")), 201);
    Json wanted = World::buy(2, "6.000000");
    wanted["requirement"] = {{"memory_gib", {{"at_least", "141"}}}};
    const Json preview =
        expect(server.caller(world.buyer.key).post("/v1/orders:preview", wanted), 200);
    EXPECT_EQ(preview["why_not"]["lots_listed"], 8) << preview.dump();
    EXPECT_EQ(preview["why_not"]["lots_eligible"], 0);
    EXPECT_EQ(preview["why_not"]["failed_conditions"][0]["nearest"], "80");
    wanted = World::buy(8, "900.000000");
    const Answer refused = server.caller(world.buyer.key).post("/v1/orders", wanted);
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.code(), "insufficient_funds");
}

}  // namespace suanpan::test
