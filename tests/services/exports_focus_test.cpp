#include "base/decimal.hpp"
#include "base/time.hpp"
#include "services/exports/focus_csv.hpp"
#include "support/seed.hpp"
#include "tests/services/focus_rules.hpp"

#include <gtest/gtest.h>

namespace suanpan::services {
namespace {

std::string focus(const std::vector<Billed>& leases, std::optional<OrganisationId> viewer) {
    TextOf out;
    FocusCsv::begin(out);
    const FocusCsv csv("The Exchange", viewer);
    for (const Billed& billed : leases) {
        for (const db::BilledLine& line : billed.lines)
            csv.line(billed.lease, line, out);
    }
    return out.text;
}

Money sum(const std::vector<CsvRow>& rows, const std::string& column, const std::string& currency) {
    Money total;
    for (const CsvRow& row : rows) {
        if (row.at("BillingCurrency") == currency)
            total.value += parse_money(row.at(column))->value;
    }
    return total;
}

// Once the whole lot-time was priced, and the cost was ten times what was paid.
TEST(FocusCsv, OfAMeteredLeasePricesWhatIsPaid) {
    const auto rows = read_csv(focus({metered_lease()}, laboratory()));
    ASSERT_FALSE(rows.empty());
    EXPECT_EQ(rows[0].at("ChargeCategory"), "Usage");
    EXPECT_EQ(rows[0].at("PricingQuantity"), "0.2");
    EXPECT_EQ(rows[0].at("ContractedCost"), "1");
    EXPECT_EQ(rows[0].at("BilledCost"), "1.000000");
    EXPECT_EQ(focus_faults(rows), std::vector<std::string>());
}

TEST(FocusCsv, SplitsALineIntoCharges) {
    const auto rows = read_csv(focus({small_lease()}, laboratory()));
    // Usage, voucher, fee, tax of the first hour; usage, credit, fee, tax of the second.
    ASSERT_EQ(rows.size(), 8U);
    const CsvRow& usage = rows[0];
    EXPECT_EQ(usage.at("ChargeCategory"), "Usage");
    EXPECT_EQ(usage.at("PricingQuantity"), "2");
    EXPECT_EQ(usage.at("PricingUnit"), "Lot-Hours");
    EXPECT_EQ(usage.at("ConsumedQuantity"), "7200");
    EXPECT_EQ(usage.at("ConsumedUnit"), "Lot-Seconds");
    EXPECT_EQ(usage.at("ContractedUnitPrice"), "5.000000");
    EXPECT_EQ(usage.at("ContractedCost"), "10");
    EXPECT_EQ(usage.at("BilledCost"), "9.500000");  // 5 % off
    EXPECT_EQ(usage.at("BillingAccountName"), "A Laboratory, \"north\" & <Co>");
    EXPECT_EQ(usage.at("PublisherName"), "'=cmd(Data Centre)");
    EXPECT_EQ(usage.at("ProviderName"), "The Exchange");
    EXPECT_EQ(usage.at("SubAccountType"), "Project");
    EXPECT_EQ(usage.at("SubAccountName"), "Weather & <climate>");
    EXPECT_EQ(usage.at("InvoiceId"), "INV-2026-000007");
    EXPECT_EQ(rows[4].at("InvoiceId"), "") << "not invoiced yet";
    EXPECT_EQ(usage.at("BillingPeriodStart"), "2026-11-01T00:00:00Z");
    EXPECT_EQ(usage.at("BillingPeriodEnd"), "2026-12-01T00:00:00Z");
    EXPECT_EQ(rows[1].at("ChargeCategory"), "Credit");
    EXPECT_EQ(rows[1].at("BilledCost"), "-2.000000");
    EXPECT_EQ(rows[2].at("ChargeCategory"), "Adjustment");
    EXPECT_EQ(rows[2].at("BilledCost"), "0.095000");
    EXPECT_EQ(rows[2].at("PublisherName"), "The Exchange");
    EXPECT_EQ(rows[3].at("ChargeCategory"), "Tax");
    // 80 minutes of a lot: no finite decimal.
    EXPECT_EQ(rows[4].at("PricingQuantity"), "1.333333333333");
    EXPECT_EQ(rows[4].at("ContractedCost"), "6.666666666665");
    EXPECT_EQ(rows[5].at("ChargeDescription"),
              "Service level credit, AI-FP16 lease of 2 lots of a100-80gb");
    EXPECT_EQ(focus_faults(rows), std::vector<std::string>());
}

TEST(FocusCsv, ShowsAProviderWhatItIsBilled) {
    const auto rows = read_csv(focus({small_lease()}, data_centre()));
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[0].at("ChargeCategory"), "Adjustment");
    EXPECT_EQ(rows[0].at("BilledCost"), "0.076000");
    EXPECT_EQ(rows[1].at("ChargeDescription"),
              "Tax withheld, AI-FP16 lease of 2 lots of a100-80gb");
    EXPECT_EQ(focus_faults(rows), std::vector<std::string>());
    EXPECT_EQ(read_csv(focus({small_lease()}, co_owner())).size(), 0U);
    EXPECT_EQ(read_csv(focus({small_lease()}, std::nullopt)).size(), 12U);
}

TEST(FocusCsv, BooksACorrectionInTheMonthOfItsPosting) {
    Billed billed = small_lease();
    billed.lines.resize(1);
    db::BilledLine& line = billed.lines[0];
    line.correction = true;
    line.posted = *parse_time("2026-12-05T10:00:00Z");
    line.row.line.sale = Money(-1'000'000);
    line.row.line.credit = Money(-250'000);
    const auto rows = read_csv(focus({billed}, laboratory()));
    const CsvRow& usage = rows.at(0);
    EXPECT_EQ(usage.at("ChargeClass"), "Correction");
    EXPECT_EQ(usage.at("BillingPeriodStart"), "2026-12-01T00:00:00Z");
    EXPECT_EQ(usage.at("ChargePeriodStart"), "2026-11-30T22:00:00Z");
    EXPECT_EQ(usage.at("PricingQuantity"), "");
    EXPECT_EQ(usage.at("BilledCost"), "-1.500000");
    EXPECT_EQ(rows.at(1).at("BilledCost"), "0.250000");
    EXPECT_EQ(focus_faults(rows), std::vector<std::string>());
}

TEST(FocusCsv, KeepsTheRulesAndSumsToWhatIsPaid) {
    std::mt19937_64 random(support::test_seed());
    for (int round = 0; round < 20; ++round) {
        const auto leases = random_leases(random, 30);
        const auto all = read_csv(focus(leases, std::nullopt));
        EXPECT_EQ(focus_faults(all), std::vector<std::string>());
        for (const OrganisationId& one : {laboratory(), data_centre(), co_owner()}) {
            const auto rows = read_csv(focus(leases, one));
            for (const auto& [currency, totals] : totals_of(one, leases)) {
                EXPECT_EQ(sum(rows, "BilledCost", currency).value,
                          totals.paid.value + totals.provider_fees.value + totals.withheld.value);
                EXPECT_EQ(sum(rows, "EffectiveCost", currency), sum(rows, "BilledCost", currency));
            }
        }
    }
}

// The checker itself: each of these breaks one rule.
TEST(FocusRules, FindWhatIsWrong) {
    const auto good = read_csv(focus({small_lease()}, laboratory()));
    const std::vector<std::pair<std::string, std::string>> breaks{
        {"ContractedCost", "10.01"},
        {"PricingQuantity", ""},
        {"BilledCost", "1e3"},
        {"BillingPeriodEnd", "2026-11-30T00:00:00Z"},
        {"ChargePeriodStart", "2026-12-01T00:00:00Z"},
        {"ChargeCategory", "Discount"},
        {"ServiceName", ""},
        {"ConsumedUnit", "lot seconds"},
        {"BillingCurrency", "yuan"}};
    for (const auto& [column, value] : breaks) {
        auto rows = good;
        rows[0][column] = value;
        EXPECT_FALSE(focus_faults(rows).empty()) << column;
    }
    auto rows = good;
    rows[0].erase("InvoiceIssuerName");
    EXPECT_FALSE(focus_faults(rows).empty());
    rows = good;
    rows[0]["Lease"] = "x";
    EXPECT_FALSE(focus_faults(rows).empty());
}

TEST(PricingQuantity, IsExactWhereItCanBe) {
    settlement::ContractTerms terms = small_lease().lease.terms;
    EXPECT_EQ(decimal_text(*pricing_quantity_pico(terms, 9), 12), "0.0000000025");
    EXPECT_EQ(decimal_text(*pricing_quantity_pico(terms, 3'600'000'000), 12), "1");
    EXPECT_EQ(decimal_text(*pricing_quantity_pico(terms, 1'200'000'000), 12), "0.333333333333");
    EXPECT_EQ(decimal_text(*pricing_quantity_pico(terms, 2'400'000'000), 12), "0.666666666667");
    terms.price_unit = Unit::kCu;  // 140.4 CU a lot
    EXPECT_EQ(decimal_text(*pricing_quantity_pico(terms, 3'600'000'000), 12), "140.4");
    EXPECT_EQ(decimal_text(-1'500, 3), "-1.5");
    EXPECT_EQ(decimal_text(0, 18), "0");
    EXPECT_EQ(decimal_text(7, 0), "7");
}

}  // namespace
}  // namespace suanpan::services
