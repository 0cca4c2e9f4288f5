#pragma once

// From a final window to money (metering-settlement "The waterfall"). Exact arithmetic, each step a
// line rounded down; parts never exceed the whole and no charge exceeds its share of the lease's
// hold.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

#include <optional>
#include <vector>

namespace suanpan::settlement {

// Fees and tax as they stood when the order was accepted (schedule entry). Flat fees are per lot·h.
struct FeeTerms {
    Ppm buyer_fee{0};
    Ppm provider_fee{0};
    Price buyer_flat{0};
    Price provider_flat{0};
    Ppm buyer_tax{0};             // on A + fee_buyer, paid by the buyer on top
    Ppm provider_withholding{0};  // of A, withheld from the provider
    friend bool operator==(const FeeTerms&, const FeeTerms&) = default;
};

// One owner of a pool; shares are parts per million and sum to 1,000,000 (market §3).
struct OwnerShare {
    OrganisationId owner;
    Ppm share;
    friend bool operator==(const OwnerShare&, const OwnerShare&) = default;
};

// The contract of a lease, frozen at the trade.
struct ContractTerms {
    Price price;
    Unit price_unit = Unit::kLot;
    Rate rate;
    Lots lots;
    Window window;
    FeeTerms fees;
    friend bool operator==(const ContractTerms&, const ContractTerms&) = default;
};

struct WindowInput {
    Window window;                  // the billing window
    std::int64_t final_lot_us = 0;  // lot-microseconds that count
    Ppm credit{0};                  // of S
    Ppm discount{0};                // of S − C
    Ppm voucher_share{0};           // of A
    Money voucher_left{0};          // least of what is reserved and the caps
};

struct WaterfallLine {
    Money sale;      // S
    Money credit;    // C
    Money discount;  // D
    Money amount;    // A = S − C − D
    Money voucher;   // V
    Money buyer_fee;
    Money provider_fee;
    Money buyer_tax;
    Money withheld;
    Money buyer_pays;           // A − V + buyer_fee + buyer_tax
    Money provider_gets;        // A − provider_fee − withheld
    std::vector<Money> owners;  // provider_gets, split by title, in the order of the shares
    friend bool operator==(const WaterfallLine&, const WaterfallLine&) = default;
};

// Errors: `overflow`, `bad_terms` (ppm out of 0..1,000,000, shares that do not sum, no owners).
Result<WaterfallLine> waterfall(const ContractTerms& terms, const WindowInput& input,
                                const std::vector<OwnerShare>& owners);

// The exact worst case of a lot order or lease: price × lots × time, + fee, + tax, before rounding.
Result<ExactAmount> worst_case(const ExactAmount& sale, const FeeTerms& fees, Lots lots,
                               Duration duration);
// A lease's hold: its exact worst case rounded down (market §1).
Result<Money> lease_hold(const ContractTerms& terms);
// The part of the lease's hold that belongs to [terms.window.start, until): cumulative, rounded
// down, so that the share of a billing window is hold_until(end) − hold_until(start) and all shares
// sum to the hold.
Result<Money> hold_until(const ContractTerms& terms, Time until);

}  // namespace suanpan::settlement
