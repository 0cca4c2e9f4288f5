// Closing a month, and the invoices of it (metering-settlement "Settlement runs").

#include "base/time.hpp"
#include "core/market_impl.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace suanpan::core {

using settlement::Month;

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

Result<void> Market::Impl::check_closing(Month month) const {
    if (closing.last && !closing.last->closed) {
        return fail("period_open", "the closing of " + settlement::to_string(closing.last->month) +
                                       " is under way; finish it first");
    }
    settlement::Periods periods = closing.periods;
    if (const auto next = periods.close(month, now()); !next) return next;
    if (last_run && !last_run->closed)
        return fail("run_open", "a settlement run is not finished; finish it first");
    if (const auto settled = check_windows(month); !settled) return settled;
    const auto balances = settlement::balances_of(accounts);
    if (!balances) return fail(balances.error());
    return {};
}

// Takes the balances down: what is posted while they are written into the log belongs to the next
// period. REQUIRES check_closing().
void Market::Impl::begin_closing(Month month) {
    auto balances = settlement::balances_of(accounts);
    CHECK(balances && settlement::adds_up(*balances));
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
}

Result<void> Market::Impl::handle(const ClosePeriod& body) {
    if (const auto allowed = require_operator(); !allowed) return allowed;
    const bool under_way =
        closing.last && !closing.last->closed && closing.last->month == body.month;
    if (!under_way) return request(CloseMonth{body.month}, body.by);
    accept();
    close_step(*closing.last);
    outcome.period = *closing.last;
    return {};
}

// The next organisations, by id, at most some kSettleStep, so that the market does not stand still.
void Market::Impl::close_step(PeriodRow& period) {
    closing.touched_last = true;
    while (!closing.waiting.empty() && outcome.entries.size() < kSettleStep) {
        PeriodBalanceRow row = std::move(closing.waiting.begin()->second);
        closing.waiting.erase(closing.waiting.begin());
        row.index = next_index();
        const auto issued = closing.issue(period.month, row.organisation, now(), next_index());
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
    closing.forget_invoices(period.month);
    emit(period_closed_entry(command->id, now(), period));
}

}  // namespace suanpan::core
