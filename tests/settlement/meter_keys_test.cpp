#include "settlement/meter_keys.hpp"

#include "base/check.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace suanpan::settlement {
namespace {

constexpr PublicKey kFirst{1};
constexpr PublicKey kSecond{2};
constexpr PublicKey kThird{3};

std::string refusal(const Result<void>& result) {
    return result ? "none" : result.error().code();
}

TEST(MeterKeys, AReplacedKeyServesForItsOverlap) {
    MeterKeys keys(kFirst);
    EXPECT_EQ(refusal(keys.check(kSecond, Time(199))), "bad_signature") << "before its start";
    ASSERT_TRUE(keys.rotate(kSecond, Time(200), Duration(10)));
    for (const Time now : {Time(200), Time(209)}) {
        EXPECT_EQ(refusal(keys.check(kFirst, now)), "none");
        EXPECT_EQ(refusal(keys.check(kSecond, now)), "none");
    }
    EXPECT_EQ(refusal(keys.check(kFirst, Time(210))), "superseded_key");
    EXPECT_EQ(refusal(keys.check(kSecond, Time(210))), "none");
    ASSERT_TRUE(keys.rotate(kThird, Time(300), Duration(0)));
    EXPECT_EQ(refusal(keys.check(kSecond, Time(300))), "superseded_key")
        << "without an overlap it ends at once";
}

TEST(MeterKeys, RotationsMayFollowEachOtherWithinAnOverlap) {
    MeterKeys keys(kFirst);
    ASSERT_TRUE(keys.rotate(kSecond, Time(200), Duration(10)));
    ASSERT_TRUE(keys.rotate(kThird, Time(205), Duration(2)));
    EXPECT_EQ(refusal(keys.check(kSecond, Time(206))), "none");
    EXPECT_EQ(refusal(keys.check(kSecond, Time(207))), "superseded_key");
    EXPECT_EQ(refusal(keys.check(kFirst, Time(209))), "none");
}

TEST(MeterKeys, OneOldKeyIsRevokedWithinItsOverlap) {
    MeterKeys keys(kFirst);
    EXPECT_EQ(refusal(keys.revoke(kFirst, Time(1))), "key_in_force");
    ASSERT_TRUE(keys.rotate(kSecond, Time(200), Duration(10)));
    EXPECT_EQ(refusal(keys.revoke(kThird, Time(201))), "unknown_key");
    ASSERT_TRUE(keys.revoke(kFirst, Time(205)));
    EXPECT_EQ(refusal(keys.check(kFirst, Time(205))), "revoked_key");
    EXPECT_EQ(refusal(keys.check(kFirst, Time(300))), "revoked_key");
    EXPECT_EQ(refusal(keys.check(kSecond, Time(205))), "none");
    EXPECT_EQ(refusal(keys.revoke(kFirst, Time(206))), "revoked_key");
    ASSERT_TRUE(keys.rotate(kThird, Time(300), Duration(10)));
    EXPECT_EQ(refusal(keys.revoke(kSecond, Time(310))), "superseded_key");
}

TEST(MeterKeys, RefusesInTheOrderOfPrecedence) {
    MeterKeys keys(kFirst);
    EXPECT_EQ(refusal(keys.rotate(kFirst, Time(1), Duration(-1))), "bad_overlap");
    EXPECT_EQ(refusal(keys.rotate(kFirst, Time(1), Duration(kLongestOverlap.value + 1))),
              "bad_overlap");
    EXPECT_EQ(refusal(keys.rotate(kFirst, Time(1), kLongestOverlap)), "key_reused");
    ASSERT_TRUE(keys.rotate(kSecond, Time(1), kLongestOverlap));
    EXPECT_EQ(refusal(keys.rotate(kFirst, Time(2), Duration(0))), "key_reused");
    ASSERT_TRUE(keys.revoke());
    EXPECT_EQ(refusal(keys.rotate(kThird, Time(3), Duration(-1))), "revoked_meter");
    EXPECT_EQ(refusal(keys.revoke(kThird, Time(3))), "revoked_meter");
    EXPECT_EQ(refusal(keys.check(kThird, Time(3))), "revoked_meter");
    EXPECT_EQ(refusal(keys.revoke()), "revoked_meter");
}

TEST(MeterKeys, ARevocationEndsAllOfThem) {
    MeterKeys keys(kFirst);
    ASSERT_TRUE(keys.rotate(kSecond, Time(200), Duration(10)));
    ASSERT_TRUE(keys.revoke());
    for (const PublicKey& key : {kFirst, kSecond})
        EXPECT_EQ(refusal(keys.check(key, Time(205))), "revoked_meter");
    const MeterKeys restored(keys.all(), false);
    EXPECT_EQ(refusal(restored.check(kFirst, Time(205))), "none");
    EXPECT_THROW(MeterKeys({}, false), BugError);
}

// Against a table of which key is good in which second, filled in as the log is written.
TEST(MeterKeys, RandomHistoriesAgreeWithATableOfSeconds) {
    std::mt19937_64 random(support::test_seed());
    constexpr std::uint8_t kKeys = 12;
    constexpr std::int64_t kEnd = 200;
    for (int round = 0; round < 200; ++round) {
        MeterKeys keys(PublicKey{0});
        std::uint8_t newest = 0;
        std::map<std::uint8_t, std::int64_t> good_until{{0, kEnd}};
        for (std::int64_t now = 0; now < kEnd; ++now) {
            if (newest + 1 < kKeys && random() % 20 == 0) {
                const auto overlap = static_cast<std::int64_t>(random() % 40);
                ASSERT_TRUE(keys.rotate(PublicKey{++newest}, Time(now), Duration(overlap)));
                good_until[newest - 1] = now + overlap;
                good_until[newest] = kEnd;
            }
            const auto named = static_cast<std::uint8_t>(random() % kKeys);
            if (random() % 30 == 0) {
                const bool old = named < newest && now < good_until.at(named);
                ASSERT_EQ(keys.revoke(PublicKey{named}, Time(now)).has_value(), old);
                if (old) good_until[named] = now;
            }
            for (std::uint8_t key = 0; key < kKeys; ++key) {
                const bool good = good_until.contains(key) && now < good_until.at(key);
                ASSERT_EQ(keys.check(PublicKey{key}, Time(now)).has_value(), good)
                    << "key " << int{key} << " at " << now;
            }
        }
    }
}

}  // namespace
}  // namespace suanpan::settlement
