#include "base/json.hpp"

#include "base/check.hpp"
#include "tests/base/random_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <map>
#include <utility>

namespace suanpan {
namespace {

std::string code_of(std::string_view text, const JsonLimits& limits = {}) {
    const auto got = parse_json(text, limits);
    return got ? "accepted" : got.error().code();
}

std::string canonical(std::string_view text) {
    const auto got = parse_json(text);
    return got ? canonical_json(*got) : got.error().code();
}

// RFC 8785 §3.2.3.
TEST(CanonicalJson, Rfc8785SortingExample) {
    const std::string_view input = R"({
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\ud83d\ude00": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis"
    })";
    EXPECT_EQ(
        canonical(input),
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\","
        "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
        "\"😀\":\"Emoji: Grinning Face\",\"\xEF\xAC\xB3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

// RFC 8785 §3.2.2, its strings and literals; its numbers are none of ours (see the header).
TEST(CanonicalJson, Rfc8785StringExample) {
    EXPECT_EQ(
        canonical(R"({
        "numbers": [333333333, 0, -7],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
    })"),
        R"({"literals":[null,true,false],"numbers":[333333333,0,-7],"string":"€$\u000f\nA'B\"\\\\\"/"})");
}

// RFC 8785's other published pairs (weird, structures, unicode).
TEST(CanonicalJson, Rfc8785Pairs) {
    EXPECT_EQ(
        canonical(R"({"</script>":"","\n":"","\u0080":"Control\u007f","\ud83d\ude02":"","1":""})"),
        "{\"\\n\":\"\",\"1\":\"\",\"</script>\":\"\",\"\xC2\x80\":\"Control\x7F\",\"😂\":\"\"}");
    EXPECT_EQ(
        canonical(
            R"({"1":{"f":{"f":"hi","F":5},"\n":56},"10":{},"":"empty","a":{},"111":[{"e":"yes","E":"no"}],"A":{}})"),
        R"({"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}})");
    EXPECT_EQ(canonical(R"({"Unnormalized Unicode":"A\u030a"})"),
              "{\"Unnormalized Unicode\":\"A\xCC\x8A\"}");
}

TEST(CanonicalJson, EscapesOnlyWhatItMust) {
    for (int c = 0; c < 0x80; ++c) {
        const std::string text(1, static_cast<char>(c));
        std::string expected = text;
        if (c < 0x20) {
            char buffer[8];
            std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(c));
            expected = buffer;
        }
        const std::pair<char, const char*> shorts[] = {{'\b', "\\b"}, {'\t', "\\t"}, {'\n', "\\n"},
                                                       {'\f', "\\f"}, {'\r', "\\r"}, {'"', "\\\""},
                                                       {'\\', "\\\\"}};
        for (const auto& [plain, escaped] : shorts) {
            if (c == plain) expected = escaped;
        }
        EXPECT_EQ(canonical_json(Json(text)), '"' + expected + '"') << c;
        if (c != 0) EXPECT_EQ(parse_json('"' + expected + '"').value(), Json(text)) << c;
    }
}

// The slow model: keys compared as sequences of UTF-16 code units. Objects of many keys too, since
// a sort of two asks the comparison in one direction only.
TEST(CanonicalJson, SortsKeysByUtf16) {
    Seeded random;
    for (int i = 0; i < 10'000; ++i) {
        std::map<std::u16string, std::string> sorted;
        Json object = Json::object();
        for (std::int64_t n = random.between(2, i % 10 == 0 ? 40 : 3); n > 0; --n) {
            const std::u32string key = any_code_points(random, 3);
            sorted[to_utf16(key)] = to_utf8(key);
            object[to_utf8(key)] = 1;
        }
        std::string expected = "{";
        for (const auto& [order, key] : sorted) {
            if (expected.size() > 1) expected += ',';
            expected += canonical_json(Json(key)) + ":1";
        }
        ASSERT_EQ(canonical_json(object), expected + "}");
    }
}

TEST(CanonicalJson, IsAFixedPoint) {
    Seeded random;
    for (int i = 0; i < 2'000; ++i) {
        const Json tree = any_json(random, 4);
        const std::string text = canonical_json(tree);
        ASSERT_EQ(parse_json(text).value(), tree) << text;
        ASSERT_TRUE(is_canonical_json(text)) << text;
        ASSERT_EQ(canonical(tree.dump(2)), text);
        ASSERT_EQ(canonical(tree.dump(-1, ' ', true)), text);
    }
}

TEST(CanonicalJson, KnowsOtherTexts) {
    for (const std::string_view text :
         {"{}", "[]", "0", "-1", "\"\"", "null", R"({"a":1,"b":[2,"c"]})"}) {
        EXPECT_TRUE(is_canonical_json(text)) << text;
    }
    for (const std::string_view text :
         {"", " {}", "{} ", "{}\n", "[1, 2]", R"({"b":1,"a":2})", R"({"a":1,"a":1})", "-0", "1.0",
          "1e2", "01", R"("\u0041")", R"("\/")", R"("\u000A")", R"("\u001F")", "nul", "{\"a\": 1}",
          "\xEF\xBB\xBF{}"}) {
        EXPECT_FALSE(is_canonical_json(text)) << text;
    }
    EXPECT_FALSE(is_canonical_json(std::string_view("{}\0", 3)));
}

TEST(CanonicalJson, HoldsNoNumberThatAPeerWouldReadOtherwise) {
    EXPECT_THROW(static_cast<void>(canonical_json(Json(1.5))), BugError);
    EXPECT_THROW(static_cast<void>(canonical_json(Json(9'007'199'254'740'992))), BugError);
    EXPECT_THROW(static_cast<void>(canonical_json(Json(-9'007'199'254'740'992))), BugError);
    EXPECT_THROW(static_cast<void>(canonical_json(Json(~std::uint64_t{0}))), BugError);
    EXPECT_EQ(canonical_json(Json(9'007'199'254'740'991)), "9007199254740991");
    EXPECT_EQ(canonical_json(Json(-9'007'199'254'740'991)), "-9007199254740991");
}

TEST(ParseJson, RefusesDuplicateKeys) {
    EXPECT_EQ(code_of(R"({"a":1,"a":2})"), "duplicate_key");
    EXPECT_EQ(code_of(R"({"a":1,"b":{"c":{},"c":[]}})"), "duplicate_key");
    EXPECT_EQ(code_of(R"({"a":1,"\u0061":2})"), "duplicate_key");
    EXPECT_EQ(code_of(R"({"":1,"":2})"), "duplicate_key");
    EXPECT_EQ(code_of(R"({"a":{"b":1},"b":1})"), "accepted");
    EXPECT_EQ(code_of(R"([{"a":1},{"a":1}])"), "accepted");
    EXPECT_EQ(code_of(R"({"a":1,"A":2})"), "accepted");
}

// The whole key, up to the size of the body, was repeated in the answer.
TEST(ParseJson, DoesNotRepeatALongKey) {
    const std::string key(100'000, 'k');
    const auto got = parse_json("{\"" + key + "\":1,\"" + key + "\":2}");
    ASSERT_FALSE(got.has_value());
    EXPECT_EQ(got.error().code(), "duplicate_key");
    EXPECT_LT(got.error().detail().size(), 200U);
    EXPECT_NE(parse_json(R"({"price":1,"price":2})").error().detail().find("\"price\""),
              std::string::npos);
}

TEST(ParseJson, BoundsDepth) {
    const auto nested = [](int depth) {
        return std::string(static_cast<std::size_t>(depth), '[') +
               std::string(static_cast<std::size_t>(depth), ']');
    };
    EXPECT_EQ(code_of(nested(32)), "accepted");
    EXPECT_EQ(code_of(nested(33)), "json_too_deep");
    EXPECT_EQ(code_of(std::string(500'000, '[')), "json_too_deep");
    EXPECT_EQ(code_of(nested(2), JsonLimits{100, 1}), "json_too_deep");
    EXPECT_EQ(code_of("1", JsonLimits{100, 0}), "accepted");
    EXPECT_EQ(code_of("[]", JsonLimits{100, 0}), "json_too_deep");
    std::string objects;
    for (int i = 0; i < 33; ++i)
        objects += "{\"a\":";
    EXPECT_EQ(code_of(objects), "json_too_deep");
    // Depth, not number: containers beside each other do not add up.
    std::string wide = "[";
    for (int i = 0; i < 1'000; ++i)
        wide += "[{}],";
    EXPECT_EQ(code_of(wide + "0]"), "accepted");
}

TEST(ParseJson, BoundsSize) {
    EXPECT_EQ(code_of("[1,2,3]", JsonLimits{7, 32}), "accepted");
    EXPECT_EQ(code_of("[1,2,3]", JsonLimits{6, 32}), "body_too_large");
    EXPECT_EQ(code_of(std::string(1'048'577, ' ')), "body_too_large");
}

TEST(ParseJson, TakesIntegersOfFiftyThreeBitsOnly) {
    EXPECT_EQ(parse_json("9007199254740991").value(), Json(9'007'199'254'740'991));
    EXPECT_EQ(parse_json("-9007199254740991").value(), Json(-9'007'199'254'740'991));
    EXPECT_EQ(canonical("-0"), "0");
    for (const std::string_view text :
         {"9007199254740992", "-9007199254740992", "9223372036854775808", "-9223372036854775809",
          "18446744073709551615", "18446744073709551616", "1.5", "1.0", "-0.0", "1e2", "1E2",
          "1e-2", "0e0"}) {
        EXPECT_EQ(code_of(text), "bad_number") << text;
    }
}

// A number beyond the range of floating point was called malformed JSON.
TEST(ParseJson, CallsHugeNumbersNumbers) {
    EXPECT_EQ(code_of("1e999"), "bad_number");
    EXPECT_EQ(code_of("[-1e400]"), "bad_number");
    EXPECT_EQ(code_of(std::string(1'000, '9')), "bad_number");
}

TEST(ParseJson, RefusesWhatIsNotJson) {
    const std::string_view bad[] = {"",
                                    " ",
                                    "{",
                                    "}",
                                    "[",
                                    "]",
                                    "{]",
                                    "[}",
                                    "[1,]",
                                    "[,1]",
                                    "[1 2]",
                                    "{\"a\"}",
                                    "{\"a\":}",
                                    "{a:1}",
                                    "{'a':1}",
                                    "{,}",
                                    "{\"a\":1,}",
                                    "{1:2}",
                                    "nul",
                                    "True",
                                    "NaN",
                                    "Infinity",
                                    "-",
                                    "+1",
                                    "01",
                                    "-01",
                                    "1.",
                                    ".5",
                                    "1e",
                                    "0x1",
                                    "\"",
                                    "\"a",
                                    "'a'",
                                    "\"\\\"",
                                    "\"\\x\"",
                                    "\"\\u12\"",
                                    "\"\\u12G4\"",
                                    "// c\n1",
                                    "/* c */1",
                                    "# c\n1",
                                    "1 1",
                                    "{}{}",
                                    "[]x",
                                    "\"\n\"",
                                    "\"\t\"",
                                    "\xEF\xBB\xBF",
                                    "\xFE\xFF\x00\x31",
                                    "undefined"};
    for (const std::string_view text : bad)
        EXPECT_EQ(code_of(text), "bad_json") << text;
    EXPECT_EQ(code_of(std::string_view()), "bad_json");
}

TEST(ParseJson, RefusesInvalidUtf8AndLoneSurrogates) {
    const std::string_view bad[] = {"\x80",
                                    "\xBF",
                                    "\xC0\x80",
                                    "\xC1\xBF",
                                    "\xC3",
                                    "\xC3(",
                                    "\xE0\x80\x80",
                                    "\xE0\x9F\xBF",
                                    "\xE2\x82",
                                    "\xE2(\xA1",
                                    "\xED\xA0\x80",
                                    "\xED\xBF\xBF",
                                    "\xF0\x80\x80\x80",
                                    "\xF0\x8F\xBF\xBF",
                                    "\xF4\x90\x80\x80",
                                    "\xF5\x80\x80\x80",
                                    "\xF8\x88\x80\x80\x80",
                                    "\xFE",
                                    "\xFF",
                                    "\\ud800",
                                    "\\udc00",
                                    "\\ud800x",
                                    "\\ud800\\u0041",
                                    "\\ud800\\ud800",
                                    "\\udc00\\ud800",
                                    "\\uD83D",
                                    "\\ud83d\\n"};
    for (const std::string_view inside : bad) {
        EXPECT_EQ(code_of("\"" + std::string(inside) + "\""), "bad_json") << inside;
        EXPECT_EQ(code_of("{\"" + std::string(inside) + "\":1}"), "bad_json") << inside;
    }
    EXPECT_EQ(parse_json(R"("\ud83d\ude00")").value(), Json("😀"));
    EXPECT_EQ(parse_json("\"\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\xF4\x8F\xBF\xBF\"")
                  .value()
                  .get<std::string>()
                  .size(),
              13U);
}

// The parser below takes a NUL for the end of its input: all that followed was accepted unread.
TEST(ParseJson, ANulIsNotTheEnd) {
    using namespace std::string_view_literals;
    for (const std::string_view text :
         {"{}\0"sv, "{}\0garbage"sv, "1\0"sv, "\0"sv, "\0{}"sv, "[1,\0 2]"sv, "[1\0]"sv,
          "\"a\0b\""sv, "{\"a\0\":1}"sv, "null\0null"sv}) {
        EXPECT_EQ(code_of(text), "bad_json") << text;
    }
}

// Written as an escape it was let through, and the database refused the whole batch it was in.
TEST(ParseJson, RefusesAnEscapedNul) {
    EXPECT_EQ(code_of(R"("a\u0000b")"), "bad_character");
    EXPECT_EQ(code_of(R"({"a\u0000":1})"), "bad_character");
    EXPECT_EQ(code_of(R"("a\u0001b")"), "accepted");
}

// A byte order mark was skipped, so two texts were read as the same (RFC 8259 §8.1 forbids to send
// one).
TEST(ParseJson, RefusesAByteOrderMark) {
    EXPECT_EQ(code_of("\xEF\xBB\xBF{}"), "bad_json");
    EXPECT_EQ(code_of("\xEF\xBB\xBF\xEF\xBB\xBF{}"), "bad_json");
    EXPECT_EQ(code_of("\"\xEF\xBB\xBF\""), "accepted");
}

// Open containers are held by pointer. An element is only added to the innermost one, so no array
// grows while something inside it is open; here every level grows many times after an inner one was
// closed.
TEST(ParseJson, NestedArraysGrowUnderOpenPointers) {
    std::string text = "1";
    Json expected = 1;
    for (int level = 0; level < 5; ++level) {
        std::string outer = "[";
        Json array = Json::array();
        for (int i = 0; i < 9; ++i) {
            outer += text + "," + std::to_string(i) + ",{\"k\":" + text + ",\"l\":[]},";
            array.push_back(expected);
            array.push_back(i);
            array.push_back(Json{{"k", expected}, {"l", Json::array()}});
            if (level > 2) break;
        }
        text = outer + "null]";
        array.push_back(nullptr);
        expected = array;
    }
    EXPECT_EQ(parse_json(text).value(), expected);
    EXPECT_EQ(parse_json("[[[1],[2,[3,[4]]]],[[],[[]],[[],[]]],5]").value().dump(),
              "[[[1],[2,[3,[4]]]],[[],[[]],[[],[]]],5]");
}

TEST(ParseJson, AgreesWithTheTreesItPrints) {
    Seeded random;
    for (int i = 0; i < 2'000; ++i) {
        const Json tree = any_json(random, 5);
        ASSERT_EQ(parse_json(tree.dump()).value(), tree);
    }
}

}  // namespace
}  // namespace suanpan
