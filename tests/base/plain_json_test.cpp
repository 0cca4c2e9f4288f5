#include "base/json.hpp"
#include "tests/base/random_json.hpp"
#include "tests/base/seeded.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace suanpan {
namespace {

// What the quick way is compared with: a tree is made, and printed again.
bool prints_itself(std::string_view text) {
    const auto tree = parse_json(text);
    return tree && tree->is_object() && canonical_json(*tree) == text;
}

TEST(PlainJson, GivesTheMembersAsTheyStandInTheText) {
    const auto members = read_plain_json(R"({"a":"x","b":{"c":[1,{}]},"d":-20,"e":null})");
    ASSERT_TRUE(members);
    ASSERT_EQ(members->size(), 4U);
    EXPECT_EQ((*members)[0].name, "a");
    EXPECT_EQ((*members)[0].value, R"("x")");
    EXPECT_EQ((*members)[1].value, R"({"c":[1,{}]})");
    EXPECT_EQ((*members)[2].value, "-20");
    EXPECT_EQ((*members)[3].value, "null");
    EXPECT_TRUE(read_plain_json("{}"));
}

TEST(PlainJson, TakesNothingThatIsNotACanonicalObject) {
    for (const std::string_view text : {"",
                                        "{",
                                        "}",
                                        "[]",
                                        "1",
                                        "\"a\"",
                                        "{}x",
                                        " {}",
                                        "{ }",
                                        R"({"a"})",
                                        R"({"a":})",
                                        R"({"a":1,})",
                                        R"({"b":1,"a":2})",
                                        R"({"a":1,"a":2})",
                                        R"({"a": 1})",
                                        R"({"a":01})",
                                        R"({"a":-0})",
                                        R"({"a":-})",
                                        R"({"a":1.0})",
                                        R"({"a":1e2})",
                                        R"({"a":+1})",
                                        R"({"a":tru})",
                                        R"({"a":[1,]})",
                                        R"({"a":[1 ]})",
                                        R"({"a":"\u0041"})",
                                        "{\"a\":\"\n\"}",
                                        R"({"a":"x})",
                                        R"({a:1})",
                                        R"({"a":9007199254740993})",
                                        "{\"a\":\"\xFF\"}",
                                        "\xEF\xBB\xBF{}"}) {
        EXPECT_FALSE(read_plain_json(text)) << text;
        EXPECT_FALSE(prints_itself(text)) << text;
    }
}

TEST(PlainJson, GivesTheElementsAsTheyStandInTheText) {
    const auto elements = read_plain_array(R"([{"a":[1]},"x",-2,[]])");
    ASSERT_TRUE(elements);
    EXPECT_EQ(*elements, (std::vector<std::string_view>{R"({"a":[1]})", R"("x")", "-2", "[]"}));
    EXPECT_TRUE(read_plain_array("[]"));
    for (const std::string_view text : {"", "[", "{}", "[1,]", "[1 ]", "[1]x", " [1]", "[,1]"})
        EXPECT_FALSE(read_plain_array(text)) << text;
    EXPECT_FALSE(read_plain_array("[1,2]", {.max_bytes = 4, .max_depth = 1}));
    EXPECT_FALSE(read_plain_array("[[1]]", {.max_bytes = 9, .max_depth = 1}));
}

TEST(PlainJson, BoundsDepth) {
    const auto nested = [](int levels) {
        std::string text = R"({"a":)";
        text.append(static_cast<std::size_t>(levels - 1), '[');
        text.append(static_cast<std::size_t>(levels - 1), ']');
        return text + "}";
    };
    EXPECT_TRUE(read_plain_json(nested(JsonLimits{}.max_depth)));
    EXPECT_TRUE(prints_itself(nested(JsonLimits{}.max_depth)));
    EXPECT_FALSE(read_plain_json(nested(JsonLimits{}.max_depth + 1)));
    EXPECT_FALSE(prints_itself(nested(JsonLimits{}.max_depth + 1)));
}

// Whatever it takes is canonical; texts that differ from canonical ones in a few places are where
// it could be wrong.
TEST(PlainJson, WhatItTakesPrintsItself) {
    constexpr std::string_view kPieces = "{}[]:,\"\\ 0123456789-.eatruflsn\n\x7F\xC3";
    Seeded random;
    int taken = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string text = canonical_json(Json{{"a", any_json(random, 3, true)},
                                               {"b", random.between(-20, 20)},
                                               {"c", {{"d", "e"}, {"f", Json::array({1, 2})}}}});
        for (std::int64_t n = random.between(0, 2); n > 0; --n) {
            const auto at = static_cast<std::size_t>(
                random.between(0, static_cast<std::int64_t>(text.size()) - 1));
            const char piece = kPieces[static_cast<std::size_t>(
                random.between(0, static_cast<std::int64_t>(kPieces.size()) - 1))];
            if (random.one_in(2))
                text[at] = piece;
            else
                text.insert(at, 1, piece);
        }
        const auto members = read_plain_json(text);
        if (!members) continue;
        ++taken;
        ASSERT_TRUE(prints_itself(text)) << text;
        const Json tree = parse_json(text).value();
        ASSERT_EQ(members->size(), tree.size());
        for (const auto& [name, value] : *members)
            ASSERT_EQ(parse_json(value).value(), tree.at(std::string(name))) << text;
    }
    EXPECT_GT(taken, 1'000);
}

}  // namespace
}  // namespace suanpan
