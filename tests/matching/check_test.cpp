// What check() refuses. Each row changes one thing of a good order.

#include "base/check.hpp"

#include "tests/matching/world.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace suanpan::matching::testing {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

struct Row {
    Side side;
    const char* code;
    std::function<void(OrderTerms&)> change;
};

const std::vector<Row>& rows() {
    static const std::vector<Row> all = {
        {Side::kBuy, "", [](OrderTerms&) {}},
        {Side::kSell, "", [](OrderTerms&) {}},
        {Side::kBuy, "market_not_found", [](OrderTerms& t) { t.market.currency = "USD"; }},
        {Side::kBuy, "contradictory_fields", [](OrderTerms& t) { t.pool = pool(1); }},
        {Side::kBuy, "contradictory_fields", [](OrderTerms& t) { t.min_duration = Duration(60); }},
        {Side::kBuy, "contradictory_fields", [](OrderTerms& t) { t.counterparties = {org(1)}; }},
        {Side::kBuy, "contradictory_fields", [](OrderTerms& t) { t.max_excess = Cu(1); }},
        {Side::kSell, "contradictory_fields", [](OrderTerms& t) { t.pool = PoolId(); }},
        {Side::kSell, "contradictory_fields",
         [](OrderTerms& t) { t.requirement = requirement(R"({"firm":true})"); }},
        {Side::kSell, "contradictory_fields", [](OrderTerms& t) { t.duration = Duration(60); }},
        {Side::kSell, "contradictory_fields", [](OrderTerms& t) { t.all_or_none = true; }},
        {Side::kSell, "contradictory_fields",
         [](OrderTerms& t) { t.together = Together::kSameSite; }},
        {Side::kSell, "contradictory_fields", [](OrderTerms& t) { t.max_excess = Cu(1); }},
        {Side::kBuy, "contradictory_fields",
         [](OrderTerms& t) {
             t.post_only = true;
             t.time_in_force = TimeInForce::kFok;
         }},
        {Side::kBuy, "contradictory_fields",
         [](OrderTerms& t) {
             t.post_only = true;
             t.all_or_none = true;
         }},
        {Side::kBuy, "contradictory_fields",
         [](OrderTerms& t) { t.time_in_force = TimeInForce::kGtd; }},
        {Side::kBuy, "contradictory_fields", [](OrderTerms& t) { t.expires_at = at(1); }},
        {Side::kBuy, "", [](OrderTerms& t) { t.duration = Duration(kHour); }},
        {Side::kBuy, "bad_quantity", [](OrderTerms& t) { t.quantity = 0; }},
        {Side::kBuy, "bad_quantity", [](OrderTerms& t) { t.quantity = kLeast; }},
        {Side::kBuy, "too_large", [](OrderTerms& t) { t.quantity = kMost; }},
        {Side::kBuy, "too_large",
         [](OrderTerms& t) {
             t.unit = Unit::kCu;
             t.quantity = kMaxCu + 1;
         }},
        {Side::kBuy, "",
         [](OrderTerms& t) {
             t.unit = Unit::kCu;
             t.quantity = kMaxCu;
             t.max_excess = Cu(kMaxCu);
         }},
        {Side::kSell, "too_large", [](OrderTerms& t) { t.quantity = 11; }},
        {Side::kBuy, "bad_price", [](OrderTerms& t) { t.limit_price = Price(0); }},
        {Side::kBuy, "bad_price", [](OrderTerms& t) { t.limit_price = Price(kLeast); }},
        {Side::kBuy, "too_large", [](OrderTerms& t) { t.limit_price = Price(kMost); }},
        {Side::kBuy, "off_tick", [](OrderTerms& t) { t.limit_price = Price(1'000'050); }},
        {Side::kBuy, "bad_min_lots", [](OrderTerms& t) { t.min_lots = Lots(-1); }},
        {Side::kBuy, "bad_min_lots", [](OrderTerms& t) { t.min_lots = Lots(t.quantity + 1); }},
        {Side::kBuy, "bad_max_excess",
         [](OrderTerms& t) {
             t.unit = Unit::kCu;
             t.max_excess = Cu(kMost);
         }},
        {Side::kBuy, "bad_window", [](OrderTerms& t) { t.window = {at(3), at(3)}; }},
        {Side::kBuy, "bad_window", [](OrderTerms& t) { t.window = {Time(kLeast), at(3)}; }},
        {Side::kBuy, "bad_window", [](OrderTerms& t) { t.window = {at(3), Time(kMost)}; }},
        {Side::kBuy, "off_grid", [](OrderTerms& t) { t.window.end.value += 30; }},
        {Side::kSell, "bad_duration", [](OrderTerms& t) { t.min_duration = Duration(61); }},
        {Side::kSell, "bad_duration", [](OrderTerms& t) { t.min_duration = Duration(-60); }},
        {Side::kSell, "bad_duration", [](OrderTerms& t) { t.min_duration = Duration(9 * kHour); }},
        {Side::kBuy, "bad_duration",
         [](OrderTerms& t) {
             t.all_or_none = true;
             t.duration = Duration(0);
         }},
        {Side::kBuy, "bad_duration",
         [](OrderTerms& t) {
             t.all_or_none = true;
             t.duration = Duration(kMost);
         }},
        {Side::kBuy, "too_far_ahead", [](OrderTerms& t) { t.window.end = at(24 * 400); }},
        {Side::kBuy, "window_passed", [](OrderTerms& t) { t.window.start = at(-1); }},
        {Side::kSell, "", [](OrderTerms& t) { t.window.start = at(-1); }},
        {Side::kSell, "window_passed", [](OrderTerms& t) { t.window = hours(-3, 0); }},
        {Side::kBuy, "bad_expiry",
         [](OrderTerms& t) {
             t.time_in_force = TimeInForce::kGtd;
             t.expires_at = at(0);
         }},
        {Side::kBuy, "bad_requirement",
         [](OrderTerms& t) {
             t.requirement = requirement(R"({"firm":true})");
             t.requirement.conditions.push_back(t.requirement.conditions[0]);
         }},
        {Side::kSell, "too_many",
         [](OrderTerms& t) {
             for (std::uint32_t i = 0; i < 1'001; ++i)
                 t.counterparties.push_back(org(i));
         }},
        {Side::kSell, "bad_counterparties",
         [](OrderTerms& t) { t.counterparties = {org(2), org(2)}; }},
        {Side::kSell, "pool_not_found", [](OrderTerms& t) { t.pool = pool(9); }},
        {Side::kSell, "pool_not_found", [](OrderTerms& t) { t.organisation = org(1); }},
        {Side::kSell, "no_rate", [](OrderTerms& t) { t.market.compute_class = "HPC-FP64"; }},
    };
    return all;
}

TEST(Check, RefusesEachFaultWithItsCode) {
    World world;
    MarketRules rules;
    rules.key = kMarket;
    rules.tick = Price(100);
    world.engine.define_market(rules, world.now);
    rules.key.compute_class = "HPC-FP64";
    world.engine.define_market(rules, world.now);
    world.add_pool(1, 10);
    world.place(buy(1, 4, 100, hours(1, 9)));
    for (std::size_t i = 0; i < rows().size(); ++i) {
        const Row& row = rows()[i];
        OrderTerms terms = row.side == Side::kBuy ? buy(2, 4, 1'000'000, hours(1, 9))
                                                  : sell(2, 1, 4, 1'000'000, hours(1, 9));
        row.change(terms);
        const auto checked = world.engine.check(terms, world.now);
        EXPECT_EQ(checked ? "" : checked.error().code(), row.code) << "row " << i;
        if (!checked) EXPECT_FALSE(checked.error().detail().empty());
    }
    EXPECT_EQ(world.engine.next_sequence(), 2);
}

TEST(Check, HoldsAtTheLargestPricesAndRates) {
    World world;
    world.add_pool(1, kMaxLots, kMaxRate);
    world.add_pool(2, kMaxLots, kMaxRate - 1);
    MarketRules rules;
    rules.max_lots = Lots(kMaxLots);
    world.define(rules);
    OrderTerms in_cu = sell(1, 1, kMaxLots, kMaxPrice, hours(1, 2));
    in_cu.unit = Unit::kCu;
    world.place(in_cu);
    world.place(sell(2, 1, kMaxLots, kMaxPrice, hours(1, 2)));
    world.place(sell(3, 2, kMaxLots, kMaxPrice, hours(1, 2)));
    OrderTerms bid = buy(4, kMaxCu, kMaxPrice, hours(1, 2));
    bid.unit = Unit::kCu;
    // Order 2 is the cheapest a CU, by one part in 10^13.
    EXPECT_EQ(world.place(bid).fills.at(0).maker, order(2));
    OrderTerms flexible = buy(5, kMaxLots, kMaxPrice, hours(1, 2));
    flexible.duration = Duration(1'800);
    flexible.time_in_force = TimeInForce::kFok;
    world.place(flexible);
    EXPECT_EQ(world.state(5), OrderState::kFilled);
}

TEST(Check, RefusesMarketsThatCannotBe) {
    MarketRules good;
    good.key = kMarket;
    EXPECT_TRUE(check_rules(good));
    const auto expect_bad = [&](const std::function<void(MarketRules&, std::int64_t)>& set) {
        for (const std::int64_t value : {kLeast, std::int64_t{-1}, std::int64_t{0}, kMost}) {
            MarketRules rules = good;
            set(rules, value);
            ASSERT_FALSE(check_rules(rules)) << value;
            EXPECT_EQ(check_rules(rules).error().code(), "bad_market");
            EXPECT_THROW(World().engine.define_market(rules, at(0)), BugError);
        }
    };
    expect_bad([](MarketRules& rules, std::int64_t value) { rules.grid = Duration(value); });
    expect_bad([](MarketRules& rules, std::int64_t value) { rules.tick = Price(value); });
    expect_bad([](MarketRules& rules, std::int64_t value) { rules.max_lots = Lots(value); });
    expect_bad([](MarketRules& rules, std::int64_t value) { rules.max_ahead = Duration(value); });
}

TEST(Check, RefusesPoolsThatCannotBe) {
    World world;
    world.add_pool(1, 10);
    const auto add = [&](std::uint32_t n, std::int64_t lots) {
        const auto added = world.engine.add_pool({pool(n), org(1), site(1), Lots(lots), Profile()});
        return added ? std::string() : added.error().code();
    };
    EXPECT_EQ(add(1, 10), "pool_exists");
    EXPECT_EQ(add(2, 0), "bad_quantity");
    EXPECT_EQ(add(2, -1), "bad_quantity");
    EXPECT_EQ(add(2, kMost), "bad_quantity");
    EXPECT_THROW(world.engine.set_rate(pool(1), "X", Rate(0), world.now), BugError);
    EXPECT_THROW(world.engine.set_rate(pool(1), "X", Rate(kMost), world.now), BugError);
}

TEST(Check, BoundsTheStartsOfAFlexibleBuy) {
    World world;
    OrderTerms bid = buy(1, 1, 1'000'000, hours(1, 170));
    bid.duration = Duration(kHour);
    EXPECT_EQ(world.engine.check(bid, world.now).error().code(), "too_flexible");
    bid.duration = Duration(kHour + 60);
    EXPECT_TRUE(world.engine.check(bid, world.now));
}

}  // namespace
}  // namespace suanpan::matching::testing
