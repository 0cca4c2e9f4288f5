#include "services/webhooks/verdict.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

namespace suanpan::services {
namespace {

constexpr std::uint32_t kLast = std::numeric_limits<std::uint32_t>::max();

// Without spread: where the middle of it lies.
std::int64_t middle(const RetryRules& rules, std::int64_t tries) {
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    std::int64_t most = 0;
    for (std::uint32_t chance = 0; chance < 100'000; ++chance) {
        const std::int64_t delay = retry_delay(rules, tries, chance).value;
        least = std::min(least, delay);
        most = std::max(most, delay);
    }
    EXPECT_GE(least, 1);
    EXPECT_LE(most, rules.longest.value);
    return (least + most) / 2;
}

TEST(WebhookSchedule, GrowsFromSecondsToADay) {
    const RetryRules rules;
    const std::vector<std::int64_t> wanted{5, 20, 80, 320, 1'280, 5'120, 20'480};
    for (std::size_t i = 0; i < wanted.size(); ++i)
        EXPECT_NEAR(static_cast<double>(middle(rules, static_cast<std::int64_t>(i) + 1)),
                    static_cast<double>(wanted[i]), 1.0)
            << i;
    for (const std::int64_t tries : {8, 9, 20, 1'000}) {
        for (const std::uint32_t chance : {0U, 1U, 40'000U, kLast})
            EXPECT_LE(retry_delay(rules, tries, chance).value, 86'400) << tries;
    }
    EXPECT_GE(retry_delay(rules, 1'000, 0).value, 64'800);
}

TEST(WebhookSchedule, IsNeverLessThanASecond) {
    RetryRules rules;
    rules.first = Duration(1);
    for (std::uint32_t chance = 0; chance < 50; ++chance)
        EXPECT_GE(retry_delay(rules, 1, chance).value, 1);
}

db::TryRecord judge(const TryOutcome& outcome, std::int64_t tries_before,
                    std::optional<Time> failing_since = {}) {
    db::WebhookRow endpoint;
    endpoint.failing_since = failing_since;
    db::DeliveryRow delivery;
    delivery.tries = tries_before;
    return judge_try(RetryRules(), endpoint, delivery, outcome, Time(1'000'000), 0);
}

TEST(WebhookVerdict, OnlyTwoHundredsAreSuccess) {
    for (std::int64_t status = 100; status < 600; ++status) {
        const db::TryRecord record = judge({status, ""}, 0);
        const bool good = status >= 200 && status < 300;
        EXPECT_EQ(record.state, good ? "delivered" : status == 410 ? "dead" : "pending") << status;
        EXPECT_EQ(record.problem.empty(), good) << status;
        EXPECT_EQ(record.next_try.has_value(), record.state == "pending") << status;
        EXPECT_EQ(record.status, status);
    }
}

TEST(WebhookVerdict, TheLastTryIsTheNinth) {
    for (std::int64_t before = 0; before < 8; ++before) {
        const db::TryRecord record = judge({std::nullopt, "timed out"}, before);
        EXPECT_EQ(record.state, "pending") << before;
        ASSERT_TRUE(record.next_try) << before;
        EXPECT_GT(record.next_try->value, 1'000'000) << before;
        EXPECT_EQ(record.problem, "timed out");
    }
    const db::TryRecord last = judge({500, ""}, 8);
    EXPECT_EQ(last.state, "dead");
    EXPECT_FALSE(last.next_try);
    EXPECT_EQ(last.disabled_by, "");
}

TEST(WebhookVerdict, GoneAndDaysOfFailureDisable) {
    EXPECT_EQ(judge({410, ""}, 0).disabled_by, "gone");
    const RetryRules rules;
    const Time long_ago(1'000'000 - rules.dying.value);
    EXPECT_EQ(judge({500, ""}, 8, long_ago).disabled_by, "failing");
    EXPECT_EQ(judge({500, ""}, 8, Time(long_ago.value + 1)).disabled_by, "");
    EXPECT_EQ(judge({500, ""}, 3, long_ago).disabled_by, "");
}

TEST(WebhookVerdict, AProblemIsCutShort) {
    EXPECT_EQ(judge({std::nullopt, std::string(1'000, 'x')}, 0).problem.size(), 200U);
}

}  // namespace
}  // namespace suanpan::services
