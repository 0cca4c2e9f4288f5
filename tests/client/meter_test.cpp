#include "client/meter.hpp"

#include "base/dsse.hpp"

#include <gtest/gtest.h>

namespace suanpan::client {
namespace {

using settlement::MeterRole;
using settlement::ReadingBatch;

constexpr std::int64_t kHourUs = 3'600'000'000;

MeterId some_meter() {
    MeterId id;
    id.bytes[15] = 7;
    return id;
}

LeaseId some_lease() {
    LeaseId id;
    id.bytes[15] = 9;
    return id;
}

std::vector<Measurement> hours(std::int64_t from, std::int64_t count) {
    std::vector<Measurement> out;
    for (std::int64_t i = from; i < from + count; ++i) {
        Measurement one;
        one.window = {Time(i * 3'600), Time((i + 1) * 3'600)};
        one.lot_us = kHourUs;
        one.busy_us = kHourUs / 2;
        out.push_back(one);
    }
    return out;
}

ReadingBatch opened(const Meter& meter, const std::string& json) {
    const auto envelope = parse_envelope(json);
    EXPECT_TRUE(envelope) << envelope.error().detail();
    EXPECT_TRUE(verify(*envelope, meter.public_key()));
    auto batch = settlement::parse_batch(envelope->payload);
    EXPECT_TRUE(batch) << batch.error().detail();
    return batch ? std::move(*batch) : ReadingBatch();
}

TEST(Meter, SignsBatchesThatTheServersParserTakes) {
    Meter meter(some_meter(), MeterRole::kProvider, Seed{1, 2, 3});
    const auto envelopes = meter.sign(some_lease(), hours(0, 3));
    ASSERT_EQ(envelopes.size(), 1U);
    const ReadingBatch batch = opened(meter, envelopes[0]);
    EXPECT_EQ(batch.lease, some_lease());
    EXPECT_EQ(batch.meter, some_meter());
    ASSERT_EQ(batch.readings.size(), 3U);
    EXPECT_EQ(batch.readings[2].counters.lot_us, 3 * kHourUs);
    EXPECT_EQ(batch.readings[2].counters.busy_us, 3 * kHourUs / 2);
}

TEST(Meter, ChainsReadingsAcrossCallsAndEnvelopes) {
    Meter meter(some_meter(), MeterRole::kProvider, Seed{1});
    auto envelopes = meter.sign(some_lease(), hours(0, 70));
    ASSERT_EQ(envelopes.size(), 2U);
    for (const auto& more : meter.sign(some_lease(), hours(70, 5)))
        envelopes.push_back(more);
    Hash prev{};
    std::int64_t seq = 0;
    for (const auto& envelope : envelopes) {
        EXPECT_LE(envelope.size(), kMaxEnvelopeBytes);
        for (const auto& reading : opened(meter, envelope).readings) {
            EXPECT_EQ(reading.seq, seq++);
            EXPECT_EQ(reading.prev, prev);
            prev = reading.hash;
        }
    }
    EXPECT_EQ(seq, 75);
}

TEST(Meter, LeasesHaveChainsOfTheirOwnAndAResetBeginsAnEpoch) {
    Meter meter(some_meter(), MeterRole::kBuyer, Seed{1});
    LeaseId other = some_lease();
    other.bytes[14] = 1;
    (void)meter.sign(some_lease(), hours(0, 2));
    EXPECT_EQ(opened(meter, meter.sign(other, hours(0, 1)).at(0)).readings.at(0).seq, 0);
    meter.reset(some_lease());
    const auto reading = opened(meter, meter.sign(some_lease(), hours(2, 1)).at(0)).readings.at(0);
    EXPECT_EQ(reading.epoch, 1);
    EXPECT_EQ(reading.seq, 0);
    EXPECT_EQ(reading.prev, Hash{});
    EXPECT_EQ(reading.counters.lot_us, kHourUs);
}

TEST(Meter, AFullEnvelopeFitsOneLedgerEntry) {
    Meter meter(some_meter(), MeterRole::kProvider, Seed{1});
    std::vector<Measurement> full = hours(100'000, kMaxReadingsPerBatch);
    for (Measurement& one : full) {
        one.energy_mj = 1'000'000'000'000;
        one.gauges = {1'000'000'000'000, 1'000'000, 1'000'000, 1'000'000, 1'000'000, 1'000'000};
    }
    const auto envelopes = meter.sign(some_lease(), full);
    ASSERT_EQ(envelopes.size(), 1U);
    EXPECT_LE(envelopes[0].size(), kMaxEnvelopeBytes);
    EXPECT_EQ(opened(meter, envelopes[0]).readings.size(), kMaxReadingsPerBatch);
}

TEST(MeteringWindows, CutAtStepsAndBillingHours) {
    const auto windows = metering_windows({Time(3'000), Time(4'500)}, Duration(1'000));
    ASSERT_EQ(windows.size(), 3U);
    EXPECT_EQ(windows[0], (Window{Time(3'000), Time(3'600)}));
    EXPECT_EQ(windows[1], (Window{Time(3'600), Time(4'000)}));
    EXPECT_EQ(windows[2], (Window{Time(4'000), Time(4'500)}));
    EXPECT_TRUE(metering_windows({Time(60), Time(60)}, Duration(60)).empty());
}

}  // namespace
}  // namespace suanpan::client
