#include "db/queries/periods.hpp"

#include "db/sql.hpp"
#include "db/table_periods.hpp"

namespace suanpan::db {

std::vector<core::PeriodRow> list_periods(Tx& tx, PeriodSums sums) {
    Select select = sums == PeriodSums::kWith
                        ? select_from<PeriodRecord>("list_periods")
                        : Select("list_periods",
                                 "t.month, t.organisations, '{}'::text[], '{}'::text[],"
                                 " '{}'::bigint[], t.closed, t.log_index",
                                 "period AS t");
    std::vector<core::PeriodRow> out;
    for (const PeriodRecord& record :
         read_all<PeriodRecord>(select.then("ORDER BY t.month").run(tx)))
        out.push_back(from_record(record));
    return out;
}

std::vector<core::PeriodBalanceRow> list_period_balances(
    Tx& tx, settlement::Month month, const std::optional<OrganisationId>& organisation) {
    std::vector<core::PeriodBalanceRow> out;
    for (const PeriodBalanceRecord& record :
         read_all<PeriodBalanceRecord>(select_from<PeriodBalanceRecord>("list_period_balances")
                                           .where("t.month = $?::bigint", month)
                                           .where("t.organisation = $?::uuid", organisation)
                                           .then("ORDER BY t.month, t.organisation")
                                           .run(tx)))
        out.push_back(from_record(record));
    return out;
}

std::vector<core::InvoiceRow> list_invoices(Tx& tx, const InvoiceFilter& filter) {
    Select select = select_from<InvoiceRecord>("list_invoices");
    select.where("t.organisation = $?::uuid", filter.organisation)
        .where("t.month = $?::bigint", filter.month)
        .where("t.number > $?", filter.after)
        .then("ORDER BY t.number LIMIT " + std::to_string(filter.limit + 1));
    std::vector<core::InvoiceRow> out;
    for (InvoiceRecord& record : read_all<InvoiceRecord>(select.run(tx)))
        out.push_back(from_record(std::move(record)));
    return out;
}

std::vector<core::InvoiceRow> list_credit_notes(Tx& tx, const settlement::InvoiceNumber& invoice) {
    std::vector<core::InvoiceRow> out;
    for (InvoiceRecord& record :
         read_all<InvoiceRecord>(select_from<InvoiceRecord>("list_credit_notes")
                                     .where("t.corrects = $?", settlement::to_string(invoice))
                                     .then("ORDER BY t.number")
                                     .run(tx)))
        out.push_back(from_record(std::move(record)));
    return out;
}

std::optional<core::InvoiceRow> find_invoice(Tx& tx, const settlement::InvoiceNumber& number) {
    auto record = read_one<InvoiceRecord>(select_from<InvoiceRecord>("find_invoice")
                                              .where("t.number = $?", settlement::to_string(number))
                                              .run(tx));
    if (!record) return std::nullopt;
    return from_record(std::move(*record));
}

}  // namespace suanpan::db
