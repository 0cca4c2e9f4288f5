// Who may call what. The table of docs/api.md is the expectation: every route for every role, and
// what belongs to others looks as if it were not there.

#include "api/routes.hpp"
#include "base/random.hpp"
#include "db/webhook_rows.hpp"
#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <map>
#include <regex>
#include <set>

namespace suanpan::test {
namespace {

struct Row {
    std::string method;
    std::string pattern;
    std::string who;  // "public", "any", or letters
};

constexpr std::pair<char, std::string_view> kRoles[] = {
    {'P', "provider"}, {'B', "buyer"},      {'F', "funder"},  {'M', "meter"},
    {'O', "operator"}, {'S', "settlement"}, {'A', "auditor"}, {'J', "arbiter"}};

std::vector<Row> read_table() {
    std::ifstream file(SUANPAN_SOURCE_DIR "/docs/api.md");
    static const std::regex kRow(
        R"(^\| (GET|POST|DELETE)(?: °)? +\| `([^`]+)` \| ([A-Za-z ]+) \|.*)");
    std::vector<Row> rows;
    std::smatch match;
    for (std::string line; std::getline(file, line);) {
        if (std::regex_match(line, match, kRow)) rows.push_back({match[1], match[2], match[3]});
    }
    return rows;
}

bool may(const Row& row, char role) {
    if (row.who == "public" || row.who == "any") return true;
    return row.who.find(role) != std::string::npos;
}

// A path of the pattern; nothing is there.
std::string path_of(const std::string& pattern) {
    std::string out = std::regex_replace(pattern, std::regex(R"(\{class\})"), "AI-FP16");
    out = std::regex_replace(out, std::regex(R"(\{currency\})"), "CNY");
    out = std::regex_replace(out, std::regex(R"(\{path\})"), "0/000");
    return std::regex_replace(out, std::regex(R"(\{[a-z]+\})"), "none");
}

Answer ask(Caller& caller, const std::string& method, const std::string& path, const Json& body) {
    if (method == "GET") return caller.get(path);
    if (method == "POST") return caller.post(path, body);
    client::HttpRequest request;
    request.method = method;
    request.target = path;
    return caller.send(request);
}

Answer call(Caller& caller, const Row& row, const std::string& path) {
    return ask(caller, row.method, path, Json::object());
}

TEST(ApiAuthority, TheTableNamesEachRoute) {
    std::set<std::string> described;
    for (const Row& row : read_table())
        EXPECT_TRUE(described.insert(row.method + " " + row.pattern).second) << row.pattern;
    std::set<std::string> served;
    for (const api::Route& route : api::routes()) {
        // A last "{path...}" takes whatever follows, which readers need not know.
        const std::string pattern(route.pattern);
        served.insert(std::string(route.method) + " " +
                      std::regex_replace(pattern, std::regex(R"(\.\.\.)"), ""));
    }
    EXPECT_EQ(described, served);
}

TEST(ApiAuthority, EachRouteIsForTheRolesOfTheTable) {
    const ApiServer server;
    Caller op = server.operator_caller();
    const std::string operator_id = expect(op.get("/v1/organisations"), 200)["items"][0]["id"];
    std::map<char, std::string> keys;
    for (const auto& [letter, role] : kRoles) {
        if (letter == 'O' || letter == 'S' || letter == 'A') {
            keys[letter] = expect(op.post("/v1/organisations/" + operator_id + "/api-keys",
                                          {{"scopes", {role}}, {"label", role}}),
                                  201)["secret"];
        } else {
            keys[letter] = make_party(op, std::string(role), Json::array({role})).key;
        }
    }
    std::size_t cells = 0;
    Caller nobody = server.caller("");
    for (const Row& row : read_table()) {
        const std::string path = path_of(row.pattern);
        const bool open = row.who == "public";
        EXPECT_EQ(call(nobody, row, path).status == 401, !open) << row.method << " " << row.pattern;
        ++cells;
        for (const auto& [letter, key] : keys) {
            Caller caller = server.caller(key);
            const Answer answer = call(caller, row, path);
            const bool refused = answer.status == 401 || answer.code() == "forbidden";
            EXPECT_EQ(!refused, may(row, letter))
                << letter << " " << row.method << " " << row.pattern << ": " << answer.text;
            ++cells;
        }
    }
    std::cout << cells << " cells of routes and roles hold\n";
}

// Ways to a thing: what is asked and with which body. `{}` in the target is its id.
struct Way {
    std::string method;
    std::string target;
    Json body = Json::object();
};

class ForeignIds : public testing::Test {
 protected:
    static Answer ask_for(Caller& caller, const Way& way, const std::string& id) {
        std::string target = way.target;
        target.replace(target.find("{}"), 2, id);
        return ask(caller, way.method, target, way.body);
    }

    // The stranger is told the same of it as of one that does not exist; its owner is not.
    void expect_hidden(const std::string& id, const std::string& unknown,
                       const std::vector<Way>& ways) {
        for (const Way& way : ways) {
            const Answer foreign = ask_for(stranger_, way, id);
            const Answer none = ask_for(stranger_, way, unknown);
            EXPECT_EQ(foreign.status, none.status) << way.target << ": " << foreign.text;
            EXPECT_EQ(foreign.code(), none.code()) << way.target;
            EXPECT_EQ(foreign.body["detail"], none.body["detail"]) << way.target;
            EXPECT_EQ(foreign.status, 404) << way.target << ": " << foreign.text;
            ++cells_;
        }
    }

    ApiServer server_;
    World world_{server_};
    Caller stranger_ =
        server_.caller(make_party(world_.op, "Stranger", {"buyer", "provider", "funder"}).key);
    int cells_ = 0;
};

template <typename Id>
std::string unknown() {
    return to_string(random_id<Id>(Time(1'767'225'600)));
}

TEST_F(ForeignIds, AreUnknownIds) {
    Caller seller = server_.caller(world_.provider.key);
    Caller buyer = server_.caller(world_.buyer.key);
    const std::string sell =
        expect(seller.post("/v1/orders", world_.sell(4, "5.000000")), 201)["id"];
    const Json bought = expect(buyer.post("/v1/orders", World::buy(1, "6.000000")), 201);
    const std::string lease = bought["fills"][0]["lease"];
    const std::string key = to_base64(as_chars(SigningKey(random_seed()).public_key()));
    const std::string meter =
        expect(seller.post("/v1/meters", {{"role", "provider"}, {"public_key", key}}), 201)["id"];
    const std::string project = expect(buyer.post("/v1/projects", {{"name", "own"}}), 201)["id"];

    expect_hidden(sell, unknown<OrderId>(),
                  {{"GET", "/v1/orders/{}"},
                   {"POST", "/v1/orders/{}:cancel"},
                   {"POST", "/v1/orders/{}:replace", {{"quantity", 1}, {"limit_price", "1"}}}});
    expect_hidden(lease, unknown<LeaseId>(),
                  {{"GET", "/v1/leases/{}"},
                   {"GET", "/v1/readings?lease={}"},
                   {"POST", "/v1/leases/{}:accept"},
                   {"POST", "/v1/leases/{}:activate"},
                   {"POST", "/v1/leases/{}:release"}});
    expect_hidden(meter, unknown<MeterId>(),
                  {{"POST", "/v1/meters/{}:rotate", {{"public_key", key}}},
                   {"POST", "/v1/meters/{}:revoke"}});
    const std::string signing =
        expect(buyer.post("/v1/signing-keys", {{"public_key", key}}), 201)["id"];
    expect_hidden(signing, unknown<SigningKeyId>(), {{"POST", "/v1/signing-keys/{}:revoke"}});
    expect_hidden(project, unknown<ProjectId>(),
                  {{"GET", "/v1/projects/{}"},
                   {"POST", "/v1/projects/{}:rename", {{"name", "mine"}}},
                   {"POST", "/v1/projects/{}:close"}});
    const std::string webhook =
        expect(buyer.post("/v1/webhooks", {{"url", "https://portal.example/"}, {"events", {"*"}}}),
               201)["id"];
    const std::string none = unknown<DeliveryId>();
    expect_hidden(webhook, unknown<WebhookId>(),
                  {{"GET", "/v1/webhooks/{}"},
                   {"GET", "/v1/webhooks/{}/deliveries"},
                   {"POST", "/v1/webhooks/{}:update", {{"state", "disabled"}}},
                   {"POST", "/v1/webhooks/{}:rotate-secret"},
                   {"POST", "/v1/webhooks/{}:test"},
                   {"POST", "/v1/webhooks/{}/deliveries/" + none + ":redeliver"},
                   {"DELETE", "/v1/webhooks/{}"}});
    expect_hidden(
        world_.buyer.id, unknown<OrganisationId>(),
        {{"GET", "/v1/organisations/{}"},
         {"GET", "/v1/organisations/{}/api-keys"},
         {"POST", "/v1/organisations/{}/api-keys", {{"scopes", {"buyer"}}, {"label", "x"}}},
         {"GET", "/v1/organisations/{}/users"},
         {"POST", "/v1/organisations/{}:kill"},
         {"GET", "/v1/orders?organisation={}"},
         {"GET", "/v1/trades?organisation={}"},
         {"GET", "/v1/leases?organisation={}"},
         {"GET", "/v1/accounts?organisation={}"},
         {"GET", "/v1/journal?organisation={}"},
         {"GET", "/v1/invoices?organisation={}"},
         {"GET", "/v1/signing-keys?organisation={}"}});
    std::cout << cells_ << " ways to foreign things are as if there were none\n";
}

}  // namespace
}  // namespace suanpan::test
