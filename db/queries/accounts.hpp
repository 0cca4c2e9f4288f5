#pragma once

// Balances and the journal.

#include "core/rows.hpp"
#include "db/pool.hpp"
#include "db/queries/page.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::db {

std::vector<core::BalanceRow> list_balances(Tx& tx, const OrganisationId& organisation);

// An entry with all its postings: whoever shows it to one organisation shows that one's only.
struct JournalFilter {
    std::optional<OrganisationId> organisation;  // with a posting of it
    std::optional<std::string> currency;
    std::optional<std::string> reason;
    std::optional<Time> from;
    std::optional<Time> until;
};
// By (log index, id), whatever the page says of the newest; after an unknown id comes nothing.
Listed<settlement::JournalEntry> list_journal(Tx& tx, const JournalFilter& filter,
                                              const Page& page);

// Sums over all accounts, and over all postings of the journal, by currency: zero, both.
struct CurrencySums {
    std::string currency;
    std::string balances_micro;  // decimal integers: a sum may be beyond int64
    std::string journal_micro;
    std::int64_t accounts = 0;
};
std::vector<CurrencySums> sum_accounts(Tx& tx);

// An account's balance by the journal before `time`.
Money balance_before(Tx& tx, const settlement::AccountKey& account, Time time);

}  // namespace suanpan::db
