#include "settlement/bill.hpp"

#include "settlement/guarantee.hpp"

#include <algorithm>
#include <utility>

namespace suanpan::settlement {
namespace {

WindowInput input_of(const BillTerms& terms, const BillFacts& facts, const Delivered& delivered) {
    WindowInput out;
    out.window = facts.window;
    out.final_lot_us = delivered.lot_us;
    out.credit = window_credit(terms, facts.window, delivered);
    out.discount = facts.discount;
    out.voucher_share = terms.voucher.share;
    out.voucher_left = facts.voucher_left;
    out.voucher_cap = terms.voucher.price_cap;
    if (terms.minimum_share) {
        // A ruling may leave less lot-time than was busy.
        out.metered = MeteredUse{std::min(facts.busy_us, delivered.lot_us), *terms.minimum_share};
    }
    return out;
}

Result<void> check_delivered(const BillTerms& terms, const BillFacts& facts,
                             const Delivered& delivered) {
    if (terms.contract.lots.value <= 0 || facts.window.start >= facts.window.end) {
        return fail("bad_terms", "a lease has lots, and its window is not empty");
    }
    if (delivered.lot_us < 0) return fail("bad_lot_time", "lot-time is not negative");
    if (delivered.credit.value < 0 || delivered.credit.value > kPpm) {
        return fail("bad_credit", "a credit is at most the whole sale");
    }
    return {};
}

}  // namespace

Ppm window_credit(const BillTerms& terms, const Window& window, const Delivered& delivered) {
    return combined_credit(
        {availability_credit(terms.grade, terms.contract.lots, window, delivered.lot_us),
         delivered.credit});
}

Result<WaterfallLine> bill_window(const BillTerms& terms, const BillFacts& facts,
                                  const Delivered& delivered, std::optional<Money> buyer_held) {
    if (const auto checked = check_delivered(terms, facts, delivered); !checked) {
        return fail(checked.error());
    }
    WindowInput input = input_of(terms, facts, delivered);
    input.buyer_held = buyer_held;
    return waterfall(terms.contract, input, facts.owners);
}

std::int64_t paid_lot_us(const BillTerms& terms, const BillFacts& facts,
                         const Delivered& delivered) {
    return paid_lot_us(input_of(terms, facts, delivered));
}

Result<BillCorrection> correct_bill(const BillTerms& terms, const BillFacts& facts,
                                    const WaterfallLine& before, const Delivered& delivered,
                                    Money still_held) {
    if (const auto checked = check_delivered(terms, facts, delivered); !checked) {
        return fail(checked.error());
    }
    if (still_held.value < 0) return fail("bad_terms", "what is held is not negative");
    const auto most = add(before.buyer_pays, still_held);
    if (!most) return fail(most.error());
    auto within =
        waterfall_within(terms.contract, input_of(terms, facts, delivered), facts.owners, *most);
    if (!within) return fail(within.error());
    auto change = difference(before, within->line);
    if (!change) return fail(change.error());
    return BillCorrection{std::move(within->line), std::move(*change), within->lot_us,
                          within->paid_us};
}

}  // namespace suanpan::settlement
