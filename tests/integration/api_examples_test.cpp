// What the API's description says of requests is what the handlers read. Each example of it is
// sent to a server, with a field that does not exist put into each of its objects in turn: the
// answer names that fault and no other, and which fields there are.

#include "support/json_schema.hpp"
#include "tests/integration/api_contract.hpp"
#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

namespace suanpan::test {

namespace {

using openapi::Operation;
using Names = std::set<std::string>;

constexpr std::array kRoles{"provider", "buyer", "funder", "meter", "arbiter"};
constexpr std::string_view kNoSuch = "no_such_field";
constexpr std::string_view kNames = "there is no such field here, but ";

// An object of an example, with the schema that describes it.
struct Described {
    Json::json_pointer at;
    const Json* schema = nullptr;
};

// The schema that is meant, of several.
const Json& choose(const Json& schema, const Json& value) {
    const Json& meant = contract().resolve(schema);
    for (const Json& one : meant.value("oneOf", Json::array())) {
        const Json& choice = contract().resolve(one);
        if (&choice != &one && support::schema_faults(contract().root(), choice, value).empty())
            return choice;
    }
    return meant;
}

// Objects whose members are all known, from the outside in.
void find_objects(const Json& schema, const Json& value, const Json::json_pointer& at,
                  std::vector<Described>& out) {
    const Json& meant = choose(schema, value);
    if (value.is_array() && !value.empty() && meant.contains("items"))
        find_objects(meant["items"], value[0], at / 0, out);
    if (!value.is_object()) return;
    const Json more = meant.value("additionalProperties", Json(true));
    if (more == false) out.push_back({at, &meant});
    for (const auto& [name, member] : value.items()) {
        const auto property = Json::json_pointer("/properties") / name;
        if (meant.contains(property))
            find_objects(meant[property], member, at / name, out);
        else if (more.is_object())
            find_objects(meant["additionalProperties"], member, at / name, out);
    }
}

Names properties_of(const Json& schema) {
    Names out;
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [name, property] : properties.items())
        out.insert(name);
    return out;
}

Names names_in(std::string_view text) {
    Names out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(", "), text.size());
        out.emplace(text.substr(0, end));
        text.remove_prefix(std::min(end + 2, text.size()));
    }
    return out;
}

// Of the whole, or of the items of a batch.
Json faults_of(const Answer& answer) {
    if (!answer.body.contains("results")) return answer.body.value("errors", Json::array());
    Json out = Json::array();
    for (const Json& result : answer.body["results"]) {
        for (const Json& fault : result.value(Json::json_pointer("/error/errors"), Json::array()))
            out.push_back(fault);
    }
    return out;
}

bool is_unknown(const Json& fault) {
    static const Names kCodes{"unknown_field", "unknown_attribute", "unknown_operator",
                              "unknown_member"};
    return kCodes.contains(fault["code"].get<std::string>());
}

// A participant with every role but the operator's, and one thing of each kind.
class Participant {
 public:
    explicit Participant(const ApiServer& server)
        : world_(server),
          party_(make_party(world_.op, "Everything", kRoles)),
          own_(server.caller(party_.key)) {
        const std::string site =
            expect(own_.post("/v1/sites", {{"name", "S"}, {"hub", "gansu"}}), 201)["id"];
        ids_["organisations"] = ids_["accounts"] = party_.id;
        ids_["pools"] = make("/v1/pools", {{"site", site}, {"model", "a100-80gb"}, {"lots", 8}});
        Json sell = world_.sell(1, "9.000000");
        sell["pool"] = ids_["pools"];
        ids_["orders"] = make("/v1/orders", sell);
        ids_["meters"] = make(
            "/v1/meters",
            {{"role", "provider"}, {"public_key", "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}});
        ids_["cash-requests"] = expect(
            world_.officers.first.post("/v1/accounts/" + party_.id + "/deposits",
                                       {{"currency", "CNY"}, {"amount", "1"}, {"reference", "r"}}),
            201)["id"];
        ids_["operator-requests"] =
            expect(world_.officers.first.post(
                       "/v1/payment-keys",
                       {{"public_key", "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}}),
                   201)["id"];
        key_ = make("/v1/organisations/" + party_.id + "/api-keys",
                    {{"label", "k"}, {"scopes", {"buyer"}}});
        ids_["webhooks"] = make(
            "/v1/webhooks", {{"url", "https://portal.example/"}, {"events", {"invoice.issued"}}});
        ids_["disputes"] = make_dispute(server);
        // Whether there is one of these is asked after the body is read.
        ids_["journal"] = "jrn_01m8qedc00ea3vabayf8c4vg7h";
        ids_["agreements"] = "agr_01m8qedc00ea3vabayf8c4vg7h";
        ids_["voucher-programmes"] = "vpr_01m8qedc00ea3vabayf8c4vg7h";
        ids_["projects"] = "prj_01m8qedc00ea3vabayf8c4vg7h";
    }

    // By whom the operation may be called, and who sees its thing.
    Caller& caller_of(const Operation& operation) {
        Names scopes;
        const Json security = operation.body->value("security", Json::array());
        for (const Json& way : security)
            scopes.insert(way["api_key"].at(0).get<std::string>());
        const bool own = scopes.empty() || std::ranges::any_of(kRoles, [&](const char* role) {
                             return scopes.contains(role);
                         });
        const bool of_world = operation.path.starts_with("/v1/disputes");
        if (!own || (of_world && scopes.contains("operator"))) return world_.officers.first;
        return own_;
    }

    [[nodiscard]] std::string target_of(const Operation& operation) const {
        std::string target = operation.path;
        const std::string kind = target.substr(4, target.find_first_of("/:", 4) - 4);
        for (const auto& [name, value] :
             {std::pair("{class}", std::string("AI-FP16")),
              std::pair("{currency}", std::string("CNY")), std::pair("{organisation}", party_.id),
              std::pair("{key}", key_),
              std::pair("{id}", ids_.contains(kind) ? ids_.at(kind) : std::string())}) {
            const std::size_t at = target.find(name);
            if (at != std::string::npos) target.replace(at, std::string_view(name).size(), value);
        }
        return target;
    }

 private:
    std::string make(const std::string& path, const Json& body) {
        return expect(own_.post(path, body), 201)["id"];
    }

    std::string make_dispute(const ApiServer& server) {
        Caller seller = server.caller(world_.provider.key);
        Caller buyer = server.caller(world_.buyer.key);
        expect(seller.post("/v1/orders", world_.sell(2, "5.000000")), 201);
        const Json bought = expect(buyer.post("/v1/orders", World::buy(2, "6.000000")), 201);
        const std::string lease = bought["fills"][0]["lease"];
        deliver(world_.op, seller, lease);
        return expect(buyer.post("/v1/disputes", {{"lease", lease},
                                                  {"window_start", "2026-01-01T02:00:00Z"},
                                                  {"reason", "not_usable"},
                                                  {"lot_us", "7000000000"}}),
                      201)["id"];
    }

    World world_;
    Party party_;
    Caller own_;
    std::string key_;
    std::map<std::string, std::string> ids_;
};

void check_object(Participant& participant, const Operation& operation, const Json& example,
                  const Described& object) {
    Json body = example;
    body[object.at][std::string(kNoSuch)] = 1;
    const std::string where = operation.id() + " " + object.at.to_string();
    const Answer answer =
        participant.caller_of(operation).post(participant.target_of(operation), body);
    const Json faults = faults_of(answer);
    ASSERT_EQ(faults.size(), 1U) << where << ": " << answer.text;
    ASSERT_TRUE(is_unknown(faults[0])) << where << ": " << answer.text;
    const std::string detail = faults[0]["detail"];
    if (detail.starts_with(kNames))
        EXPECT_EQ(names_in(detail.substr(kNames.size())), properties_of(*object.schema)) << where;
}

}  // namespace

TEST(ApiExamples, AreReadFieldByField) {
    ApiServer server;
    Participant participant(server);
    std::size_t count = 0;
    for (const Operation& operation : contract().operations()) {
        const Json* schema = request_schema(operation);
        if (schema == nullptr) continue;
        const Json& media = contract()
                                .resolve(operation.body->at("requestBody"))
                                .at("content")
                                .at("application/json");
        Json examples = Json::array();
        if (media.contains("example")) examples.push_back(media["example"]);
        for (const Json& each : media.value("examples", Json::object()))
            examples.push_back(each["value"]);
        const bool empty = properties_of(choose(*schema, Json())).empty() &&
                           !contract().resolve(*schema).contains("oneOf");
        EXPECT_EQ(examples.empty(), empty) << operation.id() << " needs an example of its request";
        for (const Json& example : examples) {
            std::vector<Described> objects;
            find_objects(*schema, example, Json::json_pointer(), objects);
            for (const Described& object : objects)
                check_object(participant, operation, example, object);
            count += objects.size();
        }
    }
    EXPECT_GT(count, 60U);
}

}  // namespace suanpan::test
