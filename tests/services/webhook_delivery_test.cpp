// Deliveries on a real database, over a network that the test makes.

#include "base/random.hpp"
#include "db/migrate.hpp"
#include "services/webhooks/delivery_loop.hpp"
#include "support/seed.hpp"
#include "support/test_database.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace suanpan::services {
namespace {

constexpr std::chrono::seconds kPatience{20};

Hash filled(std::uint8_t byte) {
    Hash out{};
    out.fill(byte);
    return out;
}

std::string header(const WebhookMessage& message, const std::string& name) {
    for (const auto& [key, value] : message.headers) {
        if (key == name) return value;
    }
    return {};
}

class WebhookDelivery : public testing::Test {
 protected:
    void SetUp() override {
        const auto migrated = db::migrate(database.conninfo());
        ASSERT_TRUE(migrated) << migrated.error().detail();
    }

    OrganisationId add_organisation() {
        const auto id = random_id<OrganisationId>(clock.now());
        database.execute(
            "INSERT INTO organisation (id, roles, suspended, log_index, kinds, related_group,"
            " tax_class) VALUES ('" +
            to_uuid(id.bytes) + "', '{buyer}', false, 0, '{}', '', '')");
        return id;
    }
    WebhookId add_endpoint(const OrganisationId& whose, std::vector<std::string> wanted,
                           const std::string& url = "https://portal.example/") {
        db::WebhookRow row;
        row.id = random_id<WebhookId>(clock.now());
        row.organisation = whose;
        row.url = url;
        row.events = std::move(wanted);
        row.key_check = key.check();
        row.created = clock.now();
        EXPECT_TRUE(
            pool.write("add", [&](db::Tx& tx) { return db::insert_webhook(tx, row, 1'000); }));
        return row.id;
    }
    // As a commit would; gives its id.
    std::string add_event(const OrganisationId& whose, const std::string& type) {
        const auto id = random_id<WebhookEventId>(clock.now());
        ++events;
        database.execute(
            "INSERT INTO webhook_event (id, organisation, type, time_s, log_size, ordinal, payload,"
            " recorded_s) VALUES ('" +
            to_uuid(id.bytes) + "', '" + to_uuid(whose.bytes) + "', '" + type + "', 0, " +
            std::to_string(1 + events / 3) + ", " + std::to_string(events % 3) + ", '{}', " +
            std::to_string(clock.now().value) + ")");
        return to_string(id);
    }

    // What came, by path of the address.
    using Send = std::function<int(const WebhookMessage&)>;
    std::unique_ptr<DeliveryLoop> open(const Send& send, bool leads = true) {
        WebhookNetwork network;
        network.resolve = [this](const std::string&) { return addresses; };
        network.send = [this, send](const WebhookMessage& message,
                                    const std::stop_token& stop) -> std::optional<int> {
            const int status = send(message);
            if (status == 0) {
                while (!stop.stop_requested())
                    std::this_thread::sleep_for(std::chrono::milliseconds(10));
                return std::nullopt;
            }
            const std::scoped_lock lock(mutex);
            sent[message.target.path].push_back(header(message, "webhook-id"));
            return status;
        };
        DeliveryLoop::Options options;
        options.retry.first = Duration(1);
        auto loop = std::make_unique<DeliveryLoop>(
            pool, key, directory, clock, [leads] { return leads; }, std::move(network), options);
        loop->start();
        return loop;
    }
    void wait(const std::string& query, const std::string& wanted) {
        const auto begun = std::chrono::steady_clock::now();
        while (database.query(query) != wanted &&
               std::chrono::steady_clock::now() - begun < kPatience)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        EXPECT_EQ(database.query(query), wanted) << query;
    }
    static std::string count(const std::string& state) {
        return "SELECT count(*) FROM webhook_delivery WHERE state = '" + state + "'";
    }

    support::TestDatabase database;
    db::Pool pool{database.conninfo()};
    SystemClock clock;
    WebhookKey key{filled(7)};
    WebhookDirectory directory{pool};
    std::vector<AddressBytes> addresses{*parse_ip("1.1.1.1")};
    int events = 0;
    std::mutex mutex;
    std::map<std::string, std::vector<std::string>> sent;
};

// The obvious way: each event in its order to each endpoint of its organisation that wants it.
TEST_F(WebhookDelivery, EachEndpointGetsWhatItWantsInTheOrderOfTheLog) {
    std::mt19937_64 random(support::test_seed());
    const std::vector<std::string> types{"order.filled", "lease.active", "invoice.issued"};
    std::vector<OrganisationId> parties{add_organisation(), add_organisation()};
    struct Endpoint {
        OrganisationId whose;
        std::vector<std::string> events;
    };
    std::map<std::string, Endpoint> endpoints;
    for (int i = 0; i < 6; ++i) {
        const std::string path = "/" + std::to_string(i);
        Endpoint made{parties[random() % 2], {types[random() % 3], types[random() % 3]}};
        if (random() % 3 == 0) made.events = {"*"};
        add_endpoint(made.whose, made.events, "https://portal.example" + path);
        endpoints[path] = made;
    }
    std::map<std::string, std::vector<std::string>> wanted;
    std::size_t deliveries = 0;
    for (int i = 0; i < 60; ++i) {
        const OrganisationId& whose = parties[random() % 2];
        const std::string& type = types[random() % 3];
        const std::string id = add_event(whose, type);
        for (const auto& [path, endpoint] : endpoints) {
            if (endpoint.whose != whose || !db::wants(endpoint.events, type)) continue;
            wanted[path].push_back(id);
            ++deliveries;
        }
    }
    const auto loop = open([](const WebhookMessage&) { return 204; });
    wait(count("delivered"), std::to_string(deliveries));
    loop->stop();
    EXPECT_EQ(sent, wanted);
    EXPECT_EQ(loop->figures().delivered, static_cast<std::int64_t>(deliveries));
}

TEST_F(WebhookDelivery, WhatWasUnderWayIsSentAgainByTheNextStart) {
    add_endpoint(add_organisation(), {"*"});
    const OrganisationId whose = add_organisation();
    add_endpoint(whose, {"*"});
    for (int i = 0; i < 3; ++i)
        add_event(whose, "order.filled");
    auto loop = open([](const WebhookMessage&) { return 0; });
    wait(count("pending"), "3");
    loop->stop();
    EXPECT_EQ(database.query("SELECT sum(tries) FROM webhook_delivery"), "0");
    loop = open([](const WebhookMessage&) { return 200; });
    wait(count("delivered"), "3");
}

// A server that no longer leads, and does not know yet, is in nobody's way.
TEST_F(WebhookDelivery, TwoThatMakeDeliveriesMakeEachOnce) {
    const OrganisationId whose = add_organisation();
    for (int i = 0; i < 3; ++i)
        add_endpoint(whose, {"*"});
    for (int i = 0; i < 200; ++i)
        add_event(whose, "order.filled");
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([this] {
            while (pool.write("make", [this](db::Tx& tx) {
                return db::make_deliveries(tx, clock.now(), 7);
            }) > 0) {
            }
        });
    }
    threads.clear();
    EXPECT_EQ(database.query("SELECT count(*) FROM webhook_delivery"), "600");
}

TEST_F(WebhookDelivery, OnlyTheLeaderSends) {
    const OrganisationId whose = add_organisation();
    add_endpoint(whose, {"*"});
    add_event(whose, "order.filled");
    const auto loop = open([](const WebhookMessage&) { return 200; }, false);
    std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
    loop->stop();
    EXPECT_EQ(database.query("SELECT count(*) FROM webhook_delivery"), "0");
    EXPECT_TRUE(sent.empty());
}

TEST_F(WebhookDelivery, SlowAndFailingEndpointsLeaveSendersToTheOthers) {
    const OrganisationId whose = add_organisation();
    for (int i = 0; i < 5; ++i)
        add_endpoint(whose, {"*"}, "https://portal.example/slow");
    for (int i = 0; i < 3; ++i)
        add_endpoint(whose, {"*"}, "https://portal.example/failing");
    add_endpoint(whose, {"*"}, "https://portal.example/good");
    for (int i = 0; i < 40; ++i)
        add_event(whose, "order.filled");
    const auto loop = open([](const WebhookMessage& message) {
        if (message.target.path == "/slow") return 0;
        return message.target.path == "/good" ? 200 : 500;
    });
    wait(count("delivered"), "40");
    loop->stop();
    EXPECT_EQ(sent["/good"].size(), 40U);
}

TEST_F(WebhookDelivery, NothingIsSentWhereItMayNotGo) {
    const OrganisationId whose = add_organisation();
    add_endpoint(whose, {"*"});
    add_event(whose, "order.filled");
    addresses.push_back(*parse_ip("169.254.169.254"));
    auto loop = open([](const WebhookMessage&) { return 200; });
    wait("SELECT count(*) > 0 FROM webhook_delivery WHERE last_problem LIKE '%public Internet%'",
         "t");
    loop->stop();
    EXPECT_TRUE(sent.empty());
    addresses.pop_back();
    std::vector<AddressBytes> used;
    loop = open([&used](const WebhookMessage& message) {
        used = message.addresses;
        return 200;
    });
    wait(count("delivered"), "1");
    loop->stop();
    EXPECT_EQ(used, addresses) << "the address that was looked at is the one that is used";
}

TEST_F(WebhookDelivery, WhatIsOldAndDoneIsForgotten) {
    const OrganisationId whose = add_organisation();
    add_endpoint(whose, {"*"});
    for (int i = 0; i < 4; ++i)
        add_event(whose, "order.filled");
    pool.write("make", [this](db::Tx& tx) { return db::make_deliveries(tx, clock.now(), 100); });
    database.execute(
        "UPDATE webhook_delivery SET state = 'delivered', next_try_s = NULL WHERE id IN"
        " (SELECT id FROM webhook_delivery ORDER BY sequence LIMIT 3)");
    database.execute(
        "UPDATE webhook_event SET recorded_s = 5 WHERE id IN"
        " (SELECT event FROM webhook_delivery ORDER BY sequence DESC LIMIT 2)");
    const auto prune = [this](Time before) {
        return pool.write("prune",
                          [before](db::Tx& tx) { return db::prune_webhooks(tx, before, 1'000); });
    };
    EXPECT_EQ(prune(Time(5)), 0);
    EXPECT_EQ(prune(Time(6)), 2) << "one delivery and its event; the other still waits";
    EXPECT_EQ(database.query("SELECT count(*) FROM webhook_event"), "3");
    database.execute("UPDATE webhook_endpoint SET enabled = false, disabled_by = 'gone'");
    EXPECT_EQ(prune(Time(6)), 2) << "for one that is disabled nothing waits for ever";
}

}  // namespace
}  // namespace suanpan::services
