#include "settlement/meter_keys.hpp"

#include "base/check.hpp"

#include <gtest/gtest.h>

namespace suanpan::settlement {
namespace {

constexpr PublicKey kFirst{1};
constexpr PublicKey kSecond{2};
constexpr PublicKey kThird{3};
using Keys = std::vector<PublicKey>;

TEST(MeterKeys, ARotatedKeyServesForTheGrace) {
    MeterKeys keys(kFirst, Time(100));
    EXPECT_EQ(keys.keys_at(Time(99), Duration(10)), Keys{});
    EXPECT_EQ(keys.keys_at(Time(100), Duration(10)), Keys{kFirst});
    ASSERT_TRUE(keys.rotate(kSecond, Time(200)).has_value());
    EXPECT_EQ(keys.keys_at(Time(199), Duration(0)), Keys{kFirst}) << "the past stays as it was";
    EXPECT_EQ(keys.keys_at(Time(200), Duration(0)), Keys{kSecond});
    EXPECT_EQ(keys.keys_at(Time(209), Duration(10)), (Keys{kSecond, kFirst}));
    EXPECT_EQ(keys.keys_at(Time(210), Duration(10)), Keys{kSecond});
    ASSERT_TRUE(keys.rotate(kThird, Time(205)).has_value());
    EXPECT_EQ(keys.keys_at(Time(206), Duration(10)), (Keys{kThird, kSecond, kFirst}));
    EXPECT_EQ(keys.rotate(kFirst, Time(300)).error().code(), "key_reused");
    EXPECT_EQ(keys.rotate(kThird, Time(300)).error().code(), "key_reused");
}

TEST(MeterKeys, ARevocationEndsAllOfThemAndNothingBeforeIt) {
    MeterKeys keys(kFirst, Time(100));
    ASSERT_TRUE(keys.rotate(kSecond, Time(200)).has_value());
    ASSERT_TRUE(keys.revoke(Time(205)).has_value());
    EXPECT_EQ(keys.keys_at(Time(204), Duration(10)), (Keys{kSecond, kFirst}));
    EXPECT_EQ(keys.keys_at(Time(205), Duration(10)), Keys{});
    EXPECT_EQ(keys.revoke(Time(300)).error().code(), "revoked_meter");
    EXPECT_EQ(keys.rotate(kThird, Time(300)).error().code(), "revoked_meter");
    const MeterKeys restored(keys.all(), keys.revoked_at());
    EXPECT_EQ(restored.keys_at(Time(204), Duration(10)), (Keys{kSecond, kFirst}));
    EXPECT_THROW(MeterKeys({}, std::nullopt), BugError);
}

}  // namespace
}  // namespace suanpan::settlement
