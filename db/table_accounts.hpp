#pragma once

// The columns of persons and of money in and out (see db/table.hpp).

#include "db/table.hpp"

#include <string>

namespace suanpan::db {

struct CashRecord {
    core::CashRow row;
    // Of row.move.reverses.
    JournalId reverses;
    std::optional<core::ReversalReason> reason;
};
CashRecord to_record(const core::CashRow& row);
core::CashRow from_record(CashRecord record);

// A key that would be trusted, or a month that would be closed.
struct OperatorRequestRecord {
    settlement::Approval approval;
    SigningKeyId payment_key{};
    OrganisationId organisation{};
    std::optional<PublicKey> key{};
    std::optional<settlement::Month> month{};
    LogIndex index;
};
OperatorRequestRecord to_record(const core::OperatorRequestRow& row);
core::OperatorRequestRow from_record(const OperatorRequestRecord& record);

#define SUANPAN_TABLE(row, name, key)                   \
    template <>                                         \
    struct Table<row> {                                 \
        static constexpr std::string_view kName = name; \
        static constexpr std::string_view kKey = key;   \
    };

SUANPAN_TABLE(core::UserRow, "person", "id")
SUANPAN_TABLE(UserNameRow, "person_name", "person")
SUANPAN_TABLE(core::PaymentKeyRow, "payment_key", "id")
SUANPAN_TABLE(CashRecord, "cash_move", "id")
SUANPAN_TABLE(OperatorRequestRecord, "operator_request", "id")

#undef SUANPAN_TABLE

template <typename A, Is<core::UserRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("organisation", r.organisation);
    a("removed", r.removed);
    a("registered_by", r.registered_by);
    a("log_index", r.index);
}

template <typename A, Is<UserNameRow> R>
void fields(A& a, R& r) {
    a("person", r.id);
    a("name", r.name);
}

template <typename A, Is<core::PaymentKeyRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("organisation", r.organisation);
    a("public_key", r.key);
    a("revoked", r.revoked);
    a("log_index", r.index);
}

template <typename A, Is<OperatorRequestRecord> R>
void fields(A& a, R& r) {
    a("id", r.approval.id);
    a("action", r.approval.action);
    a("payment_key", r.payment_key);
    a("organisation", r.organisation);
    a("public_key", r.key);
    a("month", r.month);
    a("content", r.approval.content);
    a("requested_by", r.approval.requested_by);
    a("requested_at_s", r.approval.requested_at);
    a("expires_at_s", r.approval.expires_at);
    a("state", r.approval.state);
    a("decided_by", r.approval.decided_by);
    a("decided_at_s", r.approval.decided_at);
    a("log_index", r.index);
}

template <typename A, Is<CashRecord> R>
void fields(A& a, R& r) {
    auto& move = r.row.move;
    auto& approval = r.row.approval;
    a("id", approval.id);
    a("organisation", move.organisation);
    a("currency", move.currency);
    a("amount_micro", move.amount);
    a("reference_hash", move.reference_hash);
    a("reverses", r.reverses);
    a("reversal_reason", r.reason);
    a("action", approval.action);
    a("content", approval.content);
    a("requested_by", approval.requested_by);
    a("requested_at_s", approval.requested_at);
    a("expires_at_s", approval.expires_at);
    a("state", approval.state);
    a("decided_by", approval.decided_by);
    a("decided_at_s", approval.decided_at);
    a("payment", r.row.payment);
    a("journal_id", r.row.journal);
    a("reversed", r.row.reversed);
    a("log_index", r.row.index);
}

}  // namespace suanpan::db
