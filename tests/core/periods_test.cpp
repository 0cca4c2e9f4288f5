// Closing a month: what it waits for, what it writes, and the invoices of it.

#include "base/decimal.hpp"
#include "disputed.hpp"
#include "replayed.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::core {
namespace {

using settlement::AccountKind;
using settlement::Month;

// kStart is in January 2027.
const Month kJanuary = *settlement::parse_month("2027-01");
const Month kFebruary(kJanuary.value + 1);
const Month kMarch(kJanuary.value + 2);
const Time kLater(settlement::month_window(kJanuary).end.value + 10 * 86'400);

class Closing : public testing::Test {
 protected:
    CommandOutcome close(Month month) { return day.close_month(month); }
    // Two lots for two hours at 10, delivered and final.
    LeaseRow deliver() {
        const LeaseRow lease = trade(day, 2, 1, 3);
        hand_over(day, lease.id);
        day.now = SmallMarket::hours(3, 4).start;
        read_all(day, lease.id, 2, 1, 3);
        return lease;
    }
    void expect_replay() const { expect_the_same_from_log_and_rows(day); }

    SmallMarket day;
};

}  // namespace

TEST_F(Closing, WritesEveryOrganisationsBalancesAndATotal) {
    EXPECT_EQ(refusal(close(kJanuary)), "period_not_over");
    EXPECT_EQ(refusal(day.run(kBuyer, ClosePeriod{kJanuary})), "not_allowed");
    day.now = kLater;
    const std::size_t before = day.log.size();
    const auto closed = close(kJanuary);
    ASSERT_EQ(refusal(closed), "none");
    EXPECT_TRUE(closed.period->closed);
    // The operator's cash and two buyers.
    EXPECT_EQ(closed.period->organisations, 3);
    ASSERT_EQ(day.log.size(), before + 2 + 3 + 1);
    EXPECT_NE(day.log[before + 2].find(R"("cash":"-2000.000000")"), std::string::npos);
    EXPECT_NE(day.log[before + 3].find(R"("available":"1000.000000")"), std::string::npos);
    EXPECT_NE(day.log.back().find(R"("closed":true)"), std::string::npos);
    EXPECT_EQ(refusal(close(kJanuary)), "period_closed");
    EXPECT_EQ(refusal(close(kMarch)), "period_not_next");
    EXPECT_EQ(refusal(close(kFebruary)), "period_not_over");
    expect_replay();
}

TEST_F(Closing, WaitsForWindowsAndRuns) {
    const LeaseRow lease = trade(day, 2, 1, 3);
    hand_over(day, lease.id);
    day.now = SmallMarket::hours(3, 4).start;
    // The second hour was not read: it becomes final at its deadline.
    read_all(day, lease.id, 2, 1, 2);
    EXPECT_EQ(refusal(close(Month(kJanuary.value - 1))), "none");
    day.now = kLater;
    day.run(kBoss, Tick{});
    EXPECT_EQ(refusal(close(kJanuary)), "windows_not_settled");
    settle(day);
    EXPECT_EQ(refusal(close(kJanuary)), "none");
    expect_replay();
}

TEST_F(Closing, AWindowAcrossTheMonthsEndIsAwaited) {
    // The last hour of January, whose deadline is a day later.
    const std::int64_t last =
        (settlement::month_window(kJanuary).end.value - kStart.value) / 3'600 - 1;
    day.now = SmallMarket::hours(last - 1, last).start;
    const LeaseRow lease = trade(day, 2, last, last + 2);
    hand_over(day, lease.id);
    day.now = SmallMarket::hours(last + 2, last + 3).start;
    EXPECT_EQ(refusal(close(kJanuary)), "windows_not_final");
    read_all(day, lease.id, 2, last, last + 2);
    EXPECT_EQ(refusal(close(kJanuary)), "windows_not_settled");
    settle(day);
    ASSERT_EQ(refusal(close(kJanuary)), "none");
    // Only the hour of January is invoiced: 20 and 1 % of it.
    const Rows state = day.market.state();
    ASSERT_EQ(state.invoices.size(), 1U);
    EXPECT_EQ(to_string(state.invoices[0].invoice.net), "20.200000");
    ASSERT_EQ(state.invoice_sums.size(), 1U);
    EXPECT_EQ(state.invoice_sums[0].period, kFebruary);
    expect_replay();
}

TEST_F(Closing, InvoicesSumTheMonthWithoutAGap) {
    deliver();
    settle(day);
    day.now = kLater;
    day.take_changes_each_time = false;
    ASSERT_EQ(refusal(close(kJanuary)), "none");
    const Rows changes = day.market.take_changes();
    ASSERT_EQ(changes.invoices.size(), 1U);
    const InvoiceRow& invoice = changes.invoices[0];
    EXPECT_EQ(settlement::to_string(invoice.number), "INV-2027-000001");
    EXPECT_EQ(invoice.invoice.organisation, kBuyer);
    EXPECT_EQ(to_string(invoice.invoice.net), "40.400000");
    EXPECT_EQ(invoice.invoice.tax, Money(0));
    // Its entry names it, and the balance rows name their entries.
    EXPECT_NE(day.log[static_cast<std::size_t>(invoice.index.value)].find("INV-2027-000001"),
              std::string::npos);
    for (const PeriodBalanceRow& row : changes.period_balances)
        EXPECT_TRUE(row.index);
    day.now = Time(settlement::month_window(kFebruary).end.value);
    ASSERT_EQ(refusal(close(kFebruary)), "none");
    // Nothing was bought: no invoice, and no number is used.
    EXPECT_EQ(day.market.state().invoices.size(), 1U);
    expect_replay();
}

TEST_F(Closing, GoesOnStepByStepThroughLoadsAndOtherCommands) {
    for (int i = 0; i < 2'500; ++i) {
        OrganisationId id;
        id.bytes = make_id_bytes(kStart, {9, 9, 9, 9, 9, 9, static_cast<std::uint8_t>(i >> 8),
                                          static_cast<std::uint8_t>(i)});
        day.run(kBoss, RegisterOrganisation{id, {Role::kBuyer}});
        day.move_cash(id, 1'000'000 + i);
    }
    day.now = kLater;
    auto step = close(kJanuary);
    ASSERT_EQ(refusal(step), "none");
    EXPECT_FALSE(step.period->closed);
    EXPECT_EQ(refusal(close(kFebruary)), "period_open");
    // What moves now belongs to the next period.
    const auto total = step.period->total;
    day.move_cash(kBuyer, 7'000'000);
    Market loaded;
    loaded.load(day.market.state());
    EXPECT_EQ(digest(loaded.state()), digest(day.market.state()));
    int steps = 1;
    while (!step.period->closed) {
        step = close(kJanuary);
        ASSERT_EQ(refusal(step), "none");
        ++steps;
    }
    EXPECT_EQ(steps, 3);
    EXPECT_EQ(step.period->organisations, 2'503);
    EXPECT_EQ(step.period->total, total);
    EXPECT_TRUE(day.market.state().period_balances.empty());
    expect_replay();
}

TEST_F(Closing, EachProjectHasItsOwnInvoice) {
    const auto first = numbered<ProjectId>(1);
    const auto second = numbered<ProjectId>(2);
    day.run(kBuyer, OpenProject{first, kBuyer, "first"});
    day.run(kBuyer, OpenProject{second, kBuyer, "second"});
    std::vector<LeaseId> leases;
    for (const ProjectId& project : {second, ProjectId(), first, second}) {
        leases.push_back(
            trade(day, 1, 1, 2, matching::Billing::kReserved, std::nullopt, project).id);
        hand_over(day, leases.back());
    }
    day.now = SmallMarket::hours(2, 3).start;
    for (const LeaseId& lease : leases)
        read_all(day, lease, 1, 1, 2);
    settle(day);
    day.now = kLater;
    ASSERT_EQ(refusal(close(kJanuary)), "none");
    const Rows state = day.market.state();
    ASSERT_EQ(state.invoices.size(), 3U);
    const std::vector<std::pair<ProjectId, const char*>> expected{
        {ProjectId(), "10.100000"}, {first, "10.100000"}, {second, "20.200000"}};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const InvoiceRow& row = state.invoices[i];
        EXPECT_EQ(row.number,
                  (settlement::InvoiceNumber{"INV-2027", static_cast<std::int64_t>(i) + 1}));
        EXPECT_EQ(row.invoice.project, expected[i].first);
        EXPECT_EQ(to_string(row.invoice.net), expected[i].second);
    }
    EXPECT_TRUE(state.invoice_sums.empty());
    const std::string& entry = day.log[static_cast<std::size_t>(state.invoices[0].index.value)];
    EXPECT_NE(entry.find(to_string(second)), std::string::npos);
    expect_replay();
}

// An entry has a bound, an organisation's invoices of a month have none.
TEST_F(Closing, MoreInvoicesThanFitAnEntryHaveFurtherOnes) {
    constexpr std::uint8_t kMany = 160;
    std::vector<std::pair<LeaseId, std::int64_t>> leases;
    for (std::uint8_t i = 0; i < kMany; ++i) {
        const auto project = numbered<ProjectId>(i);
        const std::int64_t hour = 1 + i / 10;
        day.run(kBuyer, OpenProject{project, kBuyer, "project " + std::to_string(i)});
        day.run(kSeller, day.sell(2, 1, "1", SmallMarket::hours(hour, hour + 1)));
        PlaceOrder bid = day.buy(4, 1, "1", SmallMarket::hours(hour, hour + 1));
        bid.terms.project = project;
        leases.emplace_back(day.run(kBuyer, bid).leases.at(0).id, hour);
        hand_over(day, leases.back().first);
    }
    day.now = SmallMarket::hours(18, 19).start;
    for (const auto& [lease, hour] : leases)
        read_all(day, lease, 1, hour, hour + 1);
    settle(day);
    day.now = kLater;
    const auto closed = close(kJanuary);
    ASSERT_EQ(refusal(closed), "none");
    const Rows state = day.market.state();
    ASSERT_EQ(state.invoices.size(), kMany);
    std::map<LogIndex, std::size_t> entries;
    for (const InvoiceRow& row : state.invoices) {
        ++entries[row.index];
        const std::string& entry = day.log[static_cast<std::size_t>(row.index.value)];
        EXPECT_NE(entry.find(settlement::to_string(row.number)), std::string::npos);
    }
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries.begin()->second, kEntryInvoices);
    expect_replay();
}

// A dispute outlasts the month: what its ruling gives back comes as a credit note.
TEST(ClosingWithADispute, ACorrectionAfterwardsIsCredited) {
    DisputedHour hour;
    SmallMarket& day = hour.day;
    settle(day);
    ASSERT_EQ(refusal(hour.open(settlement::DisputeParty::kBuyer, kHourUs)), "none");
    day.run(kSeller, ClaimDispute{hour.dispute});
    day.now = settlement::month_window(kJanuary).end;
    ASSERT_EQ(refusal(day.close_month(kJanuary)), "none");
    ASSERT_EQ(day.market.state().invoices.size(), 1U);
    ASSERT_EQ(refusal(hour.rule(kHourUs)), "none");
    const Rows ruled = day.market.state();
    ASSERT_EQ(ruled.invoice_sums.size(), 1U);
    EXPECT_EQ(to_string(ruled.invoice_sums[0].net), "-10.100000");
    day.now = settlement::month_window(kFebruary).end;
    ASSERT_EQ(refusal(day.close_month(kFebruary)), "none");
    const Rows state = day.market.state();
    ASSERT_EQ(state.invoices.size(), 2U);
    const InvoiceRow& note = state.invoices[0];
    EXPECT_EQ(settlement::to_string(note.number), "CN-2027-000001");
    EXPECT_EQ(to_string(note.invoice.net), "10.100000");
    EXPECT_EQ(settlement::to_string(note.invoice.corrects.value()), "INV-2027-000001");
    EXPECT_TRUE(state.invoice_sums.empty());
}

}  // namespace suanpan::core
