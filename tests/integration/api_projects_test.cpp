// Projects over REST and the command line: budgets, statements and invoices of their own, of two
// organisations that know nothing of each other's.

#include "base/decimal.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"

#include <gtest/gtest.h>

#include <set>

namespace suanpan::test {
namespace {

constexpr const char* kSinceJanuary = "from=2026-01-01T00:00:00Z";

std::string id_of(const Json& object) {
    return object.at("id").get<std::string>();
}

class ApiProjects : public testing::Test {
 protected:
    ApiProjects() {
        world.officers.deposit(other_party, "1000.000000");
        training = id_of(expect(buyer.post("/v1/projects", {{"name", "training"}}), 201));
        inference = id_of(expect(buyer.post("/v1/projects", {{"name", "推理"}}), 201));
        foreign = id_of(expect(other.post("/v1/projects", {{"name", "training"}}), 201));
    }

    // Two lots for two hours at 5 and 1 % of it: 20.20.
    static Json buy(const std::string& project = {}) {
        Json order = World::buy(2, "5.000000");
        if (!project.empty()) order["project"] = project;
        return order;
    }
    static std::string path(const std::string& project, const std::string& action = {}) {
        return "/v1/projects/" + project + (action.empty() ? "" : ":" + action);
    }
    Json budget_of(const std::string& project) {
        return expect(buyer.get(path(project)), 200).at("budgets").at(0);
    }
    // Everything that is on sale, for: training, inference, no project, and the other buyer's.
    void trade() {
        expect(seller.post("/v1/orders", world.sell(8, "5.000000")), 201);
        std::vector<std::string> leases;
        for (const std::string& project : {training, inference, std::string()})
            leases.push_back(
                expect(buyer.post("/v1/orders", buy(project)), 201)["fills"][0]["lease"]);
        leases.push_back(expect(other.post("/v1/orders", buy(foreign)), 201)["fills"][0]["lease"]);
        deliver_all(world.op, seller, leases);
        move_clock(world.op, "2026-02-03T00:00:00Z");
        expect(world.op.post("/v1/settlement-runs", Json::object()), 201);
    }
    ProgramRun suanpan(const std::vector<std::string>& arguments) {
        return run_program("suanpan", arguments,
                           {{"SUANPAN_URL", server.url()}, {"SUANPAN_KEY", world.buyer.key}});
    }

    ApiServer server;
    World world{server};
    Party other_party = make_party(world.op, "Another buyer", {"buyer"});
    Caller seller = server.caller(world.provider.key);
    Caller buyer = server.caller(world.buyer.key);
    Caller other = server.caller(other_party.key);
    std::string training;
    std::string inference;
    std::string foreign;
};

TEST_F(ApiProjects, AreTheirOrganisationsOwn) {
    for (Caller* stranger : {&buyer, &seller}) {
        EXPECT_EQ(stranger->get(path(foreign)).status, 404);
        EXPECT_EQ(stranger->post(path(foreign, "rename"), {{"name", "x"}}).status, 404);
        EXPECT_EQ(stranger->post(path(foreign, "set-budget"), {{"currency", "CNY"}}).status, 404);
        EXPECT_EQ(stranger->post(path(foreign, "close"), Json::object()).status, 404);
        EXPECT_EQ(
            stranger->get("/v1/statements?" + std::string(kSinceJanuary) + "&project=" + foreign)
                .status,
            404);
        EXPECT_EQ(stranger->get("/v1/exports/focus?project=" + foreign).status, 404);
    }
    EXPECT_EQ(buyer.get("/v1/projects?organisation=" + other_party.id).status, 404);
    EXPECT_EQ(expect(buyer.post("/v1/orders", buy(foreign)), 422)["code"], "unknown_project");
    EXPECT_EQ(expect(world.op.post("/v1/organisations/" + world.buyer.id + "/limits",
                                   {{"project", foreign}, {"open_orders", 1}}),
                     422)["code"],
              "unknown_project");
    EXPECT_EQ(buyer.post("/v1/projects", {{"name", "x"}, {"organisation", other_party.id}}).status,
              404);

    EXPECT_EQ(expect(buyer.post("/v1/projects", {{"name", "training"}}), 409)["code"],
              "project_name_used");
    EXPECT_EQ(expect(buyer.post("/v1/projects", {{"name", ""}}), 422)["code"], "invalid_request");
    EXPECT_EQ(expect(buyer.post(path(inference, "rename"), {{"name", "serving"}}), 200)["name"],
              "serving");
    const Json first = expect(buyer.get("/v1/projects?limit=1"), 200);
    ASSERT_EQ(first["items"].size(), 1U);
    EXPECT_EQ(first["has_more"], true);
    const Json rest =
        expect(buyer.get("/v1/projects?after=" + first["next"].get<std::string>()), 200);
    ASSERT_EQ(rest["items"].size(), 1U);
    // Both were made within a second, so either may come first.
    EXPECT_EQ((std::set{id_of(first["items"][0]), id_of(rest["items"][0])}),
              (std::set{training, inference}));
    EXPECT_EQ(expect(world.op.get("/v1/projects"), 200)["items"].size(), 3U);

    EXPECT_EQ(expect(buyer.post(path(inference, "close"), Json::object()), 200)["closed"], true);
    EXPECT_EQ(expect(buyer.post("/v1/orders", buy(inference)), 409)["code"], "project_closed");
    EXPECT_EQ(expect(buyer.get("/v1/projects?closed=false"), 200)["items"].size(), 1U);
    EXPECT_EQ(expect(world.op.get("/v1/admin/digest"), 200)["equal"], true);
}

TEST_F(ApiProjects, ABudgetIsCheckedAtTheHold) {
    expect(buyer.post(path(training, "set-budget"), {{"currency", "CNY"}, {"amount", "30"}}), 200);
    const Json order = expect(buyer.post("/v1/orders", buy(training)), 201);
    EXPECT_EQ(budget_of(training)["held"], "20.200000");
    EXPECT_EQ(budget_of(training)["left"], "9.800000");
    EXPECT_EQ(expect(buyer.post("/v1/orders", buy(training)), 422)["code"], "over_budget");
    EXPECT_EQ(expect(buyer.post("/v1/orders:preview", buy(training)), 200)["refusal"]["code"],
              "over_budget");
    expect(buyer.post("/v1/orders", buy(inference)), 201);
    expect(buyer.post("/v1/orders/" + id_of(order) + ":cancel", Json::object()), 200);
    EXPECT_EQ(budget_of(training)["left"], "30.000000");
    expect(buyer.post(path(training, "set-budget"), {{"currency", "CNY"}}), 200);
    EXPECT_FALSE(budget_of(training).contains("limit"));
    EXPECT_EQ(expect(world.op.get("/v1/admin/digest"), 200)["equal"], true);
}

TEST_F(ApiProjects, HaveStatementsAndInvoicesOfTheirOwn) {
    expect(buyer.post(path(training, "set-budget"), {{"currency", "CNY"}, {"amount", "30"}}), 200);
    trade();
    const Json budget = budget_of(training);
    EXPECT_EQ(budget["held"], "0.000000");
    EXPECT_EQ(budget["spent"], "20.200000");
    EXPECT_EQ(budget["left"], "9.800000");
    world.officers.operate("/v1/periods/2026-01:close");

    // One each for no project and for its two; the other buyer's own; numbers without a gap.
    std::set<std::string> numbers;
    const Json all = expect(world.op.get("/v1/invoices"), 200);
    for (const Json& invoice : all["items"]) {
        numbers.insert(invoice["number"]);
        EXPECT_EQ(invoice["net"], "20.200000");
    }
    EXPECT_EQ(numbers, (std::set<std::string>{"INV-2026-000001", "INV-2026-000002",
                                              "INV-2026-000003", "INV-2026-000004"}));
    std::map<std::string, std::string> number_of;  // by project
    const Json own = expect(buyer.get("/v1/invoices"), 200);
    for (const Json& invoice : own["items"])
        number_of[invoice.value("project", "")] = invoice["number"];
    ASSERT_EQ(number_of.size(), 3U) << own.dump();

    const std::string statements = "/v1/statements?" + std::string(kSinceJanuary);
    std::int64_t lines = 0;
    for (const std::string& project : {training, inference}) {
        const Json statement = expect(buyer.get(statements + "&project=" + project), 200);
        std::int64_t paid = 0;
        for (const Json& line : statement["lines"]) {
            paid += parse_money(line["buyer_pays"].get<std::string>())->value;
            EXPECT_EQ(line["project"], project);
            EXPECT_EQ(line["invoice"], number_of.at(project));
            ++lines;
        }
        EXPECT_EQ(to_string(Money(paid)), "20.200000");
        EXPECT_EQ(statement["totals"]["CNY"]["paid"], "20.200000");
    }
    EXPECT_EQ(lines, 4);
    const std::string csv = buyer.get(statements + "&format=csv&project=" + training).text;
    EXPECT_NE(csv.find(number_of.at(training)), std::string::npos) << csv;
    EXPECT_EQ(csv.find(number_of.at(inference)), std::string::npos) << csv;
    const std::string html = buyer.get(statements + "&format=html&project=" + inference).text;
    EXPECT_NE(html.find("推理"), std::string::npos);
    EXPECT_NE(html.find(number_of.at(inference)), std::string::npos) << html;
    const std::string focus = buyer.get("/v1/exports/focus?project=" + training).text;
    EXPECT_NE(focus.find(number_of.at(training)), std::string::npos) << focus;
    EXPECT_EQ(focus.find(number_of.at("")), std::string::npos) << focus;
    // What the provider sees of a lease does not say what it is for.
    const std::string sold = seller.get(statements).text + seller.get("/v1/exports/focus").text;
    EXPECT_EQ(sold.find(training), std::string::npos);
    EXPECT_EQ(sold.find("INV-"), std::string::npos);

    EXPECT_EQ(expect(world.op.get("/v1/admin/digest"), 200)["equal"], true);
    expect_audited(server);
    server.kill();
    server.start();
    EXPECT_EQ(expect(server.operator_caller().get("/v1/admin/digest"), 200)["equal"], true);
}

TEST_F(ApiProjects, AreOnTheCommandLineToo) {
    const ProgramRun opened = suanpan({"--json", "project", "open", "rendering"});
    ASSERT_EQ(opened.status, 0) << opened.output;
    const std::string id = id_of(Json::parse(opened.output));
    EXPECT_EQ(suanpan({"project", "rename", id, "films"}).status, 0);
    EXPECT_EQ(suanpan({"project", "budget", id, "--currency", "CNY", "--amount", "12.5"}).status,
              0);
    const ProgramRun listed = suanpan({"project", "list", "--open"});
    EXPECT_NE(listed.output.find("films"), std::string::npos) << listed.output;
    EXPECT_NE(listed.output.find("12.500000"), std::string::npos) << listed.output;
    EXPECT_NE(listed.output.find("推理"), std::string::npos) << listed.output;
    EXPECT_NE(suanpan({"project", "show", id}).output.find("films"), std::string::npos);
    EXPECT_NE(suanpan({"project", "budget", id, "--currency", "CNY"}).status, 0);
    EXPECT_EQ(suanpan({"project", "budget", id, "--currency", "CNY", "--remove"}).status, 0);
    EXPECT_EQ(suanpan({"project", "close", id}).status, 0);
    EXPECT_EQ(suanpan({"project", "close", id}).status, 1);
    EXPECT_EQ(suanpan({"project", "list", "--open"}).output.find("films"), std::string::npos);
}

}  // namespace
}  // namespace suanpan::test
