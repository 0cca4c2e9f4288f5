// Disputes over REST, on a real PostgreSQL: a mismatch that an arbiter rules, a buyer's claim that
// both agree on, their corrections in accounts, statements and exports, and the audit of it all.

#include "base/dsse.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "client/meter.hpp"
#include "settlement/ruling.hpp"
#include "support/bookkeeper.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <optional>

namespace suanpan::test {
namespace {

constexpr std::int64_t kFull = 7'200'000'000;  // two lots for an hour
constexpr std::string_view kFirstHour = "2026-01-01T02:00:00Z";
constexpr std::string_view kSecondHour = "2026-01-01T03:00:00Z";

struct Measuring {
    client::Meter meter;
    Caller* caller;
};

Measuring register_meter(Caller& caller, const char* role) {
    const Seed seed = random_seed();
    const std::string key = to_base64(as_chars(SigningKey(seed).public_key()));
    const Json made = expect(caller.post("/v1/meters", {{"role", role}, {"public_key", key}}), 201);
    return {client::Meter(*parse_id<MeterId>(made["id"].get<std::string>()),
                          *settlement::parse_meter_role(role), seed),
            &caller};
}

// The provider measured both hours in full, the buyer half of the first one; settled.
class Disputed {
 public:
    // Shared: half of the pool is a city's.
    explicit Disputed(bool shared = false)
        : world(server),
          seller(server.caller(world.provider.key)),
          buyer(server.caller(world.buyer.key)),
          court(make_party(world.op, "Court of Arbitration", {"arbiter"})),
          arbiter(server.caller(court.key)),
          arbiter_seed(random_seed()) {
        const std::string key = to_base64(as_chars(SigningKey(arbiter_seed).public_key()));
        key_id = expect(
            world.op.post("/v1/arbiter-keys", {{"organisation", court.id}, {"public_key", key}}),
            201)["id"];
        if (shared) share_pool();
        expect(seller.post("/v1/orders", world.sell(8, "5.000000")), 201);
        lease =
            expect(buyer.post("/v1/orders", World::buy(2, "6.000000")), 201)["fills"][0]["lease"];
        Measuring mine = register_meter(seller, "provider");
        Measuring theirs = register_meter(buyer, "buyer");
        move_clock("2026-01-01T02:00:00Z");
        expect(seller.post("/v1/leases/" + lease + ":accept", Json::object()), 200);
        expect(seller.post("/v1/leases/" + lease + ":activate", Json::object()), 200);
        move_clock("2026-01-01T05:00:00Z");
        report(mine, kFull, kFull);
        report(theirs, kFull / 2, kFull);
    }

    void settle() { expect(world.op.post("/v1/settlement-runs", Json::object()), 201); }
    void move_clock(std::string_view now) {
        expect(world.op.post("/v1/sandbox/clock", {{"now", now}}), 200);
    }
    [[nodiscard]] Json ruling(const std::string& dispute, std::int64_t lot_us,
                              const Seed& seed) const {
        const settlement::Ruling said{
            *parse_id<DisputeId>(dispute), *parse_id<SigningKeyId>(key_id), {lot_us, Ppm(0)}};
        const auto envelope =
            make_envelope(settlement::kRulingPayloadType, settlement::make_ruling(said), key_id,
                          SigningKey(seed));
        return {{"envelope", *parse_json(envelope_json(envelope))}};
    }
    Caller& owner() { return city.value(); }
    Json mismatch() {
        const Json listed = expect(buyer.get("/v1/disputes?open=true"), 200);
        EXPECT_EQ(listed["items"].size(), 1U) << listed.dump();
        return listed["items"].at(0);
    }
    void expect_equal_digests() {
        const Json digest = expect(server.operator_caller().get("/v1/admin/digest"), 200);
        EXPECT_EQ(digest["equal"], true) << digest.dump();
        EXPECT_EQ(digest["sums"][0]["balances_micro"], "0");
    }
    static std::string balance(Caller& caller, const std::string& account) {
        const Json accounts = expect(caller.get("/v1/accounts"), 200);
        for (const Json& row : accounts["items"]) {
            if (row["account"] == account) return row["balance"];
        }
        return "none";
    }

    ApiServer server;
    World world;
    Caller seller;
    Caller buyer;
    Party court;
    Caller arbiter;
    Seed arbiter_seed;
    std::string key_id;
    std::string lease;

 private:
    void share_pool() {
        const Party fund = make_party(world.op, "City Fund", {"funder"});
        city.emplace(server.caller(fund.key));
        const std::string titles = "/v1/pools/" + world.pool + "/titles";
        const Json owners = {{{"organisation", world.provider.id}, {"share_ppm", 500'000}},
                             {{"organisation", fund.id}, {"share_ppm", 500'000}}};
        const Json title = expect(
            seller.post(titles, {{"owners", owners}, {"from", "2026-01-01T01:00:00Z"}}), 201);
        const std::string path =
            titles + "/" + std::to_string(title["log_index"].get<std::int64_t>());
        expect(owner().post(path + ":confirm", Json::object()), 200);
    }

    std::optional<Caller> city;
    void report(Measuring& who, std::int64_t first, std::int64_t second) {
        std::vector<client::Measurement> measured(2);
        Time at = *parse_time(kFirstHour);
        for (client::Measurement& one : measured) {
            one.window = {at, Time(at.value + 3600)};
            one.lot_us = at == *parse_time(kFirstHour) ? first : second;
            one.busy_us = one.lot_us;
            at = one.window.end;
        }
        Json envelopes = Json::array();
        for (const std::string& text : who.meter.sign(*parse_id<LeaseId>(lease), measured))
            envelopes.push_back(*parse_json(text));
        expect(who.caller->post("/v1/readings:batch", {{"envelopes", envelopes}}, "-"), 200);
    }
};

std::string path_of(const Json& dispute, const std::string& action = "") {
    return "/v1/disputes/" + dispute["id"].get<std::string>() + action;
}

Json delivered(std::int64_t lot_us) {
    return {{"lot_us", std::to_string(lot_us)}};
}

}  // namespace

TEST(ApiDisputes, AMismatchIsRuledAndCorrected) {
    Disputed day;
    day.settle();
    // Under 95 % available, so the first hour costs nothing; the second 10 and 1 %.
    EXPECT_EQ(Disputed::balance(day.buyer, "available"), "9979.800000");
    EXPECT_EQ(Disputed::balance(day.buyer, "held"), "10.100000");
    EXPECT_EQ(Disputed::balance(day.seller, "pending"), "9.920000");
    const Json dispute = day.mismatch();
    EXPECT_EQ(dispute["reason"], "mismatch");
    EXPECT_EQ(dispute["state"], "opened");
    EXPECT_EQ(dispute["lease"], day.lease);
    EXPECT_EQ(dispute["window"]["start"], kFirstHour);
    EXPECT_EQ(dispute["final"]["lot_us"], "3600000000");
    EXPECT_EQ(dispute["claimed"]["lot_us"], "7200000000");
    day.expect_equal_digests();

    const Json ruled_early = day.ruling(dispute["id"], kFull, day.arbiter_seed);
    EXPECT_EQ(day.arbiter.post(path_of(dispute, "/ruling"), ruled_early).code(), "not_claimed");
    EXPECT_EQ(day.buyer.post(path_of(dispute, "/claim"), Json::object()).status, 403);
    const Json claimed = expect(day.seller.post(path_of(dispute, "/claim"), Json::object()), 200);
    EXPECT_EQ(claimed["state"], "evidence");
    const Json named = expect(day.seller.post(path_of(dispute, "/evidence"), {{"entry", 3}}), 200);
    EXPECT_EQ(named["evidence"], Json({3}));
    EXPECT_EQ(
        expect(day.buyer.post(path_of(dispute, "/offers"), delivered(kFull + 1)), 422)["code"],
        "outside_dispute");

    const Json forged = day.ruling(dispute["id"], kFull, random_seed());
    EXPECT_EQ(day.arbiter.post(path_of(dispute, "/ruling"), forged).code(), "bad_signature");
    EXPECT_EQ(day.seller.post(path_of(dispute, "/ruling"), forged).status, 403);
    const Json ruled = expect(day.arbiter.post(path_of(dispute, "/ruling"),
                                               day.ruling(dispute["id"], kFull, day.arbiter_seed)),
                              200);
    EXPECT_EQ(ruled["state"], "ruled");
    EXPECT_EQ(ruled["arbiter"], day.court.id);
    EXPECT_EQ(ruled["correction"]["amount"], "10.000000");
    // The ruling, the dispute's end and the correction are the other side's too.
    const Json seen = expect(day.buyer.get("/v1/statements?from=2026-01-01T00:00:00Z"), 200);
    const auto size = seen["log_size"].get<std::int64_t>();
    for (std::int64_t index = size - 3; index < size; ++index) {
        EXPECT_EQ(day.buyer.get("/v1/ledger/entries/" + std::to_string(index)).status, 200)
            << index;
    }
    EXPECT_EQ(expect(day.arbiter.get(path_of(dispute)), 200)["result"]["lot_us"], "7200000000");
    EXPECT_EQ(Disputed::balance(day.buyer, "held"), "0.000000");
    EXPECT_EQ(Disputed::balance(day.buyer, "available"), "9979.800000");
    EXPECT_EQ(Disputed::balance(day.seller, "pending"), "19.840000");
    day.expect_equal_digests();

    const Json statement = expect(
        day.buyer.get("/v1/statements?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z"), 200);
    ASSERT_EQ(statement["lines"].size(), 3U) << statement.dump();
    EXPECT_EQ(statement["lines"][1]["correction"], true);
    EXPECT_EQ(statement["lines"][1]["dispute"], dispute["id"]);
    EXPECT_EQ(statement["totals"]["CNY"]["paid"], "20.200000");
    const std::string focus = day.buyer.get("/v1/exports/focus").text;
    EXPECT_NE(focus.find(",Usage,Correction,"), std::string::npos) << focus;
    const Json journal = expect(day.buyer.get("/v1/journal?limit=200"), 200);
    EXPECT_NE(journal.dump().find("\"reason\":\"correction\""), std::string::npos);
}

TEST(ApiDisputes, ABuyersClaimFreezesAndBothMayAgree) {
    Disputed day;
    day.settle();
    Json claim = delivered(kFull * 9 / 10);
    claim["lease"] = day.lease;
    claim["window_start"] = kSecondHour;
    claim["reason"] = "not_usable";
    Json twice = claim;
    twice["lot_us"] = "-1";
    EXPECT_EQ(expect(day.buyer.post("/v1/disputes", twice), 422)["errors"][0]["pointer"],
              "/lot_us");
    const Json opened = expect(day.buyer.post("/v1/disputes", claim), 201);
    EXPECT_EQ(opened["opened_by"], "buyer");
    EXPECT_EQ(day.buyer.post("/v1/disputes", claim).code(), "dispute_exists");
    // At 90 % all is credited, so all of the hour's proceeds are in dispute.
    const std::string payouts = day.seller.get("/v1/exports/payouts").text;
    EXPECT_NE(payouts.find(",disputed,9.920000,\r\n"), std::string::npos) << payouts;
    EXPECT_EQ(payouts.find(",pending,"), std::string::npos) << payouts;
    day.expect_equal_digests();

    const std::int64_t agreed = kFull * 19 / 20;
    expect(day.seller.post(path_of(opened, "/offers"), delivered(agreed)), 200);
    const Json ended = expect(day.buyer.post(path_of(opened, "/offers"), delivered(agreed)), 200);
    EXPECT_EQ(ended["state"], "agreed");
    EXPECT_EQ(ended["open"], false);
    // 9.5 less a quarter; 1 % on top, 0.8 % out of it.
    EXPECT_EQ(Disputed::balance(day.seller, "pending"), "7.068000");
    EXPECT_EQ(Disputed::balance(day.buyer, "available"), "9982.703750");
    day.expect_equal_digests();
    const Json listed = expect(day.seller.get("/v1/disputes?limit=1&state=agreed"), 200);
    EXPECT_EQ(listed["items"][0]["id"], opened["id"]);
    EXPECT_EQ(listed["has_more"], false);
    const Json page = expect(day.seller.get("/v1/disputes?limit=1"), 200);
    EXPECT_EQ(page["has_more"], true);
    const Json rest =
        expect(day.seller.get("/v1/disputes?after=" + page["next"].get<std::string>()), 200);
    EXPECT_EQ(rest["items"].size(), 1U);

    const Party other = make_party(day.world.op, "other", {"buyer"});
    Caller stranger = day.server.caller(other.key);
    EXPECT_EQ(stranger.get(path_of(opened)).status, 404);
    EXPECT_TRUE(expect(stranger.get("/v1/disputes"), 200)["items"].empty());
    EXPECT_EQ(stranger.post("/v1/disputes", claim).status, 404);
    EXPECT_EQ(stranger.post(path_of(opened, "/evidence"), {{"entry", 1}}).status, 404);
}

// Who owns a part of the pool had no say, and did not even see it.
TEST(ApiDisputes, OwnersOfThePoolSpeakForTheProvidersSide) {
    Disputed day(true);
    day.settle();
    const Json dispute = expect(day.owner().get("/v1/disputes?open=true"), 200)["items"].at(0);
    EXPECT_EQ(dispute["owners"].size(), 2U);
    const std::string entry =
        "/v1/ledger/entries/" + std::to_string(dispute["log_index"].get<std::int64_t>());
    EXPECT_EQ(day.owner().get(entry).status, 200);
    EXPECT_FALSE(expect(day.owner().get(path_of(dispute)), 200)["chains"].empty());
    EXPECT_EQ(expect(day.owner().post(path_of(dispute, "/claim"), Json::object()), 200)["state"],
              "evidence");
    expect(day.buyer.post(path_of(dispute, "/offers"), delivered(kFull)), 200);
    const Json one = expect(day.seller.post(path_of(dispute, "/offers"), delivered(kFull)), 200);
    EXPECT_EQ(one["open"], true);
    ASSERT_EQ(one["provider_offers"].size(), 1U);
    EXPECT_EQ(one["provider_offers"][0]["by"], day.world.provider.id);
    EXPECT_EQ(one["provider_offers"][0]["lot_us"], std::to_string(kFull));
    // Another word of one owner took back the word of the other.
    const Json other =
        expect(day.owner().post(path_of(dispute, "/offers"), delivered(kFull / 2)), 200);
    EXPECT_EQ(other["provider_offers"].size(), 2U);
    day.expect_equal_digests();
    const Json all = expect(day.owner().post(path_of(dispute, "/offers"), delivered(kFull)), 200);
    EXPECT_EQ(all["state"], "agreed");
    day.expect_equal_digests();
}

TEST(ApiDisputes, SurviveAKillAndAnAuditorRecomputesThem) {
    Disputed day;
    const Json dispute = day.mismatch();
    expect(day.seller.post(path_of(dispute, "/claim"), Json::object()), 200);
    day.settle();
    day.server.kill();
    day.server.start();
    day.expect_equal_digests();
    Caller arbiter = day.server.caller(day.court.key);
    Caller op = day.server.operator_caller();
    expect(arbiter.post(path_of(dispute, "/ruling"),
                        day.ruling(dispute["id"], kFull * 3 / 4, day.arbiter_seed)),
           200);
    // The dispute period of a day passes: the lease is done with.
    expect(op.post("/v1/sandbox/clock", {{"now", "2026-01-03T00:00:00Z"}}), 200);
    day.expect_equal_digests();
    EXPECT_EQ(expect(op.get("/v1/leases/" + day.lease), 200)["closed"], true);
    for (const char* book : {"hledger", "beancount"}) {
        const std::string text = op.get("/v1/exports/" + std::string(book)).text;
        const auto complaint = std::string_view(book) == "hledger"
                                   ? support::complaint_of_hledger(text)
                                   : support::complaint_of_beancount(text);
        ASSERT_TRUE(complaint) << "install hledger and beancount, as ./run test does";
        EXPECT_EQ(*complaint, "");
    }
    wait_published(op);
    const std::string key = log_key(op);
    EXPECT_EQ(day.server.stop(), 0) << day.server.log();
    for (const char* command : {"verify", "replay"}) {
        const ProgramRun run = audit(command, day.server.data() / "tiles", key);
        EXPECT_EQ(run.status, 0) << run.output;
        EXPECT_NE(run.output.find(std::string_view(command) == "verify" ? "Rulings" : "Disputes"),
                  std::string::npos)
            << run.output;
    }
}

TEST(ApiDisputes, AreOnTheCommandLineToo) {
    Disputed day;
    const Json dispute = day.mismatch();
    const std::string id = dispute["id"];
    const auto as = [&](const std::string& key) {
        return std::map<std::string, std::string>{{"SUANPAN_URL", day.server.url()},
                                                  {"SUANPAN_KEY", key}};
    };
    const ProgramRun listed =
        run_program("suanpan", {"dispute", "list", "--open"}, as(day.world.buyer.key));
    EXPECT_EQ(listed.status, 0) << listed.output;
    EXPECT_NE(listed.output.find(id), std::string::npos) << listed.output;
    const ProgramRun shown =
        run_program("suanpan", {"dispute", "show", id, "--json"}, as(day.world.buyer.key));
    EXPECT_NE(shown.output.find("\"mismatch\""), std::string::npos) << shown.output;
    const ProgramRun claimed =
        run_program("suanpan", {"dispute", "claim", id}, as(day.world.provider.key));
    EXPECT_EQ(claimed.status, 0) << claimed.output;
    const support::TempDir folder;
    const std::string file = (folder.path() / "arbiter.seed").string();
    std::ofstream(file) << to_hex(as_chars(day.arbiter_seed)) << '\n';
    const ProgramRun ruled = run_program("suanpan",
                                         {"dispute", "rule", id, "--lot-us", std::to_string(kFull),
                                          "--key", day.key_id, "--seed-file", file},
                                         as(day.court.key));
    EXPECT_EQ(ruled.status, 0) << ruled.output;
    EXPECT_EQ(expect(day.buyer.get(path_of(dispute)), 200)["state"], "ruled");
}

}  // namespace suanpan::test
