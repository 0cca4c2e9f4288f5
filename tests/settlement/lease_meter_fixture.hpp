#pragma once

#include "settlement/lease_meter.hpp"
#include "tests/settlement/metering.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace suanpan::settlement {

inline constexpr std::int64_t kSecond = 1'000'000;
inline constexpr std::int64_t kHour = 3600;
inline constexpr std::int64_t kDay = 24 * kHour;

inline std::vector<LogIndex> indices(std::initializer_list<std::int64_t> values) {
    std::vector<LogIndex> out;
    for (const std::int64_t value : values)
        out.emplace_back(value);
    return out;
}

// A lease of two lots from 08:00 to 11:00, with meters of both sides.
class LeaseMeterTest : public testing::Test {
 protected:
    LeaseMeter make(bool buyer_metered = false, std::int64_t active_from = 0) {
        LeaseMeter meter(MeteredLease{test_lease(), Lots(2), between(0, 3 * kHour), buyer_metered},
                         MeteringRules{});
        meter.activate(at(active_from));
        return meter;
    }

    // Readings of 5 minutes over [from, to) at `share` percent of the lots.
    std::vector<Reading> steady(SimulatedMeter& meter, std::int64_t from, std::int64_t to,
                                std::int64_t share = 100) {
        std::vector<Reading> out;
        for (std::int64_t start = from; start < to; start += 300) {
            out.push_back(meter.measure(between(start, start + 300), 6 * kSecond * share));
        }
        return out;
    }

    // Code of the verdict on one reading: "" when accepted, "gap", "duplicate".
    std::string send(LeaseMeter& lease, const SimulatedMeter& meter, const Reading& reading,
                     std::int64_t received, std::int64_t index = 1) {
        const auto verdicts = lease.accept(meter.batch({reading}), at(received), LogIndex(index));
        EXPECT_EQ(verdicts.size(), 1U);
        EXPECT_EQ(verdicts[0].epoch, reading.epoch);
        EXPECT_EQ(verdicts[0].seq, reading.seq);
        switch (verdicts[0].verdict) {
            case Verdict::kAccepted: return "";
            case Verdict::kAcceptedWithGap: return "gap";
            case Verdict::kDuplicate: return "duplicate";
            default: return verdicts[0].code;
        }
    }
    void send_all(LeaseMeter& lease, const SimulatedMeter& meter,
                  const std::vector<Reading>& readings, std::int64_t received, std::int64_t index) {
        const auto verdicts = lease.accept(meter.batch(readings), at(received), LogIndex(index));
        for (const ReadingVerdict& verdict : verdicts) {
            EXPECT_NE(verdict.verdict, Verdict::kRefused) << verdict.code;
        }
    }

    SimulatedMeter provider_{1, MeterRole::kProvider};
    SimulatedMeter buyer_{2, MeterRole::kBuyer};
};

}  // namespace suanpan::settlement
