#include "api/rate_limits.hpp"

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace suanpan::api {
namespace {

using std::chrono::milliseconds;
using Instant = RateLimiter::Instant;

TEST(RateLimits, GivesABurstAndThenTheRate) {
    RateLimiter limiter({10, 3});
    Instant now{};
    for (std::int64_t left : {2, 1, 0}) {
        const RateState state = limiter.take("a", now);
        EXPECT_TRUE(state.allowed);
        EXPECT_EQ(state.limit, 3);
        EXPECT_EQ(state.remaining, left);
    }
    const RateState refused = limiter.take("a", now);
    EXPECT_FALSE(refused.allowed);
    EXPECT_EQ(refused.remaining, 0);
    EXPECT_EQ(refused.retry_s, 1);
    EXPECT_TRUE(limiter.take("b", now).allowed) << "another's";
    EXPECT_FALSE(limiter.take("a", now + milliseconds(99)).allowed);
    EXPECT_TRUE(limiter.take("a", now + milliseconds(100)).allowed);
    EXPECT_FALSE(limiter.take("a", now + milliseconds(100)).allowed);
    EXPECT_EQ(limiter.take("a", now + milliseconds(5'000)).remaining, 2);
}

TEST(RateLimits, NoneIsNone) {
    RateLimiter limiter({0, 0});
    for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(limiter.take("a", {}).allowed);
    EXPECT_EQ(limiter.take("a", {}).limit, 0);
    EXPECT_EQ(limiter.known(), 0U);
}

TEST(RateLimits, MemoryIsBounded) {
    RateLimiter limiter({1'000, 1'000});
    Instant now{};
    for (int i = 0; i < 250'000; ++i) {
        now += std::chrono::microseconds(100);
        EXPECT_TRUE(limiter.take(std::to_string(i), now).allowed);
    }
    EXPECT_LE(limiter.known(), 100'001U);
}

TEST(RateLimits, WhereThereIsNoRoomTheNewShareABucket) {
    RateLimiter limiter({1, 100});
    for (int i = 0; i < 100'000; ++i)
        limiter.take(std::to_string(i), {});
    int allowed = 0;
    for (int i = 0; i < 200; ++i)
        allowed += limiter.take("new " + std::to_string(i), {}).allowed ? 1 : 0;
    EXPECT_EQ(allowed, 100);
    EXPECT_EQ(limiter.take("7", {}).remaining, 98) << "who is known keeps its own";
}

TEST(RateLimits, AMachineHasOneNameForAllItsAddresses) {
    EXPECT_EQ(name_of_address("2001:db8::1"), name_of_address("2001:db8::ffff:1"));
    EXPECT_NE(name_of_address("2001:db8::1"), name_of_address("2001:db8:0:1::1"));
    EXPECT_NE(name_of_address("::ffff:1.2.3.4"), name_of_address("::ffff:1.2.3.5"));
    EXPECT_EQ(name_of_address("1.2.3.4"), "1.2.3.4");
    EXPECT_EQ(name_of_address("::ffff:1.2.3.4"), "1.2.3.4") << "one machine, two forms";
    EXPECT_EQ(name_of_address("nowhere"), "nowhere");
}

// A bucket of tokens in its plainest form, in nanoseconds' fractions of a token.
TEST(RateLimits, IsABucketOfTokens) {
    const std::uint64_t seed = support::test_seed();
    std::mt19937_64 random(seed);
    for (int round = 0; round < 200; ++round) {
        const std::int64_t rates[] = {1, 2, 5, 10, 100, 1'000};
        const RateLimit limit{rates[random() % 6], 1 + static_cast<std::int64_t>(random() % 20)};
        const std::int64_t token = 1'000'000'000 / limit.per_second;
        RateLimiter limiter(limit);
        std::int64_t level = limit.burst * token;
        std::int64_t now = 0;
        for (int call = 0; call < 100; ++call) {
            const auto pass =
                static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(2 * token));
            now += pass;
            level = std::min(level + pass, limit.burst * token);
            const bool expected = level >= token;
            if (expected) level -= token;
            const RateState state = limiter.take("a", Instant(std::chrono::nanoseconds(now)));
            ASSERT_EQ(state.allowed, expected);
            ASSERT_EQ(state.remaining, level / token);
        }
    }
}

}  // namespace
}  // namespace suanpan::api
