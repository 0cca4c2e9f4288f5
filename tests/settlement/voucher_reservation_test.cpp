// An order reserves part of its worst case and holds the rest; its fills, at its limit or better,
// divide both. No fill, no rest and no billing window may ever need more than what was held.

#include "settlement/waterfall.hpp"
#include "support/seed.hpp"
#include "tests/settlement/random_contracts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

namespace suanpan::settlement {
namespace {

ExactAmount sale_of(const ContractTerms& terms) {
    return *exact_amount(terms.price, terms.price_unit, terms.lots, terms.rate,
                         terms.window.length());
}

Money limit_of(const ContractTerms& terms, const VoucherTerms& voucher) {
    return *voucher_limit(sale_of(terms), terms.price, terms.price_unit, terms.rate, voucher);
}

// Of an order, rounded up (market §1).
Money order_hold(const ContractTerms& terms) {
    if (terms.lots.value == 0) return Money(0);
    return *worst_case(sale_of(terms), terms.fees, terms.lots, terms.window.length())->ceil();
}

// Every window, however much was delivered, is paid by its own parts of hold and reservation.
void settle(RandomContracts& random, const ContractTerms& lease, const VoucherTerms& voucher,
            Money reserved) {
    std::int64_t parts = 0;
    const auto owners = random.owners();
    for (const Window& window : RandomContracts::windows(lease.window)) {
        WindowInput input = random.input(lease, window);
        if (random.one_in(2)) {
            // All that was sold, without a discount: the dearest.
            input.final_lot_us = lease.lots.value * window.length().value * 1'000'000;
            input.credit = input.discount = Ppm(0);
            input.metered.reset();
        }
        input.voucher_share = voucher.share;
        input.voucher_cap = voucher.price_cap;
        input.voucher_left = Money(reserved_until(reserved, lease, window.end)->value -
                                   reserved_until(reserved, lease, window.start)->value);
        const std::int64_t whole =
            hold_until(lease, window.end)->value - hold_until(lease, window.start)->value;
        input.buyer_held = Money(whole - input.voucher_left.value);
        ASSERT_GE(input.buyer_held->value, 0);
        const auto line = waterfall(lease, input, owners);
        ASSERT_TRUE(line.has_value()) << line.error().detail();
        ASSERT_LE(line->buyer_pays, *input.buyer_held);
        ASSERT_LE(line->voucher, input.voucher_left);
        parts += whole;
    }
    ASSERT_EQ(parts, lease_hold(lease)->value);
}

TEST(VoucherReservation, FillsAndRestNeverNeedMoreThanTheOrderHeldBesideIt) {
    RandomContracts random(support::test_seed());
    std::map<std::string, int> seen;
    for (int round = 0; round < 3'000 && !testing::Test::HasFailure(); ++round) {
        ContractTerms order = random.terms();
        const VoucherTerms voucher = random.voucher(order);
        const Money limit = limit_of(order, voucher);
        std::int64_t reserved =
            random.one_in(3) ? random.below(limit.value + 1) : limit.value;  // what the grant had
        std::int64_t held = order_hold(order).value - reserved;
        ASSERT_GE(held, 0);
        std::int64_t whole = order_hold(order).value;
        while (order.lots.value > 0) {
            ContractTerms lease = order;
            lease.lots = Lots(1 + random.below(order.lots.value));
            if (random.one_in(2)) lease.price = Price(random.below(order.price.value + 1));
            order.lots.value -= lease.lots.value;
            const Money rest_hold = order_hold(order);
            const Money lease_whole = *lease_hold(lease);
            const Money lease_limit = limit_of(lease, voucher);
            const ReservationSplit split = split_reservation(Money(reserved), Money(whole),
                                                             lease_whole, rest_hold, lease_limit);
            const std::int64_t lease_held = lease_whole.value - split.lease.value;
            const std::int64_t rest_held = rest_hold.value - split.rest.value;
            ASSERT_TRUE(split.lease.value >= 0 && split.rest.value >= 0);
            ASSERT_TRUE(lease_held >= 0 && rest_held >= 0);
            ASSERT_LE(split.lease.value + split.rest.value, reserved);
            ASSERT_GE(held, lease_held + rest_held);
            ASSERT_LE(split.lease.value, lease_limit.value + 4);
            seen["exactly"] += held == lease_held + rest_held ? 1 : 0;
            seen["released"] += held > lease_held + rest_held ? 1 : 0;
            seen["over the limit"] += split.lease > lease_limit ? 1 : 0;
            reserved = split.rest.value;
            held = rest_held;
            whole = rest_hold.value;
            ASSERT_NO_FATAL_FAILURE(settle(random, lease, voucher, split.lease));
        }
    }
    for (const char* word : {"exactly", "released", "over the limit"})
        EXPECT_GT(seen[word], 0) << word;
}

}  // namespace
}  // namespace suanpan::settlement
