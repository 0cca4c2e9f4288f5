#include "base/check.hpp"
#include "base/json.hpp"
#include "tests/base/random_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace suanpan {
namespace {

// Null has no call of its own: entries have none.
void write(CanonicalWriter& writer, const Json& value) {
    if (value.is_object()) {
        writer.begin_object();
        for (const auto& item :
             value.items()) {  // nlohmann keeps keys in byte order, ours for ASCII
            writer.key(item.key());
            write(writer, item.value());
        }
        writer.end_object();
    } else if (value.is_array()) {
        writer.begin_array();
        for (const Json& item : value)
            write(writer, item);
        writer.end_array();
    } else if (value.is_string()) {
        writer.string(value.get_ref<const std::string&>());
    } else if (value.is_boolean()) {
        writer.boolean(value.get<bool>());
    } else if (value.is_null()) {
        writer.raw("null");
    } else {
        writer.integer(value.get<std::int64_t>());
    }
}

TEST(CanonicalWriter, EqualsCanonicalJsonOnRandomTrees) {
    Seeded random;
    for (int i = 0; i < 3'000; ++i) {
        const Json tree = any_json(random, 4, true);
        CanonicalWriter writer;
        write(writer, tree);
        const std::string text = writer.take();
        ASSERT_EQ(text, canonical_json(tree));
        ASSERT_TRUE(is_canonical_json(text));
    }
}

TEST(CanonicalWriter, WritesFieldsAndPositions) {
    CanonicalWriter writer;
    writer.begin_object();
    writer.field("kind", "trade");
    writer.key("lots");
    const std::size_t at = writer.position();
    writer.integer(-42);
    EXPECT_EQ(writer.position(), at + 3);
    writer.key("rest");
    writer.raw(R"({"a":[1]})");
    writer.field("time", "2026-11-20T08:00:00Z");
    writer.end_object();
    const std::string text = writer.take();
    EXPECT_EQ(text,
              R"({"kind":"trade","lots":-42,"rest":{"a":[1]},"time":"2026-11-20T08:00:00Z"})");
    EXPECT_EQ(text.substr(at, 3), "-42");
}

TEST(CanonicalWriter, ChecksTheOrderOfKeys) {
    const auto writes = [](std::string_view first, std::string_view second) {
        CanonicalWriter writer;
        writer.begin_object();
        writer.field(first, "");
        writer.field(second, "");
    };
    EXPECT_NO_THROW(writes("a", "b"));
    EXPECT_NO_THROW(writes("", "a"));
    EXPECT_NO_THROW(writes("a", "ab"));
    EXPECT_NO_THROW(writes("A_", "Aa"));
    EXPECT_THROW(writes("b", "a"), BugError);
    EXPECT_THROW(writes("a", "a"), BugError);
    EXPECT_THROW(writes("ab", "a"), BugError);
    EXPECT_THROW(writes("a", ""), BugError);
    EXPECT_THROW(writes("", ""), BugError);
    EXPECT_THROW(writes("a", "Z"), BugError);
}

TEST(CanonicalWriter, OrdersEachObjectByItself) {
    CanonicalWriter writer;
    writer.begin_object();
    writer.key("a");
    writer.begin_object();
    writer.field("z", "");
    writer.end_object();
    writer.key("b");
    writer.begin_array();
    for (int i = 0; i < 2; ++i) {
        writer.begin_object();
        writer.field("c", "");
        writer.end_object();
    }
    writer.end_array();
    EXPECT_THROW(writer.key("a"), BugError);
    writer.end_object();
    EXPECT_EQ(writer.take(), R"({"a":{"z":""},"b":[{"c":""},{"c":""}]})");
}

// Keys beyond ASCII were compared by bytes, which is not RFC 8785's order, and not refused.
TEST(CanonicalWriter, TakesAsciiKeysOnly) {
    CanonicalWriter writer;
    writer.begin_object();
    EXPECT_THROW(writer.key("\xC3\xB6"), BugError);
    EXPECT_THROW(writer.key("a\xF0\x9F\x98\x80"), BugError);
    writer.field("\x7F", "ö");
    writer.end_object();
    EXPECT_EQ(writer.take(), "{\"\x7F\":\"ö\"}");
}

TEST(CanonicalWriter, ChecksTheStructure) {
    const auto misuse = [](auto&& steps) {
        CanonicalWriter writer;
        EXPECT_THROW(steps(writer), BugError);
    };
    misuse([](CanonicalWriter& w) { w.key("a"); });
    misuse([](CanonicalWriter& w) { w.end_object(); });
    misuse([](CanonicalWriter& w) { w.end_array(); });
    misuse([](CanonicalWriter& w) { w.begin_object(), w.end_array(); });
    misuse([](CanonicalWriter& w) { w.begin_array(), w.end_object(); });
    misuse([](CanonicalWriter& w) { w.begin_array(), w.key("a"); });
    misuse([](CanonicalWriter& w) { w.begin_object(), w.string("a"); });
    misuse([](CanonicalWriter& w) { w.begin_object(), w.begin_array(); });
    misuse([](CanonicalWriter& w) { w.begin_object(), w.key("a"), w.key("b"); });
    misuse([](CanonicalWriter& w) { w.begin_object(), w.key("a"), w.end_object(); });
    misuse([](CanonicalWriter& w) { w.begin_object(), static_cast<void>(w.take()); });
    misuse([](CanonicalWriter& w) { w.integer(9'007'199'254'740'992); });
    misuse([](CanonicalWriter& w) { w.integer(-9'007'199'254'740'992); });
}

// A second value after the first, nothing at all and an empty raw text were let through.
TEST(CanonicalWriter, HoldsExactlyOneValue) {
    CanonicalWriter two;
    two.string("a");
    EXPECT_THROW(two.string("b"), BugError);
    CanonicalWriter nested;
    nested.begin_array();
    nested.end_array();
    EXPECT_THROW(nested.begin_array(), BugError);
    CanonicalWriter none;
    EXPECT_THROW(static_cast<void>(none.take()), BugError);
    EXPECT_THROW(none.raw(""), BugError);
}

TEST(CanonicalWriter, CanBeUsedAgain) {
    CanonicalWriter writer;
    writer.string(std::string(100, 'x'));
    EXPECT_EQ(writer.take().size(), 102U);
    writer.begin_array();
    writer.end_array();
    EXPECT_EQ(writer.take(), "[]");
}

}  // namespace
}  // namespace suanpan
