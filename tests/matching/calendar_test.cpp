#include "matching/calendar.hpp"

#include "base/check.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace suanpan::matching {
namespace {

Window window(std::int64_t start, std::int64_t end) {
    return {Time(start), Time(end)};
}

TEST(Calendar, IsFreeEverywhereAtFirst) {
    const Calendar calendar(Lots(8));
    EXPECT_EQ(calendar.minimum(window(0, 1'000'000)), Lots(8));
    EXPECT_TRUE(calendar.steps().empty());
}

TEST(Calendar, TakesTheLeastOverAWindow) {
    Calendar calendar(Lots(8));
    calendar.reserve(window(10, 20), Lots(3));
    calendar.reserve(window(15, 30), Lots(4));
    EXPECT_EQ(calendar.minimum(window(0, 10)), Lots(8));
    EXPECT_EQ(calendar.minimum(window(0, 11)), Lots(5));
    EXPECT_EQ(calendar.minimum(window(12, 16)), Lots(1));
    EXPECT_EQ(calendar.minimum(window(20, 30)), Lots(4));
    EXPECT_EQ(calendar.minimum(window(30, 31)), Lots(8));
}

TEST(Calendar, KeepsNoStepThatChangesNothing) {
    Calendar calendar(Lots(8));
    calendar.reserve(window(10, 20), Lots(3));
    calendar.reserve(window(20, 30), Lots(3));
    const std::vector<Step> expected{{Time(10), Lots(5)}, {Time(30), Lots(8)}};
    EXPECT_EQ(calendar.steps(), expected);
    calendar.release(window(10, 30), Lots(3));
    EXPECT_TRUE(calendar.steps().empty());
}

TEST(Calendar, NeverGivesMoreThanIsFree) {
    Calendar calendar(Lots(8));
    calendar.reserve(window(10, 20), Lots(5));
    EXPECT_THROW(calendar.reserve(window(19, 40), Lots(4)), BugError);
    EXPECT_THROW(calendar.reserve(window(30, 40), Lots(0)), BugError);
    EXPECT_THROW(calendar.reserve(window(30, 30), Lots(1)), BugError);
    EXPECT_EQ(calendar.minimum(window(20, 40)), Lots(8));
}

TEST(Calendar, NeverTakesBackMoreThanWasReserved) {
    Calendar calendar(Lots(8));
    calendar.reserve(window(10, 20), Lots(5));
    EXPECT_THROW(calendar.release(window(10, 21), Lots(5)), BugError);
}

TEST(Calendar, AgreesWithAnArrayOfMoments) {
    std::mt19937_64 random(support::test_seed());
    const auto draw = [&](std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random);
    };
    for (int round = 0; round < 200; ++round) {
        Calendar calendar(Lots(6));
        std::array<std::int64_t, 24> free{};
        free.fill(6);
        std::vector<std::pair<Window, Lots>> held;
        for (int step = 0; step < 60; ++step) {
            const std::int64_t start = draw(0, 22);
            const Window asked = window(start, draw(start + 1, 23));
            const auto first = free.begin() + asked.start.value;
            const auto last = free.begin() + asked.end.value;
            const std::int64_t least = *std::min_element(first, last);
            ASSERT_EQ(calendar.minimum(asked).value, least);
            if (least > 0 && draw(0, 2) > 0) {
                const Lots lots(draw(1, least));
                calendar.reserve(asked, lots);
                std::for_each(first, last, [&](std::int64_t& value) { value -= lots.value; });
                held.emplace_back(asked, lots);
            } else if (!held.empty()) {
                const auto [gone, lots] = held.back();
                held.pop_back();
                calendar.release(gone, lots);
                for (auto t = gone.start.value; t < gone.end.value; ++t) {
                    free.at(static_cast<std::size_t>(t)) += lots.value;
                }
            }
            for (std::size_t i = 1; i < calendar.steps().size(); ++i) {
                ASSERT_LT(calendar.steps()[i - 1].from, calendar.steps()[i].from);
                ASSERT_NE(calendar.steps()[i - 1].lots, calendar.steps()[i].lots);
            }
        }
    }
}

TEST(Calendar, ForgetsThePastAndNothingElse) {
    Calendar whole(Lots(10));
    Calendar pruned(Lots(10));
    for (std::int64_t t = 0; t < 400; ++t) {
        const Window taken = window(t, t + 3 + t % 5);
        const Lots lots(1 + t % 2);
        if (whole.minimum(taken) >= lots) {
            whole.reserve(taken, lots);
            pruned.reserve(taken, lots);
        }
        pruned.forget_past(Time(t));
        for (std::int64_t s = t; s < t + 12; ++s) {
            ASSERT_EQ(pruned.minimum(window(s, s + 1)), whole.minimum(window(s, s + 1))) << t;
        }
    }
    EXPECT_LT(pruned.steps().size(), 100U);
    EXPECT_GT(whole.steps().size(), 200U);
    // A release that began in the past counts from what is known on.
    pruned.release(window(390, 402), Lots(1));
    whole.release(window(399, 402), Lots(1));
    EXPECT_EQ(pruned.minimum(window(400, 402)), whole.minimum(window(400, 402)));
}

TEST(Steps, FindsARunThatIsLongEnough) {
    Steps steps;
    add(steps, Lots(0), window(0, 100), Lots(2));
    EXPECT_TRUE(has_run(steps, Lots(0), window(0, 100), Duration(100)));
    add(steps, Lots(0), window(40, 50), Lots(-2));
    EXPECT_FALSE(has_run(steps, Lots(0), window(0, 100), Duration(51)));
    EXPECT_TRUE(has_run(steps, Lots(0), window(0, 100), Duration(50)));
    EXPECT_TRUE(has_run(steps, Lots(0), window(0, 90), Duration(40)));
    EXPECT_FALSE(has_run(steps, Lots(0), window(60, 100), Duration(41)));
    EXPECT_FALSE(has_run(steps, Lots(0), window(100, 100), Duration(1)));
}

TEST(Steps, RefusesToWrap) {
    Steps steps;
    const Lots most(std::numeric_limits<std::int64_t>::max());
    add(steps, Lots(0), window(0, 10), most);
    EXPECT_THROW(add(steps, Lots(0), window(5, 6), Lots(1)), BugError);
}

}  // namespace
}  // namespace suanpan::matching
