// Tokens of an identity provider, and what is tried with them (RFC 8725).

#include "services/iam/tokens.hpp"

#include "support/token_issuer.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace suanpan::services {
namespace {

using support::TokenIssuer;

constexpr Time kNow{1'800'000'000};
constexpr std::string_view kOrganisation = "org_01m8qedc00e96a9v8aacq2ecy0";

TokenRules rules() {
    TokenRules out;
    out.issuer = "https://login.example";
    out.audience = "suanpan";
    return out;
}

// The usual claims with `more` over them: `"exp":1` and the like.
std::string claims(const std::string& more = "", const std::string& without = "") {
    const std::pair<std::string, std::string> usual[] = {
        {"iss", R"("https://login.example")"},
        {"aud", R"("suanpan")"},
        {"sub", R"("u1")"},
        {"exp", "1800000300"},
        {"organisation", '"' + std::string(kOrganisation) + '"'},
        {"roles", R"(["buyer","provider"])"}};
    std::string out = "{";
    for (const auto& [name, value] : usual) {
        const std::string quoted = '"' + name + "\":";
        if (name == without || more.find(quoted) != std::string::npos) continue;
        out += (out.size() == 1 ? "" : ",") + quoted + value;
    }
    return out + (more.empty() ? "" : ",") + more + "}";
}

Jwks keys_of(const TokenIssuer& issuer) {
    return parse_jwks(issuer.jwks()).value();
}

class Tokens : public testing::Test {
 protected:
    std::string reason(const std::string& token) const {
        const auto checked = check_token(token, rules(), keys_of(issuer_), kNow);
        if (checked) return "";
        EXPECT_EQ(checked.error().code(), "bad_token");
        return checked.error().detail();
    }

    TokenIssuer issuer_{"RS256", "k1"};
};

TEST(TokenAlgorithms, EachVerifiesItsOwn) {
    for (const char* algorithm : {"RS256", "ES256", "EdDSA"}) {
        const TokenIssuer issuer(algorithm, "k1");
        const auto good = check_token(issuer.token(claims()), rules(), keys_of(issuer), kNow);
        ASSERT_TRUE(good) << algorithm << ": " << good.error().detail();
        EXPECT_EQ(to_string(good->organisation), kOrganisation);
        EXPECT_EQ(good->roles, (std::vector<std::string>{"buyer", "provider"}));
        EXPECT_EQ(good->subject, "u1");
        EXPECT_FALSE(good->person);
        const TokenIssuer other(algorithm, "k1");
        EXPECT_FALSE(check_token(other.token(claims()), rules(), keys_of(issuer), kNow));
    }
}

TEST_F(Tokens, ClaimsMustBeRight) {
    EXPECT_EQ(reason(issuer_.token(claims())), "");
    EXPECT_EQ(reason(issuer_.token(claims(R"("aud":["other","suanpan"])"))), "");
    EXPECT_EQ(reason(issuer_.token(claims(R"("nbf":1800000050)"))), "") << "clocks differ";
    EXPECT_EQ(reason(issuer_.token(claims(R"("exp":1799999950)"))), "");
    for (const char* wrong :
         {R"("exp":1799999940)", R"("exp":"1800000300")", R"("nbf":1800000061)", R"("nbf":"x")",
          R"("iss":"https://login.example/")", R"("aud":"suanpan2")", R"("aud":["a","b"])",
          R"("aud":{"suanpan":1})", R"("sub":"")", R"("organisation":"org_x")",
          R"("roles":"buyer")", R"("person":"me")"})
        EXPECT_NE(reason(issuer_.token(claims(wrong))), "") << wrong;
    for (const char* missing : {"iss", "aud", "sub", "exp", "organisation", "roles"})
        EXPECT_NE(reason(issuer_.token(claims("", missing))), "") << missing;
}

TEST_F(Tokens, TheKeyDecidesOnTheAlgorithm) {
    EXPECT_EQ(reason(support::unsigned_token(R"({"alg":"none","kid":"k1"})", claims())),
              "the token's alg is not that of its key");
    EXPECT_EQ(reason(support::unsigned_token(R"({"alg":"RS256","kid":"k1"})", claims())),
              "the signature is wrong");
    for (const std::string& secret : {issuer_.public_pem(), issuer_.jwk()}) {
        EXPECT_EQ(reason(support::hmac_token(R"({"alg":"HS256","kid":"k1"})", claims(), secret)),
                  "the token's alg is not that of its key");
        EXPECT_EQ(reason(support::hmac_token(R"({"alg":"RS256","kid":"k1"})", claims(), secret)),
                  "the signature is wrong");
    }
    EXPECT_NE(reason(issuer_.token(R"({"alg":"RS512","kid":"k1"})", claims())), "");
    EXPECT_NE(reason(issuer_.token(R"({"alg":"RS256","kid":"k1","crit":["b64"]})", claims())), "");
}

TEST_F(Tokens, AKeyIsNothingButAName) {
    for (const char* kid :
         {"k2", "", "../../../../dev/null", "k1' OR '1'='1", "https://evil.example", "k1\\u0000"}) {
        const std::string header = R"({"alg":"RS256","kid":")" + std::string(kid) + R"("})";
        EXPECT_NE(reason(issuer_.token(header, claims())), "") << kid;
    }
    // Nor is a key taken from the token itself.
    const TokenIssuer own("RS256", "k1");
    EXPECT_NE(reason(own.token(R"({"alg":"RS256","kid":"k1","jwk":)" + own.jwk() +
                                   R"(,"jku":"https://evil.example/jwks"})",
                               claims())),
              "");
}

TEST_F(Tokens, AlteredAndCutOnesAreRefused) {
    const std::string good = issuer_.token(claims());
    for (std::size_t at = 0; at < good.size(); at += 7) {
        std::string altered = good;
        altered[at] = altered[at] == 'A' ? 'B' : 'A';
        if (altered != good) EXPECT_NE(reason(altered), "") << at;
        EXPECT_NE(reason(good.substr(0, at)), "") << at;
    }
    EXPECT_NE(reason(good + "="), "");
    EXPECT_NE(reason(good + ".x"), "");
    EXPECT_NE(reason(std::string(20'000, 'a')), "");
    EXPECT_NE(reason(".."), "");
}

TEST(TokenKeys, OnlyThoseThatAreForSignatures) {
    const TokenIssuer issuer("ES256", "k1");
    std::string encryption = issuer.jwk();
    encryption.replace(encryption.find(R"("use":"sig")"), 11, R"("use":"enc")");
    EXPECT_EQ(Jwk::parse(encryption).error().code(), "unused_jwk");
    EXPECT_EQ(Jwk::parse(R"({"kty":"oct","k":"AAAA"})").error().code(), "unused_jwk");
    EXPECT_EQ(Jwk::parse(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})").error().code(), "bad_jwk")
        << "too short";
    EXPECT_EQ(Jwk::parse(R"({"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"})").error().code(),
              "bad_jwk");
    EXPECT_EQ(Jwk::parse(R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})").error().code(), "bad_jwk");
    EXPECT_EQ(parse_jwks("{}").error().code(), "bad_jwks");
    EXPECT_EQ(parse_jwks(R"({"keys":[{"kty":"oct","k":"AAAA"}]})").error().code(), "bad_jwks");
    EXPECT_EQ(parse_jwks(R"({"keys":[)" + encryption + "," + issuer.jwk() + "]}")->size(), 1U);
}

class StoppedClock final : public Clock {
 public:
    [[nodiscard]] Time now() const override { return kNow; }
};

TEST(TokenVerifier, ReadsTheKeysWhenItNeedsThem) {
    const StoppedClock clock;
    const TokenIssuer first("ES256", "k1");
    const TokenIssuer second("ES256", "k2");
    int fetched = 0;
    std::string published = first.jwks();
    TokenVerifier verifier(
        rules(),
        [&] {
            ++fetched;
            if (published.empty()) throw std::runtime_error("away");
            return published;
        },
        clock);
    EXPECT_FALSE(verifier.verify("nonsense"));
    EXPECT_EQ(fetched, 0);
    EXPECT_TRUE(verifier.verify(first.token(claims())));
    EXPECT_TRUE(verifier.verify(first.token(claims())));
    EXPECT_EQ(fetched, 1);
    // Anybody can name unknown keys: the provider is not asked each time.
    for (int i = 0; i < 100; ++i)
        EXPECT_FALSE(verifier.verify(second.token(claims())));
    EXPECT_EQ(fetched, 1);
    published.clear();
    EXPECT_TRUE(verifier.verify(first.token(claims()))) << "who is known stays known";
}

}  // namespace
}  // namespace suanpan::services
