#pragma once

// Corrections of settled windows (metering-settlement "The waterfall", "Accounts"): the difference
// of two waterfalls, line by line, and the postings that it makes. A correction is a new entry that
// names the old one; nothing that was posted is changed.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "settlement/accounts.hpp"
#include "settlement/waterfall.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::settlement {

// after − before of every line: signed, unlike a WaterfallLine.
struct WaterfallDifference {
    Money sale;
    Money credit;
    Money discount;
    Money amount;
    Money voucher;
    Money buyer_fee;
    Money provider_fee;
    Money buyer_tax;
    Money withheld;
    Money buyer_pays;
    Money provider_gets;
    std::vector<Money> owners;  // in the order of the shares, which are the old ones
    friend bool operator==(const WaterfallDifference&, const WaterfallDifference&) = default;
    [[nodiscard]] bool is_zero() const;
};

// Both lines come from waterfall() with the same terms, title, discount and voucher terms; only the
// lot-time and the credit that follows from it may differ. The differences of several corrections
// of a window sum to the last line less the first. Error: `bad_shares` (other owners).
Result<WaterfallDifference> difference(const WaterfallLine& before, const WaterfallLine& after);

struct LineWithin {
    WaterfallLine line;
    std::int64_t lot_us = 0;   // that it is of
    std::int64_t paid_us = 0;  // of it what the sale counts
};
// The line of the largest lot-time, at most that of `input`, for which the buyer pays at most
// `most`: an upward correction takes no more than what is still held for the window (`most` = what
// was paid + that, which is its `buyer_held`). Busy lot-time shrinks with the final one. REQUIRES
// most ≥ 0.
// Errors: those of waterfall().
Result<LineWithin> waterfall_within(const ContractTerms& terms, const WindowInput& input,
                                    const std::vector<OwnerShare>& owners, Money most);

// What an owner has of which a downward correction may take; none is negative but `receivable`.
struct OwnerBalances {
    OrganisationId owner;
    Money pending;  // proceeds that nobody could draw yet
    Money bond;
    Money receivable;  // ≤ 0: what the owner owes
    friend bool operator==(const OwnerBalances&, const OwnerBalances&) = default;
};

// Of a downward correction, in this order. All ≥ 0; the last may take without limit.
struct TakenBack {
    Money pending;
    Money bond;
    Money receivable;
    friend bool operator==(const TakenBack&, const TakenBack&) = default;
};
// REQUIRES amount ≥ 0 and balances as OwnerBalances says.
TakenBack take_back(Money amount, const OwnerBalances& balances);

// Proceeds repay what their owner owes before they wait in `pending`. Both ≥ 0, sum = amount.
struct ProceedsSplit {
    Money receivable;
    Money pending;
    friend bool operator==(const ProceedsSplit&, const ProceedsSplit&) = default;
};
// REQUIRES amount ≥ 0, receivable ≤ 0.
ProceedsSplit split_proceeds(Money amount, Money receivable);

// Whom a corrected window concerns.
struct WindowParties {
    std::string currency;
    OrganisationId buyer;
    OrganisationId operator_id;
    std::optional<OrganisationId> programme;  // holder of the voucher programme's accounts
    Money buyer_held;                         // what is still held for the window
    std::vector<OwnerBalances> owners;        // in the order of the shares
};

// Postings that sum to zero; of a first settlement too, whose `before` is a line of zeros with as
// many owners. The buyer's part goes to `available` or comes from `held`, the
// programme's to `budget` or from `reserved`, fees and tax to or from the operator's accounts, the
// owners' as above. Empty when nothing differs. Errors: `bad_shares` (other owners), `bad_voucher`
// (a voucher differs without a programme), `unbalanced` (not a difference of two waterfalls),
// `exceeds_hold` (the buyer would pay more than `buyer_held`; see waterfall_within), `overflow`.
Result<std::vector<Posting>> correction_postings(const WaterfallDifference& difference,
                                                 const WindowParties& parties);

}  // namespace suanpan::settlement
