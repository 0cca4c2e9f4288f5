#include "matching/market_data/price_index.hpp"

#include "support/index_model.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace suanpan::matching {
namespace {

constexpr std::int64_t kHour = 3'600;
constexpr std::int64_t kDay = 86'400;
const Time kNoon(1'800'000'000 - 1'800'000'000 % kDay + 12 * kHour);

// One lot-hour of 1 CU an hour before noon, at a price per CU·h in micro-units.
IndexTrade trade_at(std::int64_t price_micro, std::int64_t order) {
    IndexTrade trade;
    trade.time = Time(kNoon.value - kHour);
    trade.order = LogIndex(order);
    trade.lots = Lots(1);
    trade.window = {kNoon, Time(kNoon.value + kHour)};
    trade.price = Price(price_micro);
    trade.unit = Unit::kCu;
    trade.rate = Rate(1'000);
    trade.hub = "gansu";
    return trade;
}

std::vector<IndexTrade> trades_at(const std::vector<std::int64_t>& prices) {
    std::vector<IndexTrade> out;
    for (const std::int64_t price : prices)
        out.push_back(trade_at(price, std::ssize(out)));
    return out;
}

const SeriesKey kCell{"gansu", Firmness::kFirm};
const SeriesKey kAll{"", std::nullopt};

Fixing fix(const std::vector<IndexTrade>& trades, const Fixing& before = {}, Time at = kNoon) {
    auto fixing = fix_index(before, at, trades);
    EXPECT_TRUE(fixing);
    return fixing.value_or(Fixing());
}

// The worked example of docs/market-data.md.
TEST(PriceIndex, IsTheMeanOfTheMiddleOfTheVolume) {
    const Fixing fixing = fix(trades_at({100, 90, 5'000, 110, 100}));
    // 18,000 CU·s in all: 1,800 of the 90 and 1,800 of the 5,000 go.
    // (1,800 × 90 + 3,600 × 100 + 3,600 × 100 + 3,600 × 110 + 1,800 × 5,000) ÷ 14,400 = 713.75
    const IndexValue expected{Price(713), kIndexBase, 18'000, 5, kNoon};
    EXPECT_EQ(fixing.at(kCell), expected);
    EXPECT_EQ(fixing.at(kAll), expected);
    EXPECT_EQ(fixing.size(), 4U);  // and the hub, and firm of all hubs
}

TEST(PriceIndex, AnOutlierUnderATenthHasNoWeightAtAll) {
    std::vector<std::int64_t> prices(19, 100);
    prices.push_back(1'000'000);
    EXPECT_EQ(fix(trades_at(prices)).at(kCell).price, Price(100));
    prices.back() = 1;
    EXPECT_EQ(fix(trades_at(prices)).at(kCell).price, Price(100));
}

TEST(PriceIndex, FewTradesLeaveThePriceBefore) {
    EXPECT_TRUE(fix(trades_at({100, 100, 100, 100})).empty());
    const Fixing first = fix(trades_at({100, 100, 100, 100, 100}));
    const Fixing later = fix(trades_at({900, 900}), first, Time(kNoon.value + kHour));
    EXPECT_EQ(later, first);
}

TEST(PriceIndex, ExcludedAndForwardTradesDoNotCount) {
    for (const Exclusion exclusion : {Exclusion::kRelated, Exclusion::kReciprocal}) {
        auto trades = trades_at({100, 100, 100, 100, 100, 900, 900, 900, 900, 900});
        for (auto& trade : trades) {
            if (trade.price == Price(900)) trade.exclusion = exclusion;
        }
        EXPECT_EQ(fix(trades).at(kCell).price, Price(100));
    }
    auto trades = trades_at({100, 100, 100, 100, 100, 900, 900, 900, 900, 900});
    for (auto& trade : trades) {
        if (trade.price == Price(900))
            trade.window = {Time(trade.time.value + 8 * kDay), Time(trade.time.value + 9 * kDay)};
    }
    EXPECT_EQ(fix(trades).at(kCell).price, Price(100));
    EXPECT_FALSE(is_forward(Time(0), {Time(7 * kDay), Time(8 * kDay)}));
    EXPECT_TRUE(is_forward(Time(0), {Time(7 * kDay + 1), Time(8 * kDay)}));
}

TEST(PriceIndex, PricesPerLotAreDividedByTheRate) {
    auto trades = trades_at({100, 100, 100, 100, 100});
    for (auto& trade : trades) {
        trade.unit = Unit::kLot;
        trade.rate = Rate(593'700);  // 12.00 a lot·h of 593.7 CU
        trade.price = Price(12'000'000);
    }
    EXPECT_EQ(fix(trades).at(kCell).price, Price(20'212));
    EXPECT_EQ(price_per_cu(Price(12'000'000), Unit::kLot, Rate(593'700)), Price(20'212));
    EXPECT_EQ(price_per_cu(Price(7), Unit::kCu, Rate(593'700)), Price(7));
}

// A level follows prices, not the way that trade takes between a dear hub and a cheap one.
TEST(PriceIndex, TheLevelOfAllHubsIsChained) {
    const auto both = [](std::int64_t dear, std::int64_t dear_lots, std::int64_t cheap,
                         std::int64_t cheap_lots) {
        std::vector<IndexTrade> trades;
        for (int i = 0; i < 5; ++i) {
            trades.push_back(trade_at(dear, 2 * i));
            trades.back().lots = Lots(dear_lots);
            trades.push_back(trade_at(cheap, 2 * i + 1));
            trades.back().lots = Lots(cheap_lots);
            trades.back().hub = "yangtze-delta";
        }
        return trades;
    };
    const Fixing first = fix(both(100, 10, 60, 10));
    EXPECT_EQ(first.at(kAll).price, Price(80));
    const Fixing moved = fix(both(100, 1, 60, 99), first, Time(kNoon.value + kHour));
    EXPECT_EQ(moved.at(kAll).price, Price(60));  // 60.4
    EXPECT_EQ(moved.at(kAll).level, kIndexBase);
    const Fixing dearer = fix(both(110, 1, 66, 99), moved, Time(kNoon.value + 2 * kHour));
    EXPECT_EQ(dearer.at(kAll).level, kIndexBase * 11 / 10);
    EXPECT_EQ(dearer.at(kCell).level, kIndexBase * 11 / 10);
}

TEST(PriceIndex, AnOldPriceNoLongerCountsForAll) {
    const Fixing first = fix(trades_at({100, 100, 100, 100, 100}));
    auto other = trades_at({300, 300, 300, 300, 300});
    for (auto& trade : other)
        trade.hub = "guizhou";
    const Fixing within = fix(other, first, Time(kNoon.value + 7 * kDay));
    EXPECT_EQ(within.at(kAll).price, Price(200));
    const Fixing beyond = fix(other, first, Time(kNoon.value + 7 * kDay + kHour));
    EXPECT_EQ(beyond.at(kAll).price, Price(300));
    EXPECT_EQ(beyond.at(kAll).level, kIndexBase);  // nothing to chain
    EXPECT_EQ(beyond.at(kCell), first.at(kCell));  // what it last was, and since when
}

TEST(PriceIndex, TheOrderOfTheTradesDoesNotMatter) {
    const std::uint64_t seed = support::test_seed();
    std::mt19937_64 random(seed);
    auto trades = trades_at({100, 90, 5'000, 110, 100, 100, 7, 90});
    const Fixing fixing = fix(trades);
    for (int i = 0; i < 20; ++i) {
        std::ranges::shuffle(trades, random);
        EXPECT_EQ(fix(trades), fixing);
    }
}

TEST(PriceIndex, WhatNo128BitsHoldIsAnError) {
    auto trades = trades_at({1, 1, 1, 1, 1});
    for (auto& trade : trades) {
        trade.lots = Lots(1'000'000'000);
        trade.rate = Rate(10'000'000'000'000);
        trade.window = {Time(0), Time(3'000'000'000)};
        trade.time = Time(0);
    }
    const auto fixing = fix_index({}, kNoon, trades);
    ASSERT_FALSE(fixing);
    EXPECT_EQ(fixing.error().code(), "overflow");
}

// Against the model of the method's text.
class RandomDays {
 public:
    explicit RandomDays(std::uint64_t seed) : random_(seed) {}

    std::vector<support::ModelTrade> trades() {
        static constexpr std::array kHubs{"gansu", "guizhou", "ningxia"};
        std::vector<support::ModelTrade> out;
        std::int64_t now = kNoon.value + below(kDay);
        const std::int64_t count = 1 + below(120);
        for (std::int64_t i = 0; i < count; ++i) {
            now += below(4) == 0 ? below(3 * kDay) : below(kHour);
            support::ModelTrade trade;
            trade.time = now;
            trade.order = i;
            trade.id = std::to_string(1'000'000 + i);
            trade.lots = 1 + below(64);
            trade.start = now + below(9 * kDay);
            trade.end = trade.start + 1 + below(2 * kDay);
            trade.per_lot = below(2) == 0;
            trade.rate_mcu = 1 + below(600'000);
            trade.price_micro = 1 + below(below(5) == 0 ? 10'000'000 : 1'000);
            trade.hub = kHubs.at(static_cast<std::size_t>(below(3)));
            trade.firmness = below(3) == 0 ? "preemptible" : "firm";
            trade.excluded = below(10) == 0;
            out.push_back(trade);
        }
        return out;
    }

 private:
    std::int64_t below(std::int64_t n) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
    }
    std::mt19937_64 random_;
};

IndexTrade index_trade(const support::ModelTrade& trade) {
    IndexTrade out;
    out.time = Time(trade.time);
    out.order = LogIndex(trade.order);
    out.lots = Lots(trade.lots);
    out.window = {Time(trade.start), Time(trade.end)};
    out.price = Price(trade.price_micro);
    out.unit = trade.per_lot ? Unit::kLot : Unit::kCu;
    out.rate = Rate(trade.rate_mcu);
    out.hub = trade.hub;
    out.firmness = trade.firmness == "firm" ? Firmness::kFirm : Firmness::kPreemptible;
    out.exclusion = trade.excluded ? Exclusion::kRelated : Exclusion::kNone;
    return out;
}

support::ModelFixing plain(const Fixing& fixing) {
    support::ModelFixing out;
    for (const auto& [key, value] : fixing) {
        const std::string firmness(key.firmness ? to_string(*key.firmness) : "");
        out[{key.hub, firmness}] = {value.price.value, value.level, value.volume, value.trades,
                                    value.since.value};
    }
    return out;
}

TEST(PriceIndex, IsWhatTheMethodsTextSays) {
    const std::uint64_t seed = support::test_seed();
    std::size_t values = 0;
    for (std::uint64_t round = 0; round < 60; ++round) {
        SCOPED_TRACE(seed + round);
        auto trades = RandomDays(seed + round).trades();
        for (auto& trade : trades)
            trade.excluded = trade.excluded || trade.start - trade.time > 7 * kDay;
        const auto model = support::model_index(trades, trades.back().time + 2 * kDay);
        Fixing fixing;
        for (const auto& [at, expected] : model) {
            std::vector<IndexTrade> looked;
            for (const auto& trade : trades) {
                if (trade.time >= at - kDay && trade.time < at)
                    looked.push_back(index_trade(trade));
            }
            fixing = fix(looked, fixing, Time(at));
            ASSERT_EQ(plain(fixing), expected) << "at " << at;
            values += expected.size();
        }
    }
    EXPECT_GT(values, 1'000U);
}

}  // namespace
}  // namespace suanpan::matching
