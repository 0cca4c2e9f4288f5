#pragma once

// Journals for bookkeeping programs, written entry by entry: hledger, beancount, CSV.
//
// Amounts have all six decimals. Accounts and signs of hledger and beancount are those of
// settlement/books/chart.hpp; each transaction names its entry's id, reason, time and place in the
// log. A journal that does not begin with the first entry begins with the balances before it,
// asserted; both end with an assertion of every balance. The CSV has the ledger's own accounts and
// signs.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "settlement/accounts.hpp"
#include "settlement/books/text_sink.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::settlement {

struct AccountBalance {
    settlement::AccountKey account;
    Money balance;
};

// Whose books, and what is to be said above them.
struct JournalHeading {
    std::optional<OrganisationId> organisation;  // none: the operator's, of all
    std::vector<std::string> comments;           // a printable line each
};

// Writes to a sink that outlives it. In this order: begin, [opening,] entry…, finish.
class JournalWriter {
 public:
    virtual ~JournalWriter() = default;
    virtual void begin() = 0;
    // Balances before the first entry; `from`: no entry is of an earlier time.
    virtual void opening(const std::vector<AccountBalance>& balances, Time from) = 0;
    virtual void entry(const settlement::JournalEntry& entry) = 0;
    // Balances of all accounts after the last entry; `last`: no entry is of a later time.
    virtual void finish(const std::vector<AccountBalance>& balances, Time last) = 0;
};

// Error `unknown_word` for a format other than `hledger`, `beancount`, `csv`.
Result<std::unique_ptr<JournalWriter>> make_journal_writer(std::string_view format,
                                                           JournalHeading heading, TextSink& out);

std::unique_ptr<JournalWriter> make_hledger(JournalHeading heading, TextSink& out);
std::unique_ptr<JournalWriter> make_beancount(JournalHeading heading, TextSink& out);

}  // namespace suanpan::settlement
