// The server is killed in the middle of the day's orders; nothing that was acknowledged may be lost
// or doubled, and the day must be able to go on.

#include "base/random.hpp"
#include "support/seed.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

namespace suanpan::test {
namespace {

// One client's memory of what it asked and what it was told.
struct Asked {
    std::string key;  // Idempotency-Key and client_order_id
    Json order;
    bool acknowledged = false;
    std::string id;  // once acknowledged
};

class OrderingClient {
 public:
    OrderingClient(std::uint64_t seed, std::string name) : random_(seed), name_(std::move(name)) {}

    // Until `stop`, or the server is gone.
    void place_orders(const ApiServer& server, const World& world, const std::atomic<bool>& stop) {
        try {
            Caller seller = server.caller(world.provider.key);
            Caller buyer = server.caller(world.buyer.key);
            while (!stop) {
                const bool sell = below(3) == 0;
                asked_.push_back(next_order(world, sell));
                ask(sell ? seller : buyer, asked_.back());
            }
        } catch (const std::exception&) {
            // The connection broke: whether the last order was taken is for the retry to find out.
            broken_ = true;
        }
    }

    // Everything once more with the same keys: acknowledged orders must come back as they were.
    void ask_again(const ApiServer& server, const World& world) {
        Caller seller = server.caller(world.provider.key);
        Caller buyer = server.caller(world.buyer.key);
        for (Asked& asked : asked_) {
            const std::string id = asked.id;
            ask(asked.order["side"] == "sell" ? seller : buyer, asked);
            EXPECT_TRUE(asked.acknowledged);
            if (!id.empty()) EXPECT_EQ(asked.id, id) << asked.key;
        }
    }

    [[nodiscard]] const std::vector<Asked>& asked() const { return asked_; }
    [[nodiscard]] bool broken() const { return broken_; }

 private:
    std::int64_t below(std::int64_t n) {
        return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random_);
    }

    Asked next_order(const World& world, bool sell) {
        const std::string price = std::to_string(4 + below(4)) + ".000000";
        const int lots = 1 + static_cast<int>(below(2));
        Asked asked;
        asked.key = name_ + "-" + std::to_string(asked_.size());
        asked.order = sell ? world.sell(lots, price) : World::buy(lots, price);
        asked.order["client_order_id"] = asked.key;
        return asked;
    }

    void ask(Caller& caller, Asked& asked) {
        const Answer answer = caller.post("/v1/orders", asked.order, asked.key);
        if (answer.status >= 500) return;  // outcome unknown
        asked.acknowledged = true;
        if (answer.status == 201) asked.id = answer.body["id"];
    }

    std::mt19937_64 random_;
    std::string name_;
    std::vector<Asked> asked_;
    bool broken_ = false;
};

std::map<std::string, int> orders_by_client_id(Caller& caller) {
    std::map<std::string, int> out;
    std::string after;
    while (true) {
        const Json page = expect(
            caller.get("/v1/orders?limit=200" + (after.empty() ? "" : "&after=" + after)), 200);
        for (const Json& order : page["items"]) {
            out[order["client_order_id"].get<std::string>()] += 1;
            after = order["id"];
        }
        if (!page["has_more"].get<bool>()) return out;
        if (page.contains("next")) after = page["next"];
    }
}

TEST(Crash, InTheMiddleOfTheOrdersLosesAndDoublesNothing) {
    const std::uint64_t seed = support::test_seed();
    ApiServer server;
    World world(server);
    std::vector<OrderingClient> clients;
    for (std::uint64_t i = 0; i < 8; ++i)
        clients.emplace_back(seed + i, "client" + std::to_string(i));

    std::size_t kills_under_load = 0;
    for (int round = 0; round < 3; ++round) {
        std::atomic<bool> stop = false;
        std::vector<std::thread> threads;
        for (OrderingClient& client : clients)
            threads.emplace_back([&] { client.place_orders(server, world, stop); });
        usleep(static_cast<useconds_t>(300'000 + seed % 7 * 50'000));
        server.kill();
        stop = true;
        for (std::thread& thread : threads)
            thread.join();
        kills_under_load += clients.front().broken() ? 1U : 0U;
        server.start();
    }
    EXPECT_GT(kills_under_load, 0U);

    Caller op = server.operator_caller();
    world.op = server.operator_caller();
    EXPECT_EQ(expect(op.get("/v1/admin/digest"), 200)["equal"], true);
    for (OrderingClient& client : clients)
        client.ask_again(server, world);

    Caller seller = server.caller(world.provider.key);
    Caller buyer = server.caller(world.buyer.key);
    auto found = orders_by_client_id(seller);
    found.merge(orders_by_client_id(buyer));
    std::size_t placed = 0;
    for (const OrderingClient& client : clients) {
        for (const Asked& asked : client.asked()) {
            if (asked.id.empty()) continue;
            EXPECT_EQ(found[asked.key], 1) << asked.key;
            ++placed;
        }
    }
    EXPECT_EQ(found.size(), placed);
    EXPECT_GT(placed, 100U);

    // The day goes on: what was promised can still be cancelled, settled and audited.
    expect(seller.post("/v1/orders:cancel-all", Json::object()), 200);
    expect(op.post("/v1/sandbox/clock", {{"now", "2026-01-03T00:00:00Z"}}), 200);
    expect(op.post("/v1/settlement-runs", Json::object()), 201);
    const Json digest = expect(op.get("/v1/admin/digest"), 200);
    EXPECT_EQ(digest["equal"], true) << digest.dump();
    EXPECT_EQ(digest["sums"][0]["balances_micro"], "0");
    EXPECT_EQ(digest["sums"][0]["journal_micro"], "0");
    wait_published(op);
    const ProgramRun replayed = audit("replay", server.data() / "tiles", log_key(op));
    EXPECT_EQ(replayed.status, 0) << replayed.output;
    EXPECT_NE(replayed.output.find(digest["memory"].get<std::string>()), std::string::npos);
}

}  // namespace
}  // namespace suanpan::test
