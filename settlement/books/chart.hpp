#pragma once

// The chart of accounts: the ledger's postings as a bookkeeper writes them, debits above zero.
//
// The operator's books hold whole entries. What it keeps for others is what it owes them, so every
// sign is the opposite of the ledger's (settlement/accounts.hpp):
//
//   cash, receivable                          Assets:<organisation>:<account>
//   fees                                      Income:<organisation>:Fees
//   all others                                Liabilities:<organisation>:<account>
//
// An organisation's own books hold its own postings, with the ledger's signs: they are its claims
// on the exchange. What an entry leaves open is what the organisation got or gave for it:
//
//   available, held, bond, pending            Assets:Exchange:<account>
//   budget, reserved                          Assets:Vouchers:<account>
//   receivable, tax, suspense                 Liabilities:Exchange:<account>
//   cash, fees (of the operator itself)       Assets:Exchange:Cash, Income:Exchange:Fees
//   a deposit or withdrawal, against          Assets:Bank
//   what left available and held, against     Expenses:Compute     (lease, its fee and tax)
//   what came to pending, bond, receivable    Income:Compute       (proceeds after fee and tax)
//   what left budget and reserved, against    Expenses:Vouchers
//   the operator's own accounts, against      Equity:Members       (what it holds for others)

#include "base/checked.hpp"
#include "base/ids.hpp"
#include "settlement/accounts.hpp"

#include <optional>
#include <string>
#include <vector>

namespace suanpan::settlement {

struct Booked {
    std::string account;
    std::string currency;
    Int128 micro = 0;  // −2^63 has no opposite among 64-bit numbers
};

// Six decimals.
std::string money_text(Int128 micro);

class Chart {
 public:
    // Without an organisation: the operator's books.
    explicit Chart(std::optional<OrganisationId> organisation = std::nullopt)
        : organisation_(organisation) {}

    // Sums to zero by currency. Empty when nothing of the entry belongs into these books.
    [[nodiscard]] std::vector<Booked> book(const settlement::JournalEntry& entry) const;
    [[nodiscard]] Booked balance(const settlement::AccountKey& account, Money balance) const;

 private:
    std::optional<OrganisationId> organisation_;
};

}  // namespace suanpan::settlement
