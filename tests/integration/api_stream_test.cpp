// The stream of a running server, as its clients see it.

#include "tests/integration/api_world.hpp"
#include "tests/integration/web_socket_client.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <thread>

namespace suanpan::test {
namespace {

Json subscribe(const std::string& channel) {
    return {{"op", "subscribe"}, {"channel", channel}};
}

class ApiStreamTest : public testing::Test {
 protected:
    ApiServer server_;
};

TEST_F(ApiStreamTest, ATraderSeesItsOrdersLeasesAndTheMarket) {
    const World world(server_);
    Caller seller = server_.caller(world.provider.key);
    Caller buyer = server_.caller(world.buyer.key);
    const std::string resting =
        expect(seller.post("/v1/orders", world.sell(8, "1.000000")), 201)["id"];

    WebSocketClient provider(server_.url(), world.provider.key);
    WebSocketClient everyone(server_.url());
    provider.send(subscribe("orders"));
    const Json before = provider.wait_for("snapshot", "orders");
    EXPECT_EQ(before["seq"], 0);
    EXPECT_EQ(before["complete"], true);
    ASSERT_EQ(before["items"].size(), 1U);
    EXPECT_EQ(before["items"][0]["id"], resting);
    provider.send(subscribe("leases"));
    EXPECT_TRUE(provider.wait_for("snapshot", "leases")["items"].empty());
    everyone.send(subscribe("book:AI-FP16/CNY"));
    const Json book = everyone.wait_for("snapshot", "book:AI-FP16/CNY");
    ASSERT_EQ(book["items"].size(), 1U);
    EXPECT_EQ(book["items"][0]["side"], "sell");
    EXPECT_EQ(book["items"][0]["quantity"], 8);
    everyone.send(subscribe("trades:AI-FP16/CNY"));
    EXPECT_TRUE(everyone.wait_for("snapshot", "trades:AI-FP16/CNY")["items"].empty());

    const Json order = expect(buyer.post("/v1/orders", World::buy(2, "1.500000")), 201);
    ASSERT_EQ(order["fills"].size(), 1U);

    const Json filled = provider.wait_for("changes", "orders");
    EXPECT_EQ(filled["seq"], 1);
    ASSERT_EQ(filled["items"].size(), 1U) << "the buyer's is not for the provider";
    EXPECT_EQ(filled["items"][0]["state"], "partially_filled");
    const Json lease = provider.wait_for("changes", "leases");
    EXPECT_EQ(lease["items"][0]["id"], order["fills"][0]["lease"]);
    const Json trade = everyone.wait_for("changes", "trades:AI-FP16/CNY");
    EXPECT_EQ(trade["items"][0]["id"], order["fills"][0]["id"]);
    EXPECT_FALSE(trade["items"][0].contains("buyer"));
    EXPECT_FALSE(trade["items"][0].contains("pool"));

    // Of the sell as many lots as before are free at some moment; a bid that rests is new.
    expect(buyer.post("/v1/orders", World::buy(1, "0.500000")), 201);
    const Json depth = everyone.wait_for("changes", "book:AI-FP16/CNY");
    ASSERT_EQ(depth["items"].size(), 1U);
    EXPECT_EQ(depth["items"][0]["side"], "buy");
    EXPECT_EQ(depth["seq"], book["seq"].get<int>() + 1);
    EXPECT_GE(depth["log_size"].get<int>(), trade["log_size"].get<int>());
}

TEST_F(ApiStreamTest, AnOrderIsToldWithItsClientOrderId) {
    const World world(server_);
    Caller buyer = server_.caller(world.buyer.key);
    Json named = World::buy(1, "1.000000");
    named["client_order_id"] = "unheard";
    const std::string unheard = expect(buyer.post("/v1/orders", named), 201)["id"];
    WebSocketClient client(server_.url(), world.buyer.key);
    client.send(subscribe("orders"));
    EXPECT_EQ(client.wait_for("snapshot", "orders")["items"].size(), 1U);
    expect(buyer.post("/v1/orders/" + unheard + ":cancel", Json::object()), 200);
    EXPECT_EQ(client.wait_for("changes", "orders")["items"][0]["client_order_id"], "unheard")
        << "placed before anybody listened";
    named["client_order_id"] = "mine";
    const std::string order = expect(buyer.post("/v1/orders", named), 201)["id"];
    EXPECT_EQ(client.wait_for("changes", "orders")["items"][0]["client_order_id"], "mine");
    expect(buyer.post("/v1/orders", World::buy(1, "1.100000")), 201);
    EXPECT_FALSE(client.wait_for("changes", "orders")["items"][0].contains("client_order_id"));
    expect(buyer.post("/v1/orders/" + order + ":cancel", Json::object()), 200);
    const Json cancelled = client.wait_for("changes", "orders")["items"][0];
    EXPECT_EQ(cancelled["state"], "cancelled");
    EXPECT_EQ(cancelled["client_order_id"], "mine");
}

TEST_F(ApiStreamTest, WhatIsNotOnesOwnIsNotShown) {
    const World world(server_);
    WebSocketClient everyone(server_.url());
    for (const char* channel : {"orders", "leases", "readings"}) {
        everyone.send(subscribe(channel));
        EXPECT_EQ(everyone.next()->at("code"), "unauthorized");
    }
    EXPECT_THROW(WebSocketClient(server_.url(), "spk_not_a_key"), std::runtime_error);
    // As a browser does it, without a header.
    WebSocketClient browser(server_.url(), "", "suanpan, bearer." + world.buyer.key);
    browser.send(subscribe("orders"));
    EXPECT_TRUE(browser.wait_for("snapshot", "orders")["items"].empty());
}

TEST_F(ApiStreamTest, FaultsAreToldAndChangeNothing) {
    WebSocketClient client(server_.url());
    const auto code_of = [&](const std::string& text) {
        client.send_text(text);
        return client.next()->at("code").get<std::string>();
    };
    EXPECT_EQ(code_of("hello"), "bad_json");
    EXPECT_EQ(code_of("[]"), "invalid_request");
    EXPECT_EQ(code_of(R"({"op":"shout"})"), "invalid_request");
    EXPECT_EQ(code_of(R"({"op":"subscribe"})"), "invalid_request");
    EXPECT_EQ(code_of(R"({"op":"subscribe","channel":"book:XX"})"), "invalid_request");
    EXPECT_EQ(code_of(R"({"op":"subscribe","channel":"index","more":1})"), "invalid_request");
    EXPECT_EQ(code_of(R"({"op":"unsubscribe","channel":"index"})"), "not_subscribed");
    EXPECT_EQ(code_of(R"({"op":"cancel_on_disconnect","enabled":true})"), "forbidden");
    client.send(subscribe("index"));
    client.wait_for("snapshot", "index");
    client.send(subscribe("index"));
    const auto refused = client.next();
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(refused->at("code"), "subscribed_already");
    EXPECT_EQ(refused->at("op"), "subscribe");
    EXPECT_EQ(refused->at("channel"), "index");
}

TEST_F(ApiStreamTest, ItLivesAndSaysGoodbye) {
    WebSocketClient client(server_.url());
    const auto begun = std::chrono::steady_clock::now();
    std::thread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(2'500));
        EXPECT_EQ(server_.stop(), 0);
    });
    EXPECT_EQ(client.next()->at("type"), "server_shutdown");
    EXPECT_FALSE(client.next().has_value());
    EXPECT_EQ(client.close_code(), 1001);
    EXPECT_GE(client.heartbeats(), 1U);
    stopper.join();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(60));
}

TEST_F(ApiStreamTest, OrdersOfAMakerThatIsGoneAreCancelledIfItWishesSo) {
    const World world(server_);
    Caller seller = server_.caller(world.provider.key);
    const std::string resting =
        expect(seller.post("/v1/orders", world.sell(8, "1.000000")), 201)["id"];
    {
        WebSocketClient gone(server_.url(), world.provider.key);
        gone.send({{"op", "cancel_on_disconnect"}, {"enabled", true}});
        EXPECT_EQ(gone.next()->at("enabled"), true);
        gone.send({{"op", "cancel_on_disconnect"}, {"enabled", false}});
        EXPECT_EQ(gone.next()->at("enabled"), false);
        gone.cut();
    }
    WebSocketClient watching(server_.url(), world.provider.key);
    watching.send(subscribe("orders"));
    EXPECT_EQ(watching.wait_for("snapshot", "orders")["items"].size(), 1U);
    WebSocketClient leaving(server_.url(), world.provider.key);
    leaving.send({{"op", "cancel_on_disconnect"}, {"enabled", true}});
    EXPECT_EQ(leaving.next()->at("enabled"), true);
    leaving.cut();
    const Json cancelled = watching.wait_for("changes", "orders");
    EXPECT_EQ(cancelled["items"][0]["id"], resting);
    EXPECT_EQ(cancelled["items"][0]["state"], "cancelled");
}

TEST_F(ApiStreamTest, WhoMisbehavesIsLeft) {
    {
        WebSocketClient large(server_.url());
        large.send_text(std::string(5'000, ' '));
        EXPECT_FALSE(large.next().has_value());
        EXPECT_EQ(large.close_code(), 1009);
    }
    {
        WebSocketClient unmasked(server_.url());
        unmasked.send_raw(std::string("\x81\x02{}", 4));
        EXPECT_FALSE(unmasked.next().has_value());
    }
    {
        WebSocketClient flood(server_.url());
        for (int i = 0; i < 101; ++i)
            flood.send_text("{}");
        auto last = flood.next();
        while (last)
            last = flood.next();
        EXPECT_EQ(flood.close_code(), 1008);
    }
    Caller plain = server_.caller("");
    EXPECT_EQ(plain.get("/v1/stream").code(), "upgrade_required");
    EXPECT_EQ(plain.get("/healthz").status, 200) << "the server goes on";
}

TEST_F(ApiStreamTest, ARevokedKeyHearsNothingMore) {
    const World world(server_);
    Caller buyer = server_.caller(world.buyer.key);
    const std::string keys = "/v1/organisations/" + world.buyer.id + "/api-keys";
    const Json made = expect(
        buyer.post(keys, {{"label", "short-lived"}, {"scopes", Json::array({"buyer"})}}), 201);
    WebSocketClient client(server_.url(), made["secret"].get<std::string>());
    client.send(subscribe("orders"));
    client.wait_for("snapshot", "orders");
    expect(buyer.post(keys + "/" + made["id"].get<std::string>() + ":revoke", Json::object()), 200);
    EXPECT_FALSE(client.next().has_value());
    EXPECT_EQ(client.close_code(), 1008);
}

}  // namespace
}  // namespace suanpan::test
