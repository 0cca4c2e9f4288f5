// The invoices and credit notes of a month that closes (metering-settlement "Settlement runs").

#include "base/check.hpp"
#include "base/time.hpp"
#include "core/entries.hpp"
#include "core/period_desk.hpp"

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

std::vector<InvoiceRow> PeriodDesk::issue(Month month, const OrganisationId& organisation, Time now,
                                          LogIndex first) {
    std::map<std::pair<ProjectId, std::string>, std::pair<Money, Money>> due_by_project;
    auto next = sums.lower_bound({organisation, Month(0), ProjectId(), ""});
    while (next != sums.end() && next->second.organisation == organisation &&
           next->second.period <= month) {
        auto& [net, tax] = due_by_project[{next->second.project, next->second.currency}];
        const auto more_net = suanpan::add(net, next->second.net);
        const auto more_tax = suanpan::add(tax, next->second.tax);
        CHECK(more_net && more_tax);
        net = *more_net;
        tax = *more_tax;
        touched_sums.mark(next->first);
        next = sums.erase(next);
    }
    std::vector<InvoiceRow> out;
    for (const auto& [of, amounts] : due_by_project) {
        const auto& [project, currency] = of;
        const auto& [net, tax] = amounts;
        if (net.value == 0 && tax.value == 0) continue;
        settlement::Invoice invoice{organisation, project, month, currency, net, tax, std::nullopt};
        const bool less = net.value < 0 || tax.value < 0;
        const auto number =
            less ? credit(invoice, month) : invoices.issue(series_of(month), invoice);
        if (!number) {
            // More is given back than one invoice had: the next one has so much less.
            add(organisation, project, currency, settlement::month_window(month).start, net, tax);
            continue;
        }
        const LogIndex index(first.value + static_cast<std::int64_t>(out.size() / kEntryInvoices));
        out.push_back(InvoiceRow{*number, invoice, now, index});
        invoice_rows[*number] = out.back();
        issued.push_back(out.back());
    }
    return out;
}

Result<settlement::InvoiceNumber> PeriodDesk::credit(settlement::Invoice& note, Month month) {
    note.net = Money(-note.net.value);
    note.tax = Money(-note.tax.value);
    Result<settlement::InvoiceNumber> number =
        fail("unknown_invoice", "no invoice of the organisation's project had so much");
    const auto& rows = invoice_rows;
    for (auto row = rows.rbegin(); row != rows.rend() && !number; ++row) {
        const settlement::Invoice& invoice = row->second.invoice;
        if (invoice.organisation != note.organisation || invoice.project != note.project ||
            invoice.corrects)
            continue;
        note.corrects = row->first;
        number = invoices.issue(credit_series_of(month), note);
    }
    return number;
}

}  // namespace suanpan::core
