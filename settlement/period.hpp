#pragma once

// Closed periods (metering-settlement "Settlement runs"): UTC months, closed in order, each with
// the balances that stood at its end. Nothing posts into a closed one; a correction of it posts
// into the open one and names what it corrects.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "settlement/accounts.hpp"
#include "settlement/month.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::settlement {

class Periods {
 public:
    // Journal entries of this time and before it. Error: `period_closed`.
    [[nodiscard]] Result<void> check_open(Time time) const;
    // The first period to be closed may be any. Errors, in order of precedence: `period_closed` (it
    // is already), `period_not_next` (closed in order, none left out), `period_not_over` (at
    // `now`).
    Result<void> close(Month month, Time now);
    [[nodiscard]] std::optional<Month> last_closed() const { return last_closed_; }
    void restore(std::optional<Month> last_closed) { last_closed_ = last_closed; }

 private:
    std::optional<Month> last_closed_;
};

// One entry a organisation: its balances that are not zero, by currency and kind.
using Balances = std::map<std::pair<std::string, AccountKind>, Money>;
struct OrganisationBalances {
    OrganisationId organisation;
    Balances balances;
    friend bool operator==(const OrganisationBalances&, const OrganisationBalances&) = default;
};

struct PeriodBalances {
    std::vector<OrganisationBalances> organisations;  // by id; those with a balance
    Balances total;                                   // over all of them
    friend bool operator==(const PeriodBalances&, const PeriodBalances&) = default;
};

// Of the accounts as they stand when the period is closed. Error: `overflow` (of a total).
Result<PeriodBalances> balances_of(const Accounts& accounts);

// The totals are the sums of the organisations' balances, and each currency's sum to zero.
bool adds_up(const PeriodBalances& balances);

}  // namespace suanpan::settlement
