// Webhooks of a running server, told to a real receiver.

#include "base/bytes.hpp"
#include "services/webhooks/signature.hpp"
#include "support/wait.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/webhook_receiver.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace suanpan::test {
namespace {

using Names = std::set<std::string>;

const std::vector<std::string> kQuick{
    "--webhook-allow-private", "true", "--webhook-first-retry-s", "1", "--webhook-tries", "2"};

std::string secret_bytes(const Json& made) {
    const std::string shown = made.at("secret");
    return from_base64(shown.substr(std::string("whsec_").size())).value();
}

std::string signed_by(const std::string& secret, const Told& told) {
    return services::sign_webhook(secret, told.id, std::stoll(told.timestamp), told.body);
}

Names types_of(const std::vector<Told>& all) {
    Names out;
    for (const Told& told : all)
        out.insert(told.type());
    return out;
}

class ApiWebhooks : public testing::Test {
 protected:
    Json make(Caller& caller, const WebhookReceiver& receiver, const Json& events,
              const std::string& path = "/hooks") {
        return expect(
            caller.post("/v1/webhooks", {{"url", receiver.url() + path}, {"events", events}}), 201);
    }
    static std::string path_of(const Json& webhook) {
        return "/v1/webhooks/" + webhook.at("id").get<std::string>();
    }
    static std::string ask_for_test(Caller& caller, const Json& webhook) {
        return expect(caller.post(path_of(webhook) + ":test", Json::object()), 201)["id"];
    }
    // Until the delivery is in that state, twenty seconds at most.
    static Json wait_until(Caller& caller, const Json& webhook, const std::string& delivery,
                           const std::string& state) {
        Json last;
        support::wait_until(200, std::chrono::milliseconds(100), [&] {
            const Json listed = expect(caller.get(path_of(webhook) + "/deliveries"), 200);
            for (const Json& each : listed["items"]) {
                if (each["id"] == delivery) last = each;
            }
            return last["state"] == state;
        });
        EXPECT_EQ(last["state"], state) << last.dump();
        return last;
    }

    ApiServer server_{kQuick};
    WebhookReceiver receiver_;
};

class ApiWebhookWorld : public ApiWebhooks {
 protected:
    World world_{server_};
    Caller seller_ = server_.caller(world_.provider.key);
    Caller buyer_ = server_.caller(world_.buyer.key);
};

TEST_F(ApiWebhookWorld, EachSideIsToldOfItsOwnThings) {
    WebhookReceiver sellers;
    const Json webhook = make(buyer_, receiver_, {"*"});
    make(seller_, sellers, {"lease.scheduled", "lease.active"});
    expect(seller_.post("/v1/orders", world_.sell(8, "5.000000")), 201);
    Json wanted = World::buy(2, "6.000000");
    wanted["client_order_id"] = "job-1";
    const Json bought = expect(buyer_.post("/v1/orders", wanted), 201);
    const std::string lease = bought["fills"][0]["lease"];
    deliver(world_.op, seller_, lease);
    expect(server_.operator_caller().post("/v1/settlement-runs", Json::object()), 201);

    receiver_.wait_for(2, "settlement.line");
    sellers.wait_for(1, "lease.active");
    const auto told = receiver_.all();
    const std::string secret = secret_bytes(webhook);
    Names ids;
    for (const Told& each : told) {
        EXPECT_EQ(each.signature, signed_by(secret, each));
        EXPECT_EQ(each.path, "/hooks");
        EXPECT_TRUE(ids.insert(each.id).second) << "told twice: " << each.body;
        if (each.type().starts_with("order."))
            EXPECT_EQ(each.payload["data"]["organisation"], world_.buyer.id);
        EXPECT_EQ(each.payload.size(), 3U) << each.body;
    }
    EXPECT_EQ(types_of(told), (Names{"order.filled", "lease.scheduled", "lease.provisioning",
                                     "lease.active", "lease.completed", "settlement.line"}));
    EXPECT_EQ(types_of(sellers.all()), (Names{"lease.scheduled", "lease.active"}));

    const Json order = receiver_.wait_for(1, "order.filled").at(0).payload["data"];
    EXPECT_EQ(order["id"], bought["id"]);
    EXPECT_EQ(order["client_order_id"], "job-1");
    EXPECT_EQ(order["fills"][0]["lease"], lease);
    const Json completed = receiver_.wait_for(1, "lease.completed").at(0).payload;
    EXPECT_TRUE(completed["timestamp"].get<std::string>().starts_with("2026-01-01T0"))
        << "the market's time";
    EXPECT_EQ(completed["data"]["state"], "completed");
    const Json line = receiver_.wait_for(1, "settlement.line").at(0).payload["data"];
    EXPECT_TRUE(line.contains("buyer_pays"));
    EXPECT_FALSE(line.contains("provider_gets")) << "what the provider gets is its own business";

    // What was taken is written down a moment later.
    std::size_t delivered = 0;
    support::wait_until(200, std::chrono::milliseconds(100), [&] {
        const std::string target = path_of(webhook) + "/deliveries?state=delivered&limit=200";
        delivered = expect(buyer_.get(target), 200)["items"].size();
        return delivered >= told.size();
    });
    EXPECT_EQ(delivered, told.size());
}

// An order is named once and told of often.
TEST_F(ApiWebhookWorld, EachEventOfAnOrderCarriesItsClientOrderId) {
    const Json webhook = make(buyer_, receiver_, {"order.accepted", "order.cancelled"});
    Json named = World::buy(1, "1.000000");
    named["client_order_id"] = "mine";
    const std::string order = expect(buyer_.post("/v1/orders", named), 201)["id"];
    expect(buyer_.post("/v1/orders", World::buy(1, "1.100000")), 201);
    expect(buyer_.post("/v1/orders/" + order + ":cancel", Json::object()), 200);

    const Json cancelled = receiver_.wait_for(1, "order.cancelled").at(0).payload;
    EXPECT_EQ(cancelled["data"]["client_order_id"], "mine");
    int unnamed = 0;
    for (const Told& told : receiver_.wait_for(2, "order.accepted")) {
        const Json& data = told.payload["data"];
        if (data["id"] == order)
            EXPECT_EQ(data["client_order_id"], "mine");
        else if (!data.contains("client_order_id"))
            ++unnamed;
    }
    EXPECT_EQ(unnamed, 1);
    // What is listed is what was sent.
    const Json listed = expect(buyer_.get(path_of(webhook) + "/deliveries"), 200);
    int sent = 0;
    for (const Json& delivery : listed["items"]) {
        for (const Told& told : receiver_.all()) {
            if (delivery["event"] != told.id) continue;
            EXPECT_EQ(delivery["payload"], told.payload);
            ++sent;
        }
    }
    EXPECT_EQ(sent, 3);
}

TEST_F(ApiWebhookWorld, WhatWasAcknowledgedIsToldThoughTheServerIsKilled) {
    make(buyer_, receiver_, {"order.accepted"});
    receiver_.answer(0);
    Names placed;
    for (int i = 0; i < 30; ++i) {
        placed.insert(expect(buyer_.post("/v1/orders", World::buy(1, "1.000000")), 201)["id"]);
    }
    server_.kill();
    receiver_.answer(204);
    server_.start();
    buyer_ = server_.caller(world_.buyer.key);

    std::map<std::string, Names> ids;  // webhook-ids by order
    const auto tell = [&](const Told& told) {
        ids[told.payload["data"]["id"]].insert(told.id);
        return ids.size() == placed.size();
    };
    receiver_.wait_for(1, tell);
    for (const std::string& order : placed)
        EXPECT_EQ(ids[order].size(), 1U) << order << ": its webhook-id is the same each time";
    EXPECT_EQ(ids.size(), placed.size());
}

TEST_F(ApiWebhooks, AFailureIsTriedAgainWithTheSameIdAndBody) {
    Caller op = server_.operator_caller();
    const Json webhook = make(op, receiver_, {"*"});
    receiver_.answer(500);
    const std::string delivery = ask_for_test(op, webhook);
    receiver_.wait_for(1, "webhook.test");
    receiver_.answer(204);
    const auto told = receiver_.wait_for(2, "webhook.test");
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0].id, told[1].id);
    EXPECT_EQ(told[0].body, told[1].body);
    const Json done = wait_until(op, webhook, delivery, "delivered");
    EXPECT_EQ(done["tries"], 2);
    EXPECT_EQ(done["event"], told[0].id);
    EXPECT_EQ(done["last_status"], 204);
}

TEST_F(ApiWebhooks, WhatIsDeadIsDeliveredAgainOnRequest) {
    Caller op = server_.operator_caller();
    const Json webhook = make(op, receiver_, {"*"});
    receiver_.answer(503);
    const std::string delivery = ask_for_test(op, webhook);
    const std::string again = path_of(webhook) + "/deliveries/" + delivery + ":redeliver";
    EXPECT_EQ(op.post(again, Json::object()).code(), "delivery_pending");
    const Json dead = wait_until(op, webhook, delivery, "dead");
    EXPECT_EQ(dead["tries"], 2);
    EXPECT_EQ(dead["last_status"], 503);
    EXPECT_FALSE(dead.contains("next_try"));
    EXPECT_EQ(expect(op.get(path_of(webhook) + "/deliveries?state=dead"), 200)["items"].size(), 1U);

    receiver_.answer(200);
    EXPECT_EQ(expect(op.post(again, Json::object()), 200)["state"], "pending");
    EXPECT_EQ(wait_until(op, webhook, delivery, "delivered")["tries"], 1);
    const auto told = receiver_.wait_for(3, "webhook.test");
    EXPECT_EQ(told.front().id, told.back().id);
    EXPECT_EQ(expect(op.get(path_of(webhook)), 200).contains("failing_since"), false);
}

TEST_F(ApiWebhooks, BothSecretsSignWhileTheyOverlap) {
    Caller op = server_.operator_caller();
    const Json first = make(op, receiver_, {"*"});
    const std::string rotate = path_of(first) + ":rotate-secret";
    const Json second = expect(op.post(rotate, {{"overlap", "PT1H"}}, "key-1"), 200);
    EXPECT_NE(first["secret"], second["secret"]);
    EXPECT_TRUE(second.contains("former_secret_until"));
    EXPECT_FALSE(expect(op.post(rotate, {{"overlap", "PT1H"}}, "key-1"), 200).contains("secret"));
    ask_for_test(op, first);
    const Told both = receiver_.wait_for(1, "webhook.test").at(0);
    EXPECT_EQ(both.signature,
              signed_by(secret_bytes(second), both) + " " + signed_by(secret_bytes(first), both));

    const Json third = expect(op.post(rotate, {{"overlap", "PT0S"}}), 200);
    ask_for_test(op, first);
    const Told alone = receiver_.wait_for(2, "webhook.test").at(1);
    EXPECT_EQ(alone.signature, signed_by(secret_bytes(third), alone));
}

TEST_F(ApiWebhooks, ASlowReceiverHoldsUpNobodyElse) {
    Caller op = server_.operator_caller();
    WebhookReceiver slow;
    slow.answer(0);
    const Json slow_one = make(op, slow, {"*"});
    const Json quick_one = make(op, receiver_, {"*"});
    ask_for_test(op, slow_one);
    slow.wait_for(1, "webhook.test");
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 5; ++i)
        ask_for_test(op, quick_one);
    EXPECT_EQ(receiver_.wait_for(5, "webhook.test").size(), 5U);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(8))
        << "the slow one is given up after ten";
    EXPECT_EQ(slow.all().size(), 1U);
}

TEST_F(ApiWebhooks, OneThatIsGoneIsDisabledUntilItsOwnerEnablesIt) {
    Caller op = server_.operator_caller();
    const Json webhook = make(op, receiver_, {"*"});
    receiver_.answer(410);
    wait_until(op, webhook, ask_for_test(op, webhook), "dead");
    const Json gone = expect(op.get(path_of(webhook)), 200);
    EXPECT_EQ(gone["state"], "disabled");
    EXPECT_EQ(gone["disabled_by"], "gone");
    EXPECT_EQ(op.post(path_of(webhook) + ":test", Json::object()).code(), "webhook_disabled");
    receiver_.answer(200);
    const Json enabled = expect(op.post(path_of(webhook) + ":update", {{"state", "enabled"}}), 200);
    EXPECT_EQ(enabled["state"], "enabled");
    wait_until(op, webhook, ask_for_test(op, webhook), "delivered");
}

TEST_F(ApiWebhooks, OneThatHasFailedForDaysIsDisabledWithItsNextDeath) {
    Caller op = server_.operator_caller();
    const Json webhook = make(op, receiver_, {"*"});
    receiver_.answer(500);
    const std::string delivery = ask_for_test(op, webhook);
    receiver_.wait_for(1, "webhook.test");
    server_.database().execute("UPDATE webhook_endpoint SET failing_since_s = 1");
    wait_until(op, webhook, delivery, "dead");
    EXPECT_EQ(expect(op.get(path_of(webhook)), 200)["disabled_by"], "failing");
}

TEST_F(ApiWebhooks, RedirectsAreNotFollowed) {
    Caller op = server_.operator_caller();
    WebhookReceiver elsewhere;
    receiver_.answer(307, elsewhere.url() + "/hooks");
    const Json webhook = make(op, receiver_, {"*"});
    const Json dead = wait_until(op, webhook, ask_for_test(op, webhook), "dead");
    EXPECT_EQ(dead["last_status"], 307);
    EXPECT_TRUE(elsewhere.all().empty());
}

TEST_F(ApiWebhooks, AreChangedListedAndDeleted) {
    Caller op = server_.operator_caller();
    const Json made = expect(
        op.post("/v1/webhooks", {{"url", receiver_.url()}, {"events", {"order.filled"}}}, "same"),
        201);
    const Json repeated = expect(
        op.post("/v1/webhooks", {{"url", receiver_.url()}, {"events", {"order.filled"}}}, "same"),
        201);
    EXPECT_EQ(repeated["id"], made["id"]);
    EXPECT_FALSE(repeated.contains("secret"));

    const Json changed =
        expect(op.post(path_of(made) + ":update", {{"url", receiver_.url() + "/new"},
                                                   {"events", {"lease.active", "*"}},
                                                   {"description", "portal"},
                                                   {"state", "disabled"}}),
               200);
    EXPECT_EQ(changed["events"], Json::array({"*", "lease.active"}));
    EXPECT_EQ(changed["disabled_by"], "owner");
    EXPECT_EQ(expect(op.get(path_of(made)), 200), changed);
    EXPECT_EQ(expect(op.get("/v1/webhooks"), 200)["items"], Json::array({changed}));

    for (int i = 1; i < 16; ++i)
        make(op, receiver_, {"*"});
    EXPECT_EQ(op.post("/v1/webhooks", {{"url", receiver_.url()}, {"events", {"*"}}}).code(),
              "too_many_webhooks");
    client::HttpRequest request;
    request.method = "DELETE";
    request.target = path_of(made);
    EXPECT_EQ(expect(op.send(request), 200)["deleted"], true);
    EXPECT_EQ(op.send(request).status, 404);
    EXPECT_EQ(op.get(path_of(made)).status, 404);
    make(op, receiver_, {"*"});
    EXPECT_EQ(
        server_.database().query("SELECT count(*) FROM webhook_endpoint WHERE url LIKE '%whsec%'"),
        "0");
}

TEST_F(ApiWebhooks, EveryFaultOfARequestIsNamed) {
    Caller op = server_.operator_caller();
    const Answer answer =
        op.post("/v1/webhooks", {{"url", "ftp://x"}, {"events", {"order.eaten"}}, {"evnts", 1}});
    EXPECT_EQ(answer.status, 422);
    Names faults;
    for (const Json& fault : answer.body["errors"])
        faults.insert(fault["pointer"].get<std::string>() + " " + fault["code"].get<std::string>());
    EXPECT_EQ(faults, (Names{"/url bad_url", "/events/0 unknown_word", "/evnts unknown_field"}));
    EXPECT_EQ(op.post("/v1/webhooks", {{"url", receiver_.url()}, {"events", Json::array()}}).status,
              422);
    EXPECT_EQ(op.post("/v1/webhooks", Json::object()).body["errors"].size(), 2U);
}

}  // namespace
}  // namespace suanpan::test
