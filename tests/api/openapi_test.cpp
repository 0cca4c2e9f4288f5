// The API's description says what the code does: routes, who may call them, and codes.

#include "api/http.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "apps/openapi-page/page.hpp"
#include "support/json_schema.hpp"
#include "tests/api/answered_codes.hpp"
#include "tests/api/described.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

namespace suanpan::api {

namespace {

using openapi::Document;
using openapi::Operation;
using Names = std::set<std::string>;

const Document& document() {
    return test::described_api();
}

// "/v1/ledger/tile/{path...}" is "/v1/ledger/tile/{path}" there.
std::string path_of(const Route& route) {
    std::string path(route.pattern);
    const std::size_t dots = path.find("...}");
    if (dots != std::string::npos) path.erase(dots, 3);
    return path;
}

std::string title(std::string_view method, std::string_view path) {
    return std::string(method) + " " + std::string(path);
}

std::map<std::string, const Operation*> operations_by_title() {
    std::map<std::string, const Operation*> out;
    for (const Operation& operation : document().operations())
        out.emplace(title(operation.method, operation.path), &operation);
    return out;
}

// Who may call: nothing for everybody, "" for any key, else the scopes.
Names callers_of(const Operation& operation) {
    const Json& root = document().root();
    const Json& security =
        operation.body->contains("security") ? operation.body->at("security") : root["security"];
    Names out;
    for (const Json& way : security) {
        const Json& scopes = way.at("api_key");
        if (scopes.empty()) out.insert("");
        for (const Json& scope : scopes)
            out.insert(scope.get<std::string>());
    }
    return out;
}

Names callers_of(const Route& route) {
    if (route.access == Access::kPublic) return {};
    if (route.access == Access::kAnyone) return {""};
    Names out;
    for (int role = 0; role <= static_cast<int>(core::Role::kArbiter); ++role) {
        const auto each = static_cast<core::Role>(role);
        if ((route.roles & services::role_bit(each)) != 0)
            out.insert(std::string(core::to_string(each)));
    }
    return out;
}

Names parameters_in(const Operation& operation, std::string_view place) {
    Names out;
    for (const Json* parameter : operation.parameters) {
        if ((*parameter)["in"] == place) out.insert((*parameter)["name"].get<std::string>());
    }
    return out;
}

Names named_in(std::string_view path) {
    Names out;
    for (std::size_t open = path.find('{'); open != std::string_view::npos;
         open = path.find('{', open + 1)) {
        out.insert(std::string(path.substr(open + 1, path.find('}', open) - open - 1)));
    }
    return out;
}

// Calls visit(status, code); a status of 0 is "default", whose codes name theirs.
template <typename Visit>
void for_each_code(const Operation& operation, const Visit& visit) {
    const auto code = Json::json_pointer("/properties/code/enum");
    for (const auto& [status, listed] : operation.body->at("responses").items()) {
        const Json content = document().resolve(listed).value("content", Json::object());
        if (!content.contains("application/problem+json")) continue;
        const Json& schema = document().resolve(content["application/problem+json"]["schema"]);
        for (const Json& one : schema.contains(code) ? schema[code] : Json::array())
            visit(std::stoi(status), one.get<std::string>());
        for (const Json& kind : schema.value("oneOf", Json::array())) {
            for (const Json& one : kind[code])
                visit(kind["properties"]["status"]["const"].get<int>(), one.get<std::string>());
        }
    }
}

Names described_codes() {
    Names out;
    for (const Operation& operation : document().operations())
        for_each_code(operation, [&out](int, const std::string& code) { out.insert(code); });
    const Json& schemas = document().root()["components"]["schemas"];
    for (const char* list :
         {"/FaultCode/enum", "/ReadingCode/enum", "/OrderRefusal/properties/code/enum",
          "/LeaseRefusal/properties/code/enum", "/EnvelopeRefusal/properties/code/enum"}) {
        for (const Json& code : schemas.at(Json::json_pointer(list)))
            out.insert(code.get<std::string>());
    }
    return out;
}

// The words in backticks.
std::vector<std::string> quoted_in(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t at = text.find('`'); at != std::string::npos; at = text.find('`', at + 1)) {
        const std::size_t end = text.find('`', at + 1);
        out.push_back(text.substr(at + 1, end - at - 1));
        at = end;
    }
    return out;
}

// Calls visit(schema, example, where) for the examples of a media type.
template <typename Visit>
void for_each_example(const Json& content, const std::string& where, const Visit& visit) {
    for (const Json& media : content) {
        if (media.contains("example")) visit(media["schema"], media["example"], where);
        const Json examples = media.value("examples", Json::object());
        for (const auto& [name, example] : examples.items())
            visit(media["schema"], example["value"], where + " " + name);
    }
}

}  // namespace

TEST(OpenApi, HasEachRouteAndNothingElse) {
    const auto operations = operations_by_title();
    Names routed;
    for (const Route& route : routes()) {
        const std::string name = title(route.method, path_of(route));
        routed.insert(name);
        EXPECT_TRUE(operations.contains(name)) << name << " is not described";
    }
    for (const auto& [name, operation] : operations)
        EXPECT_TRUE(routed.contains(name)) << name << " has no route";
}

TEST(OpenApi, SaysWhoMayCall) {
    const auto operations = operations_by_title();
    for (const Route& route : routes()) {
        const auto found = operations.find(title(route.method, path_of(route)));
        if (found == operations.end()) continue;
        EXPECT_EQ(callers_of(*found->second), callers_of(route)) << found->first;
    }
}

TEST(OpenApi, NamesParametersAndKeysAsTheRoutesDo) {
    const auto operations = operations_by_title();
    for (const Route& route : routes()) {
        const auto found = operations.find(title(route.method, path_of(route)));
        if (found == operations.end()) continue;
        const Operation& operation = *found->second;
        EXPECT_EQ(parameters_in(operation, "path"), named_in(operation.path)) << found->first;
        EXPECT_EQ(!parameters_in(operation, "query").empty(),
                  route.takes == Takes::kQuery && !parameters_in(operation, "query").empty())
            << found->first;
        const bool keyed =
            route.method == "POST" && route.takes == Takes::kNothing && route.query() == nullptr;
        EXPECT_EQ(parameters_in(operation, "header").contains("Idempotency-Key"), keyed)
            << found->first;
        EXPECT_EQ(operation.body->contains("requestBody"), route.method == "POST") << found->first;
    }
}

TEST(OpenApi, HasUniqueOperationIdsAndASummaryEach) {
    Names ids;
    for (const Operation& operation : document().operations()) {
        EXPECT_TRUE(ids.insert(operation.id()).second) << operation.id();
        EXPECT_FALSE(operation.body->value("summary", "").empty()) << operation.id();
    }
}

TEST(OpenApi, HasStatusesThatHaveAPhrase) {
    for (const Operation& operation : document().operations()) {
        for (const auto& [status, response] : operation.body->at("responses").items()) {
            if (status != "default")
                EXPECT_NE(reason_phrase(std::stoi(status)), "Unknown") << operation.id() << status;
        }
    }
}

TEST(OpenApi, PutsEachCodeUnderItsStatus) {
    for (const Operation& operation : document().operations()) {
        for_each_code(operation, [&operation](int status, const std::string& code) {
            EXPECT_EQ(status, status_of(code)) << operation.id() << " " << code;
        });
    }
}

TEST(OpenApi, HasEachCodeThatTheServerAnswersAndNothingElse) {
    const Names described = described_codes();
    const auto written = test::codes_in_source();
    for (const auto& [code, file] : written) {
        const bool answered = !test::reason_not_answered(code);
        EXPECT_EQ(described.contains(code), answered) << code << " of " << file;
    }
    for (const std::string& code : described)
        EXPECT_TRUE(written.contains(code)) << code << " is described, but nothing answers it";
}

TEST(OpenApi, HasTheCodesOfTheGuide) {
    const std::string guide = test::read_source("docs/api.md");
    const Names described = described_codes();
    for (const std::string& code : described)
        EXPECT_NE(guide.find("`" + code + "`"), std::string::npos) << code << " is not in it";
    std::istringstream lines(guide.substr(guide.find("## Error codes")));
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("| 4") && !line.starts_with("| 5")) continue;
        const std::string status = line.substr(2, 3);
        const std::string codes = line.substr(8, line.find(" |", 8) - 8);
        for (const std::string& code : quoted_in(codes)) {
            EXPECT_TRUE(described.contains(code)) << code << " is not described";
            EXPECT_EQ(std::to_string(status_of(code)), status) << code;
        }
    }
}

TEST(OpenApi, GivesValidExamples) {
    const Json& root = document().root();
    std::size_t count = 0;
    const auto check = [&](const Json& schema, const Json& example, const std::string& where) {
        ++count;
        for (const std::string& fault :
             support::schema_faults(root, schema, example, support::Members::kAreAll))
            ADD_FAILURE() << where << ": " << fault;
    };
    for (const Operation& operation : document().operations()) {
        if (operation.body->contains("requestBody")) {
            const Json& body = document().resolve(operation.body->at("requestBody"));
            for_each_example(body["content"], operation.id() + " request", check);
        }
        for (const auto& [status, listed] : operation.body->at("responses").items()) {
            const Json content = document().resolve(listed).value("content", Json::object());
            for_each_example(content, operation.id() + " " + status, check);
        }
    }
    EXPECT_GT(count, 100U);
}

TEST(OpenApi, ClosesEachRequest) {
    for (const Operation& operation : document().operations()) {
        const auto body = operation.body->find("requestBody");
        if (body == operation.body->end()) continue;
        const Json& schema =
            document().resolve(document().resolve(*body)["content"]["application/json"]["schema"]);
        for (const Json& one : schema.value("oneOf", Json::array({schema})))
            EXPECT_EQ(document().resolve(one).value("additionalProperties", true), false)
                << operation.id();
    }
}

TEST(OpenApi, IsAPageToRead) {
    const std::string page = openapi::render_page(document());
    for (const Operation& operation : document().operations())
        EXPECT_NE(page.find("id=\"" + operation.id() + "\""), std::string::npos) << operation.id();
    EXPECT_NE(page.find("id=\"Problem\""), std::string::npos);
    EXPECT_EQ(page.find("src="), std::string::npos);
    EXPECT_EQ(page.find("http-equiv"), std::string::npos);
}

}  // namespace suanpan::api
