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

const std::vector<Guarantee> kGuarantees{
    {Quantity::kRttP50, Ppm(500'000), {{20, Ppm(100'000)}}},
    {Quantity::kLoss, Ppm(990'000), {{1'000, Ppm(50'000)}}},
    {Quantity::kJitter, Ppm(900'000), {{1'000, Ppm(50'000)}, {1'500, Ppm(60'000)}}},
    {Quantity::kRate, Ppm(50'000), {{300, Ppm(20'000)}}}};

LeaseGauges hourly(std::vector<Guarantee> guarantees = kGuarantees) {
    return LeaseGauges(std::move(guarantees), Duration(3600));
}
LeaseGauges restored(const LeaseGauges& gauges) {
    LeaseGauges out = hourly();
    EXPECT_TRUE(out.restore(gauges.snapshot()));
    return out;
}

TEST(LeaseGauges, WeighsReadingsByTheSecondsInTheWindow) {
    LeaseGauges gauges = hourly();
    const MeterId meter = test_meter(1);
    gauges.add(MeterRole::kProvider, meter, measured(0, 0, between(0, 3000), rtt(10)));
    gauges.add(MeterRole::kProvider, meter, measured(0, 1, between(3000, 6000), rtt(30)));
    // 3000 s of 10, 600 s of 30.
    const auto first = gauges.samples(MeterRole::kProvider, Quantity::kRttP50, at(0));
    EXPECT_EQ(first.percentile(Ppm(833'333)), 10);
    EXPECT_EQ(first.percentile(Ppm(833'334)), 30);
    const auto second = gauges.samples(MeterRole::kProvider, Quantity::kRttP50, at(3600));
    EXPECT_EQ(second.percentile(Ppm(1)), 30);
    EXPECT_TRUE(gauges.samples(MeterRole::kBuyer, Quantity::kRttP50, at(0)).empty());
    EXPECT_TRUE(gauges.samples(MeterRole::kProvider, Quantity::kLoss, at(0)).empty());
    EXPECT_EQ(restored(gauges), gauges);
}

TEST(LeaseGauges, RatesAreTakenBetweenNeighboursOfOneEpoch) {
    LeaseGauges gauges = hourly();
    const MeterId meter = test_meter(1);
    const auto add = [&](const Reading& reading) {
        return gauges.add(MeterRole::kBuyer, meter, reading);
    };
    // One window each.
    const auto rate = [&](std::int64_t hour) {
        return gauges.samples(MeterRole::kBuyer, Quantity::kRate, at(hour * 3600))
            .percentile(Ppm(kPpm));
    };
    const auto hour = [](std::int64_t number) {
        return between(number * 3600, number * 3600 + 10);
    };
    EXPECT_EQ(add(measured(0, 2, hour(2), {}, 30'000'000, 9'000)), std::nullopt);
    EXPECT_EQ(rate(2), std::nullopt) << "its neighbour is missing";
    EXPECT_EQ(add(measured(0, 0, hour(0), {}, 10'000'000, 1'000)), 100);
    EXPECT_EQ(rate(0), 100);
    EXPECT_EQ(add(measured(0, 1, hour(1), {}, 20'000'000, 3'000)), 200);
    EXPECT_EQ(rate(1), 200);
    EXPECT_EQ(rate(2), 600) << "its neighbour has come";
    EXPECT_EQ(add(measured(0, 1, hour(1), {}, 25'000'000, 3'000)), std::nullopt) << "a repeat";
    EXPECT_EQ(add(measured(1, 0, hour(3), {}, 5'000'000, 3'500)), 700);
    gauges = restored(gauges);
    gauges.forget_before(at(3 * 3600));
    EXPECT_EQ(rate(0), std::nullopt);
    EXPECT_EQ(rate(3), 700);
    gauges.forget_before(at(5 * 3600));
    EXPECT_EQ(add(measured(1, 1, hour(5), {}, 10'000'000, 7'500)), 800)
        << "the last reading before is kept";
}

TEST(LeaseGauges, WhereTheSidesDisagreeTheWorseCounts) {
    LeaseGauges gauges = hourly();
    gauges.add(MeterRole::kProvider, test_meter(1), measured(0, 0, between(0, 60), rtt(15)));
    gauges.add(MeterRole::kBuyer, test_meter(2), measured(0, 0, between(0, 60), rtt(25)));
    const std::vector<MissedGuarantee> missed{
        {Quantity::kRttP50, Ppm(500'000), 25, Ppm(100'000), Ppm(100'000)}};
    EXPECT_EQ(gauges.judge(between(0, 3600)), missed);
    gauges.add(MeterRole::kOperator, test_meter(3), measured(0, 0, between(0, 60), rtt(19)));
    EXPECT_EQ(gauges.judge(between(0, 3600)), missed) << "the probe does not bill";
    EXPECT_TRUE(gauges.judge(between(3600, 7200)).empty());
}

struct Sent {
    MeterRole role;
    MeterId meter;
    Reading reading;
};

std::vector<Sent> some_readings(std::mt19937_64& random) {
    const auto below = [&](std::int64_t n) {
        return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
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
    return sent;
}

TEST(LeaseGauges, OrderRepeatsAndRestartsDoNotMatter) {
    std::mt19937_64 random(support::test_seed());
    for (int round = 0; round < 50; ++round) {
        std::vector<Sent> sent = some_readings(random);
        LeaseGauges ordered = hourly();
        for (const Sent& s : sent)
            ordered.add(s.role, s.meter, s.reading);
        for (int i = 0; i < 10; ++i)
            sent.push_back(sent[random() % 80]);
        std::shuffle(sent.begin(), sent.end(), random);
        LeaseGauges shuffled = hourly();
        for (const Sent& s : sent) {
            shuffled.add(s.role, s.meter, s.reading);
            if (random() % 20 == 0) shuffled = restored(shuffled);
        }
        ASSERT_EQ(shuffled, ordered);
        ASSERT_TRUE(is_canonical_json(ordered.snapshot()));
    }
}

// The percentile of all values, where there are more of them than are kept: its credit is exact,
// and what is told of it at least as bad.
TEST(LeaseGauges, ManyValuesAreTakenTogetherWithinAStep) {
    std::mt19937_64 random(support::test_seed());
    for (int round = 0; round < 200; ++round) {
        const Guarantee guarantee{Quantity::kJitter,
                                  Ppm(1 + static_cast<std::int64_t>(random() % 1'000'000)),
                                  {{1'000, Ppm(50'000)}, {1'500, Ppm(60'000)}}};
        LeaseGauges gauges = hourly({guarantee});
        GaugeSamples all;
        for (std::int64_t seq = 0; seq < 360; ++seq) {
            Gauges said;
            said.jitter_us = static_cast<std::int64_t>(random() % 2'000);
            all.add(*said.jitter_us, Duration(10));
            gauges.add(MeterRole::kProvider, test_meter(1),
                       measured(0, seq, between(seq * 10, seq * 10 + 10), said));
        }
        const auto kept = gauges.samples(MeterRole::kProvider, Quantity::kJitter, at(0));
        ASSERT_LE(kept.size(), kMaxGaugeValues);
        const std::int64_t exact = *all.percentile(guarantee.percentile);
        const std::int64_t told = *kept.percentile(guarantee.percentile);
        ASSERT_EQ(guarantee_credit(guarantee, told), guarantee_credit(guarantee, exact));
        ASSERT_GE(told, exact);
        ASSERT_LE(told - exact, 200) << "some thirtieth of the values apart";
    }
}

// Readings were kept one by one; what a day of each second came to could not be read again. Now as
// many windows as a schedule lets wait, each with as many values as are kept, and no two readings
// of a meter that join.
TEST(LeaseGauges, TheLargestStateIsBoundedAndComesBack) {
    constexpr std::int64_t kWindows = 1'000;
    constexpr std::int64_t kEach = 66;  // two more than are kept
    LeaseGauges gauges = hourly();
    std::mt19937_64 random(support::test_seed());
    for (std::int64_t n = 0; n < kWindows * kEach; ++n) {
        Gauges said = rtt(static_cast<std::int64_t>(random() % 100'000));
        said.loss_ppm = static_cast<std::int64_t>(random() % 100'000);
        said.jitter_us = static_cast<std::int64_t>(random() % 100'000);
        const Window window = between(n * 3600 / kEach, (n + 1) * 3600 / kEach);
        for (const auto role : {MeterRole::kProvider, MeterRole::kBuyer, MeterRole::kOperator})
            gauges.add(role, test_meter(1), measured(0, n * 2 + 1, window, said, n, n));
    }
    const std::string snapshot = gauges.snapshot();
    RecordProperty("bytes", static_cast<int>(snapshot.size()));
    EXPECT_LT(snapshot.size(), 8'000'000U);
    EXPECT_EQ(restored(gauges), gauges);
    EXPECT_EQ(restored(gauges).snapshot(), snapshot);
    gauges.forget_before(at((kWindows - 1) * 3600));
    EXPECT_LT(gauges.snapshot().size(), 60'000U) << "the last runs and one window";
}

TEST(LeaseGauges, RefusesDamagedSnapshots) {
    LeaseGauges gauges;
    EXPECT_EQ(gauges.restore("").error().code(), "bad_snapshot");
    EXPECT_EQ(gauges.restore("{}").error().code(), "bad_snapshot");
    EXPECT_EQ(gauges.restore("[]").error().code(), "bad_snapshot");
    EXPECT_EQ(gauges.restore(R"({"meters":[{}],"windows":[]})").error().code(), "bad_snapshot");
    EXPECT_TRUE(gauges.restore(R"({"meters":[],"windows":[]})"));
    EXPECT_TRUE(gauges.empty());
}

}  // namespace
}  // namespace suanpan::settlement
