#include "settlement/batch_scanner.hpp"

#include "support/seed.hpp"
#include "tests/settlement/metering.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace suanpan::settlement {
namespace {

class RandomBatches {
 public:
    explicit RandomBatches(std::uint64_t seed) : random_(seed) {}

    std::int64_t below(std::int64_t bound) {
        return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random_);
    }

    ReadingBatch next() {
        SimulatedMeter meter(static_cast<std::uint8_t>(below(9)), static_cast<MeterRole>(below(3)));
        std::vector<Reading> readings;
        const std::int64_t count = 1 + below(5);
        for (std::int64_t i = 0; i < count; ++i) {
            Reading reading = meter.measure(between(i * 300, i * 300 + 1 + below(300)),
                                            below(1'000'000'000), below(1'000));
            reading.estimated = below(2) == 0;
            reading.counters.ops = maybe();
            reading.counters.energy_mj = maybe();
            reading.counters.net_in_b = maybe();
            reading.counters.net_out_b = maybe();
            reading.gauges = Gauges{maybe(), maybe(), maybe(), maybe(), maybe(), maybe()};
            readings.push_back(rehashed(meter.meter(), reading));
        }
        return meter.batch(std::move(readings));
    }

 private:
    std::optional<std::int64_t> maybe() {
        if (below(2) == 0) return std::nullopt;
        return below(std::numeric_limits<std::int64_t>::max());
    }

    std::mt19937_64 random_;
};

TEST(BatchScanner, ReadsWhatMetersMake) {
    RandomBatches random(support::test_seed());
    for (int i = 0; i < 200; ++i) {
        const ReadingBatch batch = random.next();
        const auto scanned = scan_batch(make_batch(batch));
        ASSERT_TRUE(scanned.has_value());
        EXPECT_EQ(*scanned, batch);
    }
}

// Whatever is changed in the bytes: what the scanner takes, the slow way takes and reads the same.
TEST(BatchScanner, TakesNothingThatTheSlowWayRefuses) {
    constexpr std::string_view kBytes = "\"\\{}[]:,-.09aZ \n\x7f\x80";
    RandomBatches random(support::test_seed());
    int taken = 0;
    for (int i = 0; i < 3'000; ++i) {
        std::string payload = make_batch(random.next());
        const auto at = static_cast<std::size_t>(random.below(std::ssize(payload)));
        const char byte = kBytes[static_cast<std::size_t>(random.below(std::ssize(kBytes)))];
        switch (random.below(3)) {
            case 0: payload[at] = byte; break;
            case 1: payload.insert(at, 1, byte); break;
            default: payload.erase(at, 1);
        }
        const auto scanned = scan_batch(payload);
        if (!scanned) continue;
        ++taken;
        const auto parsed = parse_batch_tree(payload);
        ASSERT_TRUE(parsed.has_value()) << payload;
        EXPECT_EQ(*scanned, *parsed);
    }
    EXPECT_GT(taken, 0);  // a changed digit of a counter is no fault
}

TEST(BatchScanner, LeavesFaultsToTheSlowWay) {
    RandomBatches random(support::test_seed());
    const std::string payload = make_batch(random.next());
    EXPECT_FALSE(scan_batch(""));
    EXPECT_FALSE(scan_batch(payload + " "));
    EXPECT_FALSE(scan_batch(std::string_view(payload).substr(0, payload.size() - 1)));
    std::string no_readings = payload;
    const std::size_t list = no_readings.find('[') + 1;
    no_readings.erase(list, no_readings.rfind(']') - list);
    EXPECT_FALSE(scan_batch(no_readings));
    EXPECT_FALSE(parse_batch(no_readings).has_value());
}

}  // namespace
}  // namespace suanpan::settlement
