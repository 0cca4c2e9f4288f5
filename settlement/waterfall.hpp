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

// A `metered` contract pays the busy lot-time, at least this share of the final lot-time: what was
// not delivered costs nothing, used or not.
struct MeteredUse {
    std::int64_t busy_us = 0;
    Ppm minimum_share{0};
    friend bool operator==(const MeteredUse&, const MeteredUse&) = default;
};

// What a programme pays. `price_cap` is the class's index + the programme's margin, per CU·h, as
// frozen at the trade: on the part of a price above it no voucher pays.
struct VoucherTerms {
    Ppm share{0};  // of A
    std::optional<Price> price_cap{};
    friend bool operator==(const VoucherTerms&, const VoucherTerms&) = default;
};

struct WindowInput {
    Window window;                        // the billing window
    std::int64_t final_lot_us = 0;        // lot-microseconds that count
    Ppm credit{0};                        // of S
    Ppm discount{0};                      // of S − C
    Ppm voucher_share{0};                 // of A
    Money voucher_left{0};                // least of what is reserved and the caps
    std::optional<MeteredUse> metered{};  // absent: a `reserved` contract
    std::optional<Price> voucher_cap{};   // VoucherTerms::price_cap
    std::optional<Money> buyer_held{};    // the buyer's own part of the window's hold
};

// The lot-time that S counts. REQUIRES what waterfall() asks of the lot-time.
std::int64_t paid_lot_us(const WindowInput& input);

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

// V is the least of what is left and the share of what the cap lets count, rounded down. Where that
// rounding would ask more of the buyer than `buyer_held`, which is a whole hold less a reservation
// that was rounded down itself, the programme pays those few micro-units, never more than is left.
//
// Errors, in order of precedence: `bad_fees` (a ppm out of 0..1,000,000, a flat fee below zero),
// `bad_shares` (no owners, a share below 1, a sum that is not 1,000,000), `bad_terms` (price, rate,
// lots, an empty window, a
// hold below zero), `bad_credit`, `bad_discount`, `bad_voucher` (out of their ranges),
// `bad_lot_time` (more than was sold, busy more than final, a minimum out of range), `overflow`,
// `exceeds_hold` (the buyer would pay more than `buyer_held`).
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

// The most that a programme can pay of a sale at this price: what an order or a lease reserves when
// grant and caps have it (market §7). Fees and tax are the buyer's own. Rounded down.
// `rate` is ignored for a price per CU·h. Errors: `bad_voucher`, `overflow`.
Result<Money> voucher_limit(const ExactAmount& sale, Price price, Unit unit, Rate rate,
                            const VoucherTerms& voucher);

// A fill divides what its order holds: all holds here are the buyer's and the programme's together.
// What is in neither part is the grant's again.
struct ReservationSplit {
    Money lease;
    Money rest;
    friend bool operator==(const ReservationSplit&, const ReservationSplit&) = default;
};
// The rest keeps the reservation in proportion to its hold; the lease has its own limit
// (voucher_limit), or a few micro-units of rounding more where the buyer's part of the order's hold
// would not be enough for both otherwise. REQUIRES 0 ≤ reserved ≤ order_hold, lease_limit ≥ 0,
// holds that are not negative, lease_hold + rest_hold ≤ order_hold.
ReservationSplit split_reservation(Money reserved, Money order_hold, Money lease_hold,
                                   Money rest_hold, Money lease_limit);

// The part of a lease's reservation that belongs to [terms.window.start, until): `reserved` in
// proportion to hold_until, rounded down. So the part of a billing window is the difference, it is
// never more than the window's share of the hold, and all parts sum to `reserved`.
// REQUIRES 0 ≤ reserved ≤ lease_hold. Error: `overflow`.
Result<Money> reserved_until(Money reserved, const ContractTerms& terms, Time until);

}  // namespace suanpan::settlement
