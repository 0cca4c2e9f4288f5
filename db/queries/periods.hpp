#pragma once

// Closed periods and invoices.

#include "core/rows.hpp"
#include "db/pool.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::db {

// The latest last. Without the sums of all accounts for who is not to know them.
enum class PeriodSums : std::uint8_t { kWith, kWithout };
std::vector<core::PeriodRow> list_periods(Tx& tx, PeriodSums sums);
// Of one organisation, or of all; by month and organisation.
std::vector<core::PeriodBalanceRow> list_period_balances(
    Tx& tx, settlement::Month month, const std::optional<OrganisationId>& organisation);

struct InvoiceFilter {
    std::optional<OrganisationId> organisation;
    std::optional<settlement::Month> month;
    std::string after;  // a number; empty: from the first
    std::int64_t limit = 50;
};
// By number; one more than the limit where there are more.
std::vector<core::InvoiceRow> list_invoices(Tx& tx, const InvoiceFilter& filter);
std::optional<core::InvoiceRow> find_invoice(Tx& tx, const settlement::InvoiceNumber& number);
// That correct the invoice, by number.
std::vector<core::InvoiceRow> list_credit_notes(Tx& tx, const settlement::InvoiceNumber& invoice);

}  // namespace suanpan::db
