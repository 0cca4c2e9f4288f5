#include "settlement/guarantee.hpp"

#include "base/check.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace suanpan::settlement {
namespace {

Guarantee latency() {
    return Guarantee{Quantity::kRttP99,
                     Ppm(990'000),
                     {{20'000, Ppm(50'000)}, {40'000, Ppm(200'000)}, {100'000, Ppm(kPpm)}}};
}

Guarantee rate() {
    return Guarantee{
        Quantity::kRate, Ppm(500'000), {{300'000, Ppm(100'000)}, {200'000, Ppm(kPpm)}}};
}

TEST(Guarantee, CreditsAtAndAroundTheBounds) {
    EXPECT_EQ(guarantee_credit(latency(), 0), Ppm(0));
    EXPECT_EQ(guarantee_credit(latency(), 20'000), Ppm(0));
    EXPECT_EQ(guarantee_credit(latency(), 20'001), Ppm(50'000));
    EXPECT_EQ(guarantee_credit(latency(), 40'000), Ppm(50'000));
    EXPECT_EQ(guarantee_credit(latency(), 40'001), Ppm(200'000));
    EXPECT_EQ(guarantee_credit(latency(), 1'000'000), Ppm(kPpm));
    EXPECT_EQ(guarantee_credit(rate(), 300'000), Ppm(0));
    EXPECT_EQ(guarantee_credit(rate(), 299'999), Ppm(100'000));
    EXPECT_EQ(guarantee_credit(rate(), 199'999), Ppm(kPpm));
}

TEST(Guarantee, RefusesStepsThatDoNotGetWorse) {
    EXPECT_TRUE(check_guarantee(latency()).has_value());
    EXPECT_TRUE(check_guarantee(rate()).has_value());
    const auto bad = [](Guarantee guarantee) {
        const auto checked = check_guarantee(guarantee);
        return !checked && checked.error().code() == "bad_guarantee";
    };
    Guarantee turned = latency();
    std::ranges::reverse(turned.steps);
    EXPECT_TRUE(bad(turned));
    turned = rate();
    turned.quantity = Quantity::kLoss;
    EXPECT_TRUE(bad(turned));
    EXPECT_TRUE(bad({Quantity::kLoss, Ppm(1), {}}));
    EXPECT_TRUE(bad({Quantity::kLoss, Ppm(0), {{1, Ppm(1)}}}));
    EXPECT_TRUE(bad({Quantity::kLoss, Ppm(kPpm + 1), {{1, Ppm(1)}}}));
    EXPECT_TRUE(bad({Quantity::kLoss, Ppm(1), {{-1, Ppm(1)}}}));
    EXPECT_TRUE(bad({Quantity::kLoss, Ppm(1), {{1, Ppm(0)}}}));
    EXPECT_TRUE(bad({Quantity::kLoss, Ppm(1), {{1, Ppm(kPpm + 1)}}}));
    EXPECT_TRUE(bad({Quantity::kLoss, Ppm(1), {{1, Ppm(5)}, {2, Ppm(5)}}}));
}

TEST(Guarantee, SamplesGoToTextsAndBack) {
    GaugeSamples samples;
    samples.add(20'000, Duration(300));
    samples.add(0, Duration(60));
    const auto back = GaugeSamples::from_texts(samples.to_texts());
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->to_texts(), samples.to_texts());
    const auto bad = [](const std::vector<std::string>& texts) {
        const auto read = GaugeSamples::from_texts(texts);
        return !read && read.error().code() == "bad_samples";
    };
    EXPECT_TRUE(bad({"5"})) << "no seconds";
    EXPECT_TRUE(bad({"5", "0"}));
    EXPECT_TRUE(bad({"-1", "5"}));
    EXPECT_TRUE(bad({"five", "5"}));
    EXPECT_TRUE(bad({"5", "-5"}));
}

TEST(Guarantee, TheTwoSidesAndSilence) {
    const auto judge = [](std::optional<std::int64_t> p, std::optional<std::int64_t> b) {
        return judge_guarantee(latency(), SideValues{p, b});
    };
    const auto none = std::nullopt;
    // Apart, but on the same side of every step.
    EXPECT_EQ(judge(21'000, 39'000), (GuaranteeOutcome{21'000, Ppm(50'000), Ppm(0)}));
    // On different sides: the worse, and the difference is in dispute.
    EXPECT_EQ(judge(19'000, 41'000), (GuaranteeOutcome{41'000, Ppm(200'000), Ppm(200'000)}));
    EXPECT_EQ(judge(41'000, 21'000), (GuaranteeOutcome{41'000, Ppm(200'000), Ppm(150'000)}));
    EXPECT_EQ(judge(21'000, none), (GuaranteeOutcome{21'000, Ppm(50'000), Ppm(0)}));
    EXPECT_EQ(judge(none, 41'000), (GuaranteeOutcome{41'000, Ppm(200'000), Ppm(0)}));
    EXPECT_EQ(judge(none, none), GuaranteeOutcome{});
}

TEST(Guarantee, OfACreditThatIsCutWhatBothAdmitCountsFirst) {
    const auto missed = [](std::int64_t credit, std::int64_t disputed) {
        return MissedGuarantee{Quantity::kRttP50, Ppm(500'000), 1, Ppm(credit), Ppm(disputed)};
    };
    EXPECT_EQ(missed_credit({}), Ppm(0));
    EXPECT_EQ(disputed_credit({}), Ppm(0));
    EXPECT_EQ(missed_credit({missed(100'000, 0), missed(200'000, 150'000)}), Ppm(300'000));
    EXPECT_EQ(disputed_credit({missed(100'000, 0), missed(200'000, 150'000)}), Ppm(150'000));
    EXPECT_EQ(missed_credit({missed(700'000, 0), missed(500'000, 500'000)}), Ppm(kPpm));
    EXPECT_EQ(disputed_credit({missed(700'000, 0), missed(500'000, 500'000)}), Ppm(300'000));
    EXPECT_EQ(disputed_credit({missed(kPpm, 0), missed(kPpm, kPpm)}), Ppm(0));
}

TEST(Guarantee, ReadsBackWhatItWrites) {
    const std::vector<Guarantee> guarantees{latency(), rate()};
    const std::string text = to_json(guarantees);
    EXPECT_TRUE(is_canonical_json(text));
    EXPECT_EQ(parse_guarantees(text), guarantees);
    const std::vector<MissedGuarantee> missed{
        {Quantity::kLoss, Ppm(990'000), 1'200, Ppm(50'000), Ppm(20'000)}};
    EXPECT_TRUE(is_canonical_json(to_json(missed)));
    EXPECT_EQ(parse_missed(to_json(missed)), missed);
    for (const char* bad : {"{}", "[{}]", "[1]"})
        EXPECT_EQ(parse_guarantees(bad).error().code(), "bad_guarantee") << bad;
    for (
        const char* bad :
        {"{}", "[{}]",
         R"([{"credit_ppm":"1","disputed_ppm":"2","percentile_ppm":"1","quantity":"loss_ppm","value":"3"}])"})
        EXPECT_EQ(parse_missed(bad).error().code(), "bad_guarantee") << bad;
}

TEST(Guarantee, CreditsAddUpToTheWholeSaleAtTheMost) {
    EXPECT_EQ(combined_credit({}), Ppm(0));
    EXPECT_EQ(combined_credit({Ppm(100'000), Ppm(250'000)}), Ppm(350'000));
    EXPECT_EQ(combined_credit({Ppm(800'000), Ppm(250'000), Ppm(kPpm)}), Ppm(kPpm));
    EXPECT_THROW(combined_credit({Ppm(-1)}), BugError);
}

TEST(Guarantee, RateIsOperationsByBusyTime) {
    Counters from;
    Counters to;
    to.busy_us = 2'000'000;  // two lot-seconds
    EXPECT_EQ(busy_rate_mcu(from, to), std::nullopt);
    from.ops = 100;
    to.ops = 625'100;  // 625,000 × 10^9 in two seconds: 312.5 CU
    EXPECT_EQ(busy_rate_mcu(from, to), 312'500);
    to.busy_us = 0;
    EXPECT_EQ(busy_rate_mcu(from, to), std::nullopt);
    to.busy_us = 1;
    to.ops = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(busy_rate_mcu(from, to), std::nullopt);
}

TEST(GaugeSamples, PercentilesAreThoseOfTheSortedSeconds) {
    std::mt19937_64 random(support::test_seed());
    for (int round = 0; round < 200; ++round) {
        GaugeSamples samples;
        std::vector<std::int64_t> seconds;
        for (std::uint64_t n = random() % 20; n > 0; --n) {
            const auto value = static_cast<std::int64_t>(random() % 30);
            const auto length = static_cast<std::int64_t>(1 + random() % 9);
            samples.add(value, Duration(length));
            seconds.insert(seconds.end(), static_cast<std::size_t>(length), value);
        }
        std::ranges::sort(seconds);
        const Ppm ppm(static_cast<std::int64_t>(1 + random() % 1'000'000));
        std::optional<std::int64_t> expected;
        for (std::size_t i = seconds.size(); i-- > 0;) {
            const auto covered = static_cast<std::int64_t>(i + 1);
            if (covered * kPpm >= static_cast<std::int64_t>(seconds.size()) * ppm.value)
                expected = seconds[i];
        }
        ASSERT_EQ(samples.percentile(ppm), expected);
    }
}

}  // namespace
}  // namespace suanpan::settlement
