#pragma once

// Double entry (metering-settlement "Accounts"). Balances are in micro-units of one currency each.
// Every account belongs to an organisation; the operator's own accounts belong to the operator
// organisation. No balance may fall below zero but `receivable` and `cash`: cash is the asset side
// (what the operator holds for everybody) and carries the opposite sign, so that all accounts of a
// currency sum to zero.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::settlement {

enum class AccountKind : std::uint8_t {
    kAvailable,
    kHeld,
    kBond,
    kPending,
    kReceivable,
    kFees,
    kTax,
    kSuspense,
    kCash,
    kBudget,
    kReserved
};
std::string_view to_string(AccountKind kind);
Result<AccountKind> parse_account_kind(std::string_view text);

struct AccountKey {
    OrganisationId organisation;
    std::string currency;
    AccountKind kind = AccountKind::kAvailable;
    friend auto operator<=>(const AccountKey&, const AccountKey&) = default;
};

struct Posting {
    AccountKey account;
    Money amount;  // not zero; positive adds to the balance
    friend bool operator==(const Posting&, const Posting&) = default;
};

struct JournalEntry {
    JournalId id;
    Time time;
    std::string reason;  // a stable word: `deposit`, `order_hold`, `settlement`, …
    LogIndex index;      // the log entry it follows from
    std::vector<Posting> postings;
    JournalId reverses{};  // the entry that this one takes back; nil: none
    friend bool operator==(const JournalEntry&, const JournalEntry&) = default;
};

// Adds a posting, unless its amount is zero.
void append_posting(std::vector<Posting>& postings, AccountKey account, Money amount);

class Accounts {
 public:
    // All postings or none; several postings to one account count as their sum. Errors, in order of
    // precedence: `empty_entry` (no postings, or one of zero), `unbalanced`, `overflow`,
    // `insufficient_funds`.
    Result<void> post(const std::vector<Posting>& postings);
    [[nodiscard]] Money balance(const AccountKey& account) const;  // zero when never used
    // Sum over every account of the currency; zero unless memory is broken.
    [[nodiscard]] Int128 total(std::string_view currency) const;
    void restore(const AccountKey& account, Money balance);
    void for_each(const std::function<void(const AccountKey&, Money)>& visit) const;  // sorted

    // One line "<organisation> <currency> <kind> <balance>" an account that is not zero, sorted, LF
    // after each: equal exactly when the balances are.
    [[nodiscard]] std::string digest_lines() const;

 private:
    std::map<AccountKey, Money> balances_;
};

}  // namespace suanpan::settlement
