#include "core/cash_desk.hpp"

#include "base/check.hpp"
#include "base/decimal.hpp"
#include "base/words.hpp"
#include "core/rows.hpp"

namespace suanpan::core {
namespace {

constexpr Words<ReversalReason, 5> kReasons("a reason",
                                            {"duplicate", "wrong_amount", "wrong_organisation",
                                             "returned", "other"});

}  // namespace

std::string_view to_string(ReversalReason reason) {
    return kReasons[reason];
}
Result<ReversalReason> parse_reversal_reason(std::string_view text) {
    return kReasons.parse(text);
}

Hash content_of(const CashMove& move) {
    std::string text = to_string(move.organisation) + "\n" + move.currency + "\n" +
                       to_string(move.amount) + "\n" + move.reference_hash + "\n";
    if (move.reverses) {
        text += to_string(move.reverses->original) + "\n" +
                std::string(to_string(move.reverses->reason)) + "\n";
    }
    return sha256(text);
}

std::string_view action_of(const CashMove& move) {
    if (move.reverses) return "reversal";
    return move.amount.value > 0 ? "deposit" : "withdrawal";
}

void CashDesk::put(const UserRow& row) {
    users[row.id] = row;
    ++persons[row.organisation];
}

UserId CashDesk::first_registrar(const UserId& person) const {
    UserId first = person;
    for (UserId next = person; !next.is_nil(); next = users.at(next).registered_by)
        first = next;
    return first;
}

void CashDesk::end_waiting(const CashRow& row) {
    const auto found = waiting.find(row.move.organisation);
    if (--found->second == 0) waiting.erase(found);
}

void CashDesk::put(const CashRow& row) {
    if (row.approval.state == settlement::ApprovalState::kRequested)
        ++waiting[row.move.organisation];
    moves[row.approval.id] = row;
    if (!row.journal.is_nil()) posted[row.journal] = row.approval.id;
    if (!row.payment.empty()) {
        const auto key = parse_id<SigningKeyId>(row.approval.requested_by);
        CHECK(key);
        payments.emplace(payment_keys.at(*key).organisation, row.payment);
    }
}

void CashDesk::mark_changes(Rows& out) const {
    for (const UserId& id : touched_users.keys())
        out.users.push_back(users.at(id));
    for (const SigningKeyId& id : touched_payment_keys.keys())
        out.payment_keys.push_back(payment_keys.at(id));
    for (const ApprovalId& id : touched_moves.keys()) {
        if (const auto found = moves.find(id); found != moves.end())
            out.cash.push_back(found->second);
    }
}

void CashDesk::clear_touched() {
    touched_users.clear();
    touched_payment_keys.clear();
    touched_moves.clear();
}

void CashDesk::retire(Rows& changes) {
    for (const ApprovalId& id : ended) {
        changes.cash.push_back(moves.at(id));
        moves.erase(id);
    }
    ended.clear();
}

void CashDesk::add_state(Rows& out) const {
    for (const auto& [id, row] : users)
        out.users.push_back(row);
    for (const auto& [id, row] : payment_keys)
        out.payment_keys.push_back(row);
    for (const auto& [id, row] : moves)
        out.cash.push_back(row);
}

void CashDesk::load(const Rows& rows) {
    for (const UserRow& row : rows.users)
        put(row);
    for (const PaymentKeyRow& row : rows.payment_keys)
        payment_keys[row.id] = row;
    for (const CashRow& row : rows.cash)
        put(row);
}

}  // namespace suanpan::core
