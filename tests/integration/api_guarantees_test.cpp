// A guaranteed latency that is missed, over REST: the credit is in the statement unasked, the line
// says what for, and an auditor recomputes it from the readings.

#include "base/random.hpp"
#include "base/time.hpp"
#include "client/meter.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"

#include <gtest/gtest.h>

namespace suanpan::test {
namespace {

constexpr std::int64_t kSliceS = 300;
constexpr std::string_view kStatement =
    "/v1/statements?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z";

// At most 20 ms in 99 % of the time; 10 % beyond that.
Json latency_schedule() {
    const Json steps = {{{"beyond", 20'000}, {"credit_ppm", 100'000}}};
    return {{"fees", {{"buyer_taker_ppm", 10'000}}},
            {"dispute_period", "P1D"},
            {"efficiency_ppm", {{"AI-FP16", 450'000}}},
            {"guarantees",
             {{"standard",
               {{{"quantity", "rtt_p99_us"}, {"percentile_ppm", 990'000}, {"steps", steps}}}}}}};
}

// Two lots over two hours at 5 a lot·h; both sides measure, in slices of five minutes.
class GuaranteedDay {
 public:
    GuaranteedDay()
        : world(server),
          seller(server.caller(world.provider.key)),
          buyer(server.caller(world.buyer.key)) {
        expect(world.op.post("/v1/schedules", latency_schedule()), 201);
        expect(seller.post("/v1/orders", world.sell(8, "5.000000")), 201);
        lease =
            expect(buyer.post("/v1/orders", World::buy(2, "6.000000")), 201)["fills"][0]["lease"];
        client::Meter mine = register_meter(seller, "provider");
        client::Meter theirs = register_meter(buyer, "buyer");
        move_clock(world.op, "2026-01-01T02:00:00Z");
        expect(seller.post("/v1/leases/" + lease + ":accept", Json::object()), 200);
        expect(seller.post("/v1/leases/" + lease + ":activate", Json::object()), 200);
        move_clock(world.op, "2026-01-01T05:00:00Z");
        // The first hour is slow for both, the second for the buyer alone.
        report(seller, mine, 30'000, 10'000);
        report(buyer, theirs, 35'000, 21'000);
        expect(world.op.post("/v1/settlement-runs", Json::object()), 201);
    }
    Json line(std::string_view start) {
        const Json statement = expect(buyer.get(std::string(kStatement)), 200);
        for (const Json& each : statement["lines"]) {
            if (each["window"]["start"] == start) return each;
        }
        return {};
    }

    ApiServer server;
    World world;
    Caller seller;
    Caller buyer;
    std::string lease;

 private:
    static client::Meter register_meter(Caller& caller, const char* role) {
        const Seed seed = random_seed();
        const std::string key = to_base64(as_chars(SigningKey(seed).public_key()));
        const Json made =
            expect(caller.post("/v1/meters", {{"role", role}, {"public_key", key}}), 201);
        return {*parse_id<MeterId>(made["id"].get<std::string>()),
                *settlement::parse_meter_role(role), seed};
    }
    void report(Caller& caller, client::Meter& meter, std::int64_t first_us,
                std::int64_t second_us) const {
        std::vector<client::Measurement> measured(24);
        Time at = *parse_time("2026-01-01T02:00:00Z");
        for (std::size_t i = 0; i < measured.size(); ++i) {
            client::Measurement& one = measured[i];
            one.window = {at, Time(at.value + kSliceS)};
            one.lot_us = 2 * kSliceS * 1'000'000;
            one.busy_us = one.lot_us;
            one.gauges.rtt_p99_us = i < 12 ? first_us : second_us;
            at = one.window.end;
        }
        Json envelopes = Json::array();
        for (const std::string& text : meter.sign(*parse_id<LeaseId>(lease), measured))
            envelopes.push_back(*parse_json(text));
        expect(caller.post("/v1/readings:batch", {{"envelopes", envelopes}}, "-"), 200);
    }
};

}  // namespace

TEST(ApiGuarantees, AMissedLatencyIsCreditedAndSaysSo) {
    GuaranteedDay day;
    const Json slow = day.line("2026-01-01T02:00:00Z");
    EXPECT_EQ(slow["sale"], "10.000000");
    EXPECT_EQ(slow["credit"], "1.000000");
    EXPECT_EQ(slow["amount"], "9.000000");
    ASSERT_EQ(slow["guarantees"].size(), 1U) << slow.dump();
    EXPECT_EQ(slow["guarantees"][0]["quantity"], "rtt_p99_us");
    EXPECT_EQ(slow["guarantees"][0]["value"], 30'000);
    EXPECT_EQ(slow["guarantees"][0]["credit_ppm"], 100'000);
    EXPECT_FALSE(slow["guarantees"][0].contains("disputed_ppm"));
    // Across the step: a mismatch, though the lot-time is the same.
    const Json apart = day.line("2026-01-01T03:00:00Z");
    EXPECT_EQ(apart["credit"], "1.000000");
    EXPECT_EQ(apart["guarantees"][0]["disputed_ppm"], 100'000);
    const Json disputes = expect(day.buyer.get("/v1/disputes"), 200)["items"];
    ASSERT_EQ(disputes.size(), 1U) << disputes.dump();
    EXPECT_EQ(disputes[0]["reason"], "mismatch");
    EXPECT_EQ(disputes[0]["window"]["start"], "2026-01-01T03:00:00Z");
    EXPECT_EQ(disputes[0]["final"]["credit_ppm"], 100'000);
    EXPECT_EQ(disputes[0]["claimed"]["credit_ppm"], 0);
    const Json schedules = expect(day.buyer.get("/v1/schedules"), 200)["items"];
    EXPECT_EQ(schedules.back()["guarantees"], latency_schedule()["guarantees"]);
    const Json lease = expect(day.buyer.get("/v1/leases/" + day.lease), 200);
    EXPECT_EQ(lease["final_windows"][0]["guarantees"], slow["guarantees"]);

    // A provider who accepts it and a buyer who leaves the credit out mean the one that stands.
    const std::string path = "/v1/disputes/" + disputes[0]["id"].get<std::string>();
    const Json offer = {{"lot_us", "7200000000"}};
    expect(day.seller.post(path + "/offers", offer), 200);
    EXPECT_EQ(expect(day.buyer.post(path + "/offers", offer), 200)["state"], "agreed");
    const Json digest = expect(day.world.op.get("/v1/admin/digest"), 200);
    EXPECT_EQ(digest["equal"], true) << digest.dump();
    expect_audited(day.server);
    day.server.kill();
    day.server.start();
    EXPECT_EQ(expect(day.server.operator_caller().get("/v1/admin/digest"), 200)["equal"], true);
}

TEST(ApiGuarantees, OfAScheduleAreCheckedMemberByMember) {
    ApiServer server;
    World world(server);
    const auto pointer_of = [&](const char* path, const Json& value) {
        Json schedule = latency_schedule();
        schedule["guarantees"]["standard"][0][Json::json_pointer(path)] = value;
        return expect(world.op.post("/v1/schedules", schedule), 422)["errors"][0]["pointer"];
    };
    EXPECT_EQ(pointer_of("/quantity", "speed"), "/guarantees/standard/0/quantity");
    EXPECT_EQ(pointer_of("/percentile_ppm", 0), "/guarantees/standard/0/percentile_ppm");
    EXPECT_EQ(pointer_of("/steps/0/beyond", -1), "/guarantees/standard/0/steps/0/beyond");
    EXPECT_EQ(pointer_of("/steps/0/credit_ppm", 1'000'001),
              "/guarantees/standard/0/steps/0/credit_ppm");
    Json schedule = latency_schedule();
    schedule["guarantees"]["standard"][0]["steps"] = Json::array();
    EXPECT_EQ(world.op.post("/v1/schedules", schedule).code(), "bad_guarantee");
}

}  // namespace suanpan::test
