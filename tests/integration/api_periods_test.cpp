// A month is closed and invoiced, over REST and the command line, with the audit at the end.

#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"

#include <gtest/gtest.h>

namespace suanpan::test {
namespace {

ProgramRun run_as(const ApiServer& server, const std::string& key,
                  const std::vector<std::string>& arguments) {
    return run_program("suanpan", arguments, {{"SUANPAN_URL", server.url()}, {"SUANPAN_KEY", key}});
}

// The command line says what waits for whom.
void close_by_two_persons(const ApiServer& server, World& world) {
    const ProgramRun asked =
        run_as(server, world.officers.first_key, {"--json", "period", "close", "2026-01"});
    ASSERT_EQ(asked.status, 0) << asked.output;
    const Json waiting = expect(world.op.get("/v1/operator-requests?state=requested"), 200);
    ASSERT_EQ(waiting["items"].size(), 1U) << waiting.dump();
    EXPECT_EQ(waiting["items"][0]["period"], "2026-01");
    EXPECT_EQ(waiting["items"][0]["requested_by"], world.officers.first_id);
    const std::string id = waiting["items"][0]["id"];
    for (const std::string& key : {world.officers.first_key, world.officers.second_key}) {
        const ProgramRun again = run_as(server, key, {"period", "close", "2026-01"});
        EXPECT_EQ(again.status, 0) << again.output;
        EXPECT_NE(again.output.find("suanpan request approve " + id), std::string::npos)
            << again.output;
    }
    const ProgramRun alone = run_as(server, world.officers.first_key, {"request", "approve", id});
    EXPECT_NE(alone.status, 0);
    EXPECT_NE(alone.output.find("same_person"), std::string::npos) << alone.output;
    const ProgramRun closed =
        run_as(server, world.officers.second_key, {"--json", "request", "approve", id});
    ASSERT_EQ(closed.status, 0) << closed.output;
    EXPECT_NE(closed.output.find("\"closed\": true"), std::string::npos) << closed.output;
}

}  // namespace

TEST(ApiPeriods, AMonthIsClosedInvoicedAndReplayed) {
    ApiServer server;
    World world(server);
    Caller seller = server.caller(world.provider.key);
    Caller buyer = server.caller(world.buyer.key);
    expect(seller.post("/v1/orders", world.sell(8, "5.000000")), 201);
    const Json bought = expect(buyer.post("/v1/orders", World::buy(2, "5.000000")), 201);
    deliver(world.op, seller, bought["fills"][0]["lease"]);
    const std::string close = "/v1/periods/2026-01:close";
    EXPECT_EQ(world.op.post(close, Json::object()).code(), "person_needed");
    EXPECT_EQ(world.officers.first.post(close, Json::object()).code(), "period_not_over");
    EXPECT_EQ(buyer.post(close, Json::object()).status, 403);
    EXPECT_EQ(world.op.post("/v1/periods/January:close", Json::object()).status, 404);
    move_clock(world.op, "2026-02-03T00:00:00Z");
    EXPECT_EQ(world.officers.first.post(close, Json::object()).code(), "windows_not_settled");
    expect(world.op.post("/v1/settlement-runs", Json::object()), 201);
    close_by_two_persons(server, world);
    EXPECT_EQ(world.officers.first.post(close, Json::object()).code(), "period_closed");

    // 20 and the taker's fee of 1 %.
    const Json invoices = expect(buyer.get("/v1/invoices?period=2026-01"), 200);
    ASSERT_EQ(invoices["items"].size(), 1U) << invoices.dump();
    EXPECT_EQ(invoices["items"][0]["number"], "INV-2026-000001");
    EXPECT_EQ(invoices["items"][0]["net"], "20.200000");
    EXPECT_EQ(expect(buyer.get("/v1/invoices/INV-2026-000001"), 200)["tax"], "0.000000");
    EXPECT_TRUE(expect(seller.get("/v1/invoices"), 200)["items"].empty());
    const std::string focus = buyer.get("/v1/exports/focus?from=2026-01-01T00:00:00Z").text;
    EXPECT_NE(focus.find("INV-2026-000001"), std::string::npos) << focus;
    const std::string sold = seller.get("/v1/exports/focus?from=2026-01-01T00:00:00Z").text;
    EXPECT_EQ(sold.find("INV-"), std::string::npos) << sold;
    const Json statement = expect(buyer.get("/v1/statements?from=2026-01-01T00:00:00Z"), 200);
    EXPECT_EQ(statement["lines"][0]["invoice"], "INV-2026-000001");
    EXPECT_EQ(seller.get("/v1/invoices/INV-2026-000001").status, 404);
    EXPECT_EQ(seller.get("/v1/invoices/INV-2026-000001?format=html").status, 404);
    const std::string page = buyer.get("/v1/invoices/INV-2026-000001?format=html").text;
    EXPECT_NE(page.find("<h1>Invoice</h1>"), std::string::npos) << page;
    EXPECT_NE(page.find("20.200000"), std::string::npos) << page;
    EXPECT_EQ(buyer.get("/v1/invoices/INV-2026-000001?format=csv").status, 422);
    const ProgramRun printed =
        run_as(server, world.buyer.key, {"invoice", "show", "INV-2026-000001", "--format", "html"});
    EXPECT_EQ(printed.output, page);
    const Json balances = expect(buyer.get("/v1/periods/2026-01/balances"), 200);
    ASSERT_EQ(balances["items"].size(), 1U);
    EXPECT_EQ(balances["items"][0]["balances"]["CNY"]["available"], "9979.800000");

    const std::map<std::string, std::string> key{{"SUANPAN_URL", server.url()},
                                                 {"SUANPAN_KEY", world.buyer.key}};
    const ProgramRun listed = run_program("suanpan", {"invoice", "list"}, key);
    EXPECT_EQ(listed.status, 0) << listed.output;
    EXPECT_NE(listed.output.find("INV-2026-000001"), std::string::npos) << listed.output;
    const ProgramRun periods = run_program("suanpan", {"--json", "period", "list"}, key);
    EXPECT_NE(periods.output.find("2026-01"), std::string::npos) << periods.output;

    const Json digest = expect(world.op.get("/v1/admin/digest"), 200);
    EXPECT_EQ(digest["equal"], true) << digest.dump();
    expect_audited(server);
    server.kill();
    server.start();
    Caller op = server.operator_caller();
    EXPECT_EQ(expect(op.get("/v1/admin/digest"), 200)["equal"], true);
    EXPECT_TRUE(expect(op.get("/v1/periods"), 200)["items"][0]["closed"]);
}

}  // namespace suanpan::test
