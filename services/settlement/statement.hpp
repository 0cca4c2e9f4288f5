#pragma once

// An organisation's statement over a period: what its accounts held before and after, what moved
// them, and the settlement lines it is a party to.

#include "core/rows.hpp"
#include "db/pool.hpp"
#include "db/queries/settlements.hpp"
#include "db/queries/statements.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::services {

struct AccountPeriod {
    Money opening;
    Money closing;
    std::map<std::string, Money> movements;  // by reason; opening + these = closing
};

// What the lines come to for the organisation, in one currency.
struct StatementTotals {
    std::int64_t lines = 0;
    Int128 lot_us = 0;
    Money bought;  // amounts of the leases it bought (A)
    Money buyer_fees;
    Money buyer_tax;
    Money paid;  // buyer_pays
    Money sold;  // amounts of the leases it sold
    Money provider_fees;
    Money withheld;
    Money received;  // its own share as owner
};

struct Statement {
    OrganisationId organisation;
    Time from;
    Time until;
    std::map<std::pair<std::string, std::string>, AccountPeriod> accounts;  // (currency, account)
    std::map<std::string, StatementTotals> totals;                          // by currency
    std::vector<db::LineInfo> lines;  // windows that ended in (from, until]
};

inline constexpr std::int64_t kMaxStatementLines = 50'000;

// Accounts by journal time in [from, until). Error `too_many_lines`: narrow the period.
Result<Statement> make_statement(db::Pool& database, const OrganisationId& organisation, Time from,
                                 Time until);

}  // namespace suanpan::services
