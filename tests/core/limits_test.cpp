// Limits of organisations, projects and keys, and the check of an order before it is placed (market
// §4, §7).

#include "base/decimal.hpp"
#include "one_hour.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <tuple>
#include <vector>

namespace suanpan::core {
namespace {

SetLimits limits_of(const OrganisationId& organisation) {
    SetLimits out;
    out.target.organisation = organisation;
    return out;
}

TEST(SetLimits, CountOpenOrdersOfTheTargetOnly) {
    SmallMarket day;
    place_buy(day, 1, "3");
    auto limits = limits_of(kBuyer);
    limits.limits.open_orders = 2;
    day.run(kBoss, limits);
    const auto second = place_buy(day, 1, "3");
    EXPECT_EQ(refusal(place_buy(day, 1, "3")), "limit_open_orders");
    EXPECT_EQ(refusal(day.run(SmallMarket::organisation(5), day.buy(5, 1, "3", kHour))), "none");
    day.run(kBuyer, CancelOrder{*second.order});
    EXPECT_EQ(refusal(place_buy(day, 1, "3")), "none");
}

TEST(SetLimits, SumUpWhatOpenOrdersAreWorth) {
    SmallMarket day;
    auto limits = limits_of(kSeller);
    limits.limits.notional = Money(100'000'000);
    EXPECT_EQ(refusal(day.run(kBoss, limits)), "bad_limits");
    limits.limits.currency = kCurrency;
    day.run(kBoss, limits);
    const auto offer = place_sell(day, 2, "5");  // 2 × 8 h × 5 = 80
    EXPECT_EQ(refusal(place_sell(day, 1, "5")), "limit_notional");
    place_buy(day, 2, "5");  // one hour of both is sold: 70 are left
    EXPECT_EQ(refusal(place_sell(day, 1, "3")), "none");
    EXPECT_EQ(refusal(day.run(kSeller, ReplaceOrder{*offer.order, 2, *parse_price("6")})),
              "limit_notional");
}

// The hours that were sold out counted for nothing when a replacement raised the total over them.
TEST(SetLimits, CountAReplacementsRaiseWhereAllIsSold) {
    SmallMarket day;
    auto limits = limits_of(kSeller);
    limits.limits.notional = Money(100'000'000);
    limits.limits.currency = kCurrency;
    day.run(kBoss, limits);
    const auto offer = place_sell(day, 2, "5");                     // 2 × 8 h × 5 = 80
    day.run(kBuyer, day.buy(4, 2, "5", SmallMarket::hours(1, 5)));  // 40 are left
    const auto replaced = [&](std::int64_t lots) {
        return refusal(day.run(kSeller, ReplaceOrder{*offer.order, lots, *parse_price("5")}));
    };
    EXPECT_EQ(replaced(4), "limit_notional");  // 40 + 2 × 8 h × 5 = 120
    EXPECT_EQ(replaced(3), "none");            // 80
    EXPECT_EQ(refusal(place_sell(day, 1, "3")), "limit_notional");
}

TEST(SetLimits, CountOrdersOfALoggedSecondByProjectAndKey) {
    SmallMarket day;
    auto limits = limits_of(kBuyer);
    limits.target.key = numbered<ApiKeyId>(1);
    limits.limits.orders_per_second = 1;
    day.run(kBoss, limits);
    auto bid = day.buy(4, 1, "3", kHour);
    bid.terms.key = numbered<ApiKeyId>(1);
    EXPECT_EQ(refusal(day.run(kBuyer, bid)), "none");
    EXPECT_EQ(refusal(day.run(kBuyer, bid)), "limit_rate");
    EXPECT_EQ(refusal(place_buy(day, 1, "3")), "none");
    EXPECT_EQ(refusal(day.run_at(Time(day.now.value + 1), kBuyer, bid)), "none");
}

TEST(SetLimits, OfAProjectOfTheOrganisationOnly) {
    SmallMarket day;
    const auto project = numbered<ProjectId>(1);
    day.run(kBuyer, OpenProject{project, kBuyer, "one"});
    auto limits = limits_of(kSeller);
    limits.target.project = project;
    limits.limits.open_orders = 1;
    EXPECT_EQ(refusal(day.run(kBoss, limits)), "unknown_project");
    limits.target.organisation = kBuyer;
    EXPECT_EQ(refusal(day.run(kBoss, limits)), "none");
    auto bid = day.buy(4, 1, "3", kHour);
    EXPECT_EQ(refusal(day.run(kBuyer, bid)), "none");
    bid.terms.project = project;
    EXPECT_EQ(refusal(day.run(kBuyer, bid)), "none");
    EXPECT_EQ(refusal(day.run(kBuyer, bid)), "limit_open_orders");
}

PlaceOrder edited(PlaceOrder order, const std::function<void(matching::OrderTerms&)>& edit) {
    edit(order.terms);
    return order;
}

// A preview looked at the book and the funds only: it let in what placing refused.
TEST(CheckOrder, RefusesWhatPlacingRefuses) {
    using matching::OrderTerms;
    SmallMarket day;
    const auto good = day.buy(4, 1, "3", kHour);
    auto limits = limits_of(SmallMarket::organisation(5));
    limits.limits.open_orders = 0;
    day.run(kBoss, limits);
    limits = limits_of(kSeller);
    limits.limits.notional = Money(1'000'000);
    limits.limits.currency = kCurrency;
    day.run(kBoss, limits);
    day.run(kBoss, KillSwitch{SmallMarket::organisation(3)});
    const auto tight = numbered<ProjectId>(1);
    const auto closed = numbered<ProjectId>(2);
    day.run(kBuyer, OpenProject{tight, kBuyer, "tight"});
    day.run(kBuyer, SetProjectBudget{tight, kCurrency, Money(3'029'999)});
    day.run(kBuyer, OpenProject{closed, kBuyer, "closed"});
    day.run(kBuyer, CloseProject{closed});
    const auto sell = day.sell(2, 1, "3", SmallMarket::hours(1, 9));
    const std::vector<std::tuple<const char*, OrganisationId, PlaceOrder>> cases{
        {"none", kBuyer, good},
        {"none", kBoss, good},
        {"not_allowed", kSeller, good},
        {"role_missing", kBuyer, edited(sell, [](OrderTerms& t) { t.organisation = kBuyer; })},
        {"organisation_suspended", SmallMarket::organisation(3), day.sell(3, 1, "3", kHour)},
        {"unknown_pool", kSeller, edited(sell, [](OrderTerms& t) { t.pool = PoolId{}; })},
        {"unknown_project", kSeller, edited(sell, [&](OrderTerms& t) { t.project = tight; })},
        {"project_closed", kBuyer, edited(good, [&](OrderTerms& t) { t.project = closed; })},
        {"over_budget", kBuyer, edited(good, [&](OrderTerms& t) { t.project = tight; })},
        {"off_grid", kBuyer, edited(good, [](OrderTerms& t) { t.window.end.value += 1; })},
        {"limit_open_orders", SmallMarket::organisation(5), day.buy(5, 1, "3", kHour)},
        {"limit_notional", kSeller, sell},
        {"insufficient_funds", kBuyer, day.buy(4, 900, "3", kHour)},
    };
    for (const auto& [code, actor, order] : cases) {
        const Hash before = digest(day.market.state());
        const auto checked = day.market.check_order(actor, order.terms, order.voucher, day.now);
        EXPECT_EQ(checked ? "none" : checked.error().code(), code);
        EXPECT_EQ(digest(day.market.state()), before);
        EXPECT_EQ(refusal(day.run(actor, order)), code);
    }
}

}  // namespace
}  // namespace suanpan::core
