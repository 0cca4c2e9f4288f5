#include "base/decimal.hpp"

#include "base/check.hpp"
#include "base/checked.hpp"

#include <array>

namespace suanpan {
namespace {

constexpr std::size_t kMaxDecimalLength = 40;
constexpr int kMaxScale = 18;
constexpr int kMoneyScale = 6;
constexpr int kRateScale = 3;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

tl::unexpected<Error> bad_decimal() {
    return fail(
        "bad_decimal",
        "a decimal string such as \"12.5\" is needed: digits, at most one point, no exponent");
}

template <typename T>
Result<T> parse_as(std::string_view text, int scale) {
    const auto value = parse_scaled(text, scale);
    if (!value) return fail(value.error());
    return T(*value);
}

// `value` is negative or zero while it is read: the range is larger there.
Result<std::int64_t> append_digit(std::int64_t value, char digit) {
    const auto shifted = checked_mul(value, 10);
    if (!shifted) return shifted;
    return checked_sub(*shifted, digit - '0');
}

}  // namespace

Result<std::int64_t> parse_scaled(std::string_view text, int scale) {
    CHECK(scale >= 0 && scale <= kMaxScale);
    if (text.empty() || text.size() > kMaxDecimalLength) return bad_decimal();
    const bool negative = text.front() == '-';
    if (negative) text.remove_prefix(1);
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view fraction =
        point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
    if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return bad_decimal();
    if (point != std::string_view::npos && fraction.empty()) return bad_decimal();
    for (const char c : whole) {
        if (!is_digit(c)) return bad_decimal();
    }
    for (const char c : fraction) {
        if (!is_digit(c)) return bad_decimal();
    }
    if (fraction.size() > static_cast<std::size_t>(scale)) {
        return fail("too_many_decimals",
                    "at most " + std::to_string(scale) + " decimals can be kept exactly");
    }
    Result<std::int64_t> value = std::int64_t{0};
    for (const char c : whole) {
        value = append_digit(*value, c);
        if (!value) return value;
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(scale); ++i) {
        value = append_digit(*value, i < fraction.size() ? fraction[i] : '0');
        if (!value) return value;
    }
    if (negative) {
        if (*value == 0) return bad_decimal();
        return value;
    }
    return checked_sub(0, *value);
}

std::string format_scaled(std::int64_t value, int scale) {
    CHECK(scale >= 0 && scale <= kMaxScale);
    std::array<char, 24> buffer{};
    std::size_t at = buffer.size();
    auto rest =
        value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
    for (int digits = 0; rest != 0 || digits <= scale; ++digits) {
        if (digits == scale && scale > 0) buffer[--at] = '.';
        buffer[--at] = static_cast<char>('0' + rest % 10);
        rest /= 10;
    }
    if (value < 0) buffer[--at] = '-';
    return {buffer.data() + at, buffer.size() - at};
}

Result<Money> parse_money(std::string_view text) {
    return parse_as<Money>(text, kMoneyScale);
}
Result<Price> parse_price(std::string_view text) {
    return parse_as<Price>(text, kMoneyScale);
}
Result<Rate> parse_rate(std::string_view text) {
    return parse_as<Rate>(text, kRateScale);
}
Result<Cu> parse_cu(std::string_view text) {
    return parse_as<Cu>(text, kRateScale);
}
Result<std::int64_t> parse_integer(std::string_view text) {
    return parse_scaled(text, 0);
}

std::string to_string(Money money) {
    return format_scaled(money.value, kMoneyScale);
}
std::string to_string(Price price) {
    return format_scaled(price.value, kMoneyScale);
}
std::string to_string(Rate rate) {
    return format_scaled(rate.value, kRateScale);
}
std::string to_string(Cu cu) {
    return format_scaled(cu.value, kRateScale);
}

}  // namespace suanpan
