// The invoices and credit notes of a month that closes (metering-settlement "Settlement runs").

#include "base/check.hpp"
#include "base/time.hpp"
#include "core/entries.hpp"
#include "core/period_desk.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace suanpan::core {

using settlement::Month;

namespace {

// One series a year, so that each has its numbers from 1 without a gap.
std::string series_of(Month month) {
    return "INV-" + settlement::to_string(month).substr(0, 4);
}

std::string credit_series_of(Month month) {
    return "CN-" + settlement::to_string(month).substr(0, 4);
}

}  // namespace

struct PeriodDesk::Issuing {
    Month month;
    Time now;
    LogIndex first;
    std::vector<InvoiceRow> out{};
};

PeriodDesk::SumsByProject PeriodDesk::take_sums(Month month, const OrganisationId& organisation) {
    SumsByProject out;
    auto next = sums.lower_bound({organisation, Month(0), ProjectId(), ""});
    while (next != sums.end() && next->second.organisation == organisation &&
           next->second.period <= month) {
        Amounts& amounts = out[{next->second.project, next->second.currency}];
        const auto net = suanpan::add(amounts.net, next->second.net);
        const auto tax = suanpan::add(amounts.tax, next->second.tax);
        CHECK(net && tax);
        amounts = {*net, *tax};
        touched_sums.mark(next->first);
        count_uninvoiced(next->second, -1);
        next = sums.erase(next);
    }
    return out;
}

// What is owed is invoiced, and what is given back is credited, even where the net is one and the
// tax the other: neither waits for a month in which both are of one sign.
std::vector<InvoiceRow> PeriodDesk::issue(Month month, const OrganisationId& organisation, Time now,
                                          LogIndex first) {
    Issuing issuing{month, now, first};
    for (const auto& [of, sum] : take_sums(month, organisation)) {
        const auto& [project, currency] = of;
        const Amounts owed{std::max(sum.net, Money(0)), std::max(sum.tax, Money(0))};
        const Amounts back{Money(std::max<std::int64_t>(-sum.net.value, 0)),
                           Money(std::max<std::int64_t>(-sum.tax.value, 0))};
        const settlement::Invoice invoice{organisation, project,  month,       currency,
                                          owed.net,     owed.tax, std::nullopt};
        if (!owed.is_zero()) put(issuing, series_of(month), invoice);
        if (back.is_zero()) continue;
        // Beyond all that was invoiced: the next invoice has so much less.
        const Amounts rest = credit(issuing, invoice, back);
        add(organisation, project, currency, settlement::month_window(month).start,
            Money(-rest.net.value), Money(-rest.tax.value));
    }
    return std::move(issuing.out);
}

void PeriodDesk::put(Issuing& issuing, std::string_view series, settlement::Invoice invoice) {
    const auto number = invoices.issue(series, invoice);
    CHECK(number);  // check_held() has bounded the sums; what is credited was invoiced
    const auto entries = static_cast<std::int64_t>(issuing.out.size() / kEntryInvoices);
    issuing.out.push_back(InvoiceRow{*number, std::move(invoice), issuing.now,
                                     LogIndex(issuing.first.value + entries)});
    const InvoiceRow& row = issuing.out.back();
    if (!row.invoice.corrects) keep_creditable(row.number, row.invoice);
    invoice_rows[row.number] = row;
    issued.push_back(row);
}

PeriodDesk::Amounts PeriodDesk::credit(Issuing& issuing, settlement::Invoice note, Amounts back) {
    const auto account = creditable.find({note.organisation, note.project, note.currency});
    if (account == creditable.end()) return back;
    auto& left_of = account->second;
    for (auto next = left_of.end(); next != left_of.begin() && !back.is_zero();) {
        --next;
        Amounts& left = next->second;
        note.net = std::min(left.net, back.net);
        note.tax = std::min(left.tax, back.tax);
        if (note.net.value == 0 && note.tax.value == 0) continue;
        left = {Money(left.net.value - note.net.value), Money(left.tax.value - note.tax.value)};
        back = {Money(back.net.value - note.net.value), Money(back.tax.value - note.tax.value)};
        note.corrects = next->first;
        put(issuing, credit_series_of(issuing.month), note);
        if (left.is_zero()) next = left_of.erase(next);
    }
    if (left_of.empty()) creditable.erase(account);
    return back;
}

// In a series months follow each other: what is kept of one stands behind what is forgotten.
void PeriodDesk::forget_invoices(Month closed) {
    const Month newest(closed.value - kCreditedMonths);
    for (auto next = invoice_rows.begin(); next != invoice_rows.end();) {
        const auto& [number, row] = *next;
        const settlement::Invoice& invoice = row.invoice;
        if (invoice.period > newest) {
            next =
                invoice_rows.upper_bound({number.series, std::numeric_limits<std::int64_t>::max()});
            continue;
        }
        const auto account =
            creditable.find({invoice.organisation, invoice.project, invoice.currency});
        if (account != creditable.end()) {
            account->second.erase(number);
            if (account->second.empty()) creditable.erase(account);
        }
        invoices.forget(number);
        next = invoice_rows.erase(next);
    }
}

void PeriodDesk::keep_creditable(const settlement::InvoiceNumber& number,
                                 const settlement::Invoice& invoice) {
    const auto given = invoices.credited(number);
    const Amounts left{Money(invoice.net.value - given.net.value),
                       Money(invoice.tax.value - given.tax.value)};
    if (!left.is_zero())
        creditable[{invoice.organisation, invoice.project, invoice.currency}][number] = left;
}

}  // namespace suanpan::core
