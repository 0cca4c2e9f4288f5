// Closing a month, and the invoices of it (metering-settlement "Settlement runs").

#include "base/time.hpp"
#include "core/market_impl.hpp"

#include <algorithm>
#include <span>
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

// All windows of the month, and of those before it, are final and settled.
Result<void> Market::Impl::check_windows(Month month) const {
    const Time end = settlement::month_window(month).end;
    for (const auto& [id, lease] : leases) {
        const LeaseRow& row = lease.row;
        if (!row.active_from || *row.active_from >= end) continue;
        // The first open window begins no earlier than that before its deadline.
        const auto rules = metering_rules(row);
        const Time latest(end.value + rules.deadline.value + rules.billing_window.value);
        if (lease.meter_due && *lease.meter_due < latest) {
            return fail("windows_not_final", "the lease " + to_string(id) +
                                                 " has a window of the period that is not final");
        }
        const bool unsettled = std::ranges::any_of(
            lease.unsettled, [&](const auto& window) { return window.window.window.start < end; });
        if (unsettled) {
            return fail("windows_not_settled",
                        "the lease " + to_string(id) +
                            " has a window of the period that no run has settled");
        }
    }
    return {};
}

// Takes the balances down: what is posted while they are written into the log belongs to the next
// period.
Result<void> Market::Impl::begin_closing(Month month) {
    settlement::Periods periods = closing.periods;
    if (const auto next = periods.close(month, now()); !next) return next;
    if (last_run && !last_run->closed)
        return fail("run_open", "a settlement run is not finished; finish it first");
    if (const auto settled = check_windows(month); !settled) return settled;
    auto balances = settlement::balances_of(accounts);
    if (!balances) return fail(balances.error());
    CHECK(settlement::adds_up(*balances));
    accept();
    closing.last = PeriodRow{month, 0, std::move(balances->total), false, outcome.index};
    for (settlement::OrganisationBalances& each : balances->organisations) {
        closing.waiting[each.organisation] =
            PeriodBalanceRow{month, each.organisation, std::move(each.balances), std::nullopt};
    }
    for (const auto& [key, sum] : closing.sums) {
        if (sum.period <= month)
            closing.waiting.try_emplace(sum.organisation,
                                        PeriodBalanceRow{month, sum.organisation, {}, {}});
    }
    for (const auto& [organisation, row] : closing.waiting)
        closing.touched_waiting.mark(organisation);
    return {};
}

Result<void> Market::Impl::handle(const ClosePeriod& body) {
    if (const auto allowed = require_operator(); !allowed) return allowed;
    const bool under_way = closing.last && !closing.last->closed;
    if (under_way && closing.last->month != body.month) {
        return fail("period_open", "the closing of " + settlement::to_string(closing.last->month) +
                                       " is under way; finish it first");
    }
    if (under_way) {
        accept();
    } else if (const auto begun = begin_closing(body.month); !begun) {
        return begun;
    }
    close_step(*closing.last);
    outcome.period = *closing.last;
    return {};
}

// An invoice a project and currency of what the organisation bought in the month, or before it and
// was settled late.
std::vector<InvoiceRow> Market::Impl::issue_invoices(Month month,
                                                     const OrganisationId& organisation) {
    std::map<std::pair<ProjectId, std::string>, std::pair<Money, Money>> due_by_project;
    auto next = closing.sums.lower_bound({organisation, Month(0), ProjectId(), ""});
    while (next != closing.sums.end() && next->second.organisation == organisation &&
           next->second.period <= month) {
        auto& [net, tax] = due_by_project[{next->second.project, next->second.currency}];
        const auto more_net = add(net, next->second.net);
        const auto more_tax = add(tax, next->second.tax);
        CHECK(more_net && more_tax);
        net = *more_net;
        tax = *more_tax;
        closing.touched_sums.mark(next->first);
        next = closing.sums.erase(next);
    }
    std::vector<InvoiceRow> out;
    for (const auto& [of, amounts] : due_by_project) {
        const auto& [project, currency] = of;
        const auto& [net, tax] = amounts;
        if (net.value == 0 && tax.value == 0) continue;
        settlement::Invoice invoice{organisation, project, month, currency, net, tax, std::nullopt};
        const bool less = net.value < 0 || tax.value < 0;
        const auto number = less ? credit_invoice(invoice, month)
                                 : closing.invoices.issue(series_of(month), invoice);
        if (!number) {
            // More is given back than one invoice had: the next one has so much less.
            closing.add(organisation, project, currency, settlement::month_window(month).start, net,
                        tax);
            continue;
        }
        const LogIndex index(next_index().value +
                             static_cast<std::int64_t>(out.size() / kEntryInvoices));
        out.push_back(InvoiceRow{*number, invoice, now(), index});
        closing.invoice_rows[*number] = out.back();
        closing.issued.push_back(out.back());
    }
    return out;
}

// A credit note for the newest invoice of the project that had so much; `note` becomes what is
// issued.
Result<settlement::InvoiceNumber> Market::Impl::credit_invoice(settlement::Invoice& note,
                                                               Month month) {
    note.net = Money(-note.net.value);
    note.tax = Money(-note.tax.value);
    Result<settlement::InvoiceNumber> issued =
        fail("unknown_invoice", "no invoice of the organisation's project had so much");
    const auto& rows = closing.invoice_rows;
    for (auto row = rows.rbegin(); row != rows.rend() && !issued; ++row) {
        const settlement::Invoice& invoice = row->second.invoice;
        if (invoice.organisation != note.organisation || invoice.project != note.project ||
            invoice.corrects)
            continue;
        note.corrects = row->first;
        issued = closing.invoices.issue(credit_series_of(month), note);
    }
    return issued;
}

// The next organisations, by id, at most some kSettleStep, so that the market does not stand still.
void Market::Impl::close_step(PeriodRow& period) {
    closing.touched_last = true;
    while (!closing.waiting.empty() && outcome.entries.size() < kSettleStep) {
        PeriodBalanceRow row = std::move(closing.waiting.begin()->second);
        closing.waiting.erase(closing.waiting.begin());
        row.index = next_index();
        const auto issued = issue_invoices(period.month, row.organisation);
        std::span<const InvoiceRow> rest(issued);
        const auto next = [&rest] {
            const auto part = rest.first(std::min(rest.size(), kEntryInvoices));
            rest = rest.subspan(part.size());
            return part;
        };
        emit(period_entry(command->id, now(), row, next()));
        while (!rest.empty())
            emit(more_invoices_entry(command->id, now(), row, next()));
        closing.written.push_back(std::move(row));
        period.organisations += 1;
    }
    if (!closing.waiting.empty()) return;
    period.closed = true;
    CHECK(closing.periods.close(period.month, now()));
    emit(period_closed_entry(command->id, now(), period));
}

}  // namespace suanpan::core
