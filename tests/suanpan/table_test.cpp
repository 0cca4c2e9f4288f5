#include "apps/suanpan/table.hpp"

#include <gtest/gtest.h>

namespace suanpan::cli {
namespace {

TEST(Table, AlignsNumbersToTheRightAndTextToTheLeft) {
    const Json rows =
        Json::parse(R"([{"id":"a","w":{"n":"1.50"}},{"id":"bbb","w":{"n":"12.00"}},{"id":"c"}])");
    EXPECT_EQ(format_table(rows, {{"id", "/id"}, {"price", "/w/n"}}),
              "id   price\n"
              "a     1.50\n"
              "bbb  12.00\n"
              "c\n");
}

TEST(Table, CountsChineseCharactersTwice) {
    EXPECT_EQ(display_width("算盘"), 4U);
    EXPECT_EQ(display_width("CU·h"), 4U);
    const Json rows = Json::parse(R"([{"n":"算盘","m":"x"},{"n":"abcd","m":"y"}])");
    EXPECT_EQ(format_table(rows, {{"n", "/n"}, {"m", "/m"}}), "n     m\n算盘  x\nabcd  y\n");
}

TEST(Table, SaysWhenThereIsNothing) {
    EXPECT_EQ(format_table(Json::array(), {{"id", "/id"}}), "(none)\n");
}

TEST(Table, ObjectsAreLinesAndNestedOnesAreIndented) {
    const Json object = Json::parse(R"({"a":"x","b":{"c":1,"d":[1,2]},"e":[{"f":"g"}]})");
    EXPECT_EQ(format_object(object), "a: x\nb:\n  c: 1\n  d: 1,2\ne:\nf\ng\n");
}

}  // namespace
}  // namespace suanpan::cli
