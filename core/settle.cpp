// Settlement: final windows become money (metering-settlement "The waterfall", "Settlement runs").

#include "base/checked.hpp"
#include "core/market_impl.hpp"

#include <algorithm>

namespace suanpan::core {

using settlement::AccountKind;

namespace {

// An entry holds at most 65,535 bytes; what a line takes at the most, so that a part always fits.
constexpr std::size_t kPartBytes = 56'000;
constexpr std::size_t kLineBytes = 760;
constexpr std::size_t kOwnerBytes = 90;
constexpr std::size_t kIndexBytes = 24;
constexpr std::size_t kPartReadings = 2'000;
static_assert(kLineBytes + 32 * kOwnerBytes + kPartReadings * kIndexBytes <= kPartBytes);

std::size_t entry_bytes(const SettlementLineRow& line) {
    return kLineBytes + line.owners.size() * kOwnerBytes + line.readings.size() * kIndexBytes;
}

Time release_time(Time final_time, Duration dispute_period) {
    const auto release = checked_add(final_time.value, dispute_period.value);
    CHECK(release);  // a schedule's times are bounded
    return Time(*release);
}

}  // namespace

void add_line(RunTotals& totals, const settlement::WaterfallLine& line) {
    const auto sum = [](Money& total, Money amount) {
        const auto added = add(total, amount);
        CHECK(added);
        total = *added;
    };
    totals.windows += 1;
    sum(totals.sale, line.sale);
    sum(totals.buyer_pays, line.buyer_pays);
    sum(totals.provider_gets, line.provider_gets);
    sum(totals.fees, line.buyer_fee);
    sum(totals.fees, line.provider_fee);
    sum(totals.tax, line.buyer_tax);
    sum(totals.tax, line.withheld);
    sum(totals.vouchers, line.voucher);
}

bool is_in_range(const RunRow& run, const FinalWindowRow& window) {
    return run.from <= window.window.final_at && window.window.final_at < run.to;
}

Result<void> Market::Impl::handle(const Settle& body) {
    if (!is_operator() && !(require_role(command->actor, Role::kSettlement).has_value())) {
        return fail("not_allowed", "a run is started by the operator or a settlement role");
    }
    const auto checked = check_range(body, outcome.index);
    if (!checked) return checked;
    accept();
    const bool repeated = last_run && last_run->closed && last_run->to == body.to;
    if (!repeated) {
        if (!last_run || last_run->closed) begin_run(body);
        settle_step(*last_run);
    }
    outcome.run = *last_run;
    return {};
}

// Ranges follow each other without a gap, so no final window can be passed over. The last range may
// be asked for again: an open run goes on, a closed one stays as it is.
Result<void> Market::Impl::check_range(const Settle& range, LogIndex end) const {
    if (range.from.value < 0 || range.from >= range.to)
        return fail("bad_range", "a run covers log indices [from, to) with from below to");
    if (range.to > end) {
        return fail("range_not_complete", "the log has " + std::to_string(end.value) +
                                              " entries; a run can only cover what is written");
    }
    const LogIndex next = last_run ? last_run->to : LogIndex(0);
    if (last_run && last_run->from == range.from && last_run->to == range.to) return {};
    if (last_run && !last_run->closed) {
        return fail("run_open", "the run from " + std::to_string(last_run->from.value) + " to " +
                                    std::to_string(next.value) +
                                    " is not finished; finish it first");
    }
    if (range.from != next) {
        return fail("range_not_next", "the next run begins at " + std::to_string(next.value) +
                                          ", where the last one ended");
    }
    return {};
}

void Market::Impl::begin_run(const Settle& range) {
    if (touched_run) changes.runs.push_back(*last_run);
    last_run.emplace();
    last_run->id = next_id<RunId>();
    last_run->from = range.from;
    last_run->to = range.to;
    last_run->index = outcome.index;
    price_by_volume(*last_run);
}

// The next leases, by id; at most some kSettleStep entries, so that the market does not stand
// still.
void Market::Impl::settle_step(RunRow& run) {
    touched_run = true;
    auto next = leases.upper_bound(run.cursor);
    for (; next != leases.end() && outcome.entries.size() < kSettleStep; ++next) {
        const bool any = std::ranges::any_of(
            next->second.unsettled, [&](const auto& window) { return is_in_range(run, window); });
        run.cursor = next->first;
        if (any) settle_lease(run, next->second);
    }
    if (next != leases.end()) return;
    run.closed = true;
    emit(run_closed_entry(command->id, now(), run));
}

std::vector<settlement::OwnerShare> Market::Impl::owners_at(const LeaseRow& lease,
                                                            Time time) const {
    const auto found = titles.find(lease.pool);
    if (found != titles.end()) {
        const auto& history = found->second;
        const auto title =
            std::ranges::find_if(history.rbegin(), history.rend(),
                                 [&](const TitleRow& row) { return row.from <= time; });
        if (title != history.rend()) return title->shares;
    }
    return {settlement::OwnerShare{lease.provider, Ppm(kPpm)}};
}

// By the pool's profile, which never changes, and the schedule of the trade.
settlement::ServiceGrade Market::Impl::grade_of(const LeaseRow& lease) const {
    static const std::uint16_t kGrade = matching::find_attribute("sla_grade").value();
    const Grades& grades = schedule_at(lease.index).grades;
    const auto* named = matching::find_value(pools.at(lease.pool).rules.profile, kGrade, "");
    auto found = named == nullptr ? grades.end() : grades.find(named->texts.front());
    if (found == grades.end()) found = grades.find(std::string(settlement::kStandardGrade));
    if (found == grades.end()) return {};
    return {found->first, found->second};
}

settlement::WindowInput Market::Impl::window_input(const LeaseRow& lease,
                                                   const FinalWindowRow& window) const {
    settlement::WindowInput input;
    input.window = window.window.window;
    input.final_lot_us = window.window.lot_us;
    input.credit = settlement::availability_credit(grade_of(lease), lease.terms.lots, input.window,
                                                   input.final_lot_us);
    input.discount = discount_for(lease, window).discount;
    if (lease.billing == matching::Billing::kMetered) {
        const Ppm least = schedule_at(lease.index).metered_minimum;
        input.metered =
            settlement::MeteredUse{std::min(window.window.busy_us, window.window.lot_us), least};
    }
    if (lease.voucher) {
        const HoldShare share = hold_share(lease, input.window.start, input.window.end);
        input.voucher_share = programme_of(lease.voucher->grant).share_paid;
        input.voucher_cap = lease.voucher->price_cap;
        input.voucher_left = share.voucher;
        input.buyer_held = share.own;
    }
    return input;
}

void Market::Impl::settle_lease(RunRow& run, LiveLease& lease) {
    LeaseRow& row = lease.row;
    const std::string& currency = row.market.currency;
    std::vector<SettlementLineRow> lines;
    std::map<OrganisationId, Money> proceeds;
    Time final_time(0);
    for (FinalWindowRow& window : lease.unsettled) {
        if (!is_in_range(run, window)) continue;
        const Window& billed = window.window.window;
        const auto owners = owners_at(row, billed.start);
        const settlement::AppliedDiscount discount = discount_for(row, window);
        const settlement::WindowInput input = window_input(row, window);
        const auto computed = settlement::waterfall(row.terms, input, owners);
        // The whole lease's amounts fitted when it was made, so a part's do.
        CHECK(computed);
        const HoldShare share = hold_share(row, billed.start, billed.end);
        CHECK(computed->buyer_pays <= share.own && share.own <= row.hold);
        row.hold = Money(row.hold.value - share.own.value);
        move(row.buyer, currency, AccountKind::kHeld, Money(-share.own.value));
        move(row.buyer, currency, AccountKind::kAvailable,
             Money(share.own.value - computed->buyer_pays.value));
        if (row.voucher) {
            const settlement::ReservationKey key{row.voucher->grant, row.id.bytes};
            redeem_voucher(key, computed->voucher);
            return_voucher(key, Money(share.voucher.value - computed->voucher.value));
        }
        move(operator_id, currency, AccountKind::kFees,
             Money(computed->buyer_fee.value + computed->provider_fee.value));
        move(operator_id, currency, AccountKind::kTax,
             Money(computed->buyer_tax.value + computed->withheld.value));
        SettlementLineRow line{run.id,
                               row.id,
                               billed,
                               input.final_lot_us,
                               currency,
                               *computed,
                               {},
                               window.window.readings,
                               next_index(),
                               discount.agreement.value_or(AgreementId()),
                               {}};
        if (row.voucher) line.grant = row.voucher->grant;
        for (std::size_t i = 0; i < owners.size(); ++i) {
            line.owners.push_back(owners[i].owner);
            proceeds[owners[i].owner].value += computed->owners[i].value;
        }
        add_line(run.totals[currency], *computed);
        closing.add(row.buyer, currency, billed.start,
                    Money(computed->buyer_pays.value - computed->buyer_tax.value),
                    computed->buyer_tax);
        final_time = std::max(final_time, window.final_time);
        window.settled_by = run.id;
        const std::pair key(row.id, billed.start);
        window_rows[key] = window;
        touched_windows.mark(key);
        lines.push_back(std::move(line));
    }
    std::erase_if(lease.unsettled,
                  [](const auto& window) { return window.settled_by.has_value(); });
    emit_settlement(run, row.id, lines);
    pay_owners(currency, proceeds, release_time(final_time, schedule_at(row.index).dispute_period));
    run.leases += 1;
    touched_leases.mark(row.id);
    close_if_done(lease);
    post_moves("settlement");
}

// One entry a lease and run, in numbered parts where one would grow too long. A line that names
// more readings than fit goes on naming them in the parts behind it.
void Market::Impl::emit_settlement(const RunRow& run, const LeaseId& lease,
                                   std::vector<SettlementLineRow>& lines) {
    std::int64_t part = 0;
    for (std::size_t begin = 0; begin < lines.size();) {
        std::vector<SettlementLineRow> shown;
        std::size_t bytes = 0;
        while (begin < lines.size() &&
               (shown.empty() || bytes + entry_bytes(lines[begin]) <= kPartBytes)) {
            bytes += entry_bytes(lines[begin]);
            lines[begin].index = next_index();
            shown.push_back(lines[begin]);
            changes.lines.push_back(std::move(lines[begin]));
            ++begin;
        }
        std::vector<LogIndex> more;
        std::vector<LogIndex>& readings = shown.front().readings;
        if (shown.size() == 1 && readings.size() > kPartReadings) {
            more.assign(readings.begin() + static_cast<std::ptrdiff_t>(kPartReadings),
                        readings.end());
            readings.resize(kPartReadings);
        }
        emit(settlement_entry(command->id, now(), run.id, lease, part++, shown));
        for (std::size_t named = 0; named < more.size(); named += kPartReadings) {
            const std::size_t end = std::min(named + kPartReadings, more.size());
            SettlementPart continued{run.id, lease, part++, shown.front().window, {}};
            continued.readings.assign(more.begin() + static_cast<std::ptrdiff_t>(named),
                                      more.begin() + static_cast<std::ptrdiff_t>(end));
            emit(readings_entry(command->id, now(), continued));
        }
    }
}

// Proceeds wait in `pending` until nobody can dispute them any more.
void Market::Impl::pay_owners(const std::string& currency,
                              const std::map<OrganisationId, Money>& proceeds, Time release) {
    for (const auto& [owner, amount] : proceeds) {
        if (amount.value == 0) continue;
        move(owner, currency, AccountKind::kPending, amount);
        PendingRow row{next_id<JournalId>(), owner, currency, amount, release, false,
                       outcome.index};
        due.insert(DueKey{row.due, row.index, DueKind::kPending, row.id.bytes});
        touched_pending.mark(row.id);
        pending.emplace(row.id, std::move(row));
    }
}

void Market::Impl::release_pending(const JournalId& id) {
    PendingRow& row = pending.at(id);
    row.released = true;
    released_pending.push_back(id);
    move(row.organisation, row.currency, AccountKind::kPending, Money(-row.amount.value));
    move(row.organisation, row.currency, AccountKind::kAvailable, row.amount);
    touched_pending.mark(id);
}

}  // namespace suanpan::core
