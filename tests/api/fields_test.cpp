#include "api/fields.hpp"

#include "base/decimal.hpp"
#include "base/duration.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace suanpan::api {

TEST(ApiFields, NotesEveryFaultWithItsPointer) {
    const Json body =
        *parse_json(R"({"a":1,"b":"x","c":{"d/e":true},"list":["1.5","x",3],"n":7,"flag":"yes"})");
    Faults faults;
    Fields fields(body, faults);
    EXPECT_FALSE(fields.need_text("a"));
    EXPECT_FALSE(fields.need_integer("b", 0, 9));
    EXPECT_FALSE(fields.need_integer("n", 0, 6));
    EXPECT_FALSE(fields.need_text("gone"));
    EXPECT_FALSE(fields.find_flag("flag"));
    const auto list = fields.find_list("list", 5, parse_money);
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0].value, 1'500'000);
    const Json* inner = fields.need_object("c");
    ASSERT_NE(inner, nullptr);
    Fields nested(*inner, faults, fields.pointer_of("c"));
    nested.finish();
    fields.finish();
    std::vector<std::string> seen;
    for (const Fault& fault : faults)
        seen.push_back(fault.pointer + " " + fault.code);
    const std::vector<std::string> wanted = {
        "/a wrong_type",    "/b wrong_type",       "/n out_of_range",    "/gone missing",
        "/flag wrong_type", "/list/1 bad_decimal", "/list/2 wrong_type", "/c/d~1e unknown_field"};
    EXPECT_EQ(seen, wanted);
}

TEST(ApiFields, BoundsTextsAndLists) {
    const Json body{{"text", std::string(11, 'x')}, {"list", Json::array({1, 2, 3})}};
    Faults faults;
    Fields fields(body, faults);
    EXPECT_FALSE(fields.need_text("text", 10));
    EXPECT_EQ(fields.need_array("list", 2), nullptr);
    fields.finish();
    ASSERT_EQ(faults.size(), 2U);
    EXPECT_EQ(faults[0].code, "too_long");
    EXPECT_EQ(faults[1].code, "too_many");
}

TEST(ApiFields, ReadsAndPrintsDurations) {
    const std::vector<std::pair<std::string, std::int64_t>> good = {
        {"PT1S", 1},          {"PT90M", 5'400},   {"P1D", 86'400}, {"P1DT6H", 108'000},
        {"PT1H30M5S", 5'405}, {"P2W", 1'209'600}, {"PT0S", 0}};
    for (const auto& [text, seconds] : good) {
        const auto parsed = parse_duration(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(parsed->value, seconds) << text;
        const auto again = parse_duration(format_duration(*parsed));
        ASSERT_TRUE(again);
        EXPECT_EQ(again->value, seconds);
    }
    for (const char* bad :
         {"", "P", "PT", "1H", "PT1", "PT1H1H", "PT1M1H", "P1H", "PT1.5H", "P1M", "P1Y", "-PT1H",
          "PT-1H", "pt1h", "P1DT", "PT1H ", "PT9999999999999S", "P999999999999W"})
        EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(ApiFields, ReadsWindowsThatRunForward) {
    const auto read = [](const char* text) {
        Faults faults;
        const Json body = *parse_json(text);
        Fields fields(body, faults);
        const auto window = read_window(fields, "window", true);
        return std::pair(window.has_value(), faults.empty() ? "" : faults[0].pointer);
    };
    const auto good =
        read(R"({"window":{"start":"2026-01-01T00:00:00Z","end":"2026-01-01T00:01:00Z"}})");
    EXPECT_TRUE(good.first);
    const auto empty =
        read(R"({"window":{"start":"2026-01-01T00:00:00Z","end":"2026-01-01T00:00:00Z"}})");
    EXPECT_FALSE(empty.first);
    EXPECT_EQ(empty.second, "/window/end");
    EXPECT_EQ(read("{}").second, "/window");
}

}  // namespace suanpan::api
