#include "api/depth_cache.hpp"

#include <gtest/gtest.h>

namespace suanpan::api {
namespace {

const matching::MarketKey kMarket = matching::parse_market_key("AI-FP16/CNY").value();
const matching::MarketKey kOther = matching::parse_market_key("AI-FP16/USD").value();

core::Rows order_in(const matching::MarketKey& market) {
    core::Rows rows;
    rows.orders.emplace_back().view.terms.market = market;
    return rows;
}

TEST(DepthCache, ReadsAgainOnlyWhatHasChanged) {
    DepthCache cache;
    int read = 0;
    const auto get = [&](const matching::MarketKey& market, std::int64_t levels = 50) {
        return *cache.get(market, levels, [&] { return std::to_string(++read); });
    };
    EXPECT_EQ(get(kMarket), "1");
    EXPECT_EQ(get(kMarket), "1") << "nothing has changed";
    EXPECT_EQ(get(kMarket, 10), "2") << "another depth";
    cache.committed(order_in(kOther));
    EXPECT_EQ(get(kMarket), "1") << "another market";
    cache.committed(order_in(kMarket));
    EXPECT_EQ(get(kMarket), "3");
    EXPECT_EQ(get(kMarket), "3");
}

TEST(DepthCache, WhatChangesWhileItIsReadIsReadAgain) {
    DepthCache cache;
    const auto first = cache.get(kMarket, 50, [&] {
        cache.committed(order_in(kMarket));
        return std::string("perhaps without it");
    });
    EXPECT_EQ(*first, "perhaps without it");
    EXPECT_EQ(*cache.get(kMarket, 50, [] { return std::string("with it"); }), "with it");
}

TEST(DepthCache, AFailedReadIsNoReading) {
    DepthCache cache;
    EXPECT_THROW(cache.get(kMarket, 50, []() -> std::string { throw std::runtime_error("x"); }),
                 std::runtime_error);
    EXPECT_EQ(*cache.get(kMarket, 50, [] { return "1"; }), "1");
}

}  // namespace
}  // namespace suanpan::api
