// What every call meets before it is looked at, and every answer before it is sent.

#include "support/wait.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/web_socket_client.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>

namespace suanpan::test {
namespace {

client::HttpRequest request(std::string method, std::string target,
                            std::vector<std::pair<std::string, std::string>> headers) {
    client::HttpRequest out;
    out.method = std::move(method);
    out.target = std::move(target);
    out.headers = std::move(headers);
    return out;
}

TEST(ApiGate, AKeyAndAnAddressHaveTheirRates) {
    ApiServer server({"--key-per-second", "5", "--address-per-second", "3"});
    Caller op = server.operator_caller();
    const Answer first = op.get("/v1/markets");
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(first.header("ratelimit-limit"), "10");
    EXPECT_EQ(first.header("ratelimit-remaining"), "9");
    Answer last;
    for (int i = 0; i < 200 && last.status != 429; ++i)
        last = op.get("/v1/markets");
    ASSERT_EQ(last.code(), "too_many_requests");
    EXPECT_EQ(last.header("retry-after"), "1");
    EXPECT_EQ(last.header("ratelimit-remaining"), "0");
    // An address guesses keys no faster than it may call; a probe of the operator's is no call.
    Caller guesser = server.caller("sk_guess");
    Answer guess;
    int refused = 0;
    for (int i = 0; i < 200 && guess.status != 429; ++i) {
        guess = guesser.get("/v1/markets");
        if (guess.status == 401) ++refused;
    }
    EXPECT_EQ(guess.code(), "too_many_requests");
    EXPECT_GE(refused, 6);
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(guesser.get("/healthz").status, 200);
}

TEST(ApiGate, AnAddressHasSoManyStreams) {
    ApiServer server({"--streams-per-address", "2", "--trust-forwarded", "true"});
    const auto open = [&](const std::string& address) {
        return std::make_unique<WebSocketClient>(server.url(), "", "", address);
    };
    auto first = open("192.0.2.1");
    const auto second = open("192.0.2.1");
    Caller caller = server.caller("");
    const Answer refused = caller.send(
        request("GET", "/v1/stream", {{"Upgrade", "websocket"}, {"X-Forwarded-For", "192.0.2.1"}}));
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.code(), "too_many_streams");
    EXPECT_EQ(refused.header("retry-after"), "1");
    const auto other = open("192.0.2.2");
    const auto own = open("");
    // Whose connection is over, however it ended, has its place again.
    first->cut();
    const bool free = support::wait_until(200, std::chrono::milliseconds(100), [&] {
        try {
            first = open("192.0.2.1");
            return true;
        } catch (const std::runtime_error&) {
            return false;
        }
    });
    EXPECT_TRUE(free);
}

TEST(ApiGate, WhatHasNotChangedIsNotSentAgain) {
    ApiServer server;
    const World world(server);
    Caller op = server.operator_caller();
    const std::string tag = op.get("/v1/markets").header("etag");
    ASSERT_FALSE(tag.empty());
    const Answer same = op.send(request("GET", "/v1/markets", {{"If-None-Match", tag}}));
    EXPECT_EQ(same.status, 304);
    EXPECT_TRUE(same.text.empty());
    EXPECT_EQ(same.header("etag"), tag);
    expect(op.post("/v1/markets/AI-FP16/CNY:halt", Json::object()), 200);
    EXPECT_EQ(op.send(request("GET", "/v1/markets", {{"If-None-Match", tag}})).status, 200);
    EXPECT_EQ(op.get("/v1/markets").status, 200);
}

TEST(ApiGate, PortalsOnOtherSitesAsk) {
    ApiServer server({"--cors-origins", "https://portal.example"});
    Caller page = server.caller("");
    const Answer leave = page.send(
        request("OPTIONS", "/v1/orders",
                {{"Origin", "https://portal.example"}, {"Access-Control-Request-Method", "POST"}}));
    EXPECT_EQ(leave.status, 204);
    EXPECT_EQ(leave.header("allow"), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(leave.header("access-control-allow-origin"), "https://portal.example");
    EXPECT_EQ(leave.header("access-control-allow-methods"), "GET, HEAD, POST, OPTIONS");
    const Answer refused =
        page.send(request("GET", "/v1/orders", {{"Origin", "https://portal.example"}}));
    EXPECT_EQ(refused.status, 401) << "leave to read is no right";
    EXPECT_EQ(refused.header("access-control-allow-origin"), "https://portal.example");
    const Answer foreign =
        page.send(request("GET", "/v1/ledger", {{"Origin", "https://other.example"}}));
    EXPECT_EQ(foreign.status, 200);
    EXPECT_EQ(foreign.header("access-control-allow-origin"), "");
    EXPECT_EQ(page.send(request("OPTIONS", "/v1/nonsense", {})).status, 404);
    const Answer wrong = page.send(request("DELETE", "/v1/orders", {}));
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.header("allow"), "GET, HEAD, POST");
}

}  // namespace
}  // namespace suanpan::test
