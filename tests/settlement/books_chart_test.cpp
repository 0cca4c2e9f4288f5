#include "settlement/books/chart.hpp"
#include "tests/settlement/books.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>

namespace suanpan::settlement {
namespace {

using Kind = settlement::AccountKind;

std::map<std::string, std::string> booked(const Chart& chart,
                                          const settlement::JournalEntry& entry) {
    std::map<std::string, std::string> out;
    Int128 sum = 0;
    for (const Booked& one : chart.book(entry)) {
        EXPECT_TRUE(out.emplace(one.account, money_text(one.micro)).second) << one.account;
        sum += one.micro;
    }
    EXPECT_TRUE(sum == 0);
    return out;
}

using Rows = std::map<std::string, std::string>;

TEST(Chart, KeepsTheOperatorsBooksWithOppositeSigns) {
    const Rows rows = booked(Chart(), small_day()[2]);
    const std::string buyer =
        "Liabilities:O" + to_string(kBuyer).substr(1, 2) + "-" + to_string(kBuyer).substr(4) + ":";
    EXPECT_EQ(rows.size(), 5U);
    EXPECT_EQ(rows.at(buyer + "Held"), "20.200000");
    EXPECT_EQ(rows.at(buyer + "Available"), "-0.100001");
}

TEST(Chart, KeepsAnOrganisationsOwnBooks) {
    const auto day = small_day();
    const Chart buyer(kBuyer);
    EXPECT_EQ(booked(buyer, day[0]),
              (Rows{{"Assets:Exchange:Available", "100.000000"}, {"Assets:Bank", "-100.000000"}}));
    EXPECT_EQ(booked(buyer, day[1]), (Rows{{"Assets:Exchange:Available", "-20.200000"},
                                           {"Assets:Exchange:Held", "20.200000"}}));
    EXPECT_EQ(booked(buyer, day[2]), (Rows{{"Assets:Exchange:Held", "-20.200000"},
                                           {"Assets:Exchange:Available", "0.100001"},
                                           {"Expenses:Compute", "20.099999"}}));
    EXPECT_TRUE(buyer.book(day[3]).empty());
    const Chart seller(kSeller);
    EXPECT_EQ(booked(seller, day[2]),
              (Rows{{"Assets:Exchange:Pending", "19.700000"}, {"Income:Compute", "-19.700000"}}));
    EXPECT_EQ(booked(seller, day[3]).size(), 2U);
    EXPECT_EQ(booked(seller, day[4]),
              (Rows{{"Assets:Exchange:Available", "-0.700000"}, {"Assets:Bank", "0.700000"}}));
}

// An organisation that buys from its own pool has both sides in one entry.
TEST(Chart, TellsWhatWasBoughtFromWhatWasSold) {
    const auto both = entry(6, "settlement",
                            {post(kBuyer, Kind::kHeld, -10), post(kBuyer, Kind::kPending, 8),
                             post(kOperator, Kind::kFees, 2)});
    EXPECT_EQ(booked(Chart(kBuyer), both), (Rows{{"Assets:Exchange:Held", "-0.000010"},
                                                 {"Assets:Exchange:Pending", "0.000008"},
                                                 {"Expenses:Compute", "0.000010"},
                                                 {"Income:Compute", "-0.000008"}}));
}

TEST(Chart, BooksVouchersDebtsAndTheOperatorsOwn) {
    const auto redeemed =
        entry(7, "settlement",
              {post(kBuyer, Kind::kReserved, -5), post(kSeller, Kind::kPending, 3),
               post(kSeller, Kind::kReceivable, 1), post(kOperator, Kind::kFees, 1)});
    EXPECT_EQ(booked(Chart(kBuyer), redeemed),
              (Rows{{"Assets:Vouchers:Reserved", "-0.000005"}, {"Expenses:Vouchers", "0.000005"}}));
    EXPECT_EQ(booked(Chart(kSeller), redeemed),
              (Rows{{"Assets:Exchange:Pending", "0.000003"},
                    {"Liabilities:Exchange:Receivable", "0.000001"},
                    {"Income:Compute", "-0.000004"}}));
    EXPECT_EQ(booked(Chart(kOperator), redeemed),
              (Rows{{"Income:Exchange:Fees", "-0.000001"}, {"Equity:Members", "0.000001"}}));
    EXPECT_EQ(booked(Chart(kOperator), small_day()[0]),
              (Rows{{"Assets:Exchange:Cash", "100.000000"}, {"Equity:Members", "-100.000000"}}));
}

TEST(Chart, WritesEveryAmountThatThereIs) {
    EXPECT_EQ(money_text(-Int128{std::numeric_limits<std::int64_t>::min()}),
              "9223372036854.775808");
    EXPECT_EQ(money_text(std::numeric_limits<std::int64_t>::min()), "-9223372036854.775808");
    EXPECT_EQ(money_text(0), "0.000000");
    EXPECT_EQ(money_text(-1), "-0.000001");
}

}  // namespace
}  // namespace suanpan::settlement
