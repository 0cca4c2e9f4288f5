// Keeps by machine what a reader would otherwise have to look for.
#include "tests/style/rules.hpp"
#include "tests/style/source_tree.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace suanpan::style {

void PrintTo(const Rule& rule, std::ostream* out) {
    *out << rule.name;
}

namespace {

class Style : public testing::TestWithParam<Rule> {
 protected:
    static const std::vector<SourceFile>& tree() {
        static const std::vector<SourceFile> kTree = read_tree(SUANPAN_SOURCE_DIR);
        return kTree;
    }
};

TEST_P(Style, TreeKeepsRule) {
    const Rule& rule = GetParam();
    ASSERT_FALSE(tree().empty());
    for (const SourceFile& file : tree()) {
        for (const std::string& fault : rule.check(file)) {
            ADD_FAILURE() << file.path << ':' << fault << "\n  why: " << rule.reason;
        }
    }
}

TEST_P(Style, RuleTellsBadFromGood) {
    const Rule& rule = GetParam();
    EXPECT_EQ(rule.check(rule.bad).size(), 1U);
    EXPECT_EQ(rule.check(rule.good), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(Rules, Style, testing::ValuesIn(all_rules().begin(), all_rules().end()),
                         [](const auto& info) { return info.param.name; });

TEST(SourceTree, SeesThisFileAndNoBuildOutput) {
    bool seen = false;
    for (const SourceFile& file : read_tree(SUANPAN_SOURCE_DIR)) {
        seen = seen || file.path == "tests/style/style_test.cpp";
        EXPECT_NE(file.folder(), "build") << file.path;
    }
    EXPECT_TRUE(seen);
}

TEST(SourceTree, BlanksCommentsAndKeepsLines) {
    EXPECT_EQ(blank_comments("a // b\n/* c\n */ d", false), "a     \n    \n    d");
    EXPECT_EQ(blank_comments("x = \"// no\";", false), "x = \"// no\";");
    EXPECT_EQ(blank_comments("x = \"a\\\"b\"; // c", true), "x = \"    \";     ");
    EXPECT_EQ(blank_comments("R\"q(\" // )\" )q\" // c", true), "R\"q(        )q\"     ");
    EXPECT_EQ(blank_comments("1'000 + '\"' // c", true), "1'000 + ' '     ");
}

}  // namespace
}  // namespace suanpan::style
