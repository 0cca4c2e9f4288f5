#include "db/table_periods.hpp"

namespace suanpan::db {
namespace {

BalanceColumns to_columns(const settlement::Balances& balances) {
    BalanceColumns out;
    for (const auto& [key, amount] : balances) {
        out.currencies.push_back(key.first);
        out.accounts.push_back(key.second);
        out.amounts.push_back(amount);
    }
    return out;
}

settlement::Balances from_columns(const BalanceColumns& columns) {
    const std::size_t count = columns.amounts.size();
    if (columns.currencies.size() != count || columns.accounts.size() != count)
        throw BadRow("the balances of a period are not of one length");
    settlement::Balances out;
    for (std::size_t i = 0; i < count; ++i)
        out.emplace(std::pair(columns.currencies[i], columns.accounts[i]), columns.amounts[i]);
    return out;
}

}  // namespace

PeriodRecord to_record(const core::PeriodRow& row) {
    return {row.month, row.organisations, to_columns(row.total), row.closed, row.index};
}

core::PeriodRow from_record(const PeriodRecord& record) {
    return {record.month, record.organisations, from_columns(record.total), record.closed,
            record.index};
}

PeriodBalanceRecord to_record(const core::PeriodBalanceRow& row) {
    return {row.month, row.organisation, to_columns(row.balances), row.index};
}

core::PeriodBalanceRow from_record(const PeriodBalanceRecord& record) {
    return {record.month, record.organisation, from_columns(record.balances), record.index};
}

InvoiceRecord to_record(const core::InvoiceRow& row) {
    InvoiceRecord record{settlement::to_string(row.number), row, std::nullopt};
    if (row.invoice.corrects) record.corrects = settlement::to_string(*row.invoice.corrects);
    return record;
}

core::InvoiceRow from_record(InvoiceRecord record) {
    record.row.number = get(settlement::parse_invoice_number(record.number));
    if (record.corrects)
        record.row.invoice.corrects = get(settlement::parse_invoice_number(*record.corrects));
    return std::move(record.row);
}

}  // namespace suanpan::db
