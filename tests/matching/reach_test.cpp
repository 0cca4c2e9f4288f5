// What indices tell of windows, against a look at each window.

#include "matching/ladders.hpp"
#include "matching/lane_rows.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <random>

namespace suanpan::matching {
namespace {

class Draw {
 public:
    std::int64_t number(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
    }
    // From minutes to weeks, over two months.
    Window window() {
        const std::int64_t start = number(0, 5'000'000);
        return {Time(start), Time(start + (std::int64_t{1} << number(5, 21)) + number(0, 900))};
    }

 private:
    std::mt19937_64 random_{support::test_seed()};
};

TEST(Reach, NeverHidesAWindowThatFits) {
    Draw draw;
    std::size_t passed = 0;
    for (int round = 0; round < 20'000; ++round) {
        const bool taker_buys = draw.number(0, 1) == 1;
        Window taker = draw.window();
        if (draw.number(0, 50) == 0 && taker_buys) taker = kAnyWindow;
        Reach together;
        bool fits = false;
        for (std::int64_t i = 0, count = draw.number(1, 4); i < count; ++i) {
            Window resting = draw.window();
            if (draw.number(0, 50) == 0 && !taker_buys) resting = kAnyWindow;
            const Reach one = reach::of(!taker_buys, resting);
            together = i == 0 ? one : reach::join(!taker_buys, together, one);
            fits = fits || (taker_buys ? resting.contains(taker) : taker.contains(resting));
        }
        const Reach wanted = reach::of_taker(taker);
        const bool may_fit = taker_buys ? reach::may_fit<true>(together, wanted)
                                        : reach::may_fit<false>(together, wanted);
        if (fits) ASSERT_TRUE(may_fit) << round;
        passed += may_fit ? 0 : 1;
    }
    EXPECT_GT(passed, 10'000U);
}

TEST(Reach, OfOneOrderOnTheGridIsExact) {
    Draw draw;
    const auto on_grid = [](const Window& window) {
        return Window{Time(window.start.value / 900 * 900),
                      Time(window.end.value / 900 * 900 + 900)};
    };
    for (int round = 0; round < 20'000; ++round) {
        const Window sell = on_grid(draw.window());
        const Window buy = on_grid(draw.window());
        ASSERT_EQ(reach::may_fit<true>(reach::of(false, sell), reach::of_taker(buy)),
                  sell.contains(buy));
        ASSERT_EQ(reach::may_fit<false>(reach::of(true, buy), reach::of_taker(sell)),
                  sell.contains(buy));
    }
}

bool names(const std::uint64_t* row, std::uint32_t lane) {
    return (row[lane / 64] >> (lane % 64) & 1) != 0;
}

TEST(PriceRows, NameAllLanesOfAPriceOrABetterOneAndFewOthers) {
    Draw draw;
    PriceRows rows;
    std::vector<std::int64_t> best;
    for (int round = 0; round < 5'000; ++round) {
        if (round % 20 == 0) {
            rows.add_lane();
            best.push_back(std::int64_t{1} << 61U);
        }
        const auto lane =
            static_cast<std::uint32_t>(draw.number(0, static_cast<std::int64_t>(best.size()) - 1));
        const std::int64_t size = std::int64_t{1} << draw.number(0, 40);
        best[lane] = draw.number(-size, size);
        rows.set_best(lane, best[lane]);
        const std::int64_t limit = draw.number(-size, size);
        const std::uint64_t* row = rows.up_to(limit);
        const std::int64_t margin = std::max(limit, -limit) / 16;
        for (std::uint32_t each = 0; each < best.size(); ++each) {
            if (best[each] <= limit) ASSERT_TRUE(names(row, each)) << limit << " " << best[each];
            if (best[each] > limit + margin)
                ASSERT_FALSE(names(row, each)) << limit << " " << best[each];
        }
    }
}

TEST(PriceRows, OfNoPricesNameNoLane) {
    PriceRows rows;
    rows.add_lane();
    EXPECT_FALSE(names(rows.up_to(0), 0));
    rows.set_best(0, 100);
    EXPECT_FALSE(names(rows.up_to(50), 0));
    EXPECT_TRUE(names(rows.up_to(200), 0));
}

TEST(TimeRows, NameAllLanesThatTouchEachPart) {
    Draw draw;
    TimeRows rows;
    std::vector<std::uint64_t> parts;
    for (int round = 0; round < 5'000; ++round) {
        if (round % 20 == 0) {
            rows.add_lane();
            parts.push_back(0);
        }
        const auto lane =
            static_cast<std::uint32_t>(draw.number(0, static_cast<std::int64_t>(parts.size()) - 1));
        if (draw.number(0, 9) == 0) {
            rows.clear(lane);
            parts[lane] = 0;
        }
        const std::uint64_t more = reach::parts_of(draw.window());
        rows.add(lane, more);
        parts[lane] |= more;
        const std::uint64_t wanted = reach::parts_of(draw.window());
        const TimeRows::Some some = rows.touching(wanted);
        for (std::uint32_t each = 0; each < parts.size(); ++each) {
            const bool named = names(some[0], each) && names(some[1], each);
            if ((wanted & ~parts[each]) == 0) ASSERT_TRUE(named) << each;
            if ((wanted & parts[each]) == 0) ASSERT_FALSE(named) << each;
        }
    }
}

TEST(PriceIndex, TellsWhatItsFirstLevelsTouch) {
    Draw draw;
    PriceIndex index;
    std::vector<std::pair<Rank, Reach>> levels;
    for (std::uint32_t number = 0; number < 200; ++number) {
        const Rank rank = draw.number(0, 1'000) * 1'000 + number;
        levels.emplace_back(rank, reach::of(false, draw.window()));
        index.insert(rank, number, levels.back().second);
        std::ranges::sort(levels, {}, [](const auto& level) { return level.first; });
        for (const std::size_t count : {std::size_t{1}, std::size_t{4}, std::size_t{12}}) {
            std::uint64_t parts = 0;
            for (std::size_t i = 0; i < std::min(count, levels.size()); ++i)
                parts |= levels[i].second.parts;
            const Rank beyond =
                count < levels.size() ? levels[count].first : std::numeric_limits<Rank>::max();
            ASSERT_EQ(index.near(count).parts, parts);
            ASSERT_EQ(index.near(count).beyond, beyond);
        }
    }
}

}  // namespace
}  // namespace suanpan::matching
