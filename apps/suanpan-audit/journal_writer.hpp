#pragma once

// Journals for bookkeeping programs, written entry by entry: hledger, beancount, CSV.
//
// They are kept from the operator's side, as bookkeepers write them: `cash` and `receivable` are
// assets, what organisations own are liabilities, fees are income. So the sign of every amount is
// the opposite of the ledger's (settlement/accounts.hpp). Amounts have all six decimals. The
// hledger and beancount journals end with an assertion of every balance. The CSV has the ledger's
// own signs.

#include "base/result.hpp"
#include "core/rows.hpp"
#include "ledger/checkpoint.hpp"
#include "settlement/accounts.hpp"

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::audit {

/// Writes to a stream that outlives it. In this order: begin, entry…, finish.
class JournalWriter {
 public:
    virtual ~JournalWriter() = default;
    virtual void begin(const ledger::Checkpoint& checkpoint, const std::string& source) = 0;
    virtual void entry(const settlement::JournalEntry& entry) = 0;
    /// `balances`: of all accounts after the last entry, of time `last`.
    virtual void finish(const std::vector<core::BalanceRow>& balances, Time last) = 0;
};

/// Error `unknown_word` for a format other than `hledger`, `beancount`, `csv`.
Result<std::unique_ptr<JournalWriter>> make_journal_writer(std::string_view format,
                                                           std::ostream& out);

}  // namespace suanpan::audit
