#include "settlement/tax.hpp"

#include "base/json.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace suanpan::settlement {
namespace {

std::vector<TaxRule> rules() {
    return {{TaxKind::kBuyer, {}, {}, Ppm(60'000)},
            {TaxKind::kBuyer, {}, "AI-FP16", Ppm(50'000)},
            {TaxKind::kBuyer, "small", {}, Ppm(30'000)},
            {TaxKind::kBuyer, "small", "AI-FP16", Ppm(10'000)},
            {TaxKind::kBuyer, "exempt", {}, Ppm(0)},
            {TaxKind::kWithholding, "foreign", {}, Ppm(100'000)}};
}

TEST(Tax, TheMostSpecificRuleCountsInAnyOrder) {
    std::vector<TaxRule> table = rules();
    ASSERT_TRUE(check_tax(table).has_value());
    std::mt19937_64 random(support::test_seed());
    for (int round = 0; round < 20; ++round) {
        std::shuffle(table.begin(), table.end(), random);
        const auto buyer = [&](const char* tax_class, const char* service) {
            return tax_rate(table, TaxKind::kBuyer, tax_class, service, Ppm(0)).value;
        };
        EXPECT_EQ(buyer("general", "HPC-FP64"), 60'000);
        EXPECT_EQ(buyer("general", "AI-FP16"), 50'000);
        EXPECT_EQ(buyer("small", "HPC-FP64"), 30'000);
        EXPECT_EQ(buyer("small", "AI-FP16"), 10'000);
        EXPECT_EQ(buyer("exempt", "AI-FP16"), 0);
        EXPECT_EQ(tax_rate(table, TaxKind::kWithholding, "foreign", "AI-FP16", Ppm(0)),
                  Ppm(100'000));
        EXPECT_EQ(tax_rate(table, TaxKind::kWithholding, "general", "AI-FP16", Ppm(0)), Ppm(0));
    }
    EXPECT_EQ(tax_rate({}, TaxKind::kBuyer, "", "", Ppm(7)), Ppm(7));
}

TEST(Tax, JsonGoesThereAndBack) {
    const std::string text = to_json(rules());
    EXPECT_TRUE(is_canonical_json(text));
    EXPECT_EQ(*parse_tax_rules(text), rules());
    for (const char* bad : {"{}", R"([{"kind":"buyer"}])", R"([{"kind":"x","rate_ppm":"1"}])",
                            R"([{"kind":"buyer","rate_ppm":"1","what":"x"}])"})
        EXPECT_EQ(parse_tax_rules(bad).error().code(), "bad_tax") << bad;
}

TEST(Tax, RefusesRatesOutOfRangeAndTwoRulesForTheSame) {
    const auto code = [](std::vector<TaxRule> table) {
        const auto checked = check_tax(table);
        return checked ? std::string("ok") : checked.error().code();
    };
    EXPECT_EQ(code({}), "ok");
    EXPECT_EQ(code({{TaxKind::kBuyer, {}, {}, Ppm(kPpm)}}), "ok");
    EXPECT_EQ(code({{TaxKind::kBuyer, {}, {}, Ppm(kPpm + 1)}}), "bad_tax");
    EXPECT_EQ(code({{TaxKind::kBuyer, {}, {}, Ppm(-1)}}), "bad_tax");
    EXPECT_EQ(code({{TaxKind::kBuyer, "a", {}, Ppm(1)}, {TaxKind::kBuyer, "a", {}, Ppm(2)}}),
              "bad_tax");
    EXPECT_EQ(code({{TaxKind::kBuyer, "a", {}, Ppm(1)}, {TaxKind::kBuyer, {}, "a", Ppm(2)}}), "ok");
    EXPECT_EQ(*parse_tax_kind("withholding"), TaxKind::kWithholding);
    EXPECT_EQ(to_string(TaxKind::kBuyer), "buyer");
}

}  // namespace
}  // namespace suanpan::settlement
