#pragma once

// What the market knows of vouchers, as rows (metering-settlement "Vouchers"); see rows.hpp.

#include "base/ids.hpp"
#include "base/units.hpp"
#include "settlement/voucher_book.hpp"

#include <optional>

namespace suanpan::core {

// Of a buy that names a grant. Fixed at its acceptance but for `reserved`.
struct OrderVoucher {
    GrantId grant;
    // The class's index then + the programme's margin, per CU·h: its leases keep it.
    std::optional<Price> price_cap{};
    // Whether the reservation stands for a part of the hold. Only where nobody whom the order may
    // meet could be refused by check_voucher_sale(); otherwise the buyer holds the whole, and what
    // a lease reserves comes back with the trade.
    bool covers = false;
    Money reserved{0};
    friend bool operator==(const OrderVoucher&, const OrderVoucher&) = default;
};

// A whole hold, less what the voucher covers.
inline Money own_part(Money whole, const std::optional<OrderVoucher>& voucher) {
    if (!voucher || !voucher->covers) return whole;
    return Money(whole.value - voucher->reserved.value);
}

// The most that an order can cost, and what a grant reserves for it.
struct OrderCost {
    Money whole;
    std::optional<OrderVoucher> voucher{};
};

struct LeaseVoucher {
    GrantId grant;
    std::optional<Price> price_cap{};
    // At the trade, for the window up to `until`: what is left of it is in the book.
    Money reserved{0};
    Time until;
    settlement::Month month{};  // of the order, whose cap it uses
    friend bool operator==(const LeaseVoucher&, const LeaseVoucher&) = default;
};

// `holder` has the accounts `budget` and `reserved`.
struct ProgrammeRow {
    settlement::ProgrammeState state;
    OrganisationId holder;
    LogIndex index;
    friend bool operator==(const ProgrammeRow&, const ProgrammeRow&) = default;
};

struct GrantRow {
    settlement::GrantState state;
    LogIndex index;
    friend bool operator==(const GrantRow&, const GrantRow&) = default;
};

// An amount of zero: there is none any more.
struct ReservationRow {
    settlement::ReservationKey key;
    settlement::Reservation reservation;
    friend bool operator==(const ReservationRow&, const ReservationRow&) = default;
};

// What the caps count: reserved and redeemed by an organisation, by the month of the reservation.
struct VoucherMonthRow {
    ProgrammeId programme;
    OrganisationId organisation;
    settlement::Month month;
    Money used;
    friend bool operator==(const VoucherMonthRow&, const VoucherMonthRow&) = default;
};

}  // namespace suanpan::core
