#include "base/random.hpp"
#include "base/time.hpp"
#include "client/meter.hpp"
#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace suanpan::test {
namespace {

// Hourly readings of two lots over the lease's two hours; `lot_us` of each hour.
std::vector<client::Measurement> two_hours(std::int64_t lot_us) {
    const Time start = *parse_time("2026-01-01T02:00:00Z");
    std::vector<client::Measurement> out;
    for (int hour = 0; hour < 2; ++hour) {
        client::Measurement one;
        one.window = {Time(start.value + hour * 3600), Time(start.value + (hour + 1) * 3600)};
        one.lot_us = lot_us;
        one.busy_us = lot_us;
        out.push_back(one);
    }
    return out;
}

Json envelopes_of(const std::vector<std::string>& texts) {
    Json out = Json::array();
    for (const std::string& text : texts)
        out.push_back(*parse_json(text));
    return out;
}

// One by one: the pages join, and the log's order is the list's.
void expect_journal_in_order(Caller& caller) {
    const Json all = expect(caller.get("/v1/journal?limit=200"), 200);
    ASSERT_GE(all["items"].size(), 3U);
    EXPECT_EQ(all["has_more"], false);
    std::string after;
    std::int64_t last = -1;
    for (const Json& entry : all["items"]) {
        const Json page = expect(caller.get("/v1/journal?limit=1" + after), 200);
        ASSERT_EQ(page["items"].size(), 1U);
        EXPECT_EQ(page["items"][0], entry);
        EXPECT_GE(entry["log_index"].get<std::int64_t>(), last);
        last = entry["log_index"].get<std::int64_t>();
        after = "&after=" + entry["id"].get<std::string>();
    }
    EXPECT_TRUE(expect(caller.get("/v1/journal?limit=1" + after), 200)["items"].empty());
}

std::string balance(Caller& caller, const std::string& account) {
    const Json accounts = expect(caller.get("/v1/accounts"), 200);
    for (const Json& row : accounts["items"]) {
        if (row["account"] == account) return row["balance"];
    }
    return "none";
}

}  // namespace

TEST(ApiDay, FromAListedLotToAStatement) {
    ApiServer server;
    World world(server);
    Caller seller = server.caller(world.provider.key);
    Caller buyer = server.caller(world.buyer.key);

    const Json sell = expect(seller.post("/v1/orders", world.sell(8, "5.000000")), 201);
    EXPECT_EQ(sell["state"], "open");
    const Json book = expect(buyer.get("/v1/books?market=AI-FP16/CNY"), 200);
    ASSERT_EQ(book["sells"].size(), 1U);
    EXPECT_EQ(book["sells"][0]["price"], "5.000000");

    const Json preview = expect(buyer.post("/v1/orders:preview", World::buy(2, "6.000000")), 200);
    EXPECT_EQ(preview["accepted"], true);
    EXPECT_EQ(preview["fill_lots"], 2);

    Json wanted = World::buy(2, "6.000000");
    wanted["client_order_id"] = "job-1";
    wanted["metadata"] = {{"team", "vision"}};
    const Json bought = expect(buyer.post("/v1/orders", wanted), 201);
    EXPECT_EQ(bought["state"], "filled");
    ASSERT_EQ(bought["fills"].size(), 1U);
    // 2 lots × 2 h × 5 = 20, and 1 % taker's fee.
    EXPECT_EQ(bought["worst_cost"], "20.200000");
    EXPECT_EQ(balance(buyer, "held"), "20.200000");

    const std::string lease = bought["fills"][0]["lease"];
    EXPECT_EQ(expect(seller.get("/v1/leases?role=provider&state=scheduled"), 200)["items"].size(),
              1U);
    const Seed seed = random_seed();
    const PublicKey key = SigningKey(seed).public_key();
    const Json registered = expect(
        seller.post("/v1/meters", {{"role", "provider"}, {"public_key", to_base64(as_chars(key))}}),
        201);
    client::Meter meter(*parse_id<MeterId>(registered["id"].get<std::string>()),
                        settlement::MeterRole::kProvider, seed);

    move_clock(world.op, "2026-01-01T02:00:00Z");
    expect(seller.post("/v1/leases/" + lease + ":accept", Json::object()), 200);
    const Json active =
        expect(seller.post("/v1/leases:advance",
                           {{"actions", {{{"lease", lease}, {"action", "activate"}}}}}),
               200);
    EXPECT_EQ(active["results"][0]["lease"]["state"], "active");

    move_clock(world.op, "2026-01-01T05:00:00Z");
    const Json envelopes =
        envelopes_of(meter.sign(*parse_id<LeaseId>(lease), two_hours(7'200'000'000)));
    const Json accepted =
        expect(seller.post("/v1/readings:batch", {{"envelopes", envelopes}}, "-"), 200);
    EXPECT_EQ(accepted["results"][0]["status"], 200) << accepted.dump();
    for (const Json& reading : accepted["results"][0]["batch"]["readings"])
        EXPECT_EQ(reading["result"], "accepted") << reading.dump();
    const Json again =
        expect(seller.post("/v1/readings:batch", {{"envelopes", envelopes}}, "-"), 200);
    for (const Json& reading : again["results"][0]["batch"]["readings"])
        EXPECT_EQ(reading["result"], "duplicate") << reading.dump();
    // The same ids with other counters, signed by the same meter.
    client::Meter liar(*parse_id<MeterId>(registered["id"].get<std::string>()),
                       settlement::MeterRole::kProvider, seed);
    const Json altered =
        envelopes_of(liar.sign(*parse_id<LeaseId>(lease), two_hours(7'100'000'000)));
    const Json refused =
        expect(seller.post("/v1/readings:batch", {{"envelopes", altered}}, "-"), 200);
    for (const Json& reading : refused["results"][0]["batch"]["readings"]) {
        EXPECT_EQ(reading["result"], "refused") << reading.dump();
        EXPECT_EQ(reading["code"], "equivocation") << reading.dump();
        EXPECT_EQ(reading["status"], 422) << reading.dump();
    }
    EXPECT_EQ(expect(buyer.get("/v1/readings?lease=" + lease), 200)["items"].size(), 2U);

    const Json run = expect(world.op.post("/v1/settlement-runs", Json::object()), 201);
    EXPECT_EQ(run["closed"], true);
    EXPECT_EQ(run["totals"]["CNY"]["windows"], 2) << run.dump();
    EXPECT_EQ(run["totals"]["CNY"]["sale"], "20.000000");
    const Json same = expect(
        world.op.post("/v1/settlement-runs", {{"from", run["from"]}, {"to", run["to"]}}), 201);
    EXPECT_EQ(same["id"], run["id"]);
    const Json much_later =
        expect(seller.post("/v1/readings:batch", {{"envelopes", envelopes}}, "-"), 200);
    for (const Json& reading : much_later["results"][0]["batch"]["readings"])
        EXPECT_EQ(reading["result"], "duplicate") << reading.dump();
    const Json lines =
        expect(world.op.get("/v1/settlement-runs/" + run["id"].get<std::string>() + "/lines"), 200);
    EXPECT_EQ(lines["items"].size(), 2U);

    const Json statement =
        expect(buyer.get("/v1/statements?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z"), 200);
    EXPECT_EQ(statement["totals"]["CNY"]["paid"], "20.200000");
    ASSERT_EQ(statement["lines"].size(), 2U);
    EXPECT_EQ(statement["lines"][0]["buyer_pays"], "10.100000");
    EXPECT_EQ(statement.dump().find("provider_gets"), std::string::npos);
    const Json sold = expect(seller.get("/v1/statements?from=2026-01-01T00:00:00Z"), 200);
    EXPECT_EQ(sold["lines"][0]["provider_gets"], "9.920000");
    EXPECT_EQ(sold.dump().find("buyer_pays"), std::string::npos);
    const Json full = expect(
        world.op.get("/v1/statements?from=2026-01-01T00:00:00Z&organisation=" + world.buyer.id),
        200);
    EXPECT_TRUE(full["lines"][0].contains("provider_gets"));
    expect_journal_in_order(world.op);
    EXPECT_EQ(balance(buyer, "available"), "9979.800000");
    EXPECT_EQ(balance(seller, "pending"), "19.840000");
    move_clock(world.op, "2026-01-03T00:00:00Z");
    EXPECT_EQ(balance(seller, "available"), "19.840000");

    const Json digest = expect(world.op.get("/v1/admin/digest"), 200);
    EXPECT_EQ(digest["equal"], true) << digest.dump();
    EXPECT_EQ(digest["sums"][0]["balances_micro"], "0");
    EXPECT_EQ(digest["sums"][0]["journal_micro"], "0");
    EXPECT_EQ(digest["sums"][0]["memory_micro"], "0");
    EXPECT_EQ(server.stop(), 0) << server.log();
}

TEST(ApiDay, SurvivesAKillWithWhatItAcknowledged) {
    ApiServer server;
    World world(server);
    Caller seller = server.caller(world.provider.key);
    const Json sell = expect(seller.post("/v1/orders", world.sell(8, "5.000000"), "sell-1"), 201);
    const Json before = expect(world.op.get("/v1/admin/digest"), 200);
    server.kill();
    server.start();
    Caller op = server.operator_caller();
    Caller back = server.caller(world.provider.key);
    const Json after = expect(op.get("/v1/admin/digest"), 200);
    EXPECT_EQ(after["memory"], before["memory"]);
    EXPECT_EQ(after["equal"], true);
    const Answer repeated = back.post("/v1/orders", world.sell(8, "5.000000"), "sell-1");
    EXPECT_EQ(expect(repeated, 201), sell);
    EXPECT_EQ(repeated.header("idempotency-replayed"), "true");
    EXPECT_EQ(expect(back.get("/v1/orders"), 200)["items"].size(), 1U);
}

TEST(ApiDay, PublishesWhatAnAuditorNeeds) {
    ApiServer server;
    World world(server);
    Caller nobody = server.caller("");
    std::string note;
    for (int i = 0; i < 200 && note.empty(); ++i) {
        const Answer answer = nobody.get("/v1/ledger/checkpoint");
        if (answer.status == 200) note = answer.text;
        usleep(20'000);
    }
    EXPECT_TRUE(note.starts_with("localhost/suanpan\n")) << note;
    EXPECT_TRUE(nobody.get("/v1/ledger/key").text.starts_with("localhost/suanpan+"));
    // Of as many entries as the checkpoint has: its second line.
    std::istringstream lines(note);
    std::string size;
    std::getline(lines, size);
    std::getline(lines, size);
    const std::string part = "000.p/" + size;
    const Answer tile = nobody.get("/v1/ledger/tile/0/" + part);
    EXPECT_EQ(tile.status, 200);
    EXPECT_EQ(tile.text.size(), 32U * std::stoul(size));
    EXPECT_EQ(tile.header("content-type"), "application/octet-stream");
    EXPECT_NE(tile.header("cache-control").find("immutable"), std::string::npos);
    const std::string entries = "/v1/ledger/tile/entries/" + part;
    EXPECT_EQ(nobody.get(entries).status, 401);
    EXPECT_EQ(server.caller(world.buyer.key).get(entries).status, 403);
    EXPECT_EQ(world.op.get(entries).status, 200);
    EXPECT_EQ(nobody.get("/v1/ledger/tile/0/..%2f..%2flog.key").status, 404);
}

}  // namespace suanpan::test
