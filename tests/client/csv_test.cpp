#include "client/csv.hpp"

#include "base/check.hpp"

#include <gtest/gtest.h>

namespace suanpan::client {
namespace {

TEST(Csv, ReadsQuotedFieldsAndBothLineEnds) {
    const auto table = CsvTable::parse("a,b,c\r\n1,\"x, \"\"y\"\"\",3\n\"two\nlines\",,\"\"\n");
    ASSERT_TRUE(table) << table.error().detail();
    ASSERT_EQ(table->size(), 2U);
    EXPECT_EQ(table->at(0, "b"), "x, \"y\"");
    EXPECT_EQ(table->at(0, "c"), "3");
    EXPECT_EQ(table->at(1, "a"), "two\nlines");
    EXPECT_EQ(table->at(1, "c"), "");
}

TEST(Csv, NeedsNoNewlineAtTheEndAndSkipsEmptyLines) {
    const auto table = CsvTable::parse(
        "\xEF\xBB\xBF"
        "a,b\n1,2\n\n3,4");
    ASSERT_TRUE(table);
    EXPECT_TRUE(table->has("a"));
    ASSERT_EQ(table->size(), 2U);
    EXPECT_EQ(table->at(1, "b"), "4");
}

TEST(Csv, NamesTheLineThatIsWrong) {
    const auto faulty = [](std::string_view text, std::string_view line) {
        const auto table = CsvTable::parse(text);
        ASSERT_FALSE(table) << text;
        EXPECT_EQ(table.error().code(), "bad_csv");
        EXPECT_TRUE(table.error().detail().starts_with(line)) << table.error().detail();
    };
    faulty("a,b\n1,2\n3\n", "line 3");
    faulty("a,b\n1,2,3\n", "line 2");
    faulty("a,a\n", "line 1");
    faulty("a,b\n\"x\"y,2\n", "line 2");
    faulty("a,b\n1,\"open\n\n", "line 4");
}

TEST(Csv, AnUnknownColumnIsOurBug) {
    const auto table = CsvTable::parse("a\n1\n");
    ASSERT_TRUE(table);
    EXPECT_FALSE(table->has("b"));
    EXPECT_THROW((void)table->at(0, "b"), BugError);
    EXPECT_THROW((void)table->at(1, "a"), BugError);
}

}  // namespace
}  // namespace suanpan::client
