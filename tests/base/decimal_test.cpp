#include "base/decimal.hpp"

#include "base/check.hpp"
#include "tests/base/seeded.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace suanpan {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

std::string code_of(std::string_view text, int scale) {
    const auto got = parse_scaled(text, scale);
    return got ? "accepted" : got.error().code();
}

TEST(Decimal, ReadsTheFormsOfTheWire) {
    EXPECT_EQ(parse_scaled("0", 6).value(), 0);
    EXPECT_EQ(parse_scaled("0.000000", 6).value(), 0);
    EXPECT_EQ(parse_scaled("0.0245", 6).value(), 24'500);
    EXPECT_EQ(parse_scaled("0.024500", 6).value(), 24'500);
    EXPECT_EQ(parse_scaled("-12.5", 3).value(), -12'500);
    EXPECT_EQ(parse_scaled("-0.001", 3).value(), -1);
    EXPECT_EQ(parse_scaled("10", 0).value(), 10);
    EXPECT_EQ(parse_scaled("0.000000000000000001", 18).value(), 1);
}

TEST(Decimal, RefusesEveryOtherForm) {
    const std::string_view bad[] = {
        "",    "-",     "+1",    "--1",   "-+1",  ".",   ".5",  "-.5",  "1.",   "-1.",      "01",
        "-01", "00",    "00.1",  "1.2.3", "1..2", "1e3", "1E3", "1.0e", "0x10", " 1",       "1 ",
        "1 0", "1,000", "1_000", "1'000", "inf",  "nan", "NaN", "1.-2", "1-2",  "1.2-",     "\t1",
        "1\n", "1.+2",  "١",     "１",    "−1",   "½",   "a",   "-0",   "-0.0", "-0.000000"};
    for (const std::string_view text : bad)
        EXPECT_EQ(code_of(text, 6), "bad_decimal") << text;
    EXPECT_EQ(code_of(std::string_view("1\0", 2), 6), "bad_decimal");
    EXPECT_EQ(code_of(std::string_view("\0", 1), 6), "bad_decimal");
}

TEST(Decimal, RefusesDecimalsThatCannotBeKept) {
    EXPECT_EQ(code_of("1.0000000", 6), "too_many_decimals");
    EXPECT_EQ(code_of("1.0001", 3), "too_many_decimals");
    EXPECT_EQ(code_of("1.0", 0), "too_many_decimals");
    EXPECT_EQ(code_of("-0.0000", 3), "too_many_decimals");
}

TEST(Decimal, ReachesTheExtremesAndNotBeyond) {
    EXPECT_EQ(parse_scaled("9223372036854775807", 0).value(), kMax);
    EXPECT_EQ(parse_scaled("-9223372036854775808", 0).value(), kMin);
    EXPECT_EQ(parse_scaled("9223372036854.775807", 6).value(), kMax);
    EXPECT_EQ(parse_scaled("-9223372036854.775808", 6).value(), kMin);
    EXPECT_EQ(code_of("9223372036854775808", 0), "overflow");
    EXPECT_EQ(code_of("-9223372036854775809", 0), "overflow");
    EXPECT_EQ(code_of("9223372036854.775808", 6), "overflow");
    EXPECT_EQ(code_of("-9223372036854.775809", 6), "overflow");
    EXPECT_EQ(code_of("9223372036855", 6), "overflow");
    EXPECT_EQ(code_of("18446744073709551616", 0), "overflow");
}

TEST(Decimal, ReadsAtMostFortyCharacters) {
    EXPECT_EQ(code_of(std::string(40, '9'), 0), "overflow");
    EXPECT_EQ(code_of("0." + std::string(38, '0'), 6), "too_many_decimals");
    EXPECT_EQ(code_of(std::string(41, '9'), 0), "bad_decimal");
    EXPECT_EQ(code_of("0." + std::string(39, '0'), 6), "bad_decimal");
    EXPECT_EQ(code_of(std::string(1'000'000, '9'), 0), "bad_decimal");
}

TEST(Decimal, PrintsExactlyTheDecimalsOfTheScale) {
    EXPECT_EQ(format_scaled(0, 0), "0");
    EXPECT_EQ(format_scaled(0, 3), "0.000");
    EXPECT_EQ(format_scaled(-1, 3), "-0.001");
    EXPECT_EQ(format_scaled(24'500, 6), "0.024500");
    EXPECT_EQ(format_scaled(-12'345'678, 3), "-12345.678");
    EXPECT_EQ(format_scaled(kMax, 6), "9223372036854.775807");
    EXPECT_EQ(format_scaled(kMin, 6), "-9223372036854.775808");
    EXPECT_EQ(format_scaled(kMin, 0), "-9223372036854775808");
    EXPECT_EQ(format_scaled(kMin, 18), "-9.223372036854775808");
    EXPECT_EQ(format_scaled(1, 18), "0.000000000000000001");
}

TEST(Decimal, RoundTrips) {
    Seeded random;
    for (int i = 0; i < 50'000; ++i) {
        const std::int64_t value = random.any_int64();
        const int scale = static_cast<int>(random.between(0, 18));
        const std::string text = format_scaled(value, scale);
        ASSERT_EQ(parse_scaled(text, scale).value(), value) << text << " scale " << scale;
        ASSERT_LE(text.size(), 40U);
    }
}

// Any text of the right letters either is refused or means what it prints as, but for trailing
// zeros.
TEST(Decimal, PrintsWhatItRead) {
    Seeded random;
    constexpr std::string_view kLetters = "0123456789.-00";
    int accepted = 0;
    for (int i = 0; i < 100'000; ++i) {
        std::string text;
        for (std::int64_t length = random.between(0, 9); length > 0; --length) {
            text.push_back(kLetters[static_cast<std::size_t>(random.between(0, 13))]);
        }
        const auto value = parse_scaled(text, 6);
        if (!value) continue;
        ++accepted;
        std::string printed = format_scaled(*value, 6);
        if (text.find('.') == std::string::npos) text.push_back('.');
        text.append(printed.size() > text.size() ? printed.size() - text.size() : 0, '0');
        ASSERT_EQ(text, printed);
    }
    EXPECT_GT(accepted, 1'000);
}

// A scale outside 0…18 was taken as it came when reading: a negative one accepted any number of
// decimals.
TEST(Decimal, ScaleIsOurOwnToGetRight) {
    EXPECT_THROW(static_cast<void>(parse_scaled("1.5", -1)), BugError);
    EXPECT_THROW(static_cast<void>(parse_scaled("1", 19)), BugError);
    EXPECT_THROW(static_cast<void>(format_scaled(1, -1)), BugError);
    EXPECT_THROW(static_cast<void>(format_scaled(1, 19)), BugError);
}

TEST(Decimal, UnitsHaveTheirScales) {
    EXPECT_EQ(parse_money("1.5").value(), Money(1'500'000));
    EXPECT_EQ(parse_price("0.000001").value(), Price(1));
    EXPECT_EQ(parse_rate("312.5").value(), Rate(312'500));
    EXPECT_EQ(parse_cu("0.001").value(), Cu(1));
    EXPECT_EQ(parse_integer("-7").value(), -7);
    EXPECT_EQ(to_string(Money(-1)), "-0.000001");
    EXPECT_EQ(to_string(Price(24'500)), "0.024500");
    EXPECT_EQ(to_string(Rate(312'500)), "312.500");
    EXPECT_EQ(to_string(Cu(1)), "0.001");
    EXPECT_EQ(parse_rate("0.0001").error().code(), "too_many_decimals");
    EXPECT_EQ(parse_money("x").error().code(), "bad_decimal");
    EXPECT_EQ(parse_integer("1.0").error().code(), "too_many_decimals");
}

}  // namespace
}  // namespace suanpan
