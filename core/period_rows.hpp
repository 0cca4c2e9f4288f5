#pragma once

// Closed periods and invoices as rows (metering-settlement "Settlement runs"); see rows.hpp.

#include "base/ids.hpp"
#include "base/units.hpp"
#include "settlement/invoice.hpp"
#include "settlement/period.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace suanpan::core {

// The last period that was closed, or is being closed.
struct PeriodRow {
    settlement::Month month;
    std::int64_t organisations = 0;  // whose balances are in the log
    settlement::Balances total;
    bool closed = false;
    LogIndex index;
    friend bool operator==(const PeriodRow&, const PeriodRow&) = default;
};

// As it stood when the closing began, with what is invoiced of the period.
struct PeriodBalanceRow {
    settlement::Month month;
    OrganisationId organisation;
    settlement::Balances balances;
    std::optional<LogIndex> index;  // of its entry; none: still to be written
    friend bool operator==(const PeriodBalanceRow&, const PeriodBalanceRow&) = default;
};

// Credit notes name invoices of so many months, the last closed one included: those stay in memory.
// What corrections give back beyond them, the next invoice has less.
inline constexpr std::int64_t kCreditedMonths = 24;

struct InvoiceRow {
    settlement::InvoiceNumber number;
    settlement::Invoice invoice;
    Time issued;
    LogIndex index;
    friend bool operator==(const InvoiceRow&, const InvoiceRow&) = default;
};

// What a buyer's final windows of a month come to so far, for a project or for none; zero: it is
// invoiced.
struct InvoiceSumRow {
    OrganisationId organisation;
    ProjectId project;
    settlement::Month period;
    std::string currency;
    Money net{0};
    Money tax{0};
    friend bool operator==(const InvoiceSumRow&, const InvoiceSumRow&) = default;
};

}  // namespace suanpan::core
