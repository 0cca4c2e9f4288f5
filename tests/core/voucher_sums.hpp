#pragma once

// What must hold of vouchers after every command, whatever it was.

#include "core/market.hpp"

#include <gtest/gtest.h>

#include <map>

namespace suanpan::core {

// Every programme and grant adds up; the holders' accounts have exactly what is not redeemed; and
// orders and leases reserve exactly what the book says. Money is neither made nor lost.
inline void expect_vouchers_add_up(const Market& market) {
    using settlement::AccountKey;
    using settlement::AccountKind;
    ASSERT_TRUE(market.vouchers().adds_up());
    const Rows state = market.state();
    std::map<AccountKey, std::int64_t> sums;
    for (const ProgrammeRow& row : state.programmes) {
        const auto totals = market.vouchers().totals(row.state.programme.id);
        const std::string& currency = row.state.programme.currency;
        ASSERT_TRUE(market.total(currency) == 0);
        sums[{row.holder, currency, AccountKind::kBudget}] +=
            totals.ungranted.value + totals.granted.value + totals.expired.value;
        sums[{row.holder, currency, AccountKind::kReserved}] += totals.reserved.value;
    }
    for (const auto& [account, sum] : sums)
        ASSERT_EQ(market.balance(account).value, sum) << settlement::to_string(account.kind);
    std::size_t holders = 0;
    for (const OrderRow& order : state.orders) {
        if (!order.voucher) continue;
        const settlement::ReservationKey key{order.voucher->grant, order.view.terms.id.bytes};
        ASSERT_EQ(market.vouchers().reserved(key), order.voucher->reserved);
        if (order.voucher->reserved.value > 0) ++holders;
    }
    for (const LeaseRow& lease : state.leases) {
        if (!lease.voucher) continue;
        const Money left = market.vouchers().reserved({lease.voucher->grant, lease.id.bytes});
        ASSERT_LE(left, lease.voucher->reserved);
        if (left.value > 0) ++holders;
    }
    ASSERT_EQ(market.vouchers().reservations().size(), holders);
}

}  // namespace suanpan::core
