#pragma once

// Leases from the trade to the money, for tests of what settlement makes of them.

#include "core/settlement_preview.hpp"
#include "one_hour.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace suanpan::core {

inline constexpr std::int64_t kDay = 86'400;

// Lots at 10 a lot·h over [from, to), bought by the buyer from the seller.
inline LeaseRow trade(SmallMarket& day, std::int64_t lots, std::int64_t from, std::int64_t to,
                      matching::Billing billing = matching::Billing::kReserved,
                      const std::optional<VoucherClaim>& voucher = std::nullopt,
                      const ProjectId& project = {}) {
    const Window window = SmallMarket::hours(from, to);
    day.run(kSeller, day.sell(2, lots, "10", window));
    PlaceOrder bid = day.buy(4, lots, "10", window);
    bid.terms.billing = billing;
    bid.voucher = voucher;
    bid.terms.project = project;
    return day.run(kBuyer, bid).leases.at(0);
}

inline void hand_over(SmallMarket& day, const LeaseId& lease) {
    day.run(kSeller, AdvanceLease{lease, LeaseAction::kAccept});
    day.run(kSeller, AdvanceLease{lease, LeaseAction::kActivate});
}

// Fully delivered.
inline void read_all(SmallMarket& day, const LeaseId& lease, std::int64_t lots, std::int64_t from,
                     std::int64_t to) {
    for (std::int64_t hour = from; hour < to; ++hour) {
        const std::int64_t lot_us = lots * (hour + 1 - from) * 3'600'000'000;
        const auto outcome =
            day.run(kSeller,
                    day.reading(2, lease, hour - from, SmallMarket::hours(hour, hour + 1), lot_us));
        ASSERT_FALSE(outcome.refusal);
        ASSERT_EQ(outcome.readings.at(0).verdict, settlement::Verdict::kAccepted);
    }
}

// All that is final, in as many steps as it takes; the preview must have told what it comes to.
inline std::vector<SettlementLineRow> settle(SmallMarket& day, LogIndex from = LogIndex(0)) {
    day.take_changes_each_time = false;
    const LogIndex to = day.market.head().size;
    SettlementPreview preview{Settle{from, to}, {}, false, {}};
    while (!preview.run.closed)
        EXPECT_TRUE(day.market.preview_settlement(preview).has_value());
    std::optional<RunRow> run;
    while (!run || !run->closed)
        run = day.run(kBoss, Settle{from, to}).run.value();
    EXPECT_EQ(preview.run.totals, run->totals);
    EXPECT_EQ(preview.run.leases, run->leases);
    day.take_changes_each_time = true;
    return day.take_changes().lines;
}

}  // namespace suanpan::core
