#include "tests/services/focus_rules.hpp"

#include "base/checked.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <optional>
#include <regex>
#include <set>

namespace suanpan::services {
namespace {

using Names = std::vector<std::string>;

const Names kMandatory{"BilledCost",      "BillingAccountId",  "BillingAccountName",
                       "BillingCurrency", "BillingPeriodEnd",  "BillingPeriodStart",
                       "ChargeCategory",  "ChargeClass",       "ChargeDescription",
                       "ChargePeriodEnd", "ChargePeriodStart", "ContractedCost",
                       "EffectiveCost",   "InvoiceIssuerName", "ListCost",
                       "PricingQuantity", "PricingUnit",       "ProviderName",
                       "PublisherName",   "ServiceCategory",   "ServiceName"};
// What is conditional, and holds for an exchange that meters, prices, places and bills by project.
const Names kConditional{"BillingAccountType",
                         "ChargeFrequency",
                         "ConsumedQuantity",
                         "ConsumedUnit",
                         "ContractedUnitPrice",
                         "InvoiceId",
                         "ListUnitPrice",
                         "PricingCategory",
                         "RegionId",
                         "RegionName",
                         "ResourceId",
                         "ResourceName",
                         "ResourceType",
                         "SkuId",
                         "SkuMeter",
                         "SkuPriceId",
                         "SubAccountId",
                         "SubAccountName",
                         "SubAccountType",
                         "ServiceSubcategory",
                         "Tags"};
const Names kNeverNull{
    "BilledCost",        "BillingAccountId",   "BillingAccountType", "BillingCurrency",
    "BillingPeriodEnd",  "BillingPeriodStart", "ChargeCategory",     "ChargePeriodEnd",
    "ChargePeriodStart", "ContractedCost",     "EffectiveCost",      "InvoiceIssuerName",
    "ListCost",          "ProviderName",       "PublisherName",      "ServiceCategory",
    "ServiceName",       "ServiceSubcategory", "ChargeDescription",  "BillingAccountName"};
const Names kDecimals{"BilledCost",    "ConsumedQuantity", "ContractedCost", "ContractedUnitPrice",
                      "EffectiveCost", "ListCost",         "ListUnitPrice",  "PricingQuantity"};
const Names kOfUsage{"ConsumedQuantity", "ConsumedUnit",    "ContractedUnitPrice",
                     "ListUnitPrice",    "PricingCategory", "PricingQuantity",
                     "PricingUnit",      "SkuId",           "SkuPriceId"};

// In 10⁻¹⁸.
Int128 atto(const std::string& decimal) {
    Int128 value = 0;
    int decimals = -1;
    for (const char c : decimal) {
        if (c == '.') decimals = 0;
        if (c < '0' || c > '9') continue;
        value = value * 10 + (c - '0');
        if (decimals >= 0) ++decimals;
    }
    for (int i = std::max(decimals, 0); i < 18; ++i)
        value *= 10;
    return decimal.starts_with('-') ? -value : value;
}

// quantity × price = cost, exactly: quantities have at most 12 decimals, prices 6.
bool is_product(const CsvRow& row, const char* price, const char* cost) {
    const Int128 pico = atto(row.at("PricingQuantity")) / 1'000'000;
    const Int128 micro = atto(row.at(price)) / 1'000'000'000'000;
    return pico * micro == atto(row.at(cost));
}

class Checker {
 public:
    Checker(const CsvRow& row, std::size_t number, std::vector<std::string>& faults)
        : row_(row), number_(number), faults_(faults) {}

    void run() {
        nulls();
        words();
        numbers();
        periods();
    }

 private:
    [[nodiscard]] bool null(const std::string& column) const { return row_.at(column).empty(); }
    void demand(bool holds, const std::string& what) {
        if (!holds) faults_.push_back("row " + std::to_string(number_) + ": " + what);
    }
    [[nodiscard]] bool is(const std::string& column, const std::string& value) const {
        return row_.at(column) == value;
    }

    void nulls() {
        for (const std::string& column : kNeverNull)
            demand(!null(column), column + " is null");
        const bool usage = is("ChargeCategory", "Usage");
        const bool correction = is("ChargeClass", "Correction");
        for (const std::string& column : kOfUsage) {
            if (usage && !correction) demand(!null(column), column + " of a Usage is null");
            if (is("ChargeCategory", "Tax")) demand(null(column), column + " of a Tax is not null");
        }
        demand(usage || null("ConsumedQuantity"), "ConsumedQuantity of what is no Usage");
        demand(null("ConsumedQuantity") == null("ConsumedUnit"), "ConsumedUnit without quantity");
        demand(null("PricingQuantity") == null("PricingUnit"), "PricingUnit without quantity");
        demand(null("SubAccountId") == null("SubAccountType"), "SubAccountType without its id");
        demand(null("ResourceId") == null("ResourceType"), "ResourceType without its id");
        demand(!null("RegionId") || null("RegionName"), "RegionName without its id");
    }

    void words() {
        static const std::set<std::string> kCategories{"Usage", "Purchase", "Tax", "Credit",
                                                       "Adjustment"};
        demand(kCategories.contains(row_.at("ChargeCategory")), "ChargeCategory");
        demand(null("ChargeClass") || is("ChargeClass", "Correction"), "ChargeClass");
        static const std::set<std::string> kPricing{"", "Standard", "Dynamic", "Committed",
                                                    "Other"};
        demand(kPricing.contains(row_.at("PricingCategory")), "PricingCategory");
        static const std::set<std::string> kFrequency{"One-Time", "Recurring", "Usage-Based"};
        demand(kFrequency.contains(row_.at("ChargeFrequency")), "ChargeFrequency");
        static const std::regex kCurrency("[A-Z]{3}");
        demand(std::regex_match(row_.at("BillingCurrency"), kCurrency), "BillingCurrency");
        static const std::regex kUnit("([A-Z][A-Za-z]*-)?[A-Z][a-z]+s");
        for (const char* unit : {"ConsumedUnit", "PricingUnit"})
            demand(null(unit) || std::regex_match(row_.at(unit), kUnit), unit);
    }

    void numbers() {
        static const std::regex kDecimal("-?(0|[1-9][0-9]*)(\\.[0-9]+)?");
        for (const std::string& column : kDecimals)
            demand(null(column) || std::regex_match(row_.at(column), kDecimal), column);
        if (is("ChargeClass", "Correction")) return;
        if (!null("ContractedUnitPrice"))
            demand(is_product(row_, "ContractedUnitPrice", "ContractedCost"), "ContractedCost");
        if (!null("ListUnitPrice"))
            demand(is_product(row_, "ListUnitPrice", "ListCost"), "ListCost");
        demand(null("ConsumedQuantity") || atto(row_.at("ConsumedQuantity")) > 0,
               "ConsumedQuantity is not positive");
        if (null("ContractedUnitPrice"))
            demand(atto(row_.at("ContractedCost")) == atto(row_.at("BilledCost")),
                   "ContractedCost without a price is not BilledCost");
    }

    void periods() {
        const auto time = [this](const char* column) { return parse_time(row_.at(column)); };
        for (const char* column :
             {"BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd"}) {
            if (time(column)) continue;
            demand(false, std::string(column) + " is no time");
            return;
        }
        demand(*time("ChargePeriodStart") < *time("ChargePeriodEnd"), "an empty charge period");
        const std::string& start = row_.at("BillingPeriodStart");
        demand(start.ends_with("-01T00:00:00Z"), "the billing period begins within a month");
        demand(row_.at("BillingPeriodEnd").ends_with("-01T00:00:00Z"),
               "the billing period ends within a month");
        const std::int64_t days =
            (time("BillingPeriodEnd")->value - time("BillingPeriodStart")->value) / 86'400;
        demand(days >= 28 && days <= 31, "the billing period is no month");
        if (is("ChargeClass", "Correction")) return;
        // Half-open: a charge that begins with a period is in it, one that begins at its end not.
        demand(*time("BillingPeriodStart") <= *time("ChargePeriodStart") &&
                   *time("ChargePeriodStart") < *time("BillingPeriodEnd"),
               "the charge is of another billing period");
    }

    const CsvRow& row_;
    std::size_t number_;
    std::vector<std::string>& faults_;
};

}  // namespace

std::vector<std::string> focus_faults(const std::vector<CsvRow>& rows) {
    std::vector<std::string> faults;
    if (rows.empty()) return {"there are no rows"};
    for (const Names* names : {&kMandatory, &kConditional}) {
        for (const std::string& name : *names) {
            if (!rows.front().contains(name)) faults.push_back("no column " + name);
        }
    }
    for (const auto& [name, value] : rows.front()) {
        const bool known = name == "AvailabilityZone" || name.starts_with("x_") ||
                           std::ranges::find(kMandatory, name) != kMandatory.end() ||
                           std::ranges::find(kConditional, name) != kConditional.end();
        if (!known) faults.push_back("a column of our own without x_: " + name);
    }
    if (!faults.empty()) return faults;
    for (std::size_t i = 0; i < rows.size(); ++i)
        Checker(rows[i], i, faults).run();
    return faults;
}

}  // namespace suanpan::services
