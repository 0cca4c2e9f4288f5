#include "services/exports/focus_csv.hpp"

#include "base/check.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"
#include "services/exports/csv.hpp"
#include "settlement/month.hpp"

#include <string_view>

namespace suanpan::services {
namespace {

constexpr std::string_view kColumns =
    "AvailabilityZone,BilledCost,BillingAccountId,BillingAccountName,BillingAccountType,"
    "BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeClass,"
    "ChargeDescription,ChargeFrequency,ChargePeriodEnd,ChargePeriodStart,ConsumedQuantity,"
    "ConsumedUnit,ContractedCost,ContractedUnitPrice,EffectiveCost,InvoiceId,InvoiceIssuerName,"
    "ListCost,ListUnitPrice,PricingCategory,PricingQuantity,PricingUnit,ProviderName,"
    "PublisherName,RegionId,RegionName,ResourceId,ResourceName,ResourceType,ServiceCategory,"
    "ServiceName,ServiceSubcategory,SkuId,SkuMeter,SkuPriceId,SubAccountId,SubAccountName,"
    "SubAccountType,Tags,x_LogIndex,x_PoolId,x_RunId\r\n";

// Cells of one row, in the order of kColumns.
class Row {
 public:
    Row& number(const std::string& value) { return raw(value); }
    Row& money(Money value) { return raw(to_string(value)); }
    Row& time(Time value) { return raw(to_string(value)); }
    Row& word(std::string_view value) { return raw(value); }
    Row& text(std::string_view value) { return raw(csv_text(value)); }
    Row& null(int count = 1) {
        for (; count > 0; --count)
            raw("");
        return *this;
    }
    std::string end() {
        text_.back() = '\r';
        return text_ + "\n";
    }

 private:
    Row& raw(std::string_view value) {
        text_ += value;
        text_ += ',';
        return *this;
    }
    std::string text_;
};

// Of whom, and what a row says beside its lease and window.
struct Account {
    OrganisationId id;
    const std::string& name;
    ProjectId project;
    const std::string& project_name;
};
struct Charge {
    std::string_view category;
    std::string_view description;
    Money billed;
    bool usage = false;
};

// The columns of price and quantity: of a Usage that is no correction.
struct Priced {
    std::string consumed;
    std::string cost;
    std::string unit_price;
    std::string quantity;
};

Priced priced(const settlement::ContractTerms& terms, std::int64_t lot_us) {
    const auto quantity = pricing_quantity_pico(terms, lot_us);
    CHECK(quantity);
    const auto cost = checked_mul128(*quantity, terms.price.value);
    CHECK(cost);  // the sale itself fitted 64 bits
    return {decimal_text(lot_us, 6), decimal_text(*cost, 18), to_string(terms.price),
            decimal_text(*quantity, 12)};
}

std::string_view pricing_unit(const settlement::ContractTerms& terms) {
    return terms.price_unit == Unit::kLot ? "Lot-Hours" : "CU-Hours";
}

// The exchange's own service has no other publisher than the exchange.
class Writer {
 public:
    Writer(const std::string& operator_name, const db::BilledLease& lease,
           const db::BilledLine& line)
        : operator_name_(operator_name),
          lease_(lease),
          line_(line),
          billing_(settlement::month_window(
              settlement::month_of(line.correction ? line.posted : line.row.window.start))) {}

    [[nodiscard]] std::string row(const Account& account, const Charge& charge) const {
        const bool has_price = charge.usage && !line_.correction;
        const Priced price = has_price ? priced(lease_.terms, line_.row.paid_us)
                                       : Priced{"", to_string(charge.billed), "", ""};
        const std::string_view unit = has_price ? pricing_unit(lease_.terms) : "";
        Row row;
        row.word(to_string(lease_.site)).money(charge.billed);
        add_account(row, account);
        row.word(charge.category).word(line_.correction ? "Correction" : "");
        row.text(describe(charge)).word("Usage-Based");
        row.time(line_.row.window.end).time(line_.row.window.start);
        row.number(price.consumed).word(has_price ? "Lot-Seconds" : "");
        row.number(price.cost).number(price.unit_price).money(charge.billed);
        row.word(account.id == lease_.buyer ? line_.invoice : "");
        row.text(operator_name_).number(price.cost).number(price.unit_price);
        row.word(has_price ? "Standard" : "").number(price.quantity).word(unit);
        row.text(operator_name_).text(publisher(charge)).text(lease_.hub).text(lease_.hub);
        row.word(to_string(lease_.id)).text(lease_.model).word("Lease");
        row.word("Compute").text(lease_.market.compute_class + " compute").word("Other (Compute)");
        add_sku(row, charge);
        add_project(row, account);
        row.null().number(std::to_string(line_.row.index.value));
        row.word(to_string(lease_.pool)).word(to_string(line_.row.run));
        return row.end();
    }

 private:
    [[nodiscard]] std::string describe(const Charge& charge) const {
        return std::string(charge.description) + ", " + lease_.market.compute_class + " lease of " +
               std::to_string(lease_.terms.lots.value) + " lots of " + lease_.model;
    }
    [[nodiscard]] const std::string& publisher(const Charge& charge) const {
        const bool exchange = charge.category == "Adjustment" || lease_.provider_name.empty();
        return exchange ? operator_name_ : lease_.provider_name;
    }
    void add_account(Row& row, const Account& account) const {
        row.word(to_string(account.id));
        row.text(account.name.empty() ? to_string(account.id) : account.name);
        row.word("Organisation").word(line_.row.currency).time(billing_.end).time(billing_.start);
    }
    void add_sku(Row& row, const Charge& charge) const {
        if (!charge.usage) {
            row.null(3);
            return;
        }
        const std::string& sku = lease_.market.compute_class;
        const std::string_view how = matching::to_string(lease_.billing);
        row.text(sku)
            .word("Lot time")
            .text(sku + "/" + std::string(how) + "/" +
                  std::string(matching::to_string(lease_.terms.price_unit)));
    }
    static void add_project(Row& row, const Account& account) {
        if (account.project.is_nil()) {
            row.null(3);
        } else {
            row.word(to_string(account.project)).text(account.project_name).word("Project");
        }
    }

    const std::string& operator_name_;
    const db::BilledLease& lease_;
    const db::BilledLine& line_;
    Window billing_;
};

Money negative(Money amount) {
    return Money(-amount.value);  // parts of a sale: never −2^63
}

}  // namespace

Result<Int128> pricing_quantity_pico(const settlement::ContractTerms& terms, std::int64_t lot_us) {
    // 10¹² ÷ (3600 × 10⁶) = 2500/9; for CU also × rate ÷ 1000.
    const bool by_lot = terms.price_unit == Unit::kLot;
    const auto scaled = checked_mul128(Int128{lot_us} * 2'500, by_lot ? 1 : terms.rate.value);
    if (!scaled) return fail(scaled.error());
    const Int128 divisor = by_lot ? 9 : 9'000;
    return floor_div(2 * *scaled + divisor, 2 * divisor);
}

std::string decimal_text(Int128 value, int scale) {
    const bool negative = value < 0;
    auto magnitude = negative ? -static_cast<Uint128>(value) : static_cast<Uint128>(value);
    std::string digits;
    for (; magnitude > 0 || static_cast<int>(digits.size()) <= scale; magnitude /= 10)
        digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(magnitude % 10)));
    const std::size_t point = digits.size() - static_cast<std::size_t>(scale);
    std::string decimals = digits.substr(point);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    return (negative ? "-" : "") + digits.substr(0, point) +
           (decimals.empty() ? "" : "." + decimals);
}

void FocusCsv::begin(settlement::TextSink& out) {
    out.write(kColumns);
}

void FocusCsv::line(const db::BilledLease& lease, const db::BilledLine& line,
                    settlement::TextSink& out) const {
    const Writer writer(operator_name_, lease, line);
    const settlement::WaterfallLine& sums = line.row.line;
    const auto unless_zero = [&](const Account& account, std::string_view category,
                                 std::string_view what, Money billed) {
        if (billed.value != 0) out.write(writer.row(account, Charge{category, what, billed}));
    };
    if (!viewer_ || *viewer_ == lease.buyer) {
        const Account buyer{lease.buyer, lease.buyer_name, lease.buyer_project,
                            lease.buyer_project_name};
        const auto used = subtract(sums.sale, sums.discount);
        CHECK(used);
        if (line.row.lot_us != 0 || sums.sale.value != 0)
            out.write(writer.row(buyer, Charge{"Usage", "Compute time", *used, true}));
        unless_zero(buyer, "Credit", "Service level credit", negative(sums.credit));
        unless_zero(buyer, "Credit", "Voucher", negative(sums.voucher));
        unless_zero(buyer, "Adjustment", "Exchange fee", sums.buyer_fee);
        unless_zero(buyer, "Tax", "Tax", sums.buyer_tax);
    }
    if (!viewer_ || *viewer_ == lease.provider) {
        const Account provider{lease.provider, lease.provider_name, lease.provider_project,
                               lease.provider_project_name};
        unless_zero(provider, "Adjustment", "Exchange fee", sums.provider_fee);
        unless_zero(provider, "Tax", "Tax withheld", sums.withheld);
    }
}

}  // namespace suanpan::services
