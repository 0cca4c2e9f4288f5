#include "ledger/policy.hpp"

#include "support/seed.hpp"
#include "tests/ledger/keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace suanpan::ledger {
namespace {

// "log L1 url" -> the key's text in the place of its short name.
std::string expand(std::string text) {
    std::map<std::string, std::string> names;
    for (std::uint8_t n = 1; n < 10; ++n) {
        names["<L" + std::to_string(n) + ">"] = to_string(keys::log(n));
        names["<W" + std::to_string(n) + ">"] = to_string(keys::witness(n));
    }
    // The same key under another name.
    names["<W1'>"] = to_string(
        make_verifier_key("other.example", KeyType::kCosignatureV1, keys::signing(1).public_key()));
    for (const auto& [name, key] : names) {
        for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at))
            text.replace(at, name.size(), key);
    }
    return text;
}

// The specification's example: two of X and one of Y.
constexpr std::string_view kTwoLevels = R"(log <L1>

witness X1 <W1>
witness X2 <W2>
witness X3 <W3>
group X-witnesses 2 X1 X2 X3

witness Y1 <W4>
witness Y2 <W5>
witness Y3 <W6>
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
)";

Policy policy_of(std::string_view text) {
    auto policy = parse_policy(expand(std::string(text)));
    EXPECT_TRUE(policy) << policy.error().detail();
    return policy.value_or(Policy());
}

bool is_met_by(const Policy& policy, const std::vector<std::uint8_t>& witnesses) {
    static const std::vector<VerifierKey> kKeys = [] {
        std::vector<VerifierKey> out;
        for (std::uint8_t n = 0; n < 10; ++n)
            out.push_back(keys::witness(n));
        return out;
    }();
    std::vector<VerifierKey> cosigners;
    for (const std::uint8_t n : witnesses)
        cosigners.push_back(kKeys[n]);
    return is_met(policy, cosigners);
}

TEST(Policy, ReadsSpecificationExample) {
    const Policy policy = policy_of(kTwoLevels);
    ASSERT_EQ(policy.logs.size(), 1U);
    EXPECT_EQ(policy.logs[0].key, keys::log(1));
    EXPECT_EQ(policy.logs[0].url, "");
    ASSERT_EQ(policy.witnesses.size(), 6U);
    EXPECT_EQ(policy.witnesses[3], (PolicyWitness{"Y1", keys::witness(4), ""}));
    ASSERT_EQ(policy.groups.size(), 3U);
    EXPECT_EQ(policy.groups[0], (PolicyGroup{"X-witnesses", 2, {"X1", "X2", "X3"}}));
    EXPECT_EQ(policy.groups[1].threshold, 1U);
    EXPECT_EQ(policy.groups[2].threshold, 2U);
    EXPECT_EQ(policy.quorum, "X-and-Y");
    EXPECT_EQ(log_keys(policy), (std::vector{keys::log(1)}));
    EXPECT_EQ(witness_keys(policy).size(), 6U);
    EXPECT_EQ(fewest_cosigners(policy), 3U);
}

TEST(Policy, QuorumOfTwoLevels) {
    const Policy policy = policy_of(kTwoLevels);
    EXPECT_TRUE(is_met_by(policy, {1, 3, 5}));
    EXPECT_TRUE(is_met_by(policy, {6, 2, 1}));
    EXPECT_TRUE(is_met_by(policy, {1, 2, 3, 4, 5, 6}));
    EXPECT_FALSE(is_met_by(policy, {}));
    EXPECT_FALSE(is_met_by(policy, {1, 2, 3}));
    EXPECT_FALSE(is_met_by(policy, {4, 5, 6}));
    EXPECT_FALSE(is_met_by(policy, {1, 4, 5, 6}));
    // One witness twice is one witness, and strangers are none.
    EXPECT_FALSE(is_met_by(policy, {1, 1, 4}));
    EXPECT_FALSE(is_met_by(policy, {1, 7, 8, 4}));
}

TEST(Policy, EveryThresholdCountsExactly) {
    for (std::size_t k = 1; k <= 5; ++k) {
        const Policy policy = policy_of(
            "witness a <W1>\nwitness b <W2>\nwitness c <W3>\nwitness d <W4>\n"
            "witness e <W5>\ngroup g " +
            std::to_string(k) + " a b c d e\nquorum g\n");
        EXPECT_EQ(fewest_cosigners(policy), k);
        for (unsigned mask = 0; mask < 32; ++mask) {
            std::vector<std::uint8_t> who;
            for (std::uint8_t n = 1; n <= 5; ++n) {
                if ((mask >> (n - 1) & 1) != 0) who.push_back(n);
            }
            EXPECT_EQ(is_met_by(policy, who), who.size() >= k) << k << " of " << mask;
        }
    }
}

TEST(Policy, AKeyOfTheSameNameIsNotTheWitness) {
    const Policy policy = policy_of("witness a <W1>\nquorum a\n");
    const std::vector<VerifierKey> impostor = {make_verifier_key(
        keys::witness_name(1), KeyType::kCosignatureV1, keys::signing(9).public_key())};
    EXPECT_FALSE(is_met(policy, impostor));
    EXPECT_TRUE(is_met_by(policy, {1}));
}

TEST(Policy, NoneAsksForNobody) {
    const Policy policy = policy_of("quorum none\n");
    EXPECT_TRUE(is_met_by(policy, {}));
    EXPECT_EQ(fewest_cosigners(policy), 0U);
    EXPECT_TRUE(policy.logs.empty());
}

TEST(Policy, PrintedReadsTheSame) {
    for (const std::string_view text :
         {kTwoLevels, std::string_view("quorum none\n"),
          std::string_view("log <L1> https://log.example/\nlog <L2>\n"
                           "witness w <W1> https://w.example/x\nquorum w\n")}) {
        const Policy policy = policy_of(text);
        const auto back = parse_policy(to_string(policy));
        ASSERT_TRUE(back) << back.error().detail();
        EXPECT_EQ(*back, policy);
    }
}

TEST(Policy, BlanksCommentsAndForeignBytesAreAllowed) {
    const Policy policy = policy_of(
        "# a comment with \xC3\xA9 and \xFF\n \t \n\n   # another\n"
        "\t witness\t \xE2\x84\xAA  <W1>\thttps://x.example/ \t\n"
        "witness K <W2>\n"
        "group all all \xE2\x84\xAA K\n"
        "  quorum   all  \n");
    ASSERT_EQ(policy.witnesses.size(), 2U);
    EXPECT_EQ(policy.witnesses[0].url, "https://x.example/");
    EXPECT_EQ(policy.quorum, "all");
    EXPECT_FALSE(is_met_by(policy, {1}));
    EXPECT_TRUE(is_met_by(policy, {1, 2}));
}

TEST(Policy, ThirtyTwoOfEachAndMoreAreAccepted) {
    std::string text;
    std::string names;
    for (std::uint8_t n = 0; n < 64; ++n) {
        const std::string name = "w" + std::to_string(n);
        text += "log " + to_string(keys::log(n)) + "\n";
        text += "witness " + name + " " + to_string(keys::witness(n)) + "\n";
        text += "group g" + std::to_string(n) + " 1 " + name + "\n";
        names += " g" + std::to_string(n);
    }
    const std::string quorum = "quorum g63\n";
    ASSERT_TRUE(parse_policy(text + quorum));
    EXPECT_FALSE(parse_policy(text + "group all 64" + names + "\n" + quorum));
    EXPECT_FALSE(parse_policy(text + "log " + to_string(keys::log(100)) + "\n" + quorum));
    EXPECT_FALSE(parse_policy(text + "witness x " + to_string(keys::witness(100)) + "\n" + quorum));
}

// The definition, by recursion over names.
bool is_witnessed(const Policy& policy, const std::string& name, unsigned mask) {
    for (std::size_t i = 0; i < policy.witnesses.size(); ++i) {
        if (policy.witnesses[i].name == name) return (mask >> i & 1) != 0;
    }
    const auto group = std::ranges::find(policy.groups, name, &PolicyGroup::name);
    const auto count = std::ranges::count_if(group->members, [&](const std::string& member) {
        return is_witnessed(policy, member, mask);
    });
    return static_cast<std::size_t>(count) >= group->threshold;
}

// Up to eight witnesses, in groups of groups; each name a member at most once.
std::string random_policy(std::mt19937_64& random) {
    std::string text;
    std::vector<std::string> free;
    const auto witnesses = static_cast<std::uint8_t>(random() % 8 + 1);
    for (std::uint8_t n = 1; n <= witnesses; ++n) {
        free.push_back("w" + std::to_string(n));
        text += "witness " + free.back() + " " + to_string(keys::witness(n)) + "\n";
    }
    for (std::uint64_t n = 0; n < random() % 4; ++n) {
        std::ranges::shuffle(free, random);
        const std::size_t count = random() % free.size() + 1;
        const std::string name = "g" + std::to_string(n);
        text += "group " + name + " " + std::to_string(random() % count + 1);
        for (std::size_t i = 0; i < count; ++i) {
            text += " " + free.back();
            free.pop_back();
        }
        text += "\n";
        free.push_back(name);
    }
    return text + "quorum " + free[random() % free.size()] + "\n";
}

TEST(Policy, AnyPolicyIsMetByExactlyTheSetsOfItsDefinition) {
    std::mt19937_64 random(support::test_seed());
    for (int round = 0; round < 60; ++round) {
        const std::string text = random_policy(random);
        const auto policy = parse_policy(text);
        ASSERT_TRUE(policy) << policy.error().detail() << "\n" << text;
        std::size_t fewest = policy->witnesses.size() + 1;
        for (unsigned mask = 0; mask < 1U << policy->witnesses.size(); ++mask) {
            std::vector<std::uint8_t> who;
            for (std::uint8_t n = 0; n < policy->witnesses.size(); ++n) {
                if ((mask >> n & 1) != 0) who.push_back(static_cast<std::uint8_t>(n + 1));
            }
            const bool met = is_witnessed(*policy, policy->quorum, mask);
            ASSERT_EQ(is_met_by(*policy, who), met) << mask << "\n" << text;
            if (met) fewest = std::min(fewest, who.size());
        }
        ASSERT_EQ(fewest_cosigners(*policy), fewest) << text;
    }
}

struct BadPolicy {
    const char* name;
    const char* text;
    const char* detail;  // its beginning
};

class PolicyRefuses : public testing::TestWithParam<BadPolicy> {};

TEST_P(PolicyRefuses, AndNamesTheLine) {
    const auto policy = parse_policy(expand(GetParam().text));
    ASSERT_FALSE(policy);
    EXPECT_EQ(policy.error().code(), "bad_policy");
    EXPECT_TRUE(policy.error().detail().starts_with(GetParam().detail)) << policy.error().detail();
}

INSTANTIATE_TEST_SUITE_P(
    Table, PolicyRefuses,
    testing::Values(
        BadPolicy{"Empty", "", "the file has no line \"quorum"},
        BadPolicy{"NoQuorum", "log <L1>\n", "the file has no line \"quorum"},
        BadPolicy{"TwoQuorums", "quorum none\nquorum none\n", "line 2: there is one quorum"},
        BadPolicy{"QuorumOfTwo", "witness a <W1>\nquorum a a\n", "line 2: the form is quorum"},
        BadPolicy{"QuorumUndefined", "quorum a\n", "line 1: no line before defines a"},
        BadPolicy{"QuorumBeforeItsGroup", "witness a <W1>\nquorum g\ngroup g 1 a\n",
                  "line 2: no line before defines g"},
        BadPolicy{"NoLastNewline", "quorum none", "line 1: the last line does not end"},
        BadPolicy{"CarriageReturn", "quorum none\r\n", "line 1: it holds a control"},
        BadPolicy{"Control", "# \x01\nquorum none\n", "line 1: it holds a control"},
        BadPolicy{"Delete", "quorum none\n# \x7F\n", "line 2: it holds a control"},
        BadPolicy{"UnknownWord", "quorum none\nlogs <L1>\n", "line 2: a line begins with"},
        BadPolicy{"UpperCase", "Quorum none\n", "line 1: a line begins with"},
        BadPolicy{"LogWithoutKey", "log\n", "line 1: the form is log"},
        BadPolicy{"LogWithTooMuch", "log <L1> u v\n", "line 1: the form is log"},
        BadPolicy{"LogWithBadKey", "log a+b+c\n", "line 1: a verifier key is"},
        BadPolicy{"LogWithWitnessKey", "log <W1>\n", "line 1: a log's key is of type 1"},
        BadPolicy{"LogTwice", "log <L1>\nlog <L1> u\n", "line 2: this log's key is given twice"},
        BadPolicy{"WitnessWithoutKey", "witness a\n", "line 1: the form is witness"},
        BadPolicy{"WitnessWithTooMuch", "witness a <W1> u v\n", "line 1: the form is witness"},
        BadPolicy{"WitnessWithLogKey", "witness a <L1>\n", "line 1: a witness's key is of type 4"},
        BadPolicy{"WitnessTwice", "witness a <W1>\nwitness b <W1>\n",
                  "line 2: this witness's key is given twice"},
        BadPolicy{"WitnessTwiceByOtherKeyName", "witness a <W1>\nwitness b <W1'>\n",
                  "line 2: this witness's key is given twice"},
        BadPolicy{"NameTwice", "witness a <W1>\nwitness a <W2>\n",
                  "line 2: the name a is defined twice"},
        BadPolicy{"NameOfWitnessAndGroup", "witness a <W1>\nwitness b <W2>\ngroup a 1 b\n",
                  "line 3: the name a is defined twice"},
        BadPolicy{"WitnessNone", "witness none <W1>\n", "line 1: the name none is taken"},
        BadPolicy{"GroupNone", "witness a <W1>\ngroup none 1 a\n",
                  "line 2: the name none is taken"},
        BadPolicy{"MemberNone", "witness a <W1>\ngroup g 1 a none\n",
                  "line 2: none can't be a member"},
        BadPolicy{"GroupWithoutMembers", "group g any\n", "line 1: the form is group"},
        BadPolicy{"GroupOfItself", "group g 1 g\n", "line 1: no line before defines the member g"},
        BadPolicy{"GroupOfLater", "group g 1 a\nwitness a <W1>\n",
                  "line 1: no line before defines the member a"},
        BadPolicy{"MemberTwice", "witness a <W1>\ngroup g 1 a a\n",
                  "line 2: a is a member already"},
        BadPolicy{"MemberOfTwoGroups", "witness a <W1>\ngroup g 1 a\ngroup h 1 a\n",
                  "line 3: a is a member already"},
        BadPolicy{"ThresholdZero", "witness a <W1>\ngroup g 0 a\n", "line 2: the threshold is"},
        BadPolicy{"ThresholdAbove", "witness a <W1>\ngroup g 2 a\n", "line 2: the threshold is"},
        BadPolicy{"ThresholdLeadingZero", "witness a <W1>\ngroup g 01 a\n",
                  "line 2: the threshold is"},
        BadPolicy{"ThresholdNegative", "witness a <W1>\ngroup g -1 a\n",
                  "line 2: the threshold is"},
        BadPolicy{"ThresholdWord", "witness a <W1>\ngroup g most a\n", "line 2: the threshold is"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Policy, TooLargeIsRefusedUnread) {
    EXPECT_EQ(parse_policy(std::string(kMaxPolicyBytes, '\n') + "quorum none\n").error().code(),
              "bad_policy");
}

}  // namespace
}  // namespace suanpan::ledger
