#pragma once

// The market's units (market §1), all int64:
//   Money   micro-units of a currency           wire "0.024500" (6 decimals)
//   Price   micro-units per lot·h or per CU·h   wire 6 decimals
//   Rate    milli-CU per lot (1 CU = 10^12 operations a second)   wire 3 decimals
//   Cu      milli-CU, a quantity of compute rate                  wire 3 decimals
//   Lots    whole schedulable devices
//   Time    seconds since 1970-01-01T00:00:00Z; Duration in seconds

#include "base/checked.hpp"
#include "base/result.hpp"
#include "base/strong.hpp"

#include <cstdint>

namespace suanpan {

using Money = StrongInt<struct MoneyTag>;
using Price = StrongInt<struct PriceTag>;
using Rate = StrongInt<struct RateTag>;
using Cu = StrongInt<struct CuTag>;
using Lots = StrongInt<struct LotsTag>;
using Time = StrongInt<struct TimeTag>;
using Duration = StrongInt<struct DurationTag>;
using Ppm = StrongInt<struct PpmTag>;  // parts per million
using LogIndex = StrongInt<struct LogIndexTag>;

inline constexpr std::int64_t kSecondsPerHour = 3600;
inline constexpr std::int64_t kPpm = 1'000'000;
inline constexpr std::int64_t kMilli = 1'000;

// [start, end) in UTC seconds. A valid window has start < end.
struct Window {
    Time start;
    Time end;

    friend constexpr auto operator<=>(const Window&, const Window&) = default;
    [[nodiscard]] constexpr Duration length() const { return Duration(end.value - start.value); }
    [[nodiscard]] constexpr bool contains(const Window& inner) const {
        return start <= inner.start && inner.end <= end;
    }
    [[nodiscard]] constexpr bool contains(Time t) const { return start <= t && t < end; }
    [[nodiscard]] constexpr bool overlaps(const Window& other) const {
        return start < other.end && other.start < end;
    }
};

enum class Unit : std::uint8_t { kLot, kCu };
enum class Side : std::uint8_t { kBuy, kSell };

// Exact amount of money as a fraction: micro-units = numerator / denominator, denominator > 0.
// Amounts stay exact until the one place where they are rounded (market §1, "One rounding rule").
struct ExactAmount {
    Int128 numerator = 0;
    Int128 denominator = 1;

    [[nodiscard]] Result<Money> floor() const;
    [[nodiscard]] Result<Money> ceil() const;
};

// price × lots × seconds ÷ 3600 for a price per lot·h; for a price per CU·h also × rate ÷ 1000.
// `rate` is ignored for Unit::kLot. Negative input or a product beyond 128 bits is `overflow`.
Result<ExactAmount> exact_amount(Price price, Unit unit, Lots lots, Rate rate, Duration duration);
// The same for a quantity in milli-CU at a price per CU·h.
Result<ExactAmount> exact_cu_amount(Price price, Cu quantity, Duration duration);

// floor(amount × ppm ÷ 1,000,000). REQUIRES amount ≥ 0 and 0 ≤ ppm.
Result<Money> share_of(Money amount, Ppm ppm);

Result<Money> add(Money a, Money b);
Result<Money> subtract(Money a, Money b);

}  // namespace suanpan
