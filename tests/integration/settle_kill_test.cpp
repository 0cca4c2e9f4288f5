// The server is killed in the middle of a settlement run, again and again; the run that goes on
// ends as one that nobody disturbed.

#include "base/random.hpp"
#include "base/time.hpp"
#include "client/meter.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace suanpan::test {
namespace {

constexpr int kLeases = 3'500;  // several steps
constexpr int kBatch = 100;
constexpr int kActions = 500;

Json bid() {
    Json order = World::buy(1, "5.000000");
    order["window"] = {{"start", "2026-01-01T02:00:00Z"}, {"end", "2026-01-01T03:00:00Z"}};
    return order;
}

std::vector<std::string> buy_leases(const World& world, Caller& seller, Caller& buyer) {
    const Json pool = expect(
        seller.post("/v1/pools", {{"site", world.site}, {"model", "a100-80gb"}, {"lots", kLeases}}),
        201);
    Json offer = world.sell(kLeases, "5.000000");
    offer["pool"] = pool["id"];
    expect(seller.post("/v1/orders", offer), 201);
    std::vector<std::string> leases;
    for (int done = 0; done < kLeases; done += kBatch) {
        Json orders = Json::array();
        for (int i = 0; i < kBatch; ++i)
            orders.push_back(bid());
        const Json answer = expect(buyer.post("/v1/orders:batch", {{"orders", orders}}), 200);
        for (const Json& result : answer["results"])
            leases.push_back(result.at("order").at("fills").at(0).at("lease"));
    }
    return leases;
}

void advance(Caller& seller, const std::vector<std::string>& leases, std::string_view action) {
    for (std::size_t begin = 0; begin < leases.size(); begin += kActions) {
        Json actions = Json::array();
        for (std::size_t i = begin; i < std::min(begin + kActions, leases.size()); ++i)
            actions.push_back({{"lease", leases[i]}, {"action", action}});
        expect(seller.post("/v1/leases:advance", {{"actions", actions}}), 200);
    }
}

void measure(Caller& seller, const std::vector<std::string>& leases) {
    const Seed seed = random_seed();
    const PublicKey key = SigningKey(seed).public_key();
    const Json made = expect(
        seller.post("/v1/meters", {{"role", "provider"}, {"public_key", to_base64(as_chars(key))}}),
        201);
    client::Meter meter(*parse_id<MeterId>(made["id"].get<std::string>()),
                        settlement::MeterRole::kProvider, seed);
    client::Measurement hour;
    hour.window = {*parse_time("2026-01-01T02:00:00Z"), *parse_time("2026-01-01T03:00:00Z")};
    hour.lot_us = 3'600'000'000;
    hour.busy_us = hour.lot_us;
    for (std::size_t begin = 0; begin < leases.size(); begin += kBatch) {
        Json envelopes = Json::array();
        for (std::size_t i = begin; i < std::min(begin + kBatch, leases.size()); ++i) {
            for (const std::string& text : meter.sign(*parse_id<LeaseId>(leases[i]), {hour}))
                envelopes.push_back(*parse_json(text));
        }
        expect(seller.post("/v1/readings:batch", {{"envelopes", envelopes}}, "-"), 200);
    }
}

// Every lease delivered in full and final, nothing settled.
void make_day(const ApiServer& server) {
    World world(server);
    Caller seller = server.caller(world.provider.key);
    Caller buyer = server.caller(world.buyer.key);
    world.officers.deposit(world.buyer, "20000.000000");
    const auto leases = buy_leases(world, seller, buyer);
    move_clock(world.op, "2026-01-01T02:00:00Z");
    advance(seller, leases, "accept");
    advance(seller, leases, "activate");
    move_clock(world.op, "2026-01-01T03:00:00Z");
    measure(seller, leases);
}

std::int64_t settled_leases(const ApiServer& server) {
    const std::string leases =
        server.database().query("SELECT coalesce(max(leases), 0) FROM settlement_run");
    return std::stoll(leases);
}

// Asks for the run, and kills the server once more of it is durable than at the beginning.
void kill_in_the_middle(ApiServer& server) {
    const std::int64_t before = settled_leases(server);
    std::jthread asking([&server] {
        try {
            server.operator_caller().post("/v1/settlement-runs", Json::object());
        } catch (const std::exception&) {
            return;  // the server is gone, which was the plan
        }
    });
    for (int i = 0; i < 2'000 && settled_leases(server) == before; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    server.kill();
}

std::string digest_of(Caller& op) {
    const Json digest = expect(op.get("/v1/admin/digest"), 200);
    EXPECT_EQ(digest["equal"], true) << digest.dump();
    return digest["memory"];
}

// The log's entries from an index on, but for their salts, which are random.
std::vector<std::string> entries_from(const ApiServer& server, const Json& index) {
    std::istringstream text(server.database().query(
        "SELECT string_agg(index || ' ' || (convert_from(bytes, 'UTF8')::jsonb - 'salt')::text,"
        " E'\n' ORDER BY index)"
        " FROM ledger_entry WHERE index >= " +
        index.dump()));
    std::vector<std::string> out;
    for (std::string line; std::getline(text, line);)
        out.push_back(line);
    return out;
}

TEST(SettleKill, ARunThatWasKilledAndResumedEndsAsOneThatWasNot) {
    ApiServer steady;
    make_day(steady);
    ASSERT_EQ(steady.stop(), 0);
    ApiServer killed(steady);
    steady.start();

    Caller op = steady.operator_caller();
    const Json preview = expect(op.get("/v1/settlement-runs:preview"), 200);
    const Json undisturbed = expect(op.post("/v1/settlement-runs", Json::object()), 201);
    EXPECT_EQ(undisturbed["leases"], kLeases);
    EXPECT_EQ(preview["totals"], undisturbed["totals"]);
    EXPECT_EQ(preview["leases"], kLeases);

    int open = 0;
    for (int kills = 0; kills < 3; ++kills) {
        kill_in_the_middle(killed);
        killed.start();
        const Json run = expect(killed.operator_caller().get("/v1/settlement-runs/latest"), 200);
        open += run["closed"].get<bool>() ? 0 : 1;
    }
    EXPECT_GT(open, 0) << "no kill came in the middle";
    Caller other = killed.operator_caller();
    const Json resumed = expect(other.post("/v1/settlement-runs", Json::object()), 201);
    EXPECT_EQ(resumed["id"], undisturbed["id"]);
    EXPECT_EQ(resumed["totals"], undisturbed["totals"]);
    EXPECT_EQ(digest_of(other), digest_of(op));

    const auto wanted = entries_from(steady, undisturbed["to"]);
    const auto got = entries_from(killed, undisturbed["to"]);
    EXPECT_GT(wanted.size(), static_cast<std::size_t>(kLeases));
    ASSERT_EQ(got.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i)
        ASSERT_EQ(got[i], wanted[i]);

    wait_published(other);
    const ProgramRun replayed = audit("replay", killed.data() / "tiles", log_key(other));
    EXPECT_EQ(replayed.status, 0) << replayed.output;
}

}  // namespace
}  // namespace suanpan::test
