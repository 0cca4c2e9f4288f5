#include "base/units.hpp"

#include "base/check.hpp"
#include "tests/base/seeded.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>

namespace suanpan {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

static_assert(!std::is_convertible_v<std::int64_t, Money>);
static_assert(!std::is_convertible_v<Money, std::int64_t>);
static_assert(!std::is_constructible_v<Money, Price>);
static_assert(!std::is_constructible_v<Time, Duration>);
static_assert(!std::is_assignable_v<Rate&, Cu>);

// Slow model: a natural number as decimal digits, least significant first; nothing in it can
// overflow.
using Digits = std::vector<int>;

Digits digits_of(std::int64_t value) {
    Digits out;
    for (; value > 0; value /= 10)
        out.push_back(static_cast<int>(value % 10));
    return out;
}

Digits trimmed(Digits digits) {
    while (!digits.empty() && digits.back() == 0)
        digits.pop_back();
    return digits;
}

Digits times(const Digits& a, const Digits& b) {
    Digits out(a.size() + b.size() + 1, 0);
    for (std::size_t i = 0; i < a.size(); ++i) {
        int carry = 0;
        for (std::size_t j = 0; j < b.size() || carry > 0; ++j) {
            const int sum = out[i + j] + carry + (j < b.size() ? a[i] * b[j] : 0);
            out[i + j] = sum % 10;
            carry = sum / 10;
        }
    }
    return trimmed(out);
}

bool less(const Digits& a, const Digits& b) {
    if (a.size() != b.size()) return a.size() < b.size();
    return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
}

Digits plus_one(const Digits& a) {
    Digits out = a;
    out.push_back(0);
    std::size_t i = 0;
    for (; out[i] == 9; ++i)
        out[i] = 0;
    ++out[i];
    return trimmed(out);
}

// Quotient rounded down, and whether something is left over.
struct Divided {
    Digits quotient;
    bool exact;
};
Divided divide(const Digits& numerator, std::int64_t denominator) {
    Digits out;
    std::int64_t rest = 0;
    for (auto digit = numerator.rbegin(); digit != numerator.rend(); ++digit) {
        rest = rest * 10 + *digit;
        out.insert(out.begin(), static_cast<int>(rest / denominator));
        rest %= denominator;
    }
    return {trimmed(out), rest == 0};
}

testing::AssertionResult equals_model(const Result<Money>& got, const Digits& expected) {
    const bool fits = !less(digits_of(kMax), expected);
    if (got.has_value() != fits) {
        return testing::AssertionFailure() << (fits ? "refused an amount that fits" : "wrapped");
    }
    if (!fits)
        return got.error().code() == "overflow" ? testing::AssertionSuccess()
                                                : testing::AssertionFailure() << got.error().code();
    if (digits_of(got->value) == expected) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "gives " << got->value;
}

testing::AssertionResult agrees(const Result<ExactAmount>& got,
                                const std::vector<std::int64_t>& factors,
                                std::int64_t denominator) {
    // A numerator must be below 2^127 = 2^62 · 2^62 · 8.
    const Digits two62 = digits_of(std::int64_t{1} << 62);
    const Digits two127 = times(times(two62, two62), digits_of(8));
    Digits numerator = digits_of(1);
    for (const std::int64_t factor : factors)
        numerator = times(numerator, digits_of(factor));
    if (!less(numerator, two127)) {
        if (!got && got.error().code() == "overflow") return testing::AssertionSuccess();
        return testing::AssertionFailure() << "a numerator beyond 128 bits was not refused";
    }
    if (!got) return testing::AssertionFailure() << "refused: " << got.error().detail();
    const Divided model = divide(numerator, denominator);
    const auto floored = equals_model(got->floor(), model.quotient);
    if (!floored) return floored;
    return equals_model(got->ceil(), model.exact ? model.quotient : plus_one(model.quotient));
}

TEST(ExactAmount, FollowsTheMarketsFormula) {
    // 24,500 micro per lot·h × 8 lots × 90 minutes.
    const auto lots =
        exact_amount(Price(24'500), Unit::kLot, Lots(8), Rate(999), Duration(5400)).value();
    EXPECT_EQ(lots.floor().value(), Money(294'000));
    EXPECT_EQ(lots.ceil().value(), Money(294'000));
    // 1,000 micro per CU·h × 3 lots of 312.5 CU × 1 s = 260.41666… micro.
    const auto units =
        exact_amount(Price(1'000), Unit::kCu, Lots(3), Rate(312'500), Duration(1)).value();
    EXPECT_EQ(units.floor().value(), Money(260));
    EXPECT_EQ(units.ceil().value(), Money(261));
    const auto quantity = exact_cu_amount(Price(1'000), Cu(937'500), Duration(1)).value();
    EXPECT_EQ(quantity.floor().value(), Money(260));
    EXPECT_EQ(quantity.ceil().value(), Money(261));
}

TEST(ExactAmount, AgreesWithTheSlowModel) {
    Seeded random;
    for (int i = 0; i < 4'000; ++i) {
        const std::int64_t price = random.any_non_negative();
        const std::int64_t lots = random.any_non_negative();
        const std::int64_t rate = random.any_non_negative();
        const std::int64_t seconds = random.any_non_negative();
        SCOPED_TRACE(testing::Message() << price << ' ' << lots << ' ' << rate << ' ' << seconds);
        EXPECT_TRUE(agrees(
            exact_amount(Price(price), Unit::kLot, Lots(lots), Rate(rate), Duration(seconds)),
            {price, lots, seconds}, 3600));
        EXPECT_TRUE(
            agrees(exact_amount(Price(price), Unit::kCu, Lots(lots), Rate(rate), Duration(seconds)),
                   {price, lots, seconds, rate}, 3'600'000));
        EXPECT_TRUE(agrees(exact_cu_amount(Price(price), Cu(rate), Duration(seconds)),
                           {price, rate, seconds}, 3'600'000));
    }
}

TEST(ExactAmount, RefusesWhatDoesNotFit) {
    const auto wide = exact_amount(Price(kMax), Unit::kLot, Lots(kMax), Rate(1), Duration(2));
    EXPECT_EQ(wide.value().floor().error().code(), "overflow");
    EXPECT_EQ(wide.value().ceil().error().code(), "overflow");
    EXPECT_EQ(
        exact_amount(Price(kMax), Unit::kLot, Lots(kMax), Rate(1), Duration(3)).error().code(),
        "overflow");
    EXPECT_EQ(exact_cu_amount(Price(kMax), Cu(kMax), Duration(kMax)).error().code(), "overflow");
}

// The largest amount that fits is the limit of floor; its ceil is one too many.
TEST(ExactAmount, RoundsUpIntoOverflowAndNotIntoAWrap) {
    const ExactAmount amount{Int128{kMax} * 3600 + 1, 3600};
    EXPECT_EQ(amount.floor().value(), Money(kMax));
    EXPECT_EQ(amount.ceil().error().code(), "overflow");
}

// The product was formed from left to right, so a zero rate after factors that are too large for
// 128 bits was refused although the amount is nothing.
TEST(ExactAmount, IsZeroWithAnyZeroFactor) {
    const auto nothing = exact_amount(Price(kMax), Unit::kCu, Lots(kMax), Rate(0), Duration(kMax));
    ASSERT_TRUE(nothing.has_value());
    EXPECT_EQ(nothing->ceil().value(), Money(0));
}

TEST(ExactAmount, RefusesNegativeFactors) {
    const auto refused = [](std::int64_t price, std::int64_t lots, std::int64_t rate,
                            std::int64_t seconds) {
        const auto got =
            exact_amount(Price(price), Unit::kCu, Lots(lots), Rate(rate), Duration(seconds));
        return !got && got.error().code() == "overflow";
    };
    EXPECT_TRUE(refused(-1, 1, 1, 1));
    EXPECT_TRUE(refused(1, -1, 1, 1));
    EXPECT_TRUE(refused(1, 1, -1, 1));
    EXPECT_TRUE(refused(1, 1, 1, -1));
    EXPECT_TRUE(refused(0, 1, 1, kMin));
    EXPECT_TRUE(refused(-1, -1, 1, 1));
}

TEST(ExactAmount, IgnoresTheRateOfAPricePerLot) {
    EXPECT_TRUE(exact_amount(Price(1), Unit::kLot, Lots(1), Rate(-5), Duration(3600)).has_value());
}

TEST(Share, RoundsDown) {
    EXPECT_EQ(share_of(Money(999'999), Ppm(1)).value(), Money(0));
    EXPECT_EQ(share_of(Money(1'000'000), Ppm(1)).value(), Money(1));
    EXPECT_EQ(share_of(Money(100), Ppm(15'000)).value(), Money(1));
    EXPECT_EQ(share_of(Money(kMax), Ppm(1'000'000)).value(), Money(kMax));
    EXPECT_EQ(share_of(Money(kMax), Ppm(1'000'001)).error().code(), "overflow");
    EXPECT_THROW(static_cast<void>(share_of(Money(-1), Ppm(1))), BugError);
    EXPECT_THROW(static_cast<void>(share_of(Money(1), Ppm(-1))), BugError);
}

TEST(Share, PartsNeverExceedTheWhole) {
    Seeded random;
    for (int i = 0; i < 5'000; ++i) {
        const Money whole(random.any_non_negative());
        const std::int64_t cut = random.between(0, kPpm);
        const auto a = share_of(whole, Ppm(cut)).value();
        const auto b = share_of(whole, Ppm(kPpm - cut)).value();
        EXPECT_TRUE(Int128{a.value} + b.value <= Int128{whole.value});
        EXPECT_TRUE(Int128{a.value} + b.value + 1 >= Int128{whole.value});
    }
}

TEST(Money, AddsAndSubtractsWithoutWrapping) {
    EXPECT_EQ(add(Money(kMax - 1), Money(1)).value(), Money(kMax));
    EXPECT_EQ(add(Money(kMax), Money(1)).error().code(), "overflow");
    EXPECT_EQ(subtract(Money(kMin + 1), Money(1)).value(), Money(kMin));
    EXPECT_EQ(subtract(Money(kMin), Money(1)).error().code(), "overflow");
}

TEST(Window, IsHalfOpen) {
    const Window window{Time(100), Time(200)};
    EXPECT_EQ(window.length(), Duration(100));
    EXPECT_TRUE(window.contains(Time(100)));
    EXPECT_TRUE(window.contains(Time(199)));
    EXPECT_FALSE(window.contains(Time(200)));
    EXPECT_FALSE(window.contains(Time(99)));
    EXPECT_TRUE(window.contains(window));
    EXPECT_FALSE(window.contains(Window{Time(100), Time(201)}));
    EXPECT_FALSE(window.contains(Window{Time(99), Time(200)}));
    EXPECT_FALSE(window.overlaps(Window{Time(200), Time(300)}));
    EXPECT_FALSE(window.overlaps(Window{Time(0), Time(100)}));
    EXPECT_TRUE(window.overlaps(Window{Time(199), Time(300)}));
    EXPECT_TRUE(window.overlaps(Window{Time(0), Time(101)}));
    EXPECT_TRUE(window.overlaps(Window{Time(0), Time(300)}));
}

}  // namespace
}  // namespace suanpan
