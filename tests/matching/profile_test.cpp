#include "matching/profile.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace suanpan::matching {
namespace {

Profile profile_of(const char* json) {
    return parse_profile(Json::parse(json)).value();
}
Requirement requirement_of(const char* json) {
    return parse_requirement(Json::parse(json)).value();
}

TEST(Attributes, AreSortedByNameAndFound) {
    const auto& table = attribute_table();
    EXPECT_TRUE(std::is_sorted(table.begin(), table.end(),
                               [](const auto& a, const auto& b) { return a.name < b.name; }));
    for (std::size_t i = 0; i < table.size(); ++i)
        EXPECT_EQ(find_attribute(table[i].name), i);
    EXPECT_FALSE(find_attribute("memory"));
    EXPECT_FALSE(find_attribute(""));
    EXPECT_FALSE(find_attribute("zzz"));
}

struct Verdict {
    const char* profile;
    const char* requirement;
    bool met;
};

class Satisfies : public ::testing::TestWithParam<Verdict> {};

TEST_P(Satisfies, ByTheTypeOfTheAttribute) {
    const Profile profile = profile_of(GetParam().profile);
    const Requirement requirement = requirement_of(GetParam().requirement);
    EXPECT_EQ(satisfies(profile, requirement), GetParam().met);
    EXPECT_EQ(explain(profile, requirement).empty(), GetParam().met);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Satisfies,
    ::testing::Values(
        Verdict{"{}", "{}", true}, Verdict{R"({"memory_gib":"80"})", "{}", true},
        Verdict{R"({"memory_gib":"80"})", R"({"memory_gib":{"at_least":"80"}})", true},
        Verdict{R"({"memory_gib":"79.999"})", R"({"memory_gib":{"at_least":"80"}})", false},
        Verdict{"{}", R"({"memory_gib":{"at_least":"0"}})", false},
        Verdict{R"({"pue":"1.2"})", R"({"pue":{"at_most":"1.2"}})", true},
        Verdict{R"({"pue":"1.201"})", R"({"pue":{"at_most":"1.2"}})", false},
        Verdict{R"({"pue":"1.1"})", R"({"pue":{"at_most":"1.2","at_least":"1.15"}})", false},
        Verdict{R"({"hub":"gansu"})", R"({"hub":{"one_of":["guizhou","gansu"]}})", true},
        Verdict{R"({"hub":"ningxia"})", R"({"hub":{"one_of":["guizhou","gansu"]}})", false},
        Verdict{R"({"software":["cuda","rocm"]})", R"({"software":{"all_of":["rocm","cuda"]}})",
                true},
        Verdict{R"({"software":["cuda"]})", R"({"software":{"all_of":["cuda","rocm"]}})", false},
        Verdict{R"({"software":["cuda"]})", R"({"software":{"one_of":["cuda","rocm"]}})", true},
        Verdict{R"({"software":["cann"]})", R"({"software":{"one_of":["cuda","rocm"]}})", false},
        Verdict{R"({"firm":true})", R"({"firm":true})", true},
        Verdict{R"({"firm":false})", R"({"firm":true})", false},
        Verdict{R"({"firm":false})", R"({"firm":false})", true},
        Verdict{R"({"firm":true})", R"({"firm":false})", false},
        Verdict{"{}", R"({"firm":false})", false},
        Verdict{R"({"rtt_ms":{"beijing":"20"}})", R"({"rtt_ms":{"beijing":{"at_most":"20"}}})",
                true},
        Verdict{R"({"rtt_ms":{"beijing":"20.001"}})", R"({"rtt_ms":{"beijing":{"at_most":"20"}}})",
                false},
        Verdict{R"({"rtt_ms":{"shanghai":"5"}})", R"({"rtt_ms":{"beijing":{"at_most":"20"}}})",
                false},
        Verdict{R"({"hub":"gansu","pue":"1.5"})",
                R"({"hub":{"one_of":["gansu"]},"pue":{"at_most":"1.2"}})", false}));

TEST(Profile, PrintsCanonicallyAndReadsBack) {
    const char* text =
        R"({"firm":true,"hub":"guizhou","memory_gib":"80","rtt_ms":{"beijing":"38.2","local":"0"},)"
        R"("software":["cann","cuda"]})";
    const Profile profile = profile_of(text);
    EXPECT_EQ(canonical(profile), text);
    EXPECT_EQ(profile_of(R"({"software":["cuda","cann","cuda"],"memory_gib":"80.000","firm":true,)"
                         R"("rtt_ms":{"local":"0.0","beijing":"38.200"},"hub":"guizhou"})"),
              profile);
}

TEST(Requirement, PrintsCanonicallyAndReadsBack) {
    const char* text =
        R"({"firm":false,"hub":{"one_of":["gansu","guizhou"]},)"
        R"("memory_gib":{"at_least":"64","at_most":"100.5"},)"
        R"("rtt_ms":{"beijing":{"at_most":"20"}},"software":{"all_of":["cuda"],"one_of":["x"]}})";
    EXPECT_EQ(canonical(requirement_of(text)), text);
    EXPECT_EQ(canonical(Requirement()), "{}");
}

TEST(Requirement, IsDescribedInWords) {
    const Requirement asked = requirement_of(
        R"({"memory_gib":{"at_least":"80"},"rtt_ms":{"beijing":{"at_most":"20.5"}},"firm":true,)"
        R"("software":{"all_of":["cuda","nccl"]}})");
    std::vector<std::string> words;
    for (const Condition& condition : asked.conditions)
        words.push_back(describe(condition));
    const std::vector<std::string> expected{"firm is true", "memory_gib at least 80",
                                            "rtt_ms of beijing at most 20.5",
                                            "software all of cuda, nccl"};
    EXPECT_EQ(words, expected);
}

struct Refusal {
    bool is_requirement;
    const char* json;
    std::vector<std::string> faults;  // "pointer code"
};

class Refuses : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refuses, NamingEachFault) {
    const Json json = Json::parse(GetParam().json);
    Error error("", "");
    if (GetParam().is_requirement) {
        const auto parsed = parse_requirement(json);
        ASSERT_FALSE(parsed);
        error = parsed.error();
        EXPECT_EQ(error.code(), "bad_requirement");
    } else {
        const auto parsed = parse_profile(json);
        ASSERT_FALSE(parsed);
        error = parsed.error();
        EXPECT_EQ(error.code(), "bad_profile");
    }
    std::vector<std::string> faults;
    for (const Fault& fault : error.faults())
        faults.push_back(fault.pointer + " " + fault.code);
    EXPECT_EQ(faults, GetParam().faults);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Refuses,
    ::testing::Values(
        Refusal{false, "[]", {" wrong_type"}}, Refusal{false, "null", {" wrong_type"}},
        Refusal{false,
                R"({"memory":"1","memory_gib":80,"pue":"1.2345","hub":""})",
                {"/hub bad_text", "/memory unknown_attribute", "/memory_gib wrong_type",
                 "/pue too_many_decimals"}},
        Refusal{false, R"({"memory_gib":"-1"})", {"/memory_gib negative"}},
        Refusal{false, R"({"memory_gib":"8e1"})", {"/memory_gib bad_decimal"}},
        Refusal{false, R"({"memory_gib":"9223372036854775808"})", {"/memory_gib overflow"}},
        Refusal{false, R"({"rtt_ms":"20"})", {"/rtt_ms wrong_type"}},
        Refusal{false,
                R"({"rtt_ms":{"a/b~c":20,"":"1"}})",
                {"/rtt_ms/ bad_text", "/rtt_ms/a~1b~0c wrong_type"}},
        Refusal{false, R"({"software":"cuda"})", {"/software wrong_type"}},
        Refusal{false, R"({"software":[]})", {"/software too_many"}},
        Refusal{false,
                R"({"software":["cuda",1,""]})",
                {"/software/1 wrong_type", "/software/2 bad_text"}},
        Refusal{false, R"({"firm":"yes"})", {"/firm wrong_type"}},
        Refusal{true, R"({"memory_gib":"80"})", {"/memory_gib wrong_type"}},
        Refusal{true, R"({"memory_gib":{}})", {"/memory_gib wrong_type"}},
        Refusal{true,
                R"({"memory_gib":{"one_of":["80"]},"hub":{"at_least":"x","one_of":[]},"firm":{}})",
                {"/firm wrong_type", "/hub/at_least unknown_operator", "/hub/one_of too_many",
                 "/memory_gib/one_of unknown_operator"}},
        Refusal{true, R"({"hub":{"all_of":["x"]}})", {"/hub/all_of unknown_operator"}}));

TEST(Profile, IsBounded) {
    Json many = Json::object();
    for (int i = 0; i < 513; ++i)
        many["rtt_ms"]["place" + std::to_string(i)] = "1";
    const auto parsed = parse_profile(many);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().faults().at(0).code, "too_many");
    const Json long_text{{"hub", std::string(129, 'x')}};
    EXPECT_FALSE(parse_profile(long_text));
    Json faulty = Json::object();
    for (int i = 0; i < 1'000; ++i)
        faulty["wrong" + std::to_string(i)] = 1;
    EXPECT_EQ(parse_profile(faulty).error().faults().size(), 100U);
}

}  // namespace
}  // namespace suanpan::matching
