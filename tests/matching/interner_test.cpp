#include "matching/interner.hpp"

#include <gtest/gtest.h>

namespace suanpan::matching {
namespace {

PoolId name(std::uint32_t number) {
    PoolId out;
    // Most share their last byte, by which places are told.
    out.bytes[14] = static_cast<std::uint8_t>(number);
    out.bytes[13] = static_cast<std::uint8_t>(number >> 8U);
    out.bytes[15] = static_cast<std::uint8_t>(number % 3);
    return out;
}

TEST(Interner, NumbersNamesInTheSequenceOfTheirComing) {
    constexpr std::uint32_t kNames = 3'000;
    Interner<PoolId> interner;
    for (std::uint32_t number = 0; number < kNames; ++number) {
        EXPECT_FALSE(interner.find(name(number)));
        ASSERT_EQ(interner.number(name(number)), number);
        ASSERT_EQ(interner.number(name(number / 2)), number / 2);
    }
    for (std::uint32_t number = 0; number < kNames; ++number) {
        ASSERT_EQ(interner.find(name(number)), number);
        ASSERT_EQ(interner.name(number), name(number));
    }
    EXPECT_FALSE(interner.find(name(kNames)));
}

}  // namespace
}  // namespace suanpan::matching
