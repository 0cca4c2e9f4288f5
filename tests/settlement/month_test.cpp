#include "settlement/month.hpp"

#include "base/time.hpp"

#include <gtest/gtest.h>

namespace suanpan::settlement {
namespace {

TEST(Month, BeginsAndEndsAtMidnightUtc) {
    EXPECT_EQ(month_of(*parse_time("2026-11-30T23:59:59Z")), *parse_month("2026-11"));
    EXPECT_EQ(month_of(*parse_time("2026-12-01T00:00:00Z")), *parse_month("2026-12"));
    EXPECT_EQ(month_of(Time(-1)), Month(-1));
    EXPECT_EQ(to_string(Month(-1)), "1969-12");
    EXPECT_EQ(to_string(Month(0)), "1970-01");
}

TEST(Month, LengthsFollowTheCalendar) {
    const auto days = [](const char* month) {
        return month_window(*parse_month(month)).length().value / 86'400;
    };
    EXPECT_EQ(days("2026-02"), 28);
    EXPECT_EQ(days("2028-02"), 29);
    EXPECT_EQ(days("2100-02"), 28);
    EXPECT_EQ(days("2026-12"), 31);
}

TEST(Month, EveryMonthFollowsTheOneBefore) {
    for (Month month = *parse_month("1960-01"); month < *parse_month("2201-01"); ++month.value) {
        const Window window = month_window(month);
        ASSERT_EQ(month_of(window.start), month);
        ASSERT_EQ(month_of(Time(window.end.value - 1)), month);
        ASSERT_EQ(month_of(window.end), Month(month.value + 1));
        ASSERT_EQ(*parse_month(to_string(month)), month);
    }
}

TEST(Month, RefusesOtherText) {
    for (const char* text : {"", "2026", "2026-13", "2026-1", "26-11", "2026-11-01", "2026-11 "})
        EXPECT_EQ(parse_month(text).error().code(), "bad_month") << text;
}

}  // namespace
}  // namespace suanpan::settlement
