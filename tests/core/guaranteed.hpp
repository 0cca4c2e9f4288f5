#pragma once

// A lease with guarantees that both sides measure, for tests of what a missed one credits.

#include "any_meter.hpp"
#include "delivery.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace suanpan::core {

inline constexpr std::int64_t kSliceS = 300;

// 99 % of the time the 99th percentile of round trips is at most 20 ms, else 10 % are credited,
// beyond 50 ms 30 %; half of the time less than 0.1 % is lost, else 5 %.
inline std::vector<settlement::Guarantee> test_guarantees() {
    using settlement::Quantity;
    return {{Quantity::kRttP99, Ppm(990'000), {{20'000, Ppm(100'000)}, {50'000, Ppm(300'000)}}},
            {Quantity::kLoss, Ppm(500'000), {{1'000, Ppm(50'000)}}}};
}

inline settlement::Gauges gauges_of(std::optional<std::int64_t> rtt_us,
                                    std::optional<std::int64_t> loss_ppm = {}) {
    settlement::Gauges out;
    out.rtt_p99_us = rtt_us;
    out.loss_ppm = loss_ppm;
    return out;
}

// Two lots at 10 a lot·h from hour 1 on, handed over. Fees are 1 % of the buyer and 2 % of the
// provider.
class GuaranteedLease {
 public:
    explicit GuaranteedLease(const std::vector<settlement::Guarantee>& guarantees,
                             std::int64_t hours = 1, bool buyer_metered = true) {
        SetSchedule schedule = small_schedule();
        schedule.guarantees["standard"] = guarantees;
        day.run(kBoss, schedule);
        day.run(kSeller, seller.registration(kSeller));
        if (buyer_metered) day.run(kBuyer, buyer.registration(kBuyer));
        day.run(kBoss, probe.registration(kBoss));
        lease = trade(day, kLots, 1, 1 + hours);
        hand_over(day, lease.id);
    }

    static Window slice(std::int64_t hour, std::int64_t number) {
        const Time start(SmallMarket::hours(hour, hour + 1).start.value + number * kSliceS);
        return {start, Time(start.value + kSliceS)};
    }
    // Five minutes, fully delivered.
    CommandOutcome send(AnyMeter& meter, const OrganisationId& owner, const Window& window,
                        const settlement::Gauges& gauges) {
        day.now = std::max(day.now, window.end);
        return day.run(owner,
                       meter.reading(lease.id, {window, kLots * kSliceS * 1'000'000, gauges}));
    }
    // An hour in which nothing changes.
    void measure(std::int64_t hour, const settlement::Gauges& p,
                 const std::optional<settlement::Gauges>& b) {
        for (std::int64_t i = 0; i < 12; ++i) {
            send(seller, kSeller, slice(hour, i), p);
            if (b) send(buyer, kBuyer, slice(hour, i), *b);
        }
    }

    static constexpr std::int64_t kLots = 2;
    SmallMarket day;
    AnyMeter seller{20, settlement::MeterRole::kProvider};
    AnyMeter buyer{21, settlement::MeterRole::kBuyer};
    AnyMeter probe{22, settlement::MeterRole::kOperator};
    LeaseRow lease;
};

}  // namespace suanpan::core
