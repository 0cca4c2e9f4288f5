#include "settlement/period.hpp"

#include "base/time.hpp"
#include "tests/settlement/random_contracts.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace suanpan::settlement {
namespace {

Time at(const char* text) {
    return *parse_time(text);
}

std::string code(const Result<void>& result) {
    return result ? "ok" : result.error().code();
}

TEST(Periods, CloseInOrderOnceTheyAreOver) {
    Periods periods;
    const Month november = *parse_month("2026-11");
    EXPECT_EQ(code(periods.check_open(at("1999-01-01T00:00:00Z"))), "ok");
    EXPECT_EQ(code(periods.close(november, at("2026-11-30T23:59:59Z"))), "period_not_over");
    EXPECT_EQ(code(periods.close(november, at("2026-12-01T00:00:00Z"))), "ok");
    EXPECT_EQ(periods.last_closed(), november);
    const Time late = at("2027-06-01T00:00:00Z");
    EXPECT_EQ(code(periods.close(november, late)), "period_closed");
    EXPECT_EQ(code(periods.close(*parse_month("2026-10"), late)), "period_closed");
    EXPECT_EQ(code(periods.close(*parse_month("2027-01"), late)), "period_not_next");
    EXPECT_EQ(code(periods.close(*parse_month("2026-12"), late)), "ok");
    EXPECT_EQ(code(periods.close(*parse_month("2027-01"), late)), "ok");
}

TEST(Periods, NothingPostsIntoAClosedOne) {
    Periods periods;
    periods.restore(*parse_month("2026-11"));
    EXPECT_EQ(code(periods.check_open(at("2026-11-30T23:59:59Z"))), "period_closed");
    EXPECT_EQ(code(periods.check_open(at("2026-12-01T00:00:00Z"))), "ok");
}

TEST(PeriodBalances, OneAnOrganisationAndTheTotal) {
    Accounts accounts;
    const OrganisationId a = test_organisation(1);
    const OrganisationId b = test_organisation(2);
    accounts.restore({a, "CNY", AccountKind::kAvailable}, Money(70));
    accounts.restore({a, "CNY", AccountKind::kHeld}, Money(0));
    accounts.restore({a, "EUR", AccountKind::kAvailable}, Money(5));
    accounts.restore({b, "CNY", AccountKind::kAvailable}, Money(30));
    accounts.restore({b, "CNY", AccountKind::kCash}, Money(-100));
    accounts.restore({b, "EUR", AccountKind::kCash}, Money(-5));
    accounts.restore({test_organisation(3), "CNY", AccountKind::kHeld}, Money(0));
    auto balances = balances_of(accounts);
    ASSERT_TRUE(balances.has_value());
    ASSERT_EQ(balances->organisations.size(), 2U);
    EXPECT_EQ(balances->organisations[0],
              (OrganisationBalances{a,
                                    {{{"CNY", AccountKind::kAvailable}, Money(70)},
                                     {{"EUR", AccountKind::kAvailable}, Money(5)}}}));
    EXPECT_EQ(balances->total, (Balances{{{"CNY", AccountKind::kAvailable}, Money(100)},
                                         {{"CNY", AccountKind::kCash}, Money(-100)},
                                         {{"EUR", AccountKind::kAvailable}, Money(5)},
                                         {{"EUR", AccountKind::kCash}, Money(-5)}}));
    EXPECT_TRUE(adds_up(*balances));
    balances->organisations[0].balances[{"CNY", AccountKind::kAvailable}] = Money(71);
    EXPECT_FALSE(adds_up(*balances));
    accounts.restore({b, "CNY", AccountKind::kCash}, Money(-99));
    EXPECT_FALSE(adds_up(*balances_of(accounts))) << "a currency that does not sum to zero";
}

TEST(PeriodBalances, ATotalThatDoesNotFitIsAnError) {
    Accounts accounts;
    const Money most(std::numeric_limits<std::int64_t>::max());
    accounts.restore({test_organisation(1), "CNY", AccountKind::kAvailable}, most);
    accounts.restore({test_organisation(2), "CNY", AccountKind::kAvailable}, Money(1));
    EXPECT_EQ(balances_of(accounts).error().code(), "overflow");
}

}  // namespace
}  // namespace suanpan::settlement
