// Meters over REST: their keys over time, the operator's probe, and who may read readings.

#include "base/random.hpp"
#include "base/time.hpp"
#include "client/meter.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"
#include "tests/integration/web_socket_client.hpp"

#include <gtest/gtest.h>

namespace suanpan::test {
namespace {

constexpr std::int64_t kSliceS = 300;

std::string text_of(const Seed& seed) {
    return to_base64(as_chars(SigningKey(seed).public_key()));
}

// A meter and where its next reading begins: two lots, five minutes each, all busy.
class ReportingMeter {
 public:
    ReportingMeter(Caller& caller, const char* role, const Json& pools = Json::array())
        : caller_(&caller), first_(random_seed()) {
        const Json made =
            expect(caller.post("/v1/meters",
                               {{"role", role}, {"public_key", text_of(first_)}, {"pools", pools}}),
                   201);
        id_ = made["id"];
        meter_.emplace(*parse_id<MeterId>(id_), *settlement::parse_meter_role(role), first_);
    }
    // "accepted", or the code of the refusal.
    std::string report(const std::string& lease) {
        client::Measurement one;
        one.window = {at_, Time(at_.value + kSliceS)};
        one.lot_us = 2 * kSliceS * 1'000'000;
        one.busy_us = one.lot_us;
        at_ = one.window.end;
        const auto signed_ = meter_->sign(*parse_id<LeaseId>(lease), {one});
        const Json envelopes = Json::array({*parse_json(signed_.front())});
        const Json answer =
            expect(caller_->post("/v1/readings:batch", {{"envelopes", envelopes}}, "-"), 200);
        const Json& result = answer["results"][0];
        if (result["status"] != 200) return result["error"]["code"];
        return result["batch"]["readings"][0]["result"];
    }
    void sign_with(const Seed& seed) { meter_->rotate(seed); }
    Answer change(const char* action, const Json& body) {
        return caller_->post("/v1/meters/" + id_ + action, body);
    }
    [[nodiscard]] const Seed& first() const { return first_; }
    [[nodiscard]] const std::string& id() const { return id_; }

 private:
    Caller* caller_;
    Seed first_;
    std::string id_;
    std::optional<client::Meter> meter_;
    Time at_ = *parse_time("2026-01-01T02:00:00Z");
};

class MetersOverRest : public testing::Test {
 protected:
    MetersOverRest()
        : world(server),
          seller(server.caller(world.provider.key)),
          buyer(server.caller(world.buyer.key)) {
        expect(seller.post("/v1/orders", world.sell(8, "5.000000")), 201);
        lease =
            expect(buyer.post("/v1/orders", World::buy(2, "6.000000")), 201)["fills"][0]["lease"];
    }
    void hand_over() {
        move_clock(world.op, "2026-01-01T02:00:00Z");
        expect(seller.post("/v1/leases/" + lease + ":accept", Json::object()), 200);
        expect(seller.post("/v1/leases/" + lease + ":activate", Json::object()), 200);
        move_clock(world.op, "2026-01-01T03:00:00Z");
    }

    ApiServer server;
    World world;
    Caller seller;
    Caller buyer;
    std::string lease;
};

}  // namespace

TEST_F(MetersOverRest, AKeyIsReplacedWithAnOverlap) {
    ReportingMeter meter(seller, "provider");
    hand_over();
    const Seed second = random_seed();
    EXPECT_EQ(meter.report(lease), "accepted");
    meter.sign_with(second);
    EXPECT_EQ(meter.report(lease), "bad_signature") << "before its start";
    const Json rotated = expect(
        meter.change(":rotate", {{"public_key", text_of(second)}, {"overlap", "PT30M"}}), 200);
    EXPECT_EQ(rotated["public_key"], text_of(second));
    EXPECT_EQ(rotated["key_before_until"], "2026-01-01T03:30:00Z");
    EXPECT_EQ(meter.report(lease), "accepted_with_gap");
    meter.sign_with(meter.first());
    EXPECT_EQ(meter.report(lease), "accepted") << "what was under way";
    meter.sign_with(random_seed());
    EXPECT_EQ(meter.report(lease), "bad_signature");
    move_clock(world.op, "2026-01-01T03:30:00Z");
    meter.sign_with(meter.first());
    EXPECT_EQ(meter.report(lease), "superseded_key");
    meter.sign_with(second);
    EXPECT_EQ(meter.report(lease), "accepted_with_gap");
    const Json listed = expect(seller.get("/v1/meters"), 200)["items"];
    EXPECT_EQ(listed[0]["public_key"], text_of(second));
    EXPECT_EQ(expect(world.op.get("/v1/admin/digest"), 200)["equal"], true);
    expect_audited(server);
}

TEST_F(MetersOverRest, ReadingsAreToldToBothParties) {
    ReportingMeter meter(seller, "provider");
    hand_over();
    WebSocketClient provider(server.url(), world.provider.key);
    WebSocketClient client(server.url(), world.buyer.key);
    for (WebSocketClient* party : {&provider, &client}) {
        party->send({{"op", "subscribe"}, {"channel", "readings"}});
        EXPECT_TRUE(party->wait_for("snapshot", "readings")["items"].empty());
    }
    EXPECT_EQ(meter.report(lease), "accepted");
    for (WebSocketClient* party : {&provider, &client}) {
        const Json told = party->wait_for("changes", "readings")["items"];
        ASSERT_EQ(told.size(), 1U);
        EXPECT_EQ(told[0]["lease"], lease);
        EXPECT_EQ(told[0]["meter"], meter.id());
    }
}

TEST_F(MetersOverRest, OneKeyIsRevokedOrTheMeter) {
    ReportingMeter meter(seller, "provider");
    hand_over();
    const Seed second = random_seed();
    const auto code = [&](const char* action, const Json& body) {
        return meter.change(action, body).code();
    };
    EXPECT_EQ(code(":revoke", {{"public_key", text_of(meter.first())}}), "key_in_force");
    EXPECT_EQ(code(":rotate", {{"public_key", text_of(meter.first())}}), "key_reused");
    EXPECT_EQ(code(":rotate", {{"public_key", text_of(second)}, {"overlap", "P31D"}}),
              "bad_overlap");
    expect(meter.change(":rotate", {{"public_key", text_of(second)}}), 200);
    EXPECT_EQ(meter.report(lease), "accepted");
    EXPECT_EQ(buyer.post("/v1/meters/" + meter.id() + ":revoke", Json::object()).status, 404);
    EXPECT_EQ(code(":revoke", {{"public_key", text_of(random_seed())}}), "unknown_key");
    expect(meter.change(":revoke", {{"public_key", text_of(meter.first())}}), 200);
    EXPECT_EQ(meter.report(lease), "revoked_key");
    meter.sign_with(second);
    EXPECT_EQ(meter.report(lease), "accepted_with_gap");
    const Json revoked = expect(meter.change(":revoke", Json::object()), 200);
    EXPECT_EQ(revoked["revoked"], true);
    EXPECT_EQ(meter.report(lease), "revoked_meter");
    EXPECT_EQ(code(":rotate", {{"public_key", text_of(random_seed())}}), "revoked_meter");
    expect_audited(server);
}

TEST_F(MetersOverRest, AreRotatedOnTheCommandLineToo) {
    ReportingMeter meter(seller, "provider");
    const std::map<std::string, std::string> as{{"SUANPAN_URL", server.url()},
                                                {"SUANPAN_KEY", world.provider.key}};
    const std::string second = text_of(random_seed());
    const ProgramRun rotated = run_program(
        "suanpan", {"meter", "rotate", meter.id(), "--public-key", second, "--overlap", "PT1H"},
        as);
    EXPECT_EQ(rotated.status, 0) << rotated.output;
    EXPECT_NE(rotated.output.find(second), std::string::npos) << rotated.output;
    const ProgramRun revoked = run_program(
        "suanpan", {"meter", "revoke", meter.id(), "--public-key", text_of(meter.first())}, as);
    EXPECT_EQ(revoked.status, 0) << revoked.output;
}

// The provider counts all of the time, the buyer the first five minutes; the probe says what was.
TEST_F(MetersOverRest, ADisputeNamesBothChainsAndTheProbes) {
    const Party court = make_party(world.op, "Court of Arbitration", {"arbiter"});
    Caller arbiter = server.caller(court.key);
    EXPECT_EQ(
        seller.post("/v1/meters", {{"role", "operator"}, {"public_key", text_of(Seed{})}}).status,
        422);
    ReportingMeter mine(seller, "provider");
    ReportingMeter theirs(buyer, "buyer");
    ReportingMeter probe(world.op, "operator", Json::array({world.pool}));
    hand_over();
    EXPECT_EQ(theirs.report(lease), "accepted");
    for (int i = 0; i < 12; ++i) {
        EXPECT_EQ(mine.report(lease), "accepted");
        EXPECT_EQ(probe.report(lease), "accepted");
    }
    move_clock(world.op, "2026-01-02T05:00:00Z");
    // What is due takes effect with the next command.
    const Party other = make_party(world.op, "other", {"buyer"});
    const Json disputes = expect(arbiter.get("/v1/disputes"), 200)["items"];
    ASSERT_EQ(disputes.size(), 1U);
    const std::string id = disputes[0]["id"];
    const Json dispute = expect(arbiter.get("/v1/disputes/" + id), 200);
    ASSERT_EQ(dispute["chains"].size(), 3U) << dispute.dump();
    const auto chain = [&](const std::string& role) {
        for (const Json& each : dispute["chains"]) {
            if (each["role"] == role) return each;
        }
        return Json();
    };
    EXPECT_EQ(chain("provider")["meter"], mine.id());
    EXPECT_EQ(chain("provider")["readings"], 12);
    EXPECT_EQ(chain("buyer")["meter"], theirs.id());
    EXPECT_EQ(chain("buyer")["readings"], 1);
    EXPECT_EQ(chain("operator")["meter"], probe.id());
    EXPECT_EQ(chain("operator")["entries"].size(), 12U);

    const std::string readings = "/v1/readings?limit=200&dispute=" + id;
    EXPECT_EQ(expect(arbiter.get(readings), 200)["items"].size(), 25U);
    EXPECT_EQ(expect(buyer.get(readings), 200)["items"].size(), 25U);
    EXPECT_EQ(arbiter.get("/v1/readings?lease=" + lease).status, 404) << "of no whole lease";
    Caller stranger = server.caller(other.key);
    EXPECT_EQ(stranger.get(readings).status, 404);
    expect_audited(server);
}

}  // namespace suanpan::test
