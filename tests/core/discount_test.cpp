// Discount agreements in settlement (metering-settlement "The waterfall", D).

#include "base/decimal.hpp"
#include "delivery.hpp"
#include "replayed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace suanpan::core {
namespace {

using settlement::AccountKind;
using settlement::DiscountAgreement;
using settlement::VolumeTier;

const AgreementId kFirst = numbered<AgreementId>(1);

AgreeDiscount discount(std::vector<VolumeTier> tiers, const AgreementId& id = kFirst) {
    DiscountAgreement agreement;
    agreement.id = id;
    agreement.provider = kSeller;
    agreement.buyer = kBuyer;
    agreement.currency = kCurrency;
    agreement.tiers = std::move(tiers);
    agreement.from = kStart;
    return AgreeDiscount{agreement};
}

// One lease, handed over and fully delivered later.
LeaseId deliver(SmallMarket& day, std::int64_t lots, std::int64_t from, std::int64_t to,
                matching::Billing billing = matching::Billing::kReserved) {
    const LeaseRow lease = trade(day, lots, from, to, billing);
    hand_over(day, lease.id);
    return lease.id;
}

TEST(Discount, TakesItsShareOfTheSale) {
    SmallMarket day;
    const auto agreed = day.run(kSeller, discount({{Money(0), Ppm(50'000)}}));
    ASSERT_FALSE(agreed.refusal) << agreed.refusal->detail();
    EXPECT_EQ(agreed.agreement->index, agreed.index);
    const LeaseId lease = deliver(day, 2, 1, 3);
    day.now = SmallMarket::hours(3, 4).start;
    read_all(day, lease, 2, 1, 3);
    const auto lines = settle(day);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(to_string(lines[0].line.sale), "20.000000");
    EXPECT_EQ(to_string(lines[0].line.discount), "1.000000");
    EXPECT_EQ(to_string(lines[0].line.amount), "19.000000");
    EXPECT_EQ(lines[0].agreement, kFirst);
    // Two hours of 19, and 1 % fee of it; what the hold had more came back.
    EXPECT_EQ(to_string(day.balance(4, AccountKind::kAvailable)), "961.620000");
    EXPECT_EQ(day.balance(4, AccountKind::kHeld), Money(0));
}

TEST(Discount, IsForTradesInItsTimeOnly) {
    SmallMarket day;
    const LeaseId before = deliver(day, 1, 1, 2);
    day.now = Time(kStart.value + 60);
    day.run(kSeller, discount({{Money(0), Ppm(50'000)}}));
    day.now = Time(kStart.value + 120);
    EXPECT_FALSE(day.run(kSeller, EndDiscount{kFirst, day.now}).refusal);
    EXPECT_EQ(refusal(day.run(kSeller, EndDiscount{kFirst, day.now})), "agreement_ended");
    day.now = Time(kStart.value + 121);
    const LeaseId after = deliver(day, 1, 1, 2);
    day.now = SmallMarket::hours(2, 3).start;
    read_all(day, before, 1, 1, 2);
    read_all(day, after, 1, 1, 2);
    for (const SettlementLineRow& line : settle(day)) {
        EXPECT_EQ(line.line.discount, Money(0));
        EXPECT_TRUE(line.agreement.is_nil());
    }
}

// Trades, agreements and their ends of one second are in the order of the log.
TEST(Discount, IsForTradesBehindItsEntryInTheSameSecondToo) {
    SmallMarket day;
    const LeaseId before = deliver(day, 1, 1, 2);
    day.run(kSeller, discount({{Money(0), Ppm(50'000)}}));
    const LeaseId under_it = deliver(day, 1, 2, 3);
    ASSERT_FALSE(day.run(kSeller, EndDiscount{kFirst, Time(0)}).refusal);
    day.now = SmallMarket::hours(3, 4).start;
    read_all(day, before, 1, 1, 2);
    read_all(day, under_it, 1, 2, 3);
    for (const SettlementLineRow& line : settle(day))
        EXPECT_EQ(to_string(line.line.discount), line.lease == before ? "0.000000" : "0.500000");
}

TEST(Discount, GrowsWithTheMonthsVolumeWindowByWindow) {
    SmallMarket day;
    // From 25 of the month on 10 %: of four windows of 10 or 20 the last two.
    day.run(kSeller, discount({{Money(0), Ppm(0)}, {Money(25'000'000), Ppm(100'000)}}));
    const LeaseId wide = deliver(day, 2, 1, 3);
    const LeaseId narrow = deliver(day, 1, 1, 3);
    day.now = SmallMarket::hours(3, 4).start;
    read_all(day, wide, 2, 1, 3);
    read_all(day, narrow, 1, 1, 3);
    std::map<std::pair<Time, Money>, Money> discounts;
    for (const SettlementLineRow& line : settle(day))
        discounts[{line.window.end, line.line.sale}] = line.line.discount;
    const Time first = SmallMarket::hours(1, 2).end;
    const Time second = SmallMarket::hours(2, 3).end;
    const Money ten(10'000'000);
    const Money twenty(20'000'000);
    EXPECT_EQ(discounts.at({first, ten}), Money(0));
    EXPECT_EQ(discounts.at({first, twenty}), Money(0));
    EXPECT_EQ(discounts.at({second, ten}), Money(1'000'000));
    EXPECT_EQ(discounts.at({second, twenty}), Money(2'000'000));
    // 10 + 20 + 9 + 18.
    ASSERT_EQ(day.market.state().volumes.size(), 1U);
    EXPECT_EQ(day.market.state().volumes[0].volume, Money(57'000'000));
}

TEST(Discount, OfAMeteredLeaseIsOfWhatItPays) {
    SmallMarket day;
    SetSchedule schedule = small_schedule();
    schedule.metered_minimum = Ppm(600'000);
    day.run(kBoss, schedule);
    day.run(kSeller, discount({{Money(0), Ppm(500'000)}}));
    const LeaseId lease = deliver(day, 1, 1, 2, matching::Billing::kMetered);
    day.now = SmallMarket::hours(2, 3).start;
    read_all(day, lease, 1, 1, 2);
    const auto lines = settle(day);
    ASSERT_EQ(lines.size(), 1U);
    // Busy half of the time: the least share counts, 60 % of 10, and half of it off.
    EXPECT_EQ(to_string(lines[0].line.sale), "6.000000");
    EXPECT_EQ(to_string(lines[0].line.amount), "3.000000");
}

TEST(Discount, RefusesEachFaultWithItsCode) {
    SmallMarket day;
    const auto with = [](const auto& change) {
        AgreeDiscount body = discount({{Money(0), Ppm(50'000)}});
        change(body.agreement);
        return body;
    };
    EXPECT_EQ(refusal(day.run(kBuyer, discount({{Money(0), Ppm(1)}}))), "not_allowed");
    EXPECT_EQ(
        refusal(day.run(kSeller, with([](auto& a) { a.tiers[0].discount = Ppm(1'000'001); }))),
        "bad_discount");
    EXPECT_EQ(refusal(day.run(kSeller, with([](auto& a) { a.tiers.clear(); }))), "bad_tiers");
    EXPECT_EQ(refusal(day.run(kSeller, with([](auto& a) { a.until = kStart; }))), "bad_agreement");
    EXPECT_EQ(
        refusal(day.run(kSeller, with([](auto& a) { a.buyer = SmallMarket::organisation(9); }))),
        "unknown_organisation");
    EXPECT_FALSE(day.run(kSeller, discount({{Money(0), Ppm(1)}})).refusal);
    EXPECT_EQ(refusal(day.run(kSeller, discount({{Money(0), Ppm(1)}}))), "agreement_exists");
    EXPECT_EQ(refusal(day.run(kBuyer, EndDiscount{kFirst, kStart})), "agreement_not_found");
    EXPECT_EQ(refusal(day.run(kSeller, EndDiscount{numbered<AgreementId>(7), kStart})),
              "agreement_not_found");
}

// A run priced all of them in its first step, and the market stood still for as long.
TEST(Discount, ManyWindowsArePricedInSteps) {
    constexpr std::int64_t kHours = 600;
    SmallMarket day;
    day.run(kSeller, discount({{Money(0), Ppm(10'000)}, {Money(30'000'000), Ppm(50'000)}}));
    const Window window = SmallMarket::hours(1, 1 + kHours);
    std::vector<LeaseId> leases;
    for (int i = 0; i < 2; ++i) {
        day.run(kSeller, day.sell(2, 1, "0.1", window));
        leases.push_back(day.run(kBuyer, day.buy(4, 1, "0.1", window)).leases.at(0).id);
        hand_over(day, leases.back());
    }
    for (std::int64_t hour = 1; hour <= kHours; ++hour) {
        const Window read = SmallMarket::hours(hour, hour + 1);
        day.now = read.end;
        for (const LeaseId& lease : leases)
            day.run(kSeller, day.reading(2, lease, hour - 1, read, hour * 3'600'000'000));
    }
    day.take_changes_each_time = false;
    const LogIndex to = day.market.head().size;
    const RunRow first = day.run(kBoss, Settle{LogIndex(0), to}).run.value();
    EXPECT_FALSE(first.closed);
    EXPECT_EQ(first.leases, 0);
    Market loaded;
    loaded.load(day.market.state());
    EXPECT_EQ(digest(loaded.state()), digest(day.market.state()));
    while (!day.run(kBoss, Settle{LogIndex(0), to}).run.value().closed) {
    }
    auto lines = day.take_changes().lines;
    ASSERT_EQ(std::ssize(lines), 2 * kHours);
    std::ranges::sort(lines, {}, [](const SettlementLineRow& line) {
        return std::pair(line.window.end, line.lease);
    });
    std::map<settlement::Month, Money> volumes;
    for (const SettlementLineRow& line : lines) {
        Money& volume = volumes[settlement::month_of(line.window.start)];
        const std::int64_t ppm = volume.value < 30'000'000 ? 10'000 : 50'000;
        ASSERT_EQ(line.line.discount.value, line.line.sale.value * ppm / 1'000'000);
        volume = Money(volume.value + line.line.amount.value);
    }
    expect_the_same_from_log_and_rows(day);
}

}  // namespace
}  // namespace suanpan::core
