#include "client/api.hpp"

#include "base/bytes.hpp"
#include "base/dsse.hpp"
#include "tests/client/fake_server.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace suanpan::client {
namespace {

constexpr std::string_view kProblem =
    R"({"code":"invalid_request","detail":"two faults","errors":[)"
    R"({"code":"missing","detail":"say it","pointer":"/a"},)"
    R"({"code":"bad_time","detail":"no time","pointer":"/b"}],"status":422})";

Api api_of(const FakeServer& server, int attempts = 4) {
    RetryPolicy retry;
    retry.attempts = attempts;
    retry.first_pause_ms = 1;
    retry.longest_pause_ms = 4;
    return {parse_url(server.url()).value(), "sk_secret", retry};
}

std::string header_of(const std::string& request, const std::string& name) {
    const std::size_t at = request.find(name + ": ");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + name.size() + 2;
    return request.substr(begin, request.find("\r\n", begin) - begin);
}

TEST(Api, SendsKeyAndIdempotencyKeyAndReadsJson) {
    FakeServer server({http_answer(201, R"({"id":"x"})", "X-Request-Id: r1\r\n")});
    Api api = api_of(server);
    const auto answer = api.post("/v1/things", {{"a", 1}}, "my-key");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->at("id"), "x");
    EXPECT_EQ(api.last_status(), 201);
    EXPECT_EQ(api.last_request_id(), "r1");
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_TRUE(requests[0].starts_with("POST /v1/things HTTP/1.1\r\n"));
    EXPECT_EQ(header_of(requests[0], "Authorization"), "Bearer sk_secret");
    EXPECT_EQ(header_of(requests[0], "Idempotency-Key"), "my-key");
    EXPECT_TRUE(requests[0].ends_with(R"({"a":1})"));
}

TEST(Api, SignsWhatItSends) {
    FakeServer server({http_answer(201, "{}")});
    Api api = api_of(server);
    Seed seed{};
    seed.fill(7);
    OrganisationId organisation;
    organisation.bytes.fill(1);
    api.sign_with({"sgk_1", SigningKey(seed), organisation, "log.example/x", Time(0)});
    ASSERT_TRUE(api.post("/v1/things", {{"a", 1}}, "my-key"));
    const std::string request = server.requests().at(0);
    const std::string header = header_of(request, "DSSE-Signature");
    const std::string begin = "key=sgk_1;at=1970-01-01T00:00:00Z;sig=";
    ASSERT_TRUE(header.starts_with(begin)) << header;
    const std::string type =
        "application/vnd.suanpan.write+json; log=log.example/x; by=" + to_string(organisation) +
        "; at=1970-01-01T00:00:00Z; to=/v1/things; once=my-key";
    EXPECT_TRUE(verify_ed25519(SigningKey(seed).public_key(), dsse_pae(type, R"({"a":1})"),
                               from_base64(header.substr(begin.size())).value()));
}

TEST(Api, RepeatsWithTheSameKeyUntilTheServerTakesIt) {
    FakeServer server({http_answer(503, "", "Retry-After: 0\r\n"), "", http_answer(500, "{}"),
                       http_answer(200, "{}")});
    Api api = api_of(server);
    ASSERT_TRUE(api.post("/v1/things", Json::object()));
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 4U);
    for (const auto& request : requests) {
        EXPECT_FALSE(header_of(request, "Idempotency-Key").empty());
        EXPECT_EQ(header_of(request, "Idempotency-Key"), header_of(requests[0], "Idempotency-Key"));
    }
}

TEST(Api, MakesAFreshKeyForEachCall) {
    FakeServer server({http_answer(200, "{}"), http_answer(200, "{}")});
    Api api = api_of(server);
    ASSERT_TRUE(api.post("/a", Json::object()));
    ASSERT_TRUE(api.post("/a", Json::object()));
    const auto requests = server.requests();
    EXPECT_NE(header_of(requests.at(0), "Idempotency-Key"),
              header_of(requests.at(1), "Idempotency-Key"));
}

TEST(Api, GivesTheProblemWithEveryFaultAndDoesNotRepeatIt) {
    FakeServer server({http_answer(422, std::string(kProblem))});
    Api api = api_of(server);
    const auto answer = api.post("/v1/things", Json::object());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), "invalid_request");
    ASSERT_EQ(answer.error().faults().size(), 2U);
    EXPECT_EQ(answer.error().faults()[1].pointer, "/b");
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Api, GivesUpAfterTheLastAttempt) {
    FakeServer busy({http_answer(503, ""), http_answer(503, "")});
    Api api = api_of(busy, 2);
    EXPECT_EQ(api.get("/a").error().code(), "http_503");
    FakeServer gone({"", ""});
    Api lost = api_of(gone, 2);
    EXPECT_THROW((void)lost.post("/a", Json::object()), TransportError);
}

TEST(Api, FollowsPages) {
    FakeServer server({http_answer(200, R"({"items":[1,2],"has_more":true,"next":"a b"})"),
                       http_answer(200, R"({"items":[3],"has_more":false})")});
    Api api = api_of(server);
    const auto all = api.list("/v1/things?state=open");
    ASSERT_TRUE(all);
    EXPECT_EQ(*all, Json::parse("[1,2,3]"));
    const auto requests = server.requests();
    EXPECT_TRUE(requests.at(0).starts_with("GET /v1/things?state=open&limit=200 "));
    EXPECT_TRUE(requests.at(1).starts_with("GET /v1/things?state=open&limit=200&after=a%20b "));
}

TEST(Api, AnAnswerThatIsNotJsonIsNoAnswer) {
    FakeServer server({http_answer(200, "<html>")});
    Api api = api_of(server, 1);
    EXPECT_THROW((void)api.get("/a"), TransportError);
}

TEST(Api, SurvivesAConnectionThatTheServerClosed) {
    FakeServer server({http_answer(200, "{}", "Connection: close\r\n"), http_answer(200, "{}")});
    Api api = api_of(server, 1);
    EXPECT_TRUE(api.get("/a"));
    EXPECT_TRUE(api.get("/a"));
}

TEST(WithQuery, EncodesAndLeavesOutWhatIsEmpty) {
    EXPECT_EQ(with_query("/v1/trades", {{"market", "AI-FP16/CNY"}, {"state", ""}, {"a", "b c"}}),
              "/v1/trades?market=AI-FP16%2FCNY&a=b%20c");
    EXPECT_EQ(with_query("/v1/trades", {{"market", ""}}), "/v1/trades");
}

}  // namespace
}  // namespace suanpan::client
