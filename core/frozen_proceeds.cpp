// Proceeds that a dispute keeps in `pending` (metering-settlement "Accounts", "Disputes"): the
// owners' part of the difference, for as long as the buyer disputes a settled window.

#include "core/market_impl.hpp"

#include <algorithm>

namespace suanpan::core {

using settlement::AccountKind;
using settlement::OwnerShare;
using settlement::WaterfallLine;

std::map<OrganisationId, Money> by_owner(const std::vector<OwnerShare>& owners,
                                         const std::vector<Money>& amounts) {
    std::map<OrganisationId, Money> out;
    for (std::size_t i = 0; i < owners.size(); ++i)
        out[owners[i].owner].value += amounts[i].value;
    return out;
}

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

// The other dispute has ended: what this one is about may be more than it was, and is less or more
// than what it keeps.
void Market::Impl::freeze_again(const LeaseRow& lease, const FinalWindowRow& window) {
    const DisputeRow* row = find_dispute(lease.id, window.window.window.start, false);
    if (row == nullptr || !row->dispute.is_open()) return;
    thaw(row->dispute);
    freeze_proceeds(lease, window);
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

}  // namespace suanpan::core
