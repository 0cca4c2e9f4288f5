// What the books show is what a look at every open order would show.

#include "api/books.hpp"

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <random>
#include <tuple>
#include <vector>

namespace suanpan::api {
namespace {

const matching::MarketKey kMarket = matching::parse_market_key("AI-FP16/CNY").value();
const matching::MarketKey kOther = matching::parse_market_key("AI-FP16/USD").value();

OrderId id_of(int number) {
    OrderId id;
    id.bytes[15] = static_cast<std::uint8_t>(number);
    return id;
}

core::OrderRow buy(int number, std::int64_t price, std::int64_t rest) {
    core::OrderRow row;
    row.view.terms.id = id_of(number);
    row.view.terms.market = kMarket;
    row.view.terms.side = Side::kBuy;
    row.view.terms.limit_price = Price(price);
    row.view.rest = rest;
    return row;
}

core::OrderRow sell(int number, std::int64_t price, const std::vector<std::int64_t>& lots) {
    core::OrderRow row = buy(number, price, 0);
    row.view.terms.side = Side::kSell;
    for (std::size_t i = 0; i < lots.size(); ++i)
        row.view.rest_steps.push_back({Time(static_cast<std::int64_t>(i)), Lots(lots[i])});
    return row;
}

core::OrderRow ended(core::OrderRow row) {
    row.view.state = matching::OrderState::kCancelled;
    return row;
}

core::Rows commit(std::vector<core::OrderRow> orders, std::int64_t size = 1) {
    core::Rows rows;
    rows.head.size = LogIndex(size);
    rows.orders = std::move(orders);
    return rows;
}

using Shown = std::tuple<Side, Unit, std::int64_t, std::int64_t, std::int64_t>;

std::vector<Shown> shown(const Books& books, std::int64_t most = 500) {
    std::vector<Shown> out;
    const BookDepth depth = books.depth(kMarket, most).value();
    for (const BookLevel& level : depth.levels)
        out.emplace_back(level.side, level.unit, level.limit_price.value, level.orders,
                         level.quantity);
    return out;
}

TEST(Books, TheBestComeFirstAndOrdersOfAPriceAreOneLevel) {
    Books books;
    books.committed(commit({buy(1, 100, 3), buy(2, 110, 1), buy(3, 100, 4), sell(4, 130, {2, 5, 0}),
                            sell(5, 120, {1, 0})}));
    const std::vector<Shown> all{{Side::kBuy, Unit::kLot, 110, 1, 1},
                                 {Side::kBuy, Unit::kLot, 100, 2, 7},
                                 {Side::kSell, Unit::kLot, 120, 1, 1},
                                 {Side::kSell, Unit::kLot, 130, 1, 5}};
    EXPECT_EQ(shown(books), all);
    EXPECT_EQ(shown(books, 1), (std::vector<Shown>{all[0], all[2]}));
}

TEST(Books, OrdersThatEndOrMoveLeaveTheirLevel) {
    Books books;
    books.committed(commit({buy(1, 100, 3), buy(2, 100, 4)}));
    books.committed(commit({ended(buy(1, 100, 0)), buy(2, 90, 2)}, 5));
    EXPECT_EQ(shown(books), (std::vector<Shown>{{Side::kBuy, Unit::kLot, 90, 1, 2}}));
    EXPECT_EQ(books.depth(kMarket, 50)->size, LogIndex(5));
    books.committed(commit({ended(buy(2, 90, 2)), ended(buy(3, 90, 2))}));
    EXPECT_TRUE(shown(books).empty());
}

TEST(Books, WhatIsLoadedReplacesWhatWasThere) {
    Books books;
    books.committed(commit({buy(1, 100, 3), buy(2, 90, 4)}));
    const auto before = books.page(kMarket, 50).value();
    books.load(commit({buy(2, 90, 1), buy(3, 80, 2)}, 9));
    EXPECT_EQ(shown(books), (std::vector<Shown>{{Side::kBuy, Unit::kLot, 90, 1, 1},
                                                {Side::kBuy, Unit::kLot, 80, 1, 2}}));
    EXPECT_EQ(books.depth(kMarket, 50)->size, LogIndex(9));
    EXPECT_NE(books.page(kMarket, 50).value(), before);
    books.load(commit({}, 10));
    EXPECT_TRUE(shown(books).empty());
}

TEST(Books, APageIsWrittenOncePerChange) {
    Books books;
    EXPECT_FALSE(books.is_written(kMarket, 50));
    books.committed(commit({buy(1, 5'000'000, 3)}));
    const auto first = books.page(kMarket, 50).value();
    EXPECT_EQ(first->json, R"({"buys":[{"orders":1,"price":"5.000000","quantity":3,"unit":"lot"}],)"
                           R"("market":"AI-FP16/CNY","sells":[]})");
    core::OrderRow other = buy(2, 1, 1);
    other.view.terms.market = kOther;
    books.committed(commit({other}));
    EXPECT_EQ(books.page(kMarket, 50).value(), first) << "another market";
    EXPECT_TRUE(books.is_written(kMarket, 50));
    EXPECT_FALSE(books.is_written(kMarket, 10));
    EXPECT_NE(books.page(kMarket, 10).value(), first) << "another depth";
    books.committed(commit({buy(1, 5'000'000, 2)}));
    EXPECT_FALSE(books.is_written(kMarket, 50));
    const auto second = books.page(kMarket, 50).value();
    EXPECT_NE(second->json, first->json);
    EXPECT_NE(second->tag, first->tag);
}

TEST(Books, AMarketWithoutOrdersIsEmpty) {
    Books books;
    EXPECT_EQ(books.page(kMarket, 50).value()->json,
              R"({"buys":[],"market":"AI-FP16/CNY","sells":[]})");
}

TEST(Books, ALevelThatLeaves64BitsIsToldAsOne) {
    Books books;
    const std::int64_t much = std::numeric_limits<std::int64_t>::max();
    books.committed(commit({buy(1, 100, much), buy(2, 100, 1)}));
    EXPECT_EQ(books.depth(kMarket, 50).error().code(), "overflow");
    EXPECT_EQ(books.page(kMarket, 50).error().code(), "overflow");
    books.committed(commit({ended(buy(1, 100, much))}));
    EXPECT_EQ(shown(books), (std::vector<Shown>{{Side::kBuy, Unit::kLot, 100, 1, 1}}));
}

// The obvious way: all open orders, summed anew.
std::vector<Shown> summed(const std::map<OrderId, core::OrderRow>& orders, std::int64_t most) {
    std::map<std::tuple<Side, bool, std::int64_t>, std::pair<std::int64_t, std::int64_t>> levels;
    for (const auto& [id, row] : orders) {
        const auto& view = row.view;
        if (view.state > matching::OrderState::kPartiallyFilled) continue;
        std::int64_t quantity = view.rest;
        for (const auto& step : view.rest_steps)
            quantity = std::max(quantity, step.lots.value);
        const bool is_buy = view.terms.side == Side::kBuy;
        const std::int64_t price = view.terms.limit_price.value;
        auto& level =
            levels[{view.terms.side, view.terms.unit == Unit::kLot, is_buy ? -price : price}];
        level.first += 1;
        level.second += quantity;
    }
    std::vector<Shown> out;
    std::map<std::pair<Side, bool>, std::int64_t> taken;
    for (const auto& [place, sum] : levels) {
        const auto& [side, lots, rank] = place;
        if (++taken[{side, lots}] > most) continue;
        out.emplace_back(side, lots ? Unit::kLot : Unit::kCu, side == Side::kBuy ? -rank : rank,
                         sum.first, sum.second);
    }
    return out;
}

TEST(Books, ShowWhatAllOpenOrdersSumTo) {
    const std::uint64_t seed = support::test_seed();
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    Books books;
    std::map<OrderId, core::OrderRow> orders;
    for (int round = 0; round < 2'000; ++round) {
        std::vector<core::OrderRow> changed;
        for (int count = below(4); count >= 0; --count) {
            const int number = below(60);
            const auto known = orders.find(id_of(number));
            const std::int64_t price = below(8) + 1;
            core::OrderRow row = below(2) == 0 ? buy(number, price, below(9) + 1)
                                               : sell(number, price, {below(9), 0});
            // An order stays on its side.
            if (known != orders.end()) row.view.terms.side = known->second.view.terms.side;
            row.view.terms.unit = below(2) == 0 ? Unit::kLot : Unit::kCu;
            constexpr std::array kStates{matching::OrderState::kOpen,
                                         matching::OrderState::kPartiallyFilled,
                                         matching::OrderState::kFilled};
            row.view.state = kStates.at(static_cast<std::size_t>(below(3)));
            if (row.view.terms.side == Side::kBuy)
                row.view.rest_steps.clear();
            else
                row.view.rest = 0;
            orders[row.view.terms.id] = row;
            changed.push_back(row);
        }
        books.committed(commit(std::move(changed), round));
        const std::int64_t most = below(6) + 1;
        ASSERT_EQ(shown(books, most), summed(orders, most));
    }
}

}  // namespace
}  // namespace suanpan::api
