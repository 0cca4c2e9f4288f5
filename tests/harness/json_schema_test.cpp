#include "support/json_schema.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace suanpan::support {

namespace {

std::size_t count(const char* schema, const char* value, Members members = Members::kMayGrow) {
    const Json root = Json::parse(R"({"named":{"type":"object","properties":{"a":{}}}})");
    return schema_faults(root, Json::parse(schema), Json::parse(value), members).size();
}

}  // namespace

TEST(JsonSchema, ChecksEachKeywordThatItKnows) {
    struct Case {
        const char* schema;
        const char* valid;
        const char* invalid;
    };
    for (const auto& [schema, valid, invalid] : std::initializer_list<Case>{
             {R"({"type":"integer"})", "7", R"("7")"},
             {R"({"const":"buy"})", R"("buy")", R"("sell")"},
             {R"({"enum":["a","b"]})", R"("a")", R"("c")"},
             {R"({"minimum":1,"maximum":3})", "3", "4"},
             {R"({"minLength":1,"maxLength":2})", R"("水水")", R"("abc")"},
             {R"({"pattern":"^[a-z]+$"})", R"("ab")", R"("aB")"},
             {R"({"required":["a"]})", R"({"a":1})", "{}"},
             {R"({"properties":{"a":{"type":"string"}}})", R"({"b":1})", R"({"a":1})"},
             {R"({"properties":{"a":{}},"additionalProperties":false})", R"({"a":1})",
              R"({"b":1})"},
             {R"({"additionalProperties":{"type":"string"}})", R"({"b":"x"})", R"({"b":1})"},
             {R"({"minProperties":1,"maxProperties":1})", R"({"a":1})", "{}"},
             {R"({"items":{"type":"string"}})", R"(["x"])", "[1]"},
             {R"({"minItems":1,"maxItems":2})", "[1]", "[1,2,3]"},
             {R"({"uniqueItems":true})", "[1,2]", "[1,1]"},
             {R"({"allOf":[{"minimum":1},{"maximum":2}]})", "2", "3"},
             {R"({"anyOf":[{"minimum":5},{"maximum":2}]})", "2", "3"},
             {R"({"oneOf":[{"minimum":2},{"maximum":3}]})", "1", "2"},
             {R"({"$ref":"#/named"})", "{}", "1"}}) {
        EXPECT_EQ(count(schema, valid), 0U) << schema << ' ' << valid;
        EXPECT_EQ(count(schema, invalid), 1U) << schema << ' ' << invalid;
    }
}

TEST(JsonSchema, RefusesWhatItDoesNotKnow) {
    EXPECT_THROW(count(R"({"multipleOf":2})", "4"), std::runtime_error);
    EXPECT_THROW(count(R"({"type":"number"})", "4"), std::runtime_error);
    EXPECT_EQ(count(R"({"description":"a thing","x-more":1})", "4"), 0U);
}

TEST(JsonSchema, MayHoldMembersToThoseDescribed) {
    const char* both = R"({"allOf":[{"$ref":"#/named"}],"properties":{"b":{}}})";
    EXPECT_EQ(count(both, R"({"a":1,"b":2,"c":3})"), 0U);
    EXPECT_EQ(count(both, R"({"a":1,"b":2})", Members::kAreAll), 0U);
    EXPECT_EQ(count(both, R"({"a":1,"b":2,"c":3})", Members::kAreAll), 1U);
    const char* open = R"({"type":"object","additionalProperties":true})";
    EXPECT_EQ(count(open, R"({"a":{"b":2}})", Members::kAreAll), 0U);
    const char* choice = R"({"oneOf":[{"$ref":"#/named"},{"type":"integer"}]})";
    EXPECT_EQ(count(choice, R"({"a":1})", Members::kAreAll), 0U);
    EXPECT_EQ(count(choice, R"({"b":1})", Members::kAreAll), 1U);
}

}  // namespace suanpan::support
