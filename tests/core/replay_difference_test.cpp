#include "core/replay_difference.hpp"

#include "base/json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace suanpan::core {
namespace {

std::string told(std::string_view expected, std::string_view found, bool after_auction = false) {
    const Difference out = find_difference(LogIndex(7), expected, found, after_auction);
    return out.path + " | " + out.rule + " | " + out.expected + " | " + out.found;
}

TEST(ReplayDifference, NamesTheFirstMemberInTheOrderOfTheRules) {
    // "amount" stands before "sale" in the entry, but follows from it.
    EXPECT_EQ(told(R"({"body":{"lines":[{"amount":"1","sale":"1"}]},"kind":"settlement"})",
                   R"({"body":{"lines":[{"amount":"2","sale":"2"}]},"kind":"settlement"})"),
              "/body/lines/0/sale | metering-settlement, waterfall step 1 (S: price x final "
              "lot-time) | \"1\" | \"2\"");
    // What the body says comes before when and by whom.
    EXPECT_EQ(told(R"({"body":{"price":"1"},"kind":"trade","time":"1"})",
                   R"({"body":{"price":"2"},"kind":"trade","time":"2"})"),
              "/body/price | market §5 step 3 (the maker's limit price) | \"1\" | \"2\"");
}

TEST(ReplayDifference, NamesWhatOnlyOneSideHas) {
    EXPECT_EQ(told(R"({"body":{"lines":[1,2]},"kind":"settlement"})",
                   R"({"body":{"lines":[1]},"kind":"settlement"})"),
              "/body/lines/1 | metering-settlement, Settlement runs | 2 | nothing");
    EXPECT_EQ(told(R"({"body":{},"kind":"auction"})", R"({"body":{"price":"1"},"kind":"auction"})"),
              "/body/price | market §6 (the price at maximum volume and minimum surplus) | nothing "
              "| \"1\"");
    EXPECT_EQ(told(R"({"a":1,"kind":"lease"})", ""),
              " | market §7, §8 (holds, leases) | {\"a\":1,\"kind\":\"lease\"} | nothing");
    EXPECT_EQ(told("", R"({"kind":"trade"})"),
              " | market §5 (price-time priority) | nothing | {\"kind\":\"trade\"}");
}

TEST(ReplayDifference, ARefusalIsJudgedByWhatWasRefused) {
    EXPECT_EQ(told(R"({"kind":"refused","refused":"order"})", R"({"kind":"order"})"),
              "/kind | market §7 (risk, before anything matches) | "
              "{\"kind\":\"refused\",\"refused\":\"order\"} | {\"kind\":\"order\"}");
    EXPECT_EQ(told(R"({"code":"a","kind":"refused","refused":"readings"})",
                   R"({"code":"b","kind":"refused","refused":"readings"})"),
              "/code | metering-settlement, Meters (accepting) | \"a\" | \"b\"");
}

TEST(ReplayDifference, ATradeOfACallIsJudgedByTheCallsRules) {
    const std::string_view one = R"({"body":{"price":"1"},"kind":"trade"})";
    const std::string_view two = R"({"body":{"price":"2"},"kind":"trade"})";
    EXPECT_NE(told(one, two, true).find("market §6"), std::string::npos);
    EXPECT_EQ(told(one, two, false).find("market §6"), std::string::npos);
}

TEST(ReplayDifference, TakesAnyBytes) {
    for (const std::string_view odd : {"", "nonsense", "[]", "1", "null", R"({"kind":1})",
                                       R"({"kind":"refused","refused":2})", "\xff\xfe"}) {
        EXPECT_FALSE(
            to_string(find_difference(LogIndex(7), R"({"kind":"trade"})", odd, false)).empty());
        EXPECT_FALSE(to_string(find_difference(LogIndex(7), "", odd, false)).empty());
    }
    EXPECT_EQ(told(R"({"a/b~c":1,"kind":"pool"})", R"({"a/b~c":2,"kind":"pool"})"),
              "/a~1b~0c | ledger, Entries | 1 | 2");
}

TEST(ReplayDifference, ShowsNoMoreThanFits) {
    const std::string large = R"({"a":")" + std::string(5'000, 'x') + R"(","kind":"pool"})";
    const Difference out = find_difference(LogIndex(7), large, R"({"a":1,"kind":"pool"})", false);
    EXPECT_LT(out.expected.size(), 500U);
    // What is shown is whole characters, wherever the cut falls.
    for (std::size_t before = 0; before < 3; ++before) {
        std::string wide(before, 'x');
        for (int i = 0; i < 500; ++i)
            wide += "算";
        const std::string entry = R"({"a":")" + wide + R"(","kind":"pool"})";
        const Difference cut =
            find_difference(LogIndex(7), entry, R"({"a":1,"kind":"pool"})", false);
        EXPECT_TRUE(parse_json('"' + cut.expected.substr(1) + '"')) << cut.expected;
    }
}

}  // namespace
}  // namespace suanpan::core
