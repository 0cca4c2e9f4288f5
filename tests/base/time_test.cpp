#include "base/time.hpp"

#include "base/check.hpp"
#include "tests/base/seeded.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <limits>

namespace suanpan {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

// A calendar that only knows how to go to the next day.
struct SlowDate {
    int year, month, day;

    [[nodiscard]] bool leap() const {
        return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    }
    [[nodiscard]] int month_length() const {
        if (month == 2) return leap() ? 29 : 28;
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
    }
    void next() {
        if (++day <= month_length()) return;
        day = 1;
        if (++month <= 12) return;
        month = 1;
        ++year;
    }
    [[nodiscard]] std::string text(const char* clock) const {
        char out[32];
        std::snprintf(out, sizeof out, "%04d-%02d-%02dT%s", year, month, day, clock);
        return out;
    }
};

bool refused(std::string_view text) {
    const auto got = parse_time(text);
    return !got && got.error().code() == "bad_time";
}

// From the first year that can be written to the last, both texts of each day.
TEST(Time, EveryDayRoundTripsAgainstASlowCalendar) {
    std::int64_t day = 0;
    for (SlowDate date{1970, 1, 1}; date.year <= 9999; date.next(), ++day) {
        // Every day where people will be; the edges of months elsewhere.
        if (date.year > 2101 && date.day > 1 && date.day < date.month_length()) continue;
        const std::string first = date.text("00:00:00Z");
        const std::string last = date.text("23:59:59Z");
        ASSERT_EQ(to_string(Time(day * kDay)), first);
        ASSERT_EQ(to_string(Time(day * kDay + kDay - 1)), last);
        ASSERT_EQ(parse_time(first).value(), Time(day * kDay));
        ASSERT_EQ(parse_time(last).value(), Time(day * kDay + kDay - 1));
        if (date.day == date.month_length()) {
            SlowDate beyond = date;
            for (++beyond.day; beyond.day <= 32; ++beyond.day) {
                ASSERT_TRUE(refused(beyond.text("00:00:00Z"))) << beyond.text("");
            }
        }
    }
    EXPECT_EQ(day * kDay, 253'402'300'800);
}

TEST(Time, DaysBefore1970RoundTrip) {
    std::int64_t day = -719'162;
    for (SlowDate date{1, 1, 1}; date.year < 1970; date.next(), ++day) {
        if (date.year > 5 && date.year < 1960 && date.day > 1 && date.day < 28) continue;
        const std::string noon = date.text("12:00:00Z");
        ASSERT_EQ(to_string(Time(day * kDay + kDay / 2)), noon);
        ASSERT_EQ(parse_time(noon).value(), Time(day * kDay + kDay / 2));
    }
    EXPECT_EQ(day, 0);
}

TEST(Time, EverySecondOfADayRoundTrips) {
    const std::int64_t start = parse_time("2026-11-20T00:00:00Z").value().value;
    for (std::int64_t second = 0; second < kDay; ++second) {
        const std::string text = to_string(Time(start + second));
        ASSERT_EQ(parse_time(text).value(), Time(start + second)) << text;
    }
}

TEST(Time, KnownInstants) {
    EXPECT_EQ(parse_time("1970-01-01T00:00:00Z").value(), Time(0));
    EXPECT_EQ(parse_time("2000-02-29T00:00:00Z").value(), Time(951'782'400));
    EXPECT_EQ(parse_time("2001-09-09T01:46:40Z").value(), Time(1'000'000'000));
    EXPECT_EQ(parse_time("2038-01-19T03:14:08Z").value(), Time(2'147'483'648));
    EXPECT_EQ(parse_time("1969-12-31T23:59:59Z").value(), Time(-1));
    EXPECT_EQ(parse_time("0001-01-01T00:00:00Z").value(), Time(-62'135'596'800));
    EXPECT_EQ(parse_time("9999-12-31T23:59:59Z").value(), Time(253'402'300'799));
}

TEST(Time, LeapYears) {
    for (const char* text : {"1996-02-29", "2000-02-29", "2024-02-29", "2400-02-29"}) {
        EXPECT_TRUE(parse_time(std::string(text) + "T00:00:00Z").has_value()) << text;
    }
    for (const char* text :
         {"1900-02-29", "2023-02-29", "2100-02-29", "2024-02-30", "2001-02-29"}) {
        EXPECT_TRUE(refused(std::string(text) + "T00:00:00Z")) << text;
    }
}

TEST(Time, RefusesEveryOtherForm) {
    const std::string_view bad[] = {"",
                                    "2026-11-20",
                                    "2026-11-20T08:00:00",
                                    "2026-11-20T08:00Z",
                                    "2026-11-20 08:00:00Z",
                                    "2026-11-20t08:00:00Z",
                                    "2026-11-20T08:00:00z",
                                    "2026-11-20T08:00:00.0Z",
                                    "2026-11-20T08:00:00+00:00",
                                    "2026-11-20T08:00:00ZZ",
                                    " 2026-11-20T08:00:00Z",
                                    "2026-11-20T08:00:00Z\n",
                                    "2026-11-20T24:00:00Z",
                                    "2026-11-20T08:60:00Z",
                                    "2026-12-31T23:59:60Z",
                                    "2026-11-20T08:00:99Z",
                                    "2026-00-20T08:00:00Z",
                                    "2026-13-20T08:00:00Z",
                                    "2026-11-00T08:00:00Z",
                                    "2026-11-31T08:00:00Z",
                                    "2026-04-31T08:00:00Z",
                                    "2026-01-32T08:00:00Z",
                                    "0000-01-01T00:00:00Z",
                                    "-001-01-01T00:00:00Z",
                                    "+026-11-20T08:00:00Z",
                                    "2026/11/20T08:00:00Z",
                                    "2026-11-20T08-00-00Z",
                                    "2026-1a-20T08:00:00Z",
                                    "2026-11-20T 8:00:00Z",
                                    "2026-11-20T08:00:0\xB2Z",
                                    "20261120T080000Z"};
    for (const std::string_view text : bad)
        EXPECT_TRUE(refused(text)) << text;
    EXPECT_TRUE(refused(std::string(1'000'000, '2')));
    std::string with_nul = "2026-11-20T08:00:00Z";
    with_nul[19] = '\0';
    EXPECT_TRUE(refused(with_nul));
}

// One byte of a good text replaced by any other: refused, or a time that prints as just that text.
TEST(Time, AcceptsOnlyWhatItPrints) {
    const std::string good = "2024-02-29T23:59:59Z";
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string text = good;
            text[at] = static_cast<char>(byte);
            const auto got = parse_time(text);
            if (got) {
                EXPECT_EQ(to_string(*got), text);
            }
        }
    }
}

// The day's start was computed before the range was looked at, which overflows near INT64_MIN.
TEST(Time, PrintsOnlyYearsOfFourDigits) {
    EXPECT_EQ(to_string(Time(253'402'300'799)), "9999-12-31T23:59:59Z");
    EXPECT_EQ(to_string(Time(-62'135'596'800)), "0001-01-01T00:00:00Z");
    for (const std::int64_t value :
         {std::int64_t{253'402'300'800}, std::int64_t{-62'135'596'801}, kMax, kMin}) {
        EXPECT_THROW(static_cast<void>(to_string(Time(value))), BugError) << value;
    }
}

TEST(TimeGrid, RoundsTowardsTheNamedSide) {
    const Duration minute(60);
    EXPECT_EQ(floor_to_grid(Time(119), minute), Time(60));
    EXPECT_EQ(ceil_to_grid(Time(61), minute), Time(120));
    EXPECT_EQ(floor_to_grid(Time(120), minute), Time(120));
    EXPECT_EQ(ceil_to_grid(Time(120), minute), Time(120));
    EXPECT_EQ(floor_to_grid(Time(-1), minute), Time(-60));
    EXPECT_EQ(ceil_to_grid(Time(-1), minute), Time(0));
    EXPECT_EQ(floor_to_grid(Time(-60), minute), Time(-60));
    EXPECT_EQ(ceil_to_grid(Time(-60), minute), Time(-60));
    EXPECT_EQ(floor_to_grid(Time(-61), minute), Time(-120));
    EXPECT_EQ(ceil_to_grid(Time(-61), minute), Time(-60));
}

TEST(TimeGrid, IsTheNearestPointOfTheGrid) {
    Seeded random;
    for (int i = 0; i < 20'000; ++i) {
        const Time time(random.between(-62'135'596'800, 253'402'300'799));
        const Duration grid(random.between(1, random.one_in(2) ? 60 : 1'000'000));
        const Time floor = floor_to_grid(time, grid);
        const Time ceil = ceil_to_grid(time, grid);
        ASSERT_EQ(floor.value % grid.value, 0);
        ASSERT_EQ(ceil.value % grid.value, 0);
        ASSERT_TRUE(floor <= time && time.value - floor.value < grid.value);
        ASSERT_TRUE(ceil >= time && ceil.value - time.value < grid.value);
    }
}

// The product was formed in 64 bits and could wrap.
TEST(TimeGrid, NeverWraps) {
    EXPECT_THROW(floor_to_grid(Time(0), Duration(0)), BugError);
    EXPECT_THROW(ceil_to_grid(Time(0), Duration(-1)), BugError);
    EXPECT_THROW(floor_to_grid(Time(kMin), Duration(60)), BugError);
    EXPECT_THROW(ceil_to_grid(Time(kMax), Duration(60)), BugError);
    EXPECT_EQ(floor_to_grid(Time(kMax), Duration(kMax)), Time(kMax));
}

}  // namespace
}  // namespace suanpan
