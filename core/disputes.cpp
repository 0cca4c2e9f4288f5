// Disputes of final windows, from their opening to their end (metering-settlement "Accepting",
// "Disputes"). What an end does to money stands in corrections.cpp.

#include "core/market_impl.hpp"

#include <algorithm>
#include <set>

namespace suanpan::core {

using settlement::Dispute;
using settlement::DisputeParty;

Result<void> Market::Impl::handle(const RegisterArbiterKey& body) {
    if (const auto allowed = require_operator(); !allowed) return allowed;
    if (const auto role = require_role(body.organisation, Role::kArbiter); !role) return role;
    if (body.id.is_nil() || arbiter_keys.contains(body.id))
        return fail("key_exists", "a key with this id is registered");
    accept();
    arbiter_keys.emplace(body.id,
                         ArbiterKeyRow{body.id, body.organisation, body.key, false, outcome.index});
    touched_arbiter_keys.mark(body.id);
    return {};
}

Result<void> Market::Impl::handle(const RevokeArbiterKey& body) {
    const auto found = arbiter_keys.find(body.id);
    if (found == arbiter_keys.end() || !acts_for(found->second.organisation))
        return fail("unknown_key", "the organisation has no such key");
    if (found->second.revoked) return fail("revoked_key", "the key is already revoked");
    accept();
    found->second.revoked = true;
    touched_arbiter_keys.mark(body.id);
    return {};
}

settlement::DisputeRules Market::Impl::dispute_rules(const LeaseRow& lease) const {
    const ScheduleRow& schedule = schedule_at(lease.index);
    return {schedule.dispute_period, schedule.dispute_claim, schedule.dispute_rule};
}

const DisputeRow* Market::Impl::find_dispute(const LeaseId& lease, Time start, bool raises) const {
    const auto found = dispute_ids.find({lease, start, raises});
    return found == dispute_ids.end() ? nullptr : &disputes.at(found->second);
}

// Nothing for one that no dispute can change any more, whether or not it has left memory.
const FinalWindowRow* Market::Impl::find_window(const LeaseId& lease, Time start) const {
    const auto found = leases.find(lease);
    if (found == leases.end()) return nullptr;
    for (const FinalWindowRow& window : found->second.unsettled) {
        if (window.window.window.start == start) return &window;
    }
    const auto settled = found->second.settled.find(start);
    if (settled == found->second.settled.end() || !is_open_to_dispute(settled->second))
        return nullptr;
    return &settled->second;
}

// Not the operator: it could settle any dispute as the agreement of both.
bool Market::Impl::speaks_for(const DisputeRow& row, DisputeParty side) const {
    if (side == DisputeParty::kBuyer) return command->actor == row.buyer;
    return command->actor == row.provider || std::ranges::binary_search(row.owners, command->actor);
}

settlement::MeterRole Market::Impl::evidence_side(const DisputeRow& row) const {
    if (speaks_for(row, DisputeParty::kBuyer)) return settlement::MeterRole::kBuyer;
    if (speaks_for(row, DisputeParty::kProvider)) return settlement::MeterRole::kProvider;
    return settlement::MeterRole::kOperator;
}

Result<DisputeRow*> Market::Impl::find_party_dispute(const DisputeId& id) {
    const auto found = disputes.find(id);
    if (found != disputes.end()) {
        DisputeRow& row = found->second;
        const bool party = is_operator() || speaks_for(row, DisputeParty::kProvider) ||
                           speaks_for(row, DisputeParty::kBuyer);
        if (party && find_window(row.dispute.lease, row.dispute.window.start) != nullptr)
            return &row;
    }
    return fail("dispute_not_found",
                "the organisation has no such dispute that something can still happen to");
}

Result<void> Market::Impl::handle(const OpenDispute& body) {
    const settlement::DisputeClaim& claim = body.claim;
    const bool by_provider = claim.by == DisputeParty::kProvider;
    const FinalWindowRow* window = find_window(body.lease, body.window_start);
    // On the provider's side each owner of the pool at the window's start, as with all that
    // follows.
    const auto may_raise = [&](const LeaseRow& lease) {
        if (!by_provider) return command->actor == lease.buyer;
        if (command->actor == lease.provider) return true;
        if (window == nullptr) return false;
        const auto owners = owners_at(lease, body.window_start);
        return std::ranges::find(owners, command->actor, &settlement::OwnerShare::owner) !=
               owners.end();
    };
    const auto found = leases.find(body.lease);
    if (found == leases.end() || !may_raise(found->second.row)) {
        return fail("lease_not_found",
                    "the organisation has no such lease with windows to dispute");
    }
    const LeaseRow& lease = found->second.row;
    if (window == nullptr) {
        return fail("window_not_found",
                    "no window of the lease that is final and can be disputed begins then");
    }
    if (find_dispute(body.lease, body.window_start, by_provider) != nullptr)
        return fail("dispute_exists", "the window is or was disputed by this side already");
    auto opened = settlement::open_dispute(
        next_id<DisputeId>(), window->window, settlement::missed_credit(window->missed),
        window->final_time, lease.terms.lots, claim, now(), dispute_rules(lease));
    if (!opened) return fail(opened.error());
    if (by_provider && window->settled_by) {
        return fail("nothing_held",
                    "the window is settled and nothing is held for it any more; a provider "
                    "disputes a window before that");
    }
    accept();
    add_dispute(lease, *opened);
    if (window->settled_by) freeze_proceeds(lease, *window);
    return {};
}

void Market::Impl::add_dispute(const LeaseRow& lease, const Dispute& dispute) {
    DisputeRow row{dispute, lease.buyer, lease.provider, next_index()};
    for (const auto& [owner, share] : owners_at(lease, dispute.window.start))
        row.owners.push_back(owner);
    std::ranges::sort(row.owners);
    emit(dispute_entry(command->id, now(), row));
    due.insert(DueKey{*dispute.deadline(), row.index, DueKind::kDispute, dispute.id.bytes});
    dispute_ids[{dispute.lease, dispute.window.start, row.raises()}] = dispute.id;
    touched_disputes.mark(dispute.id);
    outcome.dispute = row;
    disputes.emplace(dispute.id, std::move(row));
}

// Both sides measured, and not the same; also of what is guaranteed.
void Market::Impl::open_mismatch(const LeaseRow& lease, const FinalWindowRow& window) {
    const Ppm disputed = settlement::disputed_credit(window.missed);
    if (window.window.disputed_us == 0 && disputed.value == 0) return;
    add_dispute(lease, settlement::open_mismatch(next_id<DisputeId>(), window.window,
                                                 settlement::missed_credit(window.missed), disputed,
                                                 window.final_time, dispute_rules(lease)));
}

Result<void> Market::Impl::handle(const ClaimDispute& body) {
    const auto row = find_party_dispute(body.id);
    if (!row) return fail(row.error());
    if (!speaks_for(**row, DisputeParty::kProvider))
        return fail("not_allowed",
                    "it is the provider, or an owner of the pool, who stands by what is disputed");
    Dispute next = (*row)->dispute;
    if (const auto claimed = settlement::claim_dispute(next, now()); !claimed) return claimed;
    accept();
    change_dispute(**row, next);
    return {};
}

Result<void> Market::Impl::handle(const AddEvidence& body) {
    const auto row = find_party_dispute(body.id);
    if (!row) return fail(row.error());
    if (body.entry.value < 0 || body.entry >= outcome.index)
        return fail("unknown_entry", "the log has no entry of this index yet");
    Dispute next = (*row)->dispute;
    const auto added = settlement::add_evidence(next, evidence_side(**row), body.entry, now());
    if (!added) return added;
    accept();
    change_dispute(**row, next);
    return {};
}

Result<void> Market::Impl::handle(const OfferSettlement& body) {
    const auto row = find_party_dispute(body.id);
    if (!row) return fail(row.error());
    if (!speaks_for(**row, body.by))
        return fail("not_allowed", "an offer is made by the side whose it is");
    Dispute next = (*row)->dispute;
    const auto offered =
        settlement::offer(next, {body.by, command->actor, body.delivered}, (*row)->owners, now());
    if (!offered) return offered;
    accept();
    next.is_open() ? change_dispute(**row, next) : end_dispute(**row, next);
    return {};
}

Result<void> Market::Impl::handle(const RuleDispute& body) {
    const settlement::Ruling& ruling = body.ruling;
    const auto key = arbiter_keys.find(ruling.key);
    if (key == arbiter_keys.end()) return fail("unknown_key", "no arbiter has such a key");
    if (key->second.revoked) return fail("revoked_key", "the arbiter's key has been revoked");
    const OrganisationId& arbiter = key->second.organisation;
    if (!acts_for(arbiter)) return fail("not_allowed", "a ruling is handed in by its arbiter");
    if (const auto role = require_role(arbiter, Role::kArbiter); !role) return role;
    const auto found = disputes.find(ruling.dispute);
    if (found == disputes.end() ||
        find_window(found->second.dispute.lease, found->second.dispute.window.start) == nullptr) {
        return fail("dispute_not_found",
                    "there is no such dispute that something can still happen to");
    }
    DisputeRow& row = found->second;
    if (!is_impartial(arbiter, row)) {
        return fail("not_impartial",
                    "an arbiter is neither a side, an owner of the pool nor a funder of its "
                    "voucher, nor related to one");
    }
    Dispute next = row.dispute;
    const auto ruled = settlement::rule_dispute(next, ruling.delivered, now());
    if (!ruled) return ruled;
    accept();
    row.arbiter = arbiter;
    end_dispute(row, next);
    return {};
}

// Nothing that a ruling moves comes to the arbiter or its group.
bool Market::Impl::is_impartial(const OrganisationId& arbiter, const DisputeRow& row) const {
    const LeaseRow& lease = leases.at(row.dispute.lease).row;
    std::set<OrganisationId> concerned{row.buyer, row.provider};
    concerned.insert(row.owners.begin(), row.owners.end());
    if (lease.voucher) {
        concerned.insert(holder_of(lease.voucher->grant));
        const auto& programme = programme_of(lease.voucher->grant);
        for (const settlement::FunderShare& share : programme.funders)
            concerned.insert(share.funder);
    }
    return std::ranges::none_of(concerned, [&](const OrganisationId& other) {
        return other == arbiter || relations.related(other, arbiter);
    });
}

// It goes on; its deadline may have moved.
void Market::Impl::change_dispute(DisputeRow& row, const Dispute& next) {
    const IdBytes& id = next.id.bytes;
    due.erase(DueKey{*row.dispute.deadline(), row.index, DueKind::kDispute, id});
    due.insert(DueKey{*next.deadline(), row.index, DueKind::kDispute, id});
    row.dispute = next;
    touched_disputes.mark(next.id);
    outcome.dispute = row;
}

// A window that is not settled yet settles with the result, and counts with it if it is priced.
void Market::Impl::end_dispute(DisputeRow& row, const Dispute& ended) {
    due.erase(DueKey{*row.dispute.deadline(), row.index, DueKind::kDispute, row.dispute.id.bytes});
    touched_disputes.mark(ended.id);
    DisputeRow told = row;
    told.dispute = ended;
    emit(dispute_entry(command->id, now(), told));
    LiveLease& lease = leases.at(ended.lease);
    const auto settled = lease.settled.find(ended.window.start);
    if (settled != lease.settled.end())
        correct_window(lease, settled->second, row, ended);
    else
        change_unsettled(lease, row, ended);
    outcome.dispute = row;
    close_if_done(lease);  // which may forget the row
}

void Market::Impl::change_unsettled(const LiveLease& lease, DisputeRow& row, const Dispute& ended) {
    const FinalWindowRow* window = find_window(ended.lease, ended.window.start);
    CHECK(window != nullptr);
    if (!window->discount) {  // no volume has it yet: nothing to bill for
        row.dispute = ended;
        return;
    }
    const auto amount = [&] { return bill(lease.row, *window, delivered(*window)).amount.value; };
    const std::int64_t before = amount();
    row.dispute = ended;
    correct_volume(lease.row, *window, Money(amount() - before));
}

void Market::Impl::lapse(const DisputeId& id) {
    DisputeRow& row = disputes.at(id);
    Dispute ended = row.dispute;
    CHECK(settlement::lapse_dispute(ended, now()));
    end_dispute(row, ended);
}

}  // namespace suanpan::core
