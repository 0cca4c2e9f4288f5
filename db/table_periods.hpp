#pragma once

// The columns of closed periods and of invoices (see db/table.hpp).

#include "db/table.hpp"

#include <string>
#include <vector>

namespace suanpan::db {

// Balances as parallel arrays.
struct BalanceColumns {
    std::vector<std::string> currencies;
    std::vector<settlement::AccountKind> accounts;
    std::vector<Money> amounts;
};

struct PeriodRecord {
    settlement::Month month;
    std::int64_t organisations = 0;
    BalanceColumns total;
    bool closed = false;
    LogIndex index;
};
PeriodRecord to_record(const core::PeriodRow& row);
core::PeriodRow from_record(const PeriodRecord& record);

struct PeriodBalanceRecord {
    settlement::Month month;
    OrganisationId organisation;
    BalanceColumns balances;
    std::optional<LogIndex> index;
};
PeriodBalanceRecord to_record(const core::PeriodBalanceRow& row);
core::PeriodBalanceRow from_record(const PeriodBalanceRecord& record);

// Numbers as they are printed.
struct InvoiceRecord {
    std::string number;
    core::InvoiceRow row;
    std::optional<std::string> corrects;
};
InvoiceRecord to_record(const core::InvoiceRow& row);
core::InvoiceRow from_record(InvoiceRecord record);

#define SUANPAN_TABLE(row, name, key)                   \
    template <>                                         \
    struct Table<row> {                                 \
        static constexpr std::string_view kName = name; \
        static constexpr std::string_view kKey = key;   \
    };

SUANPAN_TABLE(PeriodRecord, "period", "month")
SUANPAN_TABLE(PeriodBalanceRecord, "period_balance", "month, organisation")
SUANPAN_TABLE(InvoiceRecord, "invoice", "")
SUANPAN_TABLE(core::InvoiceSumRow, "invoice_sum", "organisation, month, project, currency")

#undef SUANPAN_TABLE

template <typename A, Is<BalanceColumns> R>
void fields(A& a, R& r) {
    a("currencies", r.currencies);
    a("accounts", r.accounts);
    a("amounts_micro", r.amounts);
}

template <typename A, Is<PeriodRecord> R>
void fields(A& a, R& r) {
    a("month", r.month);
    a("organisations", r.organisations);
    fields(a, r.total);
    a("closed", r.closed);
    a("log_index", r.index);
}

template <typename A, Is<PeriodBalanceRecord> R>
void fields(A& a, R& r) {
    a("month", r.month);
    a("organisation", r.organisation);
    fields(a, r.balances);
    a("log_index", r.index);
}

template <typename A, Is<InvoiceRecord> R>
void fields(A& a, R& r) {
    auto& invoice = r.row.invoice;
    a("number", r.number);
    a("organisation", invoice.organisation);
    a("project", invoice.project);
    a("month", invoice.period);
    a("currency", invoice.currency);
    a("net_micro", invoice.net);
    a("tax_micro", invoice.tax);
    a("corrects", r.corrects);
    a("issued_s", r.row.issued);
    a("log_index", r.row.index);
}

template <typename A, Is<core::InvoiceSumRow> R>
void fields(A& a, R& r) {
    a("organisation", r.organisation);
    a("project", r.project);
    a("month", r.period);
    a("currency", r.currency);
    a("net_micro", r.net);
    a("tax_micro", r.tax);
}

}  // namespace suanpan::db
