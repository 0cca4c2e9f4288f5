#include "core/period_desk.hpp"

#include "base/check.hpp"
#include "base/decimal.hpp"
#include "core/rows.hpp"

#include <algorithm>

namespace suanpan::core {

Result<void> PeriodDesk::check_held(const OrganisationId& organisation, const std::string& currency,
                                    Int128 held) const {
    const auto found = uninvoiced.find({organisation, currency});
    const Int128 before = found == uninvoiced.end() ? Int128{0} : found->second;
    if (before + held <= settlement::kMostInvoiced.value) return {};
    return fail("overflow", "what is held and what is not invoiced yet come to more than " +
                                to_string(settlement::kMostInvoiced) + " " + currency +
                                ", the most that an invoice can ask for");
}

// What it gives back is credited, and takes nothing from what it asks for.
void PeriodDesk::count_uninvoiced(const InvoiceSumRow& sum, int sign) {
    const Int128 asks =
        Int128{std::max<std::int64_t>(sum.net.value, 0)} + std::max<std::int64_t>(sum.tax.value, 0);
    if (asks == 0) return;
    const std::pair key(sum.organisation, sum.currency);
    Int128& all = uninvoiced[key];
    all += sign * asks;
    if (all == 0) uninvoiced.erase(key);
}

void PeriodDesk::add(const OrganisationId& buyer, const ProjectId& project,
                     const std::string& currency, Time window_start, Money net, Money tax) {
    if (net.value == 0 && tax.value == 0) return;
    const settlement::Month month = settlement::month_of(window_start);
    const SumKey key{buyer, month, project, currency};
    InvoiceSumRow& sum =
        sums.try_emplace(key, InvoiceSumRow{buyer, project, month, currency}).first->second;
    const auto more_net = suanpan::add(sum.net, net);
    const auto more_tax = suanpan::add(sum.tax, tax);
    CHECK(more_net && more_tax);  // of what was held, which check_held() has bounded
    count_uninvoiced(sum, -1);
    sum.net = *more_net;
    sum.tax = *more_tax;
    count_uninvoiced(sum, 1);
    touched_sums.mark(key);
    // As if there had been nothing: a start does not find it either.
    if (sum.net.value == 0 && sum.tax.value == 0) sums.erase(key);
}

void PeriodDesk::mark_changes(Rows& out) const {
    if (touched_last) out.periods.push_back(*last);
    out.period_balances = written;
    for (const OrganisationId& id : touched_waiting.keys()) {
        if (const auto found = waiting.find(id); found != waiting.end())
            out.period_balances.push_back(found->second);
    }
    out.invoices = issued;
    for (const SumKey& key : touched_sums.keys()) {
        const auto& [organisation, month, project, currency] = key;
        const auto found = sums.find(key);
        out.invoice_sums.push_back(found != sums.end()
                                       ? found->second
                                       : InvoiceSumRow{organisation, project, month, currency});
    }
}

void PeriodDesk::clear_touched() {
    touched_last = false;
    touched_waiting.clear();
    written.clear();
    issued.clear();
    touched_sums.clear();
}

void PeriodDesk::add_state(Rows& out) const {
    if (last) out.periods.push_back(*last);
    for (const auto& [organisation, row] : waiting)
        out.period_balances.push_back(row);
    for (const auto& [number, row] : invoice_rows)
        out.invoices.push_back(row);
    for (const auto& [key, row] : sums)
        out.invoice_sums.push_back(row);
}

void PeriodDesk::load(const Rows& rows) {
    if (!rows.periods.empty()) {
        last = rows.periods.back();
        const settlement::Month before(last->month.value - 1);
        periods.restore(last->closed ? last->month : before);
    }
    for (const PeriodBalanceRow& row : rows.period_balances)
        waiting[row.organisation] = row;
    for (const InvoiceRow& row : rows.invoices) {
        invoices.restore(row.number, row.invoice);
        invoice_rows[row.number] = row;
    }
    for (const auto& [number, row] : invoice_rows) {
        if (!row.invoice.corrects) keep_creditable(number, row.invoice);
    }
    for (const InvoiceSumRow& row : rows.invoice_sums) {
        sums[{row.organisation, row.period, row.project, row.currency}] = row;
        count_uninvoiced(row, 1);
    }
}

}  // namespace suanpan::core
