// Settlement: final windows become money (metering-settlement "The waterfall", "Settlement runs").

#include "base/checked.hpp"
#include "base/planted.hpp"
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
constexpr std::size_t kMissedBytes = 140;
constexpr std::size_t kPartReadings = 2'000;
static_assert(kLineBytes + 32 * kOwnerBytes + settlement::kMaxGuarantees * kMissedBytes +
                  kPartReadings * kIndexBytes <=
              kPartBytes);

std::size_t entry_bytes(const SettlementLineRow& line) {
    return kLineBytes + line.owners.size() * kOwnerBytes + line.missed.size() * kMissedBytes +
           line.readings.size() * kIndexBytes;
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
}

// The next leases, by id; at most some kSettleStep entries, and so many leases without a window of
// the range, that the market does not stand still.
void Market::Impl::settle_step(RunRow& run) {
    touched_run = true;
    run.index = outcome.index;  // the next step is named by it
    if (!price_step(run)) return;
    auto next = leases.upper_bound(run.cursor);
    std::size_t passed = 0;
    for (; next != leases.end() && outcome.entries.size() < kSettleStep && passed < kPassStep;
         ++next) {
        run.cursor = next->first;
        // The first to be final is the first to be settled.
        const auto& windows = next->second.unsettled;
        if (!windows.empty() && is_in_range(run, windows.front()))
            settle_lease(run, next->second);
        else
            ++passed;
    }
    if (next != leases.end()) return;
    run.closed = true;
    emit(run_closed_entry(command->id, now(), run));
}

// By the pool's profile, which never changes, and the schedule of the trade.
settlement::ServiceGrade Market::Impl::grade_of(const LeaseRow& lease) const {
    const Grades& grades = schedule_at(lease.index).grades;
    auto found = grades.find(grade_name(lease));
    if (found == grades.end()) found = grades.find(std::string(settlement::kStandardGrade));
    if (found == grades.end()) return {};
    return {found->first, found->second};
}

std::string Market::Impl::grade_name(const LeaseRow& lease) const {
    static const std::uint16_t kGrade = matching::find_attribute("sla_grade").value();
    const auto* named = matching::find_value(pools.at(lease.pool).rules.profile, kGrade, "");
    return named == nullptr ? std::string(settlement::kStandardGrade) : named->texts.front();
}

settlement::BillTerms Market::Impl::bill_terms(const LeaseRow& lease) const {
    settlement::BillTerms terms;
    terms.contract = lease.terms;
    if (lease.billing == matching::Billing::kMetered)
        terms.minimum_share = schedule_at(lease.index).metered_minimum;
    terms.grade = grade_of(lease);
    if (lease.voucher) {
        terms.voucher.share = programme_of(lease.voucher->grant).share_paid;
        terms.voucher.price_cap = lease.voucher->price_cap;
    }
    return terms;
}

settlement::BillFacts Market::Impl::bill_facts(const LeaseRow& lease,
                                               const FinalWindowRow& window) const {
    const Window& billed = window.window.window;
    settlement::BillFacts facts;
    facts.window = billed;
    facts.busy_us = window.window.busy_us;
    facts.discount = discount_for(lease, window).discount;
    if (lease.voucher) facts.voucher_left = hold_share(lease, billed.start, billed.end).voucher;
    facts.owners = owners_at(lease, billed.start);
    return facts;
}

settlement::WaterfallLine Market::Impl::bill(const LeaseRow& lease, const FinalWindowRow& window,
                                             const settlement::Delivered& delivered) const {
    const Window& billed = window.window.window;
    std::optional<Money> held;
    if (lease.voucher) held = hold_share(lease, billed.start, billed.end).own;
    auto line =
        settlement::bill_window(bill_terms(lease), bill_facts(lease, window), delivered, held);
    // The whole lease's amounts fitted when it was made, so a part's do.
    CHECK(line);
    return std::move(*line);
}

void Market::Impl::settle_lease(RunRow& run, LiveLease& lease) {
    LeaseRow& row = lease.row;
    std::vector<SettlementLineRow> lines;
    std::map<OrganisationId, Money> proceeds;
    Time final_time(0);
    for (FinalWindowRow& window : lease.unsettled) {
        if (!is_in_range(run, window)) continue;
        SettlementLineRow line = settle_window(lease, window);
        line.run = run.id;
        for (std::size_t i = 0; i < line.owners.size(); ++i)
            proceeds[line.owners[i]].value += line.line.owners[i].value;
        add_line(run.totals[line.currency], line.line);
        closing.add(row.buyer, row.project, line.currency, line.window.start,
                    Money(line.line.buyer_pays.value - line.line.buyer_tax.value),
                    line.line.buyer_tax);
        final_time = std::max(final_time, window.final_time);
        window.settled_by = run.id;
        lease.settled.emplace(line.window.start, window);
        lines.push_back(std::move(line));
    }
    std::erase_if(lease.unsettled,
                  [](const auto& window) { return window.settled_by.has_value(); });
    emit_settlement(run, lease, lines);
    pay_owners(row, proceeds, release_time(final_time, schedule_at(row.index).dispute_period));
    for (const auto& [start, window] : lease.settled) {
        if (window.settled_by != run.id) continue;
        freeze_proceeds(row, window);
        window_rows[{row.id, start}] = window;
        touched_windows.mark({row.id, start});
    }
    run.leases += 1;
    touched_leases.mark(row.id);
    forget_windows(lease);
    close_if_done(lease);
    post_moves("settlement");
}

// What the buyer held for it goes to whom it belongs, but for what an open dispute is about.
SettlementLineRow Market::Impl::settle_window(LiveLease& lease, const FinalWindowRow& window) {
    LeaseRow& row = lease.row;
    const Window& billed = window.window.window;
    const std::string& currency = row.market.currency;
    settlement::Delivered counts = delivered(window);
    if (planted("bill_unread"))
        counts.lot_us = row.terms.lots.value * billed.length().value * 1'000'000;
    const settlement::BillTerms terms = bill_terms(row);
    const settlement::BillFacts facts = bill_facts(row, window);
    const HoldShare share = hold_share(row, billed.start, billed.end);
    auto computed = settlement::bill_window(terms, facts, counts,
                                            row.voucher ? std::optional(share.own) : std::nullopt);
    CHECK(computed);  // the whole lease's amounts fitted when it was made, so a part's do
    settlement::WaterfallLine& line = *computed;
    const HoldShare kept = keep_disputed(row, window, line);
    const Money freed(share.own.value - kept.own.value);
    CHECK(line.buyer_pays <= freed && freed <= row.hold);
    row.hold = Money(row.hold.value - freed.value);
    projects.move(row.project, currency, Money(-freed.value), line.buyer_pays);
    move(row.buyer, currency, AccountKind::kHeld, Money(-freed.value));
    move(row.buyer, currency, AccountKind::kAvailable, Money(freed.value - line.buyer_pays.value));
    SettlementLineRow out;
    if (row.voucher) {
        const settlement::ReservationKey key{row.voucher->grant, row.id.bytes};
        redeem_voucher(key, line.voucher);
        return_voucher(key, Money(share.voucher.value - line.voucher.value - kept.voucher.value));
        out.grant = row.voucher->grant;
    }
    move(operator_id, currency, AccountKind::kFees,
         Money(line.buyer_fee.value + line.provider_fee.value));
    move(operator_id, currency, AccountKind::kTax,
         Money(line.buyer_tax.value + line.withheld.value));
    out.lease = row.id;
    out.window = billed;
    out.lot_us = counts.lot_us;
    out.paid_us = settlement::paid_lot_us(terms, facts, counts);
    out.currency = currency;
    out.line = std::move(line);
    for (const settlement::OwnerShare& owner : facts.owners)
        out.owners.push_back(owner.owner);
    out.readings = window.window.readings;
    out.agreement = discount_for(row, window).agreement.value_or(AgreementId());
    out.missed = window.missed;
    return out;
}

// One entry a lease and run, in numbered parts where one would grow too long. A line that names
// more readings than fit goes on naming them in the parts behind it.
void Market::Impl::emit_settlement(const RunRow& run, LiveLease& lease,
                                   std::vector<SettlementLineRow>& lines) {
    const LeaseId& id = lease.row.id;
    std::int64_t part = 0;
    for (std::size_t begin = 0; begin < lines.size();) {
        std::vector<SettlementLineRow> shown;
        std::size_t bytes = 0;
        while (begin < lines.size() &&
               (shown.empty() || bytes + entry_bytes(lines[begin]) <= kPartBytes)) {
            bytes += entry_bytes(lines[begin]);
            lines[begin].index = next_index();
            lease.settled.at(lines[begin].window.start).line_index = next_index();
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
        emit(settlement_entry(command->id, now(), run.id, id, part++, shown));
        for (std::size_t named = 0; named < more.size(); named += kPartReadings) {
            const std::size_t end = std::min(named + kPartReadings, more.size());
            SettlementPart continued{run.id, id, part++, shown.front().window, {}};
            continued.readings.assign(more.begin() + static_cast<std::ptrdiff_t>(named),
                                      more.begin() + static_cast<std::ptrdiff_t>(end));
            emit(readings_entry(command->id, now(), continued));
        }
    }
}

// Proceeds repay what their owner owes, and wait in `pending` until nobody can dispute them.
void Market::Impl::pay_owners(const LeaseRow& lease,
                              const std::map<OrganisationId, Money>& proceeds, Time release) {
    const std::string& currency = lease.market.currency;
    for (const auto& [owner, amount] : proceeds) {
        const auto split = settlement::split_proceeds(
            amount, accounts.balance({owner, currency, AccountKind::kReceivable}));
        move(owner, currency, AccountKind::kReceivable, split.receivable);
        move(owner, currency, AccountKind::kPending, split.pending);
        add_pending(lease, owner, split.pending, release);
    }
}

void Market::Impl::add_pending(const LeaseRow& lease, const OrganisationId& owner, Money amount,
                               Time release) {
    if (amount.value == 0) return;
    PendingRow row;
    row.id = next_id<JournalId>();
    row.organisation = owner;
    row.currency = lease.market.currency;
    row.amount = amount;
    row.due = release;
    row.index = outcome.index;
    row.lease = lease.id;
    set_pending_due(put_pending(std::move(row)), true);
}

PendingRow& Market::Impl::put_pending(PendingRow row) {
    const JournalId id = row.id;
    touched_pending.mark(id);
    pending_of_lease.emplace(row.lease, id);
    pending_of_owner.emplace(row.organisation, id);
    if (!row.dispute.is_nil()) frozen_pending[{row.organisation, row.currency}].insert(id);
    return pending.emplace(id, std::move(row)).first->second;
}

// Nil: it is free again.
void Market::Impl::set_frozen(PendingRow& row, const DisputeId& dispute) {
    touched_pending.mark(row.id);
    row.dispute = dispute;
    const std::pair key(row.organisation, row.currency);
    if (!dispute.is_nil()) {
        frozen_pending[key].insert(row.id);
        return;
    }
    const auto frozen = frozen_pending.find(key);
    frozen->second.erase(row.id);
    if (frozen->second.empty()) frozen_pending.erase(frozen);
}

void Market::Impl::forget_pending(const JournalId& id) {
    PendingRow& row = pending.at(id);
    if (!row.dispute.is_nil()) set_frozen(row, DisputeId{});
    pending_of_lease.erase({row.lease, id});
    pending_of_owner.erase({row.organisation, id});
    changes.pending.push_back(std::move(row));
    pending.erase(id);
}

void Market::Impl::set_pending_due(const PendingRow& row, bool wanted) {
    const DueKey key{row.due, row.index, DueKind::kPending, row.id.bytes};
    wanted ? static_cast<void>(due.insert(key)) : static_cast<void>(due.erase(key));
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
