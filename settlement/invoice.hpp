#pragma once

// Numbers of invoices and credit notes (metering-settlement "Settlement runs"): without a gap in
// each series, given only to what is issued. An invoice sums final windows; what changes later is a
// credit note that names it, or a line of a later invoice.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "settlement/month.hpp"

#include <compare>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace suanpan::settlement {

// "INV-2026-000001": six digits at least. A series is 1 to 24 capitals, digits and inner hyphens.
struct InvoiceNumber {
    std::string series;
    std::int64_t number = 0;  // from 1
    friend auto operator<=>(const InvoiceNumber&, const InvoiceNumber&) = default;
};
std::string to_string(const InvoiceNumber& number);
Result<InvoiceNumber> parse_invoice_number(std::string_view text);  // `bad_invoice_number`

// Amounts of a credit note are what is given back: positive, like an invoice's.
struct Invoice {
    OrganisationId organisation;
    ProjectId project;  // nil: none
    Month period;
    std::string currency;
    Money net;
    Money tax;
    std::optional<InvoiceNumber> corrects;  // a credit note's invoice
    friend bool operator==(const Invoice&, const Invoice&) = default;
};

// Net and tax together. An organisation's holds and what it has not been invoiced for stay within
// it, so that no invoice is beyond 64 bits, nor what corrections of several months give back.
inline constexpr Money kMostInvoiced{std::numeric_limits<std::int64_t>::max() / 4};

class InvoiceBook {
 public:
    // Gives the next number of the series. Errors, in order of precedence: `bad_series`,
    // `bad_amount` (below zero, or both zero on a credit note), `unknown_invoice` (what it corrects
    // is not there, or is another organisation's or project's), `not_an_invoice` (it corrects a
    // credit note),
    // `bad_currency` (another than the invoice's), `over_invoice` (all credit notes of an invoice
    // exceed its net or its tax), `overflow`. A refusal uses no number.
    Result<InvoiceNumber> issue(std::string_view series, const Invoice& invoice);
    [[nodiscard]] const Invoice* find(const InvoiceNumber& number) const;
    // What credit notes have given back of an invoice.
    struct Credited {
        Money net;
        Money tax;
        friend bool operator==(const Credited&, const Credited&) = default;
    };
    [[nodiscard]] Credited credited(const InvoiceNumber& number) const;
    // Every series runs from 1 without a gap.
    [[nodiscard]] bool is_gapless() const;

    void restore(const InvoiceNumber& number, const Invoice& invoice);
    // That nothing will correct any more. REQUIRES a later number of its series, or that the series
    // gets none.
    void forget(const InvoiceNumber& number);
    [[nodiscard]] const std::map<InvoiceNumber, Invoice>& all() const { return invoices_; }

 private:
    [[nodiscard]] Result<void> check_credit(const Invoice& note) const;
    [[nodiscard]] std::int64_t last_of(std::string_view series) const;

    std::map<InvoiceNumber, Invoice> invoices_;
    std::map<InvoiceNumber, Credited> credited_;
};

}  // namespace suanpan::settlement
