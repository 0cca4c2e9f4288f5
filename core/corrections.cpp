// What disputes do to money (metering-settlement "The waterfall", "Accounts", "Disputes"): while
// one is open its difference stays where it is, and its end posts waterfall(new) − waterfall(old)
// under the old terms, tier and title.

#include "core/market_impl.hpp"

#include <algorithm>
#include <array>

namespace suanpan::core {

using settlement::AccountKind;
using settlement::Delivered;
using settlement::OwnerShare;
using settlement::WaterfallDifference;
using settlement::WaterfallLine;

namespace {

Delivered final_of(const FinalWindowRow& window) {
    return {window.window.lot_us, settlement::missed_credit(window.missed)};
}

// `base`, and what is between the two others.
Delivered moved(const Delivered& base, const Delivered& from, const Delivered& to) {
    return {base.lot_us + to.lot_us - from.lot_us,
            Ppm(base.credit.value + to.credit.value - from.credit.value)};
}

// The sum of two lines' parts; a correction's may be negative, what it leaves is not.
void add(WaterfallLine& line, const WaterfallDifference& change) {
    static constexpr std::array kParts = {
        std::pair{&WaterfallLine::sale, &WaterfallDifference::sale},
        std::pair{&WaterfallLine::credit, &WaterfallDifference::credit},
        std::pair{&WaterfallLine::discount, &WaterfallDifference::discount},
        std::pair{&WaterfallLine::amount, &WaterfallDifference::amount},
        std::pair{&WaterfallLine::voucher, &WaterfallDifference::voucher},
        std::pair{&WaterfallLine::buyer_fee, &WaterfallDifference::buyer_fee},
        std::pair{&WaterfallLine::provider_fee, &WaterfallDifference::provider_fee},
        std::pair{&WaterfallLine::buyer_tax, &WaterfallDifference::buyer_tax},
        std::pair{&WaterfallLine::withheld, &WaterfallDifference::withheld},
        std::pair{&WaterfallLine::buyer_pays, &WaterfallDifference::buyer_pays},
        std::pair{&WaterfallLine::provider_gets, &WaterfallDifference::provider_gets}};
    for (const auto& [part, difference] : kParts)
        (line.*part).value += (change.*difference).value;
    for (std::size_t i = 0; i < change.owners.size(); ++i)
        line.owners[i].value += change.owners[i].value;
}

WaterfallLine as_line(const WaterfallDifference& change) {
    WaterfallLine line;
    line.owners.resize(change.owners.size());
    add(line, change);
    return line;
}

// A title may name an owner more than once.
std::map<OrganisationId, Money> by_owner(const std::vector<OwnerShare>& owners,
                                         const std::vector<Money>& amounts) {
    std::map<OrganisationId, Money> out;
    for (std::size_t i = 0; i < owners.size(); ++i)
        out[owners[i].owner].value += amounts[i].value;
    return out;
}

}  // namespace

Delivered Market::Impl::delivered(const FinalWindowRow& window) const {
    Delivered out = final_of(window);
    for (const bool raises : {true, false}) {
        const DisputeRow* row =
            find_dispute(window.window.lease, window.window.window.start, raises);
        if (row != nullptr && row->dispute.result)
            out = moved(out, row->dispute.final, *row->dispute.result);
    }
    return out;
}

WaterfallLine Market::Impl::posted_line(const LeaseRow& lease, const FinalWindowRow& window) const {
    Delivered first = final_of(window);
    std::vector<const WaterfallDifference*> changes_since;
    for (const bool raises : {true, false}) {
        const DisputeRow* row = find_dispute(lease.id, window.window.window.start, raises);
        if (row == nullptr || !row->dispute.result) continue;
        if (row->change)
            changes_since.push_back(&*row->change);
        else
            first = moved(first, row->dispute.final, *row->dispute.result);
    }
    WaterfallLine line = bill(lease, window, first);
    for (const WaterfallDifference* change : changes_since)
        add(line, *change);
    return line;
}

bool Market::Impl::is_open_to_dispute(const FinalWindowRow& window) const {
    if (!window.settled_by || window.dispute_until > head.last_time) return true;
    return std::ranges::any_of(std::array{true, false}, [&](bool raises) {
        const DisputeRow* row =
            find_dispute(window.window.lease, window.window.window.start, raises);
        return row != nullptr && row->dispute.is_open();
    });
}

HoldShare Market::Impl::keep_disputed(const LeaseRow& lease, const FinalWindowRow& window,
                                      const WaterfallLine& line) {
    const auto found = dispute_ids.find({lease.id, window.window.window.start, true});
    if (found == dispute_ids.end()) return {Money(0), Money(0)};
    DisputeRow& row = disputes.at(found->second);
    if (!row.dispute.is_open()) return {Money(0), Money(0)};
    const WaterfallLine most =
        bill(lease, window,
             moved(delivered(window), row.dispute.final, row.dispute.best_for_provider()));
    row.held = Money(std::max<std::int64_t>(0, most.buyer_pays.value - line.buyer_pays.value));
    row.reserved = Money(std::max<std::int64_t>(0, most.voucher.value - line.voucher.value));
    touched_disputes.mark(row.dispute.id);
    return {row.held, row.reserved};
}

HoldShare Market::Impl::kept_by_disputes(const LiveLease& lease) const {
    HoldShare out{Money(0), Money(0)};
    for (const auto& [start, window] : lease.settled) {
        const DisputeRow* row = find_dispute(lease.row.id, start, true);
        if (row == nullptr) continue;
        out.own.value += row->held.value;
        out.voucher.value += row->reserved.value;
    }
    return out;
}

// While the buyer disputes a settled window, the owners' part of the difference stays in `pending`.
void Market::Impl::freeze_proceeds(const LeaseRow& lease, const FinalWindowRow& window) {
    const DisputeRow* row = find_dispute(lease.id, window.window.window.start, false);
    if (row == nullptr || !row->dispute.is_open()) return;
    const auto owners = bill_facts(lease, window).owners;
    const WaterfallLine least = bill(
        lease, window, moved(delivered(window), row->dispute.final, row->dispute.best_for_buyer()));
    const auto now_get = by_owner(owners, posted_line(lease, window).owners);
    const auto then_get = by_owner(owners, least.owners);
    for (const auto& [owner, amount] : now_get) {
        const std::int64_t disputed = amount.value - then_get.at(owner).value;
        if (disputed > 0) freeze(row->dispute.id, owner, Money(disputed), window);
    }
}

// Of the owner's proceeds of the lease, from those on that were paid with the window.
void Market::Impl::freeze(const DisputeId& dispute, const OrganisationId& owner, Money amount,
                          const FinalWindowRow& window) {
    std::vector<JournalId> rows;
    for (const JournalId& id : pending_rows(window.window.lease)) {
        const PendingRow& row = pending.at(id);
        if (row.organisation == owner && row.dispute.is_nil() && row.due >= window.dispute_until)
            rows.push_back(id);
    }
    for (const JournalId& id : rows) {
        if (amount.value == 0) return;
        PendingRow& row = pending.at(id);
        const Money part = std::min(amount, row.amount);
        amount.value -= part.value;
        set_pending_due(row, false);
        if (part == row.amount) {
            set_frozen(row, dispute);
            continue;
        }
        row.amount.value -= part.value;
        touched_pending.mark(id);
        set_pending_due(row, true);
        PendingRow frozen = row;
        frozen.id = next_id<JournalId>();
        frozen.amount = part;
        frozen.index = outcome.index;
        frozen.dispute = dispute;
        put_pending(std::move(frozen));
    }
}

// Of one lease, in the order of their ids.
std::vector<JournalId> Market::Impl::pending_rows(const LeaseId& lease) const {
    std::vector<JournalId> out;
    for (auto at = pending_of_lease.lower_bound({lease, JournalId{}});
         at != pending_of_lease.end() && at->first == lease; ++at)
        out.push_back(at->second);
    return out;
}

// What the dispute kept in `pending` and its end left there.
void Market::Impl::thaw(const settlement::Dispute& dispute) {
    for (const JournalId& id : pending_rows(dispute.lease)) {
        PendingRow& row = pending.at(id);
        if (row.dispute != dispute.id) continue;
        set_frozen(row, DisputeId{});
        row.due = std::max(row.due, now());
        if (!row.released) set_pending_due(row, true);
    }
}

// What a correction may take: all but what other disputes have frozen.
Money Market::Impl::free_pending(const DisputeId& dispute, const OrganisationId& owner,
                                 const std::string& currency) const {
    Money sum = accounts.balance({owner, currency, AccountKind::kPending});
    const auto frozen = frozen_pending.find({owner, currency});
    if (frozen == frozen_pending.end()) return sum;
    for (const JournalId& id : frozen->second) {
        const PendingRow& row = pending.at(id);
        if (row.dispute != dispute && !row.released) sum.value -= row.amount.value;
    }
    return sum;
}

void Market::Impl::take_pending(const DisputeId& dispute, const OrganisationId& owner,
                                const std::string& currency, Money amount) {
    for (const DisputeId& kept_by : {dispute, DisputeId{}}) {
        for (auto at = pending_of_owner.lower_bound({owner, JournalId{}});
             at != pending_of_owner.end() && at->first == owner; ++at) {
            if (amount.value == 0) return;
            const JournalId& id = at->second;
            PendingRow& row = pending.at(id);
            if (row.currency != currency || row.dispute != kept_by || row.released) continue;
            const Money part = std::min(amount, row.amount);
            amount.value -= part.value;
            row.amount.value -= part.value;
            touched_pending.mark(id);
            if (row.amount.value > 0) continue;
            set_pending_due(row, false);
            row.released = true;
            released_pending.push_back(id);
        }
    }
    CHECK(amount.value == 0);
}

void Market::Impl::correct_window(LiveLease& lease, const FinalWindowRow& window, DisputeRow& row,
                                  const settlement::Dispute& ended) {
    LeaseRow& sold = lease.row;
    const WaterfallLine before = posted_line(sold, window);
    const Delivered delivered_before = delivered(window);
    settlement::BillFacts facts = bill_facts(sold, window);
    facts.voucher_left = Money(before.voucher.value + row.reserved.value);
    row.dispute = ended;
    const Delivered now_delivered = delivered(window);
    const auto corrected =
        settlement::correct_bill(bill_terms(sold), facts, before, now_delivered, row.held);
    CHECK(corrected);
    const WaterfallDifference& change = corrected->change;
    if (!change.is_zero()) {
        SettlementLineRow line;
        line.run = *window.settled_by;
        line.lease = sold.id;
        line.window = window.window.window;
        line.lot_us = now_delivered.lot_us - delivered_before.lot_us;
        const auto terms = bill_terms(sold);
        line.paid_us = settlement::paid_lot_us(terms, facts, now_delivered) -
                       settlement::paid_lot_us(terms, facts, delivered_before);
        line.currency = sold.market.currency;
        line.line = as_line(change);
        for (const OwnerShare& share : facts.owners)
            line.owners.push_back(share.owner);
        line.readings = ended.evidence;
        line.index = next_index();
        line.agreement = discount_for(sold, window).agreement.value_or(AgreementId());
        if (sold.voucher) line.grant = sold.voucher->grant;
        line.dispute = ended.id;
        line.corrects = window.line_index;
        closing.add(sold.buyer, sold.project, line.currency, line.window.start,
                    Money(change.buyer_pays.value - change.buyer_tax.value), change.buyer_tax);
        emit(correction_entry(command->id, now(), line));
        changes.lines.push_back(std::move(line));
    }
    post_correction(sold, window, row, change);
    sold.hold = Money(sold.hold.value - row.held.value);
    row.held = Money(0);
    row.reserved = Money(0);
    row.change = change;
    thaw(ended);
    touched_leases.mark(sold.id);
    post_moves("correction");
}

// And what was held and reserved for it beyond that is free again.
void Market::Impl::post_correction(const LeaseRow& lease, const FinalWindowRow& window,
                                   const DisputeRow& row, const WaterfallDifference& change) {
    const std::string& currency = lease.market.currency;
    const DisputeId& id = row.dispute.id;
    settlement::WindowParties parties;
    parties.currency = currency;
    parties.buyer = lease.buyer;
    parties.operator_id = operator_id;
    if (lease.voucher) parties.programme = holder_of(lease.voucher->grant);
    parties.buyer_held = row.held;
    WaterfallDifference merged = change;
    merged.owners.clear();
    for (const auto& [owner, amount] :
         by_owner(owners_at(lease, window.window.window.start), change.owners)) {
        merged.owners.push_back(amount);
        parties.owners.push_back({owner, free_pending(id, owner, currency),
                                  accounts.balance({owner, currency, AccountKind::kBond}),
                                  accounts.balance({owner, currency, AccountKind::kReceivable})});
    }
    const auto postings = settlement::correction_postings(merged, parties);
    CHECK(postings);
    for (const settlement::Posting& posting : *postings) {
        const settlement::AccountKey& account = posting.account;
        move(account.organisation, currency, account.kind, posting.amount);
        if (account.kind != AccountKind::kPending) continue;
        if (posting.amount.value > 0)
            add_pending(lease, account.organisation, posting.amount,
                        std::max(window.dispute_until, now()));
        else
            take_pending(id, account.organisation, currency, Money(-posting.amount.value));
    }
    correct_voucher(lease, row, change.voucher);
    const Money taken(std::max<std::int64_t>(0, change.buyer_pays.value));
    projects.move(lease.project, currency, Money(-taken.value), change.buyer_pays);
    move_hold(lease.buyer, lease.project, currency, Money(taken.value - row.held.value));
}

// The postings have moved the money of the difference; here the book follows.
void Market::Impl::correct_voucher(const LeaseRow& lease, const DisputeRow& row, Money change) {
    if (!lease.voucher) return;
    const settlement::ReservationKey key{lease.voucher->grant, lease.id.bytes};
    const Money redeemed(std::max<std::int64_t>(0, change.value));
    if (redeemed.value > 0) {
        touch_voucher(key);
        CHECK(vouchers.redeem(key, redeemed));
    } else if (change.value < 0) {
        const settlement::Month month = lease.voucher->month;
        CHECK(vouchers.give_back(key.grant, month, Money(-change.value)));
        const settlement::Grant& grant = vouchers.find_grant(key.grant)->grant;
        touched_grants.mark(key.grant);
        touched_voucher_months.mark({{grant.programme, grant.organisation}, month});
    }
    return_voucher(key, Money(row.reserved.value - redeemed.value));
}

void Market::Impl::forget_windows(LiveLease& lease) {
    for (auto next = lease.settled.begin(); next != lease.settled.end();) {
        if (is_open_to_dispute(next->second)) {
            ++next;
            continue;
        }
        for (const bool raises : {true, false}) {
            const auto found = dispute_ids.find({lease.row.id, next->first, raises});
            if (found == dispute_ids.end()) continue;
            changes.disputes.push_back(std::move(disputes.at(found->second)));
            disputes.erase(found->second);
            dispute_ids.erase(found);
        }
        next = lease.settled.erase(next);
    }
}

}  // namespace suanpan::core
