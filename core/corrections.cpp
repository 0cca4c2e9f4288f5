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

}  // namespace

Delivered moved(const Delivered& base, const Delivered& from, const Delivered& to) {
    return {base.lot_us + to.lot_us - from.lot_us,
            Ppm(base.credit.value + to.credit.value - from.credit.value)};
}

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

// The buyer's end gives back what the provider's claim may ask for again, and a step of the grade
// can lie between: so of what is given back the claim keeps what it could make of the window now.
HoldShare Market::Impl::keep_again(const LeaseRow& lease, const FinalWindowRow& window) {
    const DisputeRow* claim = find_dispute(lease.id, window.window.window.start, true);
    if (claim == nullptr || !claim->dispute.is_open()) return {Money(0), Money(0)};
    const HoldShare before{claim->held, claim->reserved};
    const HoldShare kept = keep_disputed(lease, window, posted_line(lease, window));
    return {Money(kept.own.value - before.own.value),
            Money(kept.voucher.value - before.voucher.value)};
}

void Market::Impl::correct_window(LiveLease& lease, const FinalWindowRow& window, DisputeRow& row,
                                  const settlement::Dispute& ended) {
    LeaseRow& sold = lease.row;
    const settlement::BillTerms terms = bill_terms(sold);
    const WaterfallLine before = posted_line(sold, window);
    const Delivered delivered_before = delivered(window);
    settlement::BillFacts facts = bill_facts(sold, window);
    SettlementLineRow line;
    line.paid_us = -settlement::paid_lot_us(terms, facts, delivered_before);
    facts.voucher_left = Money(before.voucher.value + row.reserved.value);
    row.dispute = ended;
    auto corrected = settlement::correct_bill(terms, facts, before, delivered(window), row.held);
    CHECK(corrected);
    line.lot_us = corrected->lot_us - delivered_before.lot_us;
    line.paid_us += corrected->paid_us;
    row.change = std::move(corrected->change);
    if (!row.change->is_zero()) add_correction(sold, window, row, std::move(line));
    correct_volume(sold, window, row.change->amount);
    const HoldShare again = keep_again(sold, window);
    post_correction(sold, window, row, again);
    sold.hold = Money(sold.hold.value - row.held.value + again.own.value);
    row.held = Money(0);
    row.reserved = Money(0);
    thaw(ended);
    freeze_again(sold, window);
    touched_leases.mark(sold.id);
    post_moves("correction");
}

void Market::Impl::add_correction(const LeaseRow& lease, const FinalWindowRow& window,
                                  const DisputeRow& row, SettlementLineRow line) {
    const WaterfallDifference& change = *row.change;
    line.run = *window.settled_by;
    line.lease = lease.id;
    line.window = window.window.window;
    line.currency = lease.market.currency;
    line.line = as_line(change);
    for (const OwnerShare& share : owners_at(lease, line.window.start))
        line.owners.push_back(share.owner);
    line.readings = row.dispute.evidence;
    line.index = next_index();
    line.agreement = discount_for(lease, window).agreement.value_or(AgreementId());
    if (lease.voucher) line.grant = lease.voucher->grant;
    line.dispute = row.dispute.id;
    line.corrects = window.line_index;
    closing.add(lease.buyer, lease.project, line.currency, line.window.start,
                Money(change.buyer_pays.value - change.buyer_tax.value), change.buyer_tax);
    emit(correction_entry(command->id, now(), line));
    changes.lines.push_back(std::move(line));
}

// And what was held and reserved for it beyond that is free again. `again`: what another dispute
// keeps of it more than before.
void Market::Impl::post_correction(const LeaseRow& lease, const FinalWindowRow& window,
                                   const DisputeRow& row, const HoldShare& again) {
    const WaterfallDifference& change = *row.change;
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
    correct_voucher(lease, row, again.voucher);
    const Money taken(std::max<std::int64_t>(0, change.buyer_pays.value));
    projects.move(lease.project, currency, Money(-taken.value), change.buyer_pays);
    move_hold(lease.buyer, lease.project, currency,
              Money(taken.value - row.held.value + again.own.value));
}

// The postings have moved the money of the difference; here the book follows. `again`: what another
// dispute keeps reserved more than before.
void Market::Impl::correct_voucher(const LeaseRow& lease, const DisputeRow& row, Money again) {
    if (!lease.voucher) return;
    const settlement::ReservationKey key{lease.voucher->grant, lease.id.bytes};
    const settlement::Month month = lease.voucher->month;
    const std::int64_t change = row.change->voucher.value;
    const Money redeemed(std::max<std::int64_t>(0, change));
    const Money kept(std::max<std::int64_t>(0, again.value));
    touch_voucher(key);
    if (redeemed.value > 0) CHECK(vouchers.redeem(key, redeemed));
    if (change < 0) {
        CHECK(vouchers.reserve_again(key, month, kept));
        CHECK(vouchers.give_back(key.grant, month, Money(-change - kept.value)));
        move_budget(key.grant, kept);
        const settlement::Grant& grant = vouchers.find_grant(key.grant)->grant;
        touched_voucher_months.mark({{grant.programme, grant.organisation}, month});
    }
    return_voucher(key, Money(row.reserved.value - redeemed.value + kept.value - again.value));
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
