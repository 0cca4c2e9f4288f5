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
    std::set<std::pair<SigningKeyId, std::string>> payments;  // taken, for ever

    Touched<UserId> touched_users;
    Touched<SigningKeyId> touched_payment_keys;
    Touched<ApprovalId> touched_moves;
    std::vector<ApprovalId> ended;  // by the command under way: rejected or expired

    void put(const CashRow& row);
    void mark_changes(Rows& out) const;
    void clear_touched();
    void retire(Rows& changes);
    void add_state(Rows& out) const;
    void load(const Rows& rows);
};

}  // namespace suanpan::core
