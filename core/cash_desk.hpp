#pragma once

// What the market keeps for moving money in and out; inside of core/ only. Who asks and who
// approves is in market_impl.hpp's handlers (core/cash.cpp).

#include "core/account_rows.hpp"
#include "core/touched.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::core {

struct Rows;

struct CashDesk {
    std::map<UserId, UserRow> users;
    std::map<SigningKeyId, PaymentKeyRow> payment_keys;
    // Waiting for a second word, or approved: what was approved can be taken back.
    std::map<ApprovalId, CashRow> moves;
    std::map<JournalId, ApprovalId> posted;
    // Taken, for ever; a provider's ids stay the same when it changes its key.
    std::set<std::pair<OrganisationId, std::string>> payments;
    std::map<OrganisationId, std::int64_t> persons;  // how many, those removed too
    std::map<OrganisationId, std::int64_t> waiting;  // requests for or of its money

    Touched<UserId> touched_users;
    Touched<SigningKeyId> touched_payment_keys;
    Touched<ApprovalId> touched_moves;
    std::vector<ApprovalId> ended;  // by the command under way: rejected or expired

    void put(const UserRow& row);
    void put(const CashRow& row);
    // A request has been decided, or has expired.
    void end_waiting(const CashRow& row);
    // Who was first in the line of those who registered one another.
    [[nodiscard]] UserId first_registrar(const UserId& person) const;
    void mark_changes(Rows& out) const;
    void clear_touched();
    void retire(Rows& changes);
    void add_state(Rows& out) const;
    void load(const Rows& rows);
};

}  // namespace suanpan::core
