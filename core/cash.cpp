// Persons, and money in and out by the word of two of them or of a payment provider
// (metering-settlement "Accounts").

#include "base/decimal.hpp"
#include "core/market_impl.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace suanpan::core {

using settlement::AccountKey;
using settlement::AccountKind;
using settlement::ApprovalState;

Result<void> Market::Impl::handle(const RegisterUser& body) {
    if (!acts_for(body.organisation))
        return fail("not_allowed", "a person is registered by its own organisation");
    if (!organisations.contains(body.organisation))
        return fail("unknown_organisation", "there is no such organisation");
    if (body.id.is_nil() || desk.users.contains(body.id))
        return fail("user_exists", "a person with this id is registered");
    const auto known = desk.persons.find(body.organisation);
    const std::int64_t persons = known == desk.persons.end() ? 0 : known->second;
    if (!body.by.is_nil()) {
        if (const auto person = require_person(body.by); !person) return person;
    } else if (persons >= 2) {
        return fail("person_needed",
                    "the organisation has two persons: one of them registers further ones");
    }
    if (persons >= kMaxPersons) return fail("too_many", "an organisation has at most 1000 persons");
    accept();
    desk.put(UserRow{body.id, body.organisation, false, body.by, outcome.index});
    desk.touched_users.mark(body.id);
    return {};
}

Result<void> Market::Impl::handle(const RemoveUser& body) {
    const auto found = desk.users.find(body.id);
    if (found == desk.users.end() || !acts_for(found->second.organisation))
        return fail("unknown_user", "the organisation has no such person");
    if (found->second.removed) return fail("user_removed", "the person was removed before");
    if (is_last_of_two(found->second)) {
        return fail("last_persons",
                    "without this person no two independent ones would be left: who goes first "
                    "registers who follows");
    }
    accept();
    found->second.removed = true;
    desk.touched_users.mark(body.id);
    return {};
}

// Two persons who do not go back to one are there, and without this one they would not be: nobody
// could register another such one.
bool Market::Impl::is_last_of_two(const UserRow& person) const {
    std::set<UserId> lines;
    std::set<UserId> lines_left;
    for (const auto& [id, row] : desk.users) {
        if (row.organisation != person.organisation || row.removed) continue;
        lines.insert(desk.first_registrar(id));
        if (id != person.id) lines_left.insert(desk.first_registrar(id));
    }
    return lines.size() >= 2 && lines_left.size() < 2;
}

Result<void> Market::Impl::handle(const RevokePaymentKey& body) {
    if (const auto allowed = require_operator(); !allowed) return allowed;
    const auto found = desk.payment_keys.find(body.id);
    if (found == desk.payment_keys.end())
        return fail("unknown_payment_key", "there is no such payment key");
    if (found->second.revoked) return fail("payment_key_revoked", "the key was revoked before");
    accept();
    found->second.revoked = true;
    desk.touched_payment_keys.mark(body.id);
    return {};
}

// That the person is one of the organisation that acts.
Result<void> Market::Impl::require_person(const UserId& by) const {
    const auto found = desk.users.find(by);
    if (found == desk.users.end() || found->second.organisation != command->actor)
        return fail("unknown_person",
                    "whoever decides on money is a registered person of who acts");
    if (found->second.removed) return fail("user_removed", "the person was removed");
    return {};
}

Result<void> Market::Impl::check_reversal(const CashMove& move) const {
    const auto posted = desk.posted.find(move.reverses->original);
    if (posted == desk.posted.end()) {
        return fail("unknown_journal_entry",
                    "only a deposit, a withdrawal or a payment can be taken back, by the id of its "
                    "journal entry");
    }
    const CashRow& original = desk.moves.at(posted->second);
    if (original.reversed) return fail("already_reversed", "the entry was taken back before");
    if (original.move.reverses)
        return fail("is_reversal", "a reversal cannot be taken back: move the money anew");
    const auto opposite = subtract(Money(0), original.move.amount);
    if (!opposite || move.organisation != original.move.organisation ||
        move.currency != original.move.currency || move.amount != *opposite) {
        return fail("reversal_differs", "a reversal moves exactly what its original moved, back");
    }
    return {};
}

// The two balances that it changes. Errors: `overflow`, `insufficient_funds`.
Result<void> Market::Impl::check_cash(const CashMove& move) const {
    const AccountKey available{move.organisation, move.currency, AccountKind::kAvailable};
    const AccountKey cash{operator_id, move.currency, AccountKind::kCash};
    const auto left = add(accounts.balance(available), move.amount);
    const auto counterpart = subtract(accounts.balance(cash), move.amount);
    if (!left || !counterpart) return fail("overflow", "the balance would not fit 64 bits");
    if (left->value < 0) {
        return fail("insufficient_funds", "the organisation has " +
                                              to_string(accounts.balance(available)) + " " +
                                              move.currency + " available");
    }
    return {};
}

// Posts what was approved. REQUIRES check_cash().
void Market::Impl::post_cash(CashRow& row) {
    const CashMove& what = row.move;
    move(what.organisation, what.currency, AccountKind::kAvailable, what.amount);
    move(operator_id, what.currency, AccountKind::kCash, Money(-what.amount.value));
    post_moves(action_of(what));
    row.journal = changes.journal.back().id;
    desk.posted[row.journal] = row.approval.id;
    if (what.reverses) {
        changes.journal.back().reverses = what.reverses->original;
        const ApprovalId original = desk.posted.at(what.reverses->original);
        desk.moves.at(original).reversed = true;
        desk.touched_moves.mark(original);
    }
}

Result<void> Market::Impl::handle(const RequestCash& body) {
    const CashMove& what = body.move;
    const bool withdrawal = what.amount.value < 0 && !what.reverses;
    if (!is_operator() && !(withdrawal && command->actor == what.organisation))
        return fail("not_allowed", "money is moved in, and taken back, by the operator");
    if (!organisations.contains(what.organisation))
        return fail("unknown_organisation", "there is no such organisation");
    if (const auto person = require_person(body.by); !person) return person;
    if (what.amount.value == 0) return fail("bad_amount", "an amount other than zero is needed");
    if (what.reverses) {
        if (const auto fits = check_reversal(what); !fits) return fits;
    }
    if (const auto fits = check_cash(what); !fits) return fits;
    const auto waiting = desk.waiting.find(what.organisation);
    if (!is_operator() && waiting != desk.waiting.end() && waiting->second >= kMaxWaitingRequests)
        return fail("too_many", "64 requests for this organisation's money wait for a decision");
    auto approval = settlement::request_approval(own_approval(), action_of(what), content_of(what),
                                                 to_string(body.by), now(), kApprovalTime);
    if (!approval) return fail(approval.error());
    accept();
    const ApprovalId id = approval->id;
    CashRow row{what, std::move(*approval), {}, {}, false, outcome.index};
    due.insert(DueKey{row.approval.expires_at, row.index, DueKind::kApproval, id.bytes});
    desk.put(row);
    desk.touched_moves.mark(id);
    outcome.cash = std::move(row);
    return {};
}

// A request is known by its command's id: so an entry that approves it names the one that asked.
ApprovalId Market::Impl::own_approval() const {
    return ApprovalId{command->id.bytes};
}

// A request that waits. Errors: `unknown_approval`, `approval_closed`.
Result<CashRow*> Market::Impl::waiting_cash(const ApprovalId& id) {
    const auto found = desk.moves.find(id);
    if (found == desk.moves.end())
        return fail("unknown_approval", "there is no request of this id that can be decided");
    if (found->second.approval.state != ApprovalState::kRequested)
        return fail("approval_closed", "the request was approved before");
    return &found->second;
}

// Nobody is two persons: neither has registered the other, nor has one person registered both.
Result<void> Market::Impl::require_independent(const UserId& by,
                                               const settlement::Approval& asked) const {
    const auto first = parse_id<UserId>(asked.requested_by);
    CHECK(first);
    const auto asker = desk.users.find(*first);
    if (asker == desk.users.end() || asker->second.removed) {
        return fail("user_removed",
                    "who asked for it has been removed since: reject it, and let another ask");
    }
    if (desk.first_registrar(*first) != desk.first_registrar(by)) return {};
    return fail("not_independent",
                "both persons go back to one who registered them: another one approves");
}

// The second person's word for exactly what the first one asked for.
Result<settlement::Approval> Market::Impl::approve_by(const settlement::Approval& asked,
                                                      const Hash& content, const UserId& by) const {
    settlement::Approval approved = asked;
    const auto given = settlement::approve(approved, content, to_string(by), now());
    if (!given) return fail(given.error());
    const auto independent = require_independent(by, asked);
    if (!independent) return fail(independent.error());
    return approved;
}

void Market::Impl::end_waiting(const CashRow& row) {
    desk.end_waiting(row);
    due.erase(
        DueKey{row.approval.expires_at, row.index, DueKind::kApproval, row.approval.id.bytes});
    desk.touched_moves.mark(row.approval.id);
    outcome.cash = row;
}

Result<void> Market::Impl::handle(const ApproveCash& body) {
    if (const auto allowed = require_operator(); !allowed) return allowed;
    if (const auto person = require_person(body.by); !person) return person;
    const auto waiting = waiting_cash(body.id);
    if (!waiting) return fail(waiting.error());
    CashRow& row = **waiting;
    auto approved = approve_by(row.approval, body.content, body.by);
    if (!approved) return fail(approved.error());
    // What was asked for may have been taken back, or spent, since.
    if (row.move.reverses) {
        if (const auto fits = check_reversal(row.move); !fits) return fits;
    }
    if (const auto fits = check_cash(row.move); !fits) return fits;
    accept();
    row.approval = std::move(*approved);
    post_cash(row);
    end_waiting(row);
    return {};
}

Result<void> Market::Impl::handle(const RejectCash& body) {
    if (const auto person = require_person(body.by); !person) return person;
    const auto waiting = waiting_cash(body.id);
    if (!waiting) return fail(waiting.error());
    CashRow& row = **waiting;
    if (!acts_for(row.move.organisation))
        return fail("unknown_approval", "there is no request of this id that can be decided");
    settlement::Approval rejected = row.approval;
    if (const auto given = settlement::reject(rejected, to_string(body.by), now()); !given)
        return given;
    accept();
    row.approval = std::move(rejected);
    end_waiting(row);
    desk.ended.push_back(body.id);
    return {};
}

void Market::Impl::expire_cash(const ApprovalId& id) {
    CashRow& row = desk.moves.at(id);
    CHECK(settlement::expire_approval(row.approval, now()));
    desk.end_waiting(row);
    desk.ended.push_back(id);
}

Result<void> Market::Impl::handle(const TakePayment& body) {
    const settlement::PaymentNotice& notice = body.notice;
    const auto key = desk.payment_keys.find(notice.key);
    if (key == desk.payment_keys.end() || !acts_for(key->second.organisation))
        return fail("unknown_payment_key", "the organisation has no such payment key");
    if (key->second.revoked) return fail("payment_key_revoked", "the key was revoked");
    if (!organisations.contains(notice.organisation))
        return fail("unknown_organisation", "there is no such organisation");
    if (desk.payments.contains({key->second.organisation, notice.payment}))
        return fail("payment_exists", "the payment was taken before");
    const CashMove what{notice.organisation, notice.currency, notice.amount, {}, {}};
    if (const auto fits = check_cash(what); !fits) return fits;
    accept();
    CashRow row{what, {}, notice.payment, {}, false, outcome.index};
    row.approval.id = own_approval();
    row.approval.action = action_of(what);
    row.approval.content = content_of(what);
    row.approval.requested_by = to_string(notice.key);
    row.approval.requested_at = row.approval.expires_at = now();
    row.approval.state = ApprovalState::kApproved;
    row.approval.decided_at = now();
    post_cash(row);
    desk.put(row);
    desk.touched_moves.mark(row.approval.id);
    outcome.cash = std::move(row);
    return {};
}

Result<void> Market::Impl::handle(const MoveBond& body) {
    const bool release = body.amount.value < 0;
    if (release ? !is_operator() : !acts_for(body.organisation)) {
        return fail("not_allowed",
                    "a bond is given by its own organisation and released by the operator");
    }
    if (!organisations.contains(body.organisation))
        return fail("unknown_organisation", "there is no such organisation");
    if (body.amount.value == 0) return fail("bad_amount", "an amount other than zero is needed");
    const Money available =
        accounts.balance({body.organisation, body.currency, AccountKind::kAvailable});
    const Money bond = accounts.balance({body.organisation, body.currency, AccountKind::kBond});
    const auto lent = add(bond, body.amount);
    const auto left = subtract(available, body.amount);
    if (!lent || !left) return fail("overflow", "the balance would not fit 64 bits");
    if (lent->value < 0 || left->value < 0) {
        return fail("insufficient_funds", "the organisation has " + to_string(available) +
                                              " available and a bond of " + to_string(bond));
    }
    accept();
    move(body.organisation, body.currency, AccountKind::kAvailable, Money(-body.amount.value));
    move(body.organisation, body.currency, AccountKind::kBond, body.amount);
    return {};
}

}  // namespace suanpan::core
