#include "settlement/lease_gauges.hpp"

#include "support/seed.hpp"
#include "tests/settlement/metering.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace suanpan::settlement {
namespace {

Reading measured(std::int64_t epoch, std::int64_t seq, const Window& window, Gauges gauges,
                 std::int64_t busy_us = 0, std::optional<std::int64_t> ops = {}) {
    Reading reading;
    reading.epoch = epoch;
    reading.seq = seq;
    reading.window = window;
    reading.gauges = gauges;
    reading.counters.lot_us = busy_us;
    reading.counters.busy_us = busy_us;
    reading.counters.ops = ops;
    return reading;
}

Gauges rtt(std::int64_t p50_us) {
    Gauges out;
    out.rtt_p50_us = p50_us;
    return out;
}

TEST(LeaseGauges, WeighsReadingsByTheSecondsInTheWindow) {
    LeaseGauges gauges;
    const MeterId meter = test_meter(1);
    gauges.add(MeterRole::kProvider, meter, measured(0, 0, between(0, 3000), rtt(10)));
    gauges.add(MeterRole::kProvider, meter, measured(0, 1, between(3000, 6000), rtt(30)));
    // 3000 s of 10, 600 s of 30.
    const auto first = gauges.samples(MeterRole::kProvider, Quantity::kRttP50, between(0, 3600));
    EXPECT_EQ(first.percentile(Ppm(833'333)), 10);
    EXPECT_EQ(first.percentile(Ppm(833'334)), 30);
    const auto second =
        gauges.samples(MeterRole::kProvider, Quantity::kRttP50, between(3600, 7200));
    EXPECT_EQ(second.percentile(Ppm(1)), 30);
    EXPECT_TRUE(gauges.samples(MeterRole::kBuyer, Quantity::kRttP50, between(0, 3600)).empty());
    EXPECT_TRUE(gauges.samples(MeterRole::kProvider, Quantity::kLoss, between(0, 3600)).empty());
}

TEST(LeaseGauges, RatesAreTakenBetweenNeighboursOfOneEpoch) {
    LeaseGauges gauges;
    const MeterId meter = test_meter(1);
    const auto rates = [&](std::int64_t from, std::int64_t to) {
        return gauges.samples(MeterRole::kBuyer, Quantity::kRate, between(from, to))
            .percentile(Ppm(kPpm));
    };
    gauges.add(MeterRole::kBuyer, meter, measured(0, 2, between(20, 30), {}, 30'000'000, 9'000));
    EXPECT_EQ(rates(0, 100), std::nullopt) << "its neighbour is missing";
    gauges.add(MeterRole::kBuyer, meter, measured(0, 0, between(0, 10), {}, 10'000'000, 1'000));
    EXPECT_EQ(rates(0, 10), 100);
    gauges.add(MeterRole::kBuyer, meter, measured(0, 1, between(10, 20), {}, 20'000'000, 3'000));
    EXPECT_EQ(rates(10, 20), 200);
    EXPECT_EQ(rates(20, 30), 600);
    const Reading third = measured(0, 2, between(20, 30), {}, 30'000'000, 9'000);
    EXPECT_EQ(gauges.rate_mcu(MeterRole::kBuyer, meter, third), 600);
    EXPECT_EQ(gauges.rate_mcu(MeterRole::kOperator, meter, third), std::nullopt);
    gauges.add(MeterRole::kBuyer, meter, measured(1, 0, between(30, 40), {}, 5'000'000, 3'500));
    EXPECT_EQ(rates(30, 40), 700);
    gauges.forget_before(at(20));
    EXPECT_EQ(rates(20, 30), 600) << "the last reading before is kept";
    EXPECT_EQ(rates(0, 10), std::nullopt);
}

TEST(LeaseGauges, WhereTheSidesDisagreeTheWorseCounts) {
    LeaseGauges gauges;
    const std::vector<Guarantee> guarantees{
        {Quantity::kRttP50, Ppm(500'000), {{20, Ppm(100'000)}}},
        {Quantity::kLoss, Ppm(990'000), {{1'000, Ppm(50'000)}}}};
    gauges.add(MeterRole::kProvider, test_meter(1), measured(0, 0, between(0, 60), rtt(15)));
    gauges.add(MeterRole::kBuyer, test_meter(2), measured(0, 0, between(0, 60), rtt(25)));
    const std::vector<MissedGuarantee> missed{
        {Quantity::kRttP50, Ppm(500'000), 25, Ppm(100'000), Ppm(100'000)}};
    EXPECT_EQ(gauges.judge(guarantees, between(0, 3600)), missed);
    gauges.add(MeterRole::kOperator, test_meter(3), measured(0, 0, between(0, 60), rtt(19)));
    EXPECT_EQ(gauges.judge(guarantees, between(0, 3600)), missed) << "the probe does not bill";
    EXPECT_TRUE(gauges.judge(guarantees, between(3600, 7200)).empty());
}

TEST(LeaseGauges, OrderRepeatsAndRestartsDoNotMatter) {
    std::mt19937_64 random(support::test_seed());
    const auto below = [&](std::int64_t n) {
        return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
    };
    for (int round = 0; round < 50; ++round) {
        struct Sent {
            MeterRole role;
            MeterId meter;
            Reading reading;
        };
        std::vector<Sent> sent;
        for (std::uint8_t meter = 1; meter <= 4; ++meter) {
            const auto role = MeterRole(meter % 3);
            std::int64_t ops = 0;
            std::int64_t busy_us = 0;
            for (std::int64_t seq = 0; seq < 20; ++seq) {
                ops += below(1'000);
                busy_us += below(60'000'000);
                Gauges gauges = rtt(below(50));
                if (below(2) == 0) gauges.loss_ppm = below(2'000);
                if (below(2) == 0) gauges.jitter_us = below(2'000);
                sent.push_back(
                    {role, test_meter(meter),
                     measured(0, seq, between(seq * 60, seq * 60 + 60), gauges, busy_us, ops)});
            }
        }
        LeaseGauges ordered;
        for (const Sent& s : sent)
            ordered.add(s.role, s.meter, s.reading);
        for (int i = 0; i < 10; ++i)
            sent.push_back(sent[static_cast<std::size_t>(below(80))]);
        std::shuffle(sent.begin(), sent.end(), random);
        LeaseGauges shuffled;
        for (const Sent& s : sent) {
            shuffled.add(s.role, s.meter, s.reading);
            if (below(20) == 0) shuffled = *LeaseGauges::restore(shuffled.snapshot());
        }
        ASSERT_EQ(shuffled, ordered);
        ASSERT_TRUE(is_canonical_json(ordered.snapshot()));
    }
}

TEST(LeaseGauges, RefusesDamagedSnapshots) {
    EXPECT_EQ(LeaseGauges::restore("").error().code(), "bad_snapshot");
    EXPECT_EQ(LeaseGauges::restore("{}").error().code(), "bad_snapshot");
    EXPECT_EQ(LeaseGauges::restore("[{}]").error().code(), "bad_snapshot");
    EXPECT_TRUE(LeaseGauges::restore("[]")->empty());
}

}  // namespace
}  // namespace suanpan::settlement
