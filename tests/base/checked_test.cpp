#include "base/checked.hpp"

#include "base/check.hpp"
#include "tests/base/seeded.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace suanpan {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr Int128 kMax128 = static_cast<Int128>(~Uint128{0} >> 1);
constexpr Int128 kMin128 = -kMax128 - 1;

TEST(Checked, AddsUpToTheExtremes) {
    EXPECT_EQ(checked_add(kMax - 1, 1).value(), kMax);
    EXPECT_EQ(checked_add(kMin + 1, -1).value(), kMin);
    EXPECT_EQ(checked_add(kMax, kMin).value(), -1);
    EXPECT_EQ(checked_add(kMax, 1).error().code(), "overflow");
    EXPECT_EQ(checked_add(kMin, -1).error().code(), "overflow");
}

TEST(Checked, SubtractsUpToTheExtremes) {
    EXPECT_EQ(checked_sub(-1, kMax).value(), kMin);
    EXPECT_EQ(checked_sub(-1, kMin).value(), kMax);
    EXPECT_EQ(checked_sub(0, kMin).error().code(), "overflow");
    EXPECT_EQ(checked_sub(-2, kMax).error().code(), "overflow");
}

TEST(Checked, MultipliesUpToTheExtremes) {
    EXPECT_EQ(checked_mul(kMax, -1).value(), -kMax);
    EXPECT_EQ(checked_mul(kMin, 1).value(), kMin);
    EXPECT_EQ(checked_mul(kMin, 0).value(), 0);
    EXPECT_EQ(checked_mul(kMin, -1).error().code(), "overflow");
    EXPECT_EQ(checked_mul(kMax / 2 + 1, 2).error().code(), "overflow");
}

TEST(Checked, KeepsTo128Bits) {
    EXPECT_TRUE(checked_mul128(Int128{kMin} * 2, kMin).error().code() == "overflow");
    EXPECT_TRUE(checked_mul128(Int128{kMin} * 2, kMax).has_value());
    EXPECT_TRUE(checked_mul128(kMin128, -1).error().code() == "overflow");
    EXPECT_TRUE(checked_add128(kMax128, 0).value() == kMax128);
    EXPECT_TRUE(checked_add128(kMax128, 1).error().code() == "overflow");
    EXPECT_TRUE(checked_add128(kMin128, -1).error().code() == "overflow");
}

TEST(Checked, NarrowsOnlyWhatFits) {
    EXPECT_EQ(narrow(kMax).value(), kMax);
    EXPECT_EQ(narrow(kMin).value(), kMin);
    EXPECT_EQ(narrow(Int128{kMax} + 1).error().code(), "overflow");
    EXPECT_EQ(narrow(Int128{kMin} - 1).error().code(), "overflow");
    EXPECT_EQ(narrow(kMin128).error().code(), "overflow");
}

TEST(Checked, AgreesWithWiderArithmetic) {
    Seeded random;
    for (int i = 0; i < 20'000; ++i) {
        const std::int64_t a = random.any_int64();
        const std::int64_t b = random.any_int64();
        const auto same = [](Result<std::int64_t> got, Int128 exact) {
            const bool fits = exact >= kMin && exact <= kMax;
            return got.has_value() == fits && (!fits || *got == exact);
        };
        EXPECT_TRUE(same(checked_add(a, b), Int128{a} + b)) << a << " + " << b;
        EXPECT_TRUE(same(checked_sub(a, b), Int128{a} - b)) << a << " - " << b;
        EXPECT_TRUE(same(checked_mul(a, b), Int128{a} * b)) << a << " * " << b;
    }
}

TEST(Checked, DividesTowardsTheNamedSide) {
    struct Case {
        Int128 numerator, denominator, floor, ceil;
    };
    const Case cases[] = {{7, 2, 3, 4},
                          {-7, 2, -4, -3},
                          {6, 2, 3, 3},
                          {-6, 2, -3, -3},
                          {0, 5, 0, 0},
                          {1, kMax, 0, 1},
                          {-1, kMax, -1, 0},
                          {kMax128, 1, kMax128, kMax128},
                          {kMin128, 1, kMin128, kMin128},
                          {kMin128, kMax128, -2, -1}};
    for (const Case& c : cases) {
        EXPECT_TRUE(floor_div(c.numerator, c.denominator) == c.floor);
        EXPECT_TRUE(ceil_div(c.numerator, c.denominator) == c.ceil);
    }
}

// The definition: floor is the largest q with q·d ≤ n, ceil the smallest with q·d ≥ n.
TEST(Checked, DivisionFollowsItsDefinition) {
    Seeded random;
    for (int i = 0; i < 20'000; ++i) {
        const Int128 n = Int128{random.any_int64()} * random.between(1, 1 << 30);
        const Int128 d = Int128{random.any_non_negative()} + 1;
        const Int128 floor = floor_div(n, d);
        const Int128 ceil = ceil_div(n, d);
        EXPECT_TRUE(n - floor * d >= 0 && n - floor * d < d);
        EXPECT_TRUE(ceil * d - n >= 0 && ceil * d - n < d);
    }
}

TEST(Checked, RefusesADenominatorThatIsNotPositive) {
    EXPECT_THROW(floor_div(1, 0), BugError);
    EXPECT_THROW(ceil_div(1, 0), BugError);
    EXPECT_THROW(floor_div(kMin128, -1), BugError);
    EXPECT_THROW(ceil_div(kMin128, -1), BugError);
}

}  // namespace
}  // namespace suanpan
