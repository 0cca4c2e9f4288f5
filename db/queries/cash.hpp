#pragma once

// Persons, payment keys, and money in and out.

#include "core/rows.hpp"
#include "db/pool.hpp"
#include "db/queries/page.hpp"

#include <optional>
#include <string>
#include <vector>

namespace suanpan::db {

struct UserInfo {
    core::UserRow row;
    std::string name;
    std::int64_t keys = 0;       // not revoked
    std::int64_t keys_ever = 0;  // revoked ones too
};
std::optional<UserInfo> find_user(Tx& tx, const UserId& id);
// An organisation's, by id.
std::vector<UserInfo> list_users(Tx& tx, const OrganisationId& organisation);

std::optional<core::PaymentKeyRow> find_payment_key(Tx& tx, const SigningKeyId& id);
std::vector<core::PaymentKeyRow> list_payment_keys(Tx& tx);

struct CashFilter {
    std::optional<OrganisationId> organisation;
    std::optional<settlement::ApprovalState> state;
};
std::optional<core::CashRow> find_cash(Tx& tx, const ApprovalId& id);
std::optional<core::CashRow> find_cash_of(Tx& tx, const JournalId& journal);
Listed<core::CashRow> list_cash(Tx& tx, const CashFilter& filter, const Page& page);

std::optional<core::OperatorRequestRow> find_operator_request(Tx& tx, const ApprovalId& id);
Listed<core::OperatorRequestRow> list_operator_requests(
    Tx& tx, const std::optional<settlement::ApprovalState>& state, const Page& page);

}  // namespace suanpan::db
