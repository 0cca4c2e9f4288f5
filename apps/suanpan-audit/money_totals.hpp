#pragma once

// Sums of the money in a log's entries (ledger "Audit": totals of money by account), without
// running the market: what came in and went out (`transfer`: what was approved, and payments), what
// was settled (`settlement`, every line of which must add up: metering-settlement, "The waterfall")
// and corrected (`correction`, the differences of such lines).

#include "apps/suanpan-audit/entry_hook.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::audit {

/// The parts of a settlement line, in the waterfall's order.
inline constexpr std::array<std::string_view, 11> kLineParts = {
    "sale",         "credit",    "discount", "amount",     "voucher",      "buyer_fee",
    "provider_fee", "buyer_tax", "withheld", "buyer_pays", "provider_gets"};

struct CurrencyTotals {
    std::int64_t deposits = 0;  // entries
    std::int64_t withdrawals = 0;
    std::int64_t lines = 0;
    Money deposited;
    Money withdrawn;                             // above zero
    std::array<Money, kLineParts.size()> parts;  // in the order of kLineParts

    [[nodiscard]] Money part(std::string_view name) const;  // REQUIRES one of kLineParts
};

/// Balances by kind of account, as these entries leave them; they sum to zero. What organisations
/// have available, held and pending together is one figure: holds need the replay.
struct AccountTotals {
    Money organisations;
    Money fees;
    Money tax;
    Money vouchers;  // paid by programmes: below zero
    Money cash;      // below zero: what the operator holds for everybody
};

/// For one run over one log.
class MoneyTotals {
 public:
    /// They refer to this object. Faults: `bad_entry`, `line_does_not_add_up`,
    /// `overflow`, `unknown_approval`.
    std::vector<EntryHook> hooks();

    [[nodiscard]] const std::map<std::string, CurrencyTotals>& by_currency() const {
        return totals_;
    }
    /// Error `overflow`; never for one of by_currency().
    static Result<AccountTotals> accounts(const CurrencyTotals& totals);

    [[nodiscard]] Json state() const;
    Result<void> restore(const Json& state);  // error `bad_state`

 private:
    Result<OrderedStep> transfer(const EntryView& entry);
    Result<OrderedStep> settlement(const EntryView& entry);
    Result<OrderedStep> correction(const EntryView& entry);
    Result<void> restore_requests(const Json& state);
    Result<void> restore_totals(const Json& state);
    Result<LateCheck> approve(const ApprovalId& id);
    Result<LateCheck> add_to(const std::string& currency, const CurrencyTotals& more);

    // Asked for by one person, and not yet approved by another; by the request's id.
    struct CashRequest {
        std::string currency;
        Money amount;
    };

    std::map<std::string, CurrencyTotals> totals_;
    std::map<ApprovalId, CashRequest> requests_;
};

}  // namespace suanpan::audit
