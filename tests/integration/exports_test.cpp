// Statements and exports of a market day over HTTP, held against the accounts.

#include "base/decimal.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "client/meter.hpp"
#include "support/bookkeeper.hpp"
#include "support/files.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace suanpan::test {
namespace {

constexpr std::string_view kDay = "from=2026-01-01T00:00:00Z&to=2026-01-03T00:00:00Z";

// Two lots for two hours at 5, delivered in full and settled; proceeds still pending.
class Settled {
 public:
    Settled()
        : world(server),
          seller(server.caller(world.provider.key)),
          buyer(server.caller(world.buyer.key)) {
        expect(seller.post("/v1/orders", world.sell(8, "5.000000")), 201);
        lease =
            expect(buyer.post("/v1/orders", World::buy(2, "6.000000")), 201)["fills"][0]["lease"];
        const Seed seed = random_seed();
        const std::string key = to_base64(as_chars(SigningKey(seed).public_key()));
        const Json meter =
            expect(seller.post("/v1/meters", {{"role", "provider"}, {"public_key", key}}), 201);
        move_clock("2026-01-01T02:00:00Z");
        expect(seller.post("/v1/leases/" + lease + ":accept", Json::object()), 200);
        expect(seller.post("/v1/leases/" + lease + ":activate", Json::object()), 200);
        move_clock("2026-01-01T05:00:00Z");
        report(*parse_id<MeterId>(meter["id"].get<std::string>()), seed);
        expect(world.op.post("/v1/settlement-runs", Json::object()), 201);
    }

    void move_clock(std::string_view now) {
        expect(world.op.post("/v1/sandbox/clock", {{"now", now}}), 200);
    }

    ApiServer server;
    World world;
    Caller seller;
    Caller buyer;
    std::string lease;

 private:
    void report(const MeterId& id, const Seed& seed) {
        client::Meter meter(id, settlement::MeterRole::kProvider, seed);
        const Time start = *parse_time("2026-01-01T02:00:00Z");
        std::vector<client::Measurement> measured(2);
        Time at = start;
        for (client::Measurement& one : measured) {
            one.window = {at, Time(at.value + 3600)};
            one.lot_us = 7'200'000'000;
            one.busy_us = 7'200'000'000;
            at = one.window.end;
        }
        Json envelopes = Json::array();
        for (const std::string& text : meter.sign(*parse_id<LeaseId>(lease), measured))
            envelopes.push_back(*parse_json(text));
        expect(seller.post("/v1/readings:batch", {{"envelopes", envelopes}}, "-"), 200);
    }
};

Answer get_as(Caller& caller, const std::string& target, const std::string& accept,
              const std::string& method = "GET", const std::string& encoding = "") {
    client::HttpRequest request;
    request.method = method;
    request.target = target;
    request.headers.emplace_back("Accept", accept);
    if (!encoding.empty()) request.headers.emplace_back("Accept-Encoding", encoding);
    return caller.send(request);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);)
        out.push_back(line);
    return out;
}

// Balances that a journal asserts at its end, by the last part of the account's name.
std::map<std::string, std::string> asserted(const std::string& journal) {
    std::map<std::string, std::string> out;
    for (const std::string& line : lines_of(journal)) {
        const auto at = line.find(" = ");
        if (at == std::string::npos) continue;
        std::string account = line.substr(0, line.find("  ", 4));
        std::string kind = account.substr(account.rfind(':') + 1);
        kind[0] = static_cast<char>(kind[0] + 32);
        out[kind] = line.substr(at + 3, line.rfind(' ') - at - 3);
    }
    return out;
}

std::string statement(std::string_view rest = "") {
    return "/v1/statements?" + std::string(kDay) + std::string(rest);
}

}  // namespace

TEST(Exports, StatementsComeInTheFormThatIsAskedFor) {
    Settled day;
    const Answer json = day.buyer.get(statement());
    EXPECT_EQ(json.header("content-type"), "application/json");
    EXPECT_EQ(json.header("transfer-encoding"), "chunked");
    EXPECT_EQ(expect(json, 200)["lines"].size(), 2U);
    const Answer csv = get_as(day.buyer, statement(), "text/csv");
    EXPECT_EQ(csv.status, 200);
    EXPECT_EQ(csv.header("content-type"), "text/csv; charset=utf-8");
    EXPECT_EQ(lines_of(csv.text).size(), 3U);
    EXPECT_EQ(csv.text, get_as(day.buyer, statement("&format=csv"), "text/html").text);
    const Answer html = get_as(day.buyer, statement(), "text/html,*/*;q=0.8");
    EXPECT_EQ(html.header("content-type"), "text/html; charset=utf-8");
    EXPECT_NE(html.text.find("A Laboratory"), std::string::npos);
    EXPECT_NE(html.text.find("20.200000"), std::string::npos);
    EXPECT_TRUE(html.text.ends_with("</html>\n"));
    EXPECT_EQ(get_as(day.buyer, statement(), "image/png").code(), "not_acceptable");
    EXPECT_EQ(day.buyer.get(statement("&format=pdf")).code(), "invalid_request");
    const Answer head = get_as(day.buyer, statement(), "text/csv", "HEAD");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.text, "");
    const Answer packed = get_as(day.buyer, statement(), "text/csv", "GET", "gzip");
    EXPECT_EQ(packed.header("content-encoding"), "gzip");
    EXPECT_TRUE(packed.text.starts_with("\x1f\x8b"));
    EXPECT_LT(packed.text.size(), csv.text.size());
    // Nobody's order was for a project.
    const std::string unknown = "&project=" + to_string(random_id<ProjectId>(Time(1)));
    expect(day.buyer.get(statement(unknown)), 404);
    const Json opened = expect(day.buyer.post("/v1/projects", {{"name", "idle"}}), 201);
    const std::string project = "&project=" + opened["id"].get<std::string>();
    expect(day.seller.get(statement(project)), 404);
    const Json none = expect(day.buyer.get(statement(project)), 200);
    EXPECT_TRUE(none["lines"].empty());
    EXPECT_TRUE(none["accounts"].empty());
    EXPECT_EQ(day.server.stop(), 0) << day.server.log();
}

TEST(Exports, BooksAssertWhatTheAccountsSay) {
    Settled day;
    for (Caller* caller : {&day.buyer, &day.seller}) {
        const Answer hledger = caller->get("/v1/exports/hledger");
        ASSERT_EQ(hledger.status, 200) << hledger.text;
        const auto balances = asserted(hledger.text);
        std::size_t accounts = 0;
        const Json listed = expect(caller->get("/v1/accounts"), 200);
        for (const Json& row : listed["items"]) {
            EXPECT_EQ(balances.at(row["account"].get<std::string>()),
                      row["balance"].get<std::string>());
            ++accounts;
        }
        EXPECT_EQ(balances.size(), accounts);
        EXPECT_GE(accounts, 1U);
    }
    for (const std::string& whose : {std::string(), "?organisation=" + day.world.buyer.id,
                                     std::string("?from=2026-01-01T01:00:00Z")}) {
        const auto hledger =
            support::complaint_of_hledger(day.world.op.get("/v1/exports/hledger" + whose).text);
        const auto beancount =
            support::complaint_of_beancount(day.world.op.get("/v1/exports/beancount" + whose).text);
        ASSERT_TRUE(hledger && beancount) << "install hledger and beancount, as ./run test does";
        EXPECT_EQ(*hledger, "");
        EXPECT_EQ(*beancount, "");
    }
}

TEST(Exports, PayoutsWaitForTheDisputePeriod) {
    Settled day;
    const std::string id = day.world.provider.id;
    const auto pending = lines_of(day.seller.get("/v1/exports/payouts").text);
    ASSERT_EQ(pending.size(), 2U);
    EXPECT_EQ(pending[1], id + ",Gansu Computing,CNY,pending,19.840000,2026-01-02T05:00:00Z\r");
    day.move_clock("2026-01-03T00:00:00Z");
    const auto released = lines_of(day.seller.get("/v1/exports/payouts").text);
    ASSERT_EQ(released.size(), 2U);
    EXPECT_EQ(released[1], id + ",Gansu Computing,CNY,available,19.840000,\r");
    EXPECT_EQ(lines_of(day.world.op.get("/v1/exports/payouts").text).size(), 3U);
}

TEST(Exports, AreOnesOwn) {
    Settled day;
    for (const char* what : {"focus", "hledger", "beancount", "payouts"}) {
        const std::string target = "/v1/exports/" + std::string(what);
        const std::string foreign = target + "?organisation=" + day.world.provider.id;
        EXPECT_EQ(day.buyer.get(foreign).status, 404) << what;
        EXPECT_EQ(day.server.caller("").get(target).status, 401) << what;
        EXPECT_EQ(day.world.op.get(foreign).status, 200) << what;
        const Answer own = day.buyer.get(target);
        EXPECT_EQ(own.status, 200) << own.text;
        EXPECT_EQ(own.text.find("19.840000"), std::string::npos) << what;
        EXPECT_EQ(day.buyer.get(target + "?what=x").code(), "invalid_request");
    }
    const auto rows = lines_of(day.buyer.get("/v1/exports/focus").text);
    ASSERT_EQ(rows.size(), 5U);  // two windows, each with its usage and its fee
    EXPECT_TRUE(rows[0].starts_with("AvailabilityZone,BilledCost,"));
    EXPECT_NE(rows[1].find(",Usage,"), std::string::npos);
    EXPECT_EQ(
        day.buyer.get("/v1/exports/focus?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z").code(),
        "invalid_request");
    EXPECT_EQ(
        day.world.op.get("/v1/exports/focus?project=" + to_string(random_id<ProjectId>(Time(1))))
            .code(),
        "invalid_request");
}

TEST(Exports, AreOnTheCommandLineToo) {
    Settled day;
    const std::map<std::string, std::string> environment{{"SUANPAN_URL", day.server.url()},
                                                         {"SUANPAN_KEY", day.world.buyer.key}};
    const support::TempDir folder;
    const std::string file = (folder.path() / "costs.csv").string();
    const ProgramRun focus = run_program("suanpan", {"export", "focus", "-o", file}, environment);
    EXPECT_EQ(focus.status, 0) << focus.output;
    EXPECT_EQ(support::read_file(file), day.buyer.get("/v1/exports/focus").text);
    const ProgramRun html =
        run_program("suanpan", {"statement", "--from", "2026-01-01T00:00:00Z", "--format", "html"},
                    environment);
    EXPECT_EQ(html.status, 0);
    EXPECT_TRUE(html.output.starts_with("<!DOCTYPE html>"));
    const ProgramRun foreign = run_program(
        "suanpan", {"export", "hledger", "--organisation", day.world.provider.id, "-o", file + "2"},
        environment);
    EXPECT_EQ(foreign.status, 1) << foreign.output;
    EXPECT_FALSE(std::filesystem::exists(file + "2"));
    EXPECT_FALSE(std::filesystem::exists(file + "2.part"));
}

}  // namespace suanpan::test
