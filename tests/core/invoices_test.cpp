// What a month's sums become: invoices for what is owed, credit notes for what is given back.

#include "core/period_desk.hpp"
#include "core/rows.hpp"
#include "small_market.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace suanpan::core {
namespace {

using settlement::Month;

const OrganisationId kBuyer = SmallMarket::organisation(4);
const Month kJanuary = *settlement::parse_month("2027-01");

Month later(std::int64_t months) {
    return Month(kJanuary.value + months);
}

class Invoices : public testing::Test {
 protected:
    void buy(Month month, std::int64_t net, std::int64_t tax = 0) {
        desk.add(kBuyer, ProjectId(), kCurrency, settlement::month_window(month).start, Money(net),
                 Money(tax));
    }
    // "INV-2027-000001 10+1", "CN-2027-000001 4+0 of INV-2027-000001", …
    std::vector<std::string> close(Month month) {
        std::vector<std::string> out;
        for (const InvoiceRow& row : desk.issue(month, kBuyer, Time(0), LogIndex(7))) {
            std::string text = settlement::to_string(row.number) + " " +
                               std::to_string(row.invoice.net.value) + "+" +
                               std::to_string(row.invoice.tax.value);
            if (row.invoice.corrects) text += " of " + settlement::to_string(*row.invoice.corrects);
            out.push_back(text);
        }
        return out;
    }
    void reload() {
        Rows rows;
        desk.add_state(rows);
        desk = PeriodDesk();
        desk.load(rows);
    }

    PeriodDesk desk;
};

using Texts = std::vector<std::string>;

}  // namespace

// One invoice had to have as much as was given back: a larger correction waited for ever.
TEST_F(Invoices, ACorrectionIsSplitOverTheNewestInvoices) {
    for (std::int64_t month = 0; month < 3; ++month) {
        buy(later(month), 10 * (month + 1));
        close(later(month));
    }
    buy(later(1), -45);
    EXPECT_EQ(close(later(3)), (Texts{"CN-2027-000001 30+0 of INV-2027-000003",
                                      "CN-2027-000002 15+0 of INV-2027-000002"}));
    EXPECT_TRUE(desk.sums.empty());
    reload();
    buy(later(0), -20);
    // Five more than was ever invoiced.
    EXPECT_EQ(close(later(4)), (Texts{"CN-2027-000003 5+0 of INV-2027-000002",
                                      "CN-2027-000004 10+0 of INV-2027-000001"}));
    EXPECT_TRUE(desk.creditable.empty());
    buy(later(5), 12);
    EXPECT_EQ(close(later(5)), Texts{"INV-2027-000004 7+0"});
    EXPECT_TRUE(desk.invoices.is_gapless());
}

// They stayed in memory for ever, each with what it could be credited for.
TEST_F(Invoices, AreForgottenWhenNoCreditNoteWillNameThem) {
    for (std::int64_t month = 0; month < 40; ++month) {
        buy(later(month), 10 + month);
        if (month % 7 == 3) buy(later(month - 1), -5);
        close(later(month));
        if (month % 7 == 5) {
            buy(later(month), -3);
            close(later(month));
        }
        desk.forget_invoices(later(month));
        std::int64_t invoices = 0;
        for (const auto& [number, row] : desk.invoice_rows) {
            EXPECT_GT(row.invoice.period, later(month - kCreditedMonths));
            invoices += row.invoice.corrects ? 0 : 1;
        }
        EXPECT_EQ(invoices, std::min(month + 1, kCreditedMonths));
        EXPECT_EQ(desk.invoices.all().size(), desk.invoice_rows.size());
        if (month % 5 == 0) reload();
    }
    EXPECT_EQ(desk.creditable.begin()->second.size(), 24U);
    buy(later(40), 1);
    EXPECT_EQ(close(later(40)), Texts{"INV-2030-000005 1+0"}) << "the numbers go on";
}

// What they were is not given back again: the next invoice has so much less.
TEST_F(Invoices, ACorrectionBeyondThoseThatAreKeptWaitsForTheNextInvoice) {
    buy(later(0), 100);
    close(later(0));
    buy(later(20), 10);
    close(later(20));
    desk.forget_invoices(later(24));
    buy(later(20), -15);
    EXPECT_EQ(close(later(25)), Texts{"CN-2029-000001 10+0 of INV-2028-000001"});
    buy(later(26), 12);
    EXPECT_EQ(close(later(26)), Texts{"INV-2029-000001 7+0"});
    EXPECT_TRUE(desk.creditable.begin()->second.contains({"INV-2029", 1}));
    EXPECT_EQ(desk.creditable.begin()->second.size(), 1U);
}

// Sums that fit made an invoice that did not.
TEST_F(Invoices, WhatIsHeldAndNotInvoicedFitsOneOfThem) {
    const std::int64_t most = settlement::kMostInvoiced.value;
    const auto code = [&](std::int64_t held) {
        const auto checked = desk.check_held(kBuyer, kCurrency, held);
        return checked ? "ok" : checked.error().code();
    };
    EXPECT_EQ(code(most), "ok");
    EXPECT_EQ(code(most + 1), "overflow");
    buy(later(0), most - 100, 40);
    buy(later(1), -50, 10);
    reload();
    EXPECT_EQ(code(50), "ok");
    EXPECT_EQ(code(51), "overflow") << "less of one month is no room for another";
    buy(later(1), 55);
    EXPECT_EQ(code(45), "ok");
    EXPECT_EQ(code(46), "overflow");
    close(later(0));
    EXPECT_EQ(code(most - 15), "ok");
    EXPECT_EQ(code(most - 14), "overflow");
}

// Net and tax of different signs were neither an invoice nor a credit note.
TEST_F(Invoices, ALittleLessNetAndSomeTaxAreBothSettled) {
    buy(later(0), 10, 1);
    EXPECT_EQ(close(later(0)), Texts{"INV-2027-000001 10+1"});
    buy(later(1), -1, 5);
    EXPECT_EQ(close(later(1)),
              (Texts{"INV-2027-000002 0+5", "CN-2027-000001 1+0 of INV-2027-000001"}));
    buy(later(2), 4, -6);
    EXPECT_EQ(close(later(2)),
              (Texts{"INV-2027-000003 4+0", "CN-2027-000002 0+5 of INV-2027-000002",
                     "CN-2027-000003 0+1 of INV-2027-000001"}));
    EXPECT_TRUE(desk.sums.empty());
}

TEST_F(Invoices, OnlyTheProjectsOwnInvoicesAreCredited) {
    const auto project = numbered<ProjectId>(1);
    buy(later(0), 10);
    close(later(0));
    desk.add(kBuyer, project, kCurrency, settlement::month_window(later(0)).start, Money(-4),
             Money(0));
    EXPECT_EQ(close(later(1)), Texts{});
    ASSERT_EQ(desk.sums.size(), 1U);
    EXPECT_EQ(desk.sums.begin()->second.net, Money(-4));
}

}  // namespace suanpan::core
