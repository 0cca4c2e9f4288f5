#pragma once

// A billing window's whole way to money (metering-settlement "The waterfall", "Service level",
// "Disputes"): what was delivered makes the credits, the credits and the agreement make the line.
// The run and the audit call this; a dispute's end calls it again.

#include "base/result.hpp"
#include "base/units.hpp"
#include "settlement/correction.hpp"
#include "settlement/service_level.hpp"
#include "settlement/waterfall.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace suanpan::settlement {

// What a window counts as delivered. The credit is that of the guarantees; the one of the
// availability follows from the lot-time.
struct Delivered {
    std::int64_t lot_us = 0;
    Ppm credit{0};
    friend bool operator==(const Delivered&, const Delivered&) = default;
};

// Frozen at the trade.
struct BillTerms {
    ContractTerms contract;
    std::optional<Ppm> minimum_share;  // of a `metered` contract; absent: `reserved`
    ServiceGrade grade;
    VoucherTerms voucher;  // a share of zero: none
};

// What the window brings with it when it is settled, and what a correction keeps.
struct BillFacts {
    Window window;
    std::int64_t busy_us = 0;  // as final; read for `metered` contracts
    Ppm discount{0};           // of the agreement and its tier
    // Least of the window's part of the reservation and the caps. Of a correction: what was
    // redeemed of it and is still reserved.
    Money voucher_left{0};
    std::vector<OwnerShare> owners;  // the title at the window's start
};

// Availability's credit and the guarantees', at most the whole sale. REQUIRES lots > 0, a window
// that is not empty, lot_us ≥ 0, a credit of 0 to 1,000,000.
Ppm window_credit(const BillTerms& terms, const Window& window, const Delivered& delivered);

// `buyer_held` as in WindowInput. Errors: those of waterfall().
Result<WaterfallLine> bill_window(const BillTerms& terms, const BillFacts& facts,
                                  const Delivered& delivered, std::optional<Money> buyer_held);

// The lot-time that S counts: of a `metered` contract less than what was delivered. REQUIRES the
// same as window_credit().
std::int64_t paid_lot_us(const BillTerms& terms, const BillFacts& facts,
                         const Delivered& delivered);

struct BillCorrection {
    WaterfallLine line;  // what counts now
    WaterfallDifference change;
    std::int64_t lot_us = 0;   // that the line is of: less than was delivered where the hold cut it
    std::int64_t paid_us = 0;  // of it what the sale counts
};
// What the end of a dispute changes, under the old terms, tier and title. The buyer pays at most
// what was paid before and is still held for the window. Errors: those of waterfall(),
// `bad_shares`, `bad_terms` (still_held below zero).
Result<BillCorrection> correct_bill(const BillTerms& terms, const BillFacts& facts,
                                    const WaterfallLine& before, const Delivered& delivered,
                                    Money still_held);

}  // namespace suanpan::settlement
