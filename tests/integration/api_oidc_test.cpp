// Users of a portal, who sign in with an identity provider.

#include "core/account_rows.hpp"
#include "support/token_issuer.hpp"
#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <thread>

namespace suanpan::test {
namespace {

std::vector<std::string> arguments(const std::filesystem::path& keys) {
    return {"--oidc-issuer", "https://login.example", "--oidc-audience",    "suanpan",
            "--oidc-jwks",   keys.string(),           "--oidc-roles-claim", "compute_roles"};
}

class ApiOidc : public testing::Test {
 protected:
    ApiOidc() { publish(issuer_); }

    void publish(const support::TokenIssuer& issuer) const {
        std::ofstream(keys_) << issuer.jwks();
    }
    [[nodiscard]] static Json claims(const std::string& organisation, const Json& roles) {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return {{"iss", "https://login.example"},
                {"aud", "suanpan"},
                {"sub", "user-1"},
                {"exp", std::chrono::duration_cast<std::chrono::seconds>(now).count() + 600},
                {"organisation", organisation},
                {"compute_roles", roles}};
    }
    [[nodiscard]] Caller signed_in(const Json& claims) const {
        return server_.caller(issuer_.token(claims.dump()));
    }

    support::TempDir dir_;
    std::filesystem::path keys_ = dir_.path() / "jwks.json";
    support::TokenIssuer issuer_{"ES256", "k1"};
    // Made after the keys are published.
    std::unique_ptr<ApiServer> made_ = [this] {
        publish(issuer_);
        return std::make_unique<ApiServer>(arguments(keys_));
    }();
    ApiServer& server_ = *made_;
};

TEST_F(ApiOidc, ATokenActsForItsOrganisation) {
    const World world(server_);
    Caller seller = server_.caller(world.provider.key);
    expect(seller.post("/v1/orders", world.sell(8, "1.000000")), 201);
    Caller user = signed_in(claims(world.buyer.id, {"buyer"}));
    const Json order = expect(user.post("/v1/orders", World::buy(1, "1.500000")), 201);
    EXPECT_EQ(order["organisation"], world.buyer.id);
    EXPECT_EQ(expect(server_.caller(world.buyer.key).get("/v1/orders"), 200)["items"].size(), 1U);
    // Its roles are those that both the token names and the organisation has.
    EXPECT_EQ(user.post("/v1/sites", {{"name", "x"}, {"hub", "y"}}).status, 403);
    Caller reader = signed_in(claims(world.buyer.id, Json::array()));
    EXPECT_EQ(reader.get("/v1/orders").status, 200);
    EXPECT_EQ(reader.post("/v1/orders", World::buy(1, "1.500000")).status, 403);
    Caller climber = signed_in(claims(world.buyer.id, {"operator", "buyer"}));
    EXPECT_EQ(climber.get("/v1/admin/digest").status, 403);
}

TEST_F(ApiOidc, AllRefusalsLookTheSame) {
    const World world(server_);
    const Json good = claims(world.buyer.id, {"buyer"});
    const auto with = [&](const char* name, const Json& value) {
        Json out = good;
        out[name] = value;
        return out;
    };
    const std::string nobody = to_string(OrganisationId{{1, 2, 3}});
    const support::TokenIssuer other("ES256", "k1");
    const support::TokenIssuer unknown("ES256", "k2");
    const std::string header = R"({"alg":"none","kid":"k1"})";
    const std::string detail = server_.caller("sk_none").get("/v1/orders").body["detail"];
    for (const std::string& token :
         {issuer_.token(with("exp", 1).dump()), issuer_.token(with("aud", "other").dump()),
          issuer_.token(with("iss", "https://evil.example").dump()),
          issuer_.token(with("organisation", nobody).dump()),
          issuer_.token(with("person", to_string(UserId{{9}})).dump()), other.token(good.dump()),
          unknown.token(good.dump()), support::unsigned_token(header, good.dump()),
          support::hmac_token(R"({"alg":"HS256","kid":"k1"})", good.dump(), issuer_.public_pem()),
          std::string("a.b.c"), std::string("eyJ")}) {
        const Answer refused = server_.caller(token).get("/v1/orders");
        EXPECT_EQ(refused.status, 401) << token;
        EXPECT_EQ(refused.body["detail"], detail);
    }
    Caller op = server_.operator_caller();
    expect(op.post("/v1/organisations/" + world.buyer.id + ":kill", Json::object()), 200);
    EXPECT_EQ(signed_in(good).post("/v1/orders", World::buy(1, "1.500000")).status, 401)
        << "suspended";
}

TEST_F(ApiOidc, APersonIsNamedByItsClaim) {
    const World world(server_);
    Json who = claims(world.officers.organisation, {"operator"});
    const Json deposit{{"currency", "CNY"}, {"amount", "5.000000"}, {"reference", "wire 7"}};
    const std::string target = "/v1/accounts/" + world.buyer.id + "/deposits";
    EXPECT_EQ(signed_in(who).post(target, deposit).code(), "person_needed");
    who["person"] = world.officers.first_id;
    const Json asked = expect(signed_in(who).post(target, deposit), 201);
    who["person"] = world.officers.second_id;
    who["sub"] = "user-2";
    const std::string approve = "/v1/cash-requests/" + asked["id"].get<std::string>() + ":approve";
    expect(signed_in(who).post(approve, Json::object()), 200);
}

}  // namespace
}  // namespace suanpan::test
