#pragma once

// What must hold of the market whatever its rules did (design README, Invariants 1 and 2), checked
// apart from the code that keeps it.

#include "apps/suanpan-audit/fault.hpp"
#include "core/market.hpp"
#include "core/rows.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace suanpan::audit {

/// Sums of the balances, by currency and kind of account.
using MoneySums = std::map<std::string, std::map<std::string, Money>>;

/// Codes: `overflow`.
Audited<MoneySums> sum_balances(const core::Rows& state);

/// Codes: `unbalanced` (a currency's accounts do not sum to zero), `below_zero` (a balance that may
/// not be), `wrong_hold` (what is held is not what orders and leases hold), `wrong_pending`,
/// `oversold` (a pool's calendar below zero).
Audited<void> check_state(const core::Market& market, const core::Rows& state);

/// Journal entries as they come: each must sum to zero per currency.
class JournalCheck {
 public:
    void see(const core::Rows& changes);
    [[nodiscard]] Audited<void> result() const;  // code `unbalanced`
    [[nodiscard]] std::uint64_t entries() const { return entries_; }
    [[nodiscard]] std::uint64_t postings() const { return postings_; }

 private:
    std::uint64_t entries_ = 0;
    std::uint64_t postings_ = 0;
    std::optional<Fault> fault_;  // the first
};

}  // namespace suanpan::audit
