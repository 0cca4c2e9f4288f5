#include "settlement/reading.hpp"

#include "base/crypto.hpp"
#include "support/seed.hpp"
#include "tests/settlement/metering.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <random>

namespace suanpan::settlement {
namespace {

ReadingBatch full_batch(std::size_t count) {
    SimulatedMeter meter(1, MeterRole::kProvider);
    std::vector<Reading> readings;
    for (std::size_t i = 0; i < count; ++i) {
        const auto start = static_cast<std::int64_t>(i) * 300;
        Reading reading = meter.measure(between(start, start + 300), 2'400'000'000, 1'000'000'000);
        reading.counters.ops = 123'456'789'012'345;
        reading.counters.energy_mj = 987'654'321'000;
        reading.counters.net_in_b = 1'099'511'627'776;
        reading.counters.net_out_b = 2'199'023'255'552;
        reading.gauges = Gauges{85'899'345'920, 1'250, 4'800, 310, 12, 950};
        readings.push_back(rehashed(meter.meter(), reading));
    }
    return meter.batch(std::move(readings));
}

std::string faults_of(const Result<ReadingBatch>& result) {
    std::string out;
    if (result) return "none";
    for (const Fault& fault : result.error().faults()) {
        out += (out.empty() ? "" : "; ") + fault.pointer + " " + fault.code;
    }
    return out;
}

// The payload of one reading, changed.
template <typename Change>
std::string faults_after(const Change& change) {
    auto parsed = parse_json(make_batch(full_batch(1)));
    Json json = *parsed;
    change(json);
    return faults_of(parse_batch(canonical_json(json)));
}

TEST(Reading, RolesRoundTrip) {
    for (const MeterRole role : {MeterRole::kProvider, MeterRole::kBuyer, MeterRole::kOperator}) {
        EXPECT_EQ(*parse_meter_role(to_string(role)), role);
    }
    EXPECT_FALSE(parse_meter_role("").has_value());
}

TEST(Reading, BatchRoundTrips) {
    const ReadingBatch batch = full_batch(3);
    const std::string payload = make_batch(batch);
    EXPECT_TRUE(is_canonical_json(payload));
    const auto back = parse_batch(payload);
    ASSERT_TRUE(back.has_value()) << faults_of(back);
    EXPECT_EQ(*back, batch);
    // Links hold over what was read.
    EXPECT_EQ(back->readings[0].hash,
              sha256(canonical_json((*parse_json(payload))["readings"][0])));
}

TEST(Reading, TheSmallestReadingHasAFixedForm) {
    SimulatedMeter meter(1, MeterRole::kBuyer);
    const std::string payload = make_batch(meter.batch({meter.measure(between(0, 300), 5, 3)}));
    EXPECT_EQ(
        payload,
        R"({"lease":"lse_0100000000000000000000002d","meter":"mtr_02000000000000000000000001",)"
        R"("readings":[{"data":{"counters":{"busy_us":"3","lot_us":"5"},"epoch":"0",)"
        R"("gauges":{},"prev":"0000000000000000000000000000000000000000000000000000000000000000",)"
        R"("quality":"measured","seq":"0","window":{"end":"2026-11-20T08:05:00Z",)"
        R"("start":"2026-11-20T08:00:00Z"}},)"
        R"("id":"lse_0100000000000000000000002d/mtr_02000000000000000000000001/0/0",)"
        R"("source":"/meters/mtr_02000000000000000000000001","specversion":"1.0",)"
        R"("time":"2026-11-20T08:05:00Z","type":"org.suanpan.reading.v1"}],"role":"buyer"})");
}

TEST(Reading, AboutFortyFullReadingsFit) {
    EXPECT_TRUE(parse_batch(make_batch(full_batch(40))).has_value());
    const auto result = parse_batch(make_batch(full_batch(80)));
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), "batch_too_large");
    EXPECT_NE(result.error().detail().find("48000"), std::string::npos);
}

TEST(Reading, OnlyCanonicalBytesAreRead) {
    const std::string payload = make_batch(full_batch(1));
    std::string spaced = payload;
    spaced.insert(1, " ");
    EXPECT_EQ(faults_of(parse_batch(spaced)), " not_canonical");
    EXPECT_EQ(faults_of(parse_batch("nonsense")), " bad_json");
    EXPECT_EQ(faults_of(parse_batch("[]")), " wrong_type");
}

TEST(Reading, NamesEachFault) {
    const auto set = [](const char* pointer, const Json& value) {
        return faults_after([&](Json& json) { json[Json::json_pointer(pointer)] = value; });
    };
    const auto drop = [](const char* parent, const char* name) {
        return faults_after([&](Json& json) { json[Json::json_pointer(parent)].erase(name); });
    };
    EXPECT_EQ(faults_after([](Json&) {}), "none");
    EXPECT_EQ(set("/extra", 1), " unknown_member");
    EXPECT_EQ(set("/readings/0/data/gauges/temperature", "1"),
              "/readings/0/data/gauges unknown_member");
    EXPECT_EQ(set("/readings", Json::array()), "/readings required");
    EXPECT_EQ(set("/readings", "x"), "/readings wrong_type");
    EXPECT_EQ(set("/role", "auditor"), "/role bad_meter_role");
    EXPECT_EQ(set("/readings/0", 5), "/readings/0 wrong_type");
    EXPECT_EQ(set("/readings/0/specversion", "0.3"), "/readings/0/specversion out_of_range");
    EXPECT_EQ(set("/readings/0/specversion", 1), "/readings/0/specversion out_of_range");
    EXPECT_EQ(set("/readings/0/type", "x"), "/readings/0/type out_of_range");
    EXPECT_EQ(set("/readings/0/source", "/meters/x"), "/readings/0/source out_of_range");
    EXPECT_EQ(set("/readings/0/id", "x"), "/readings/0/id out_of_range");
    EXPECT_EQ(set("/readings/0/data/seq", "7"), "/readings/0/id out_of_range");
    EXPECT_EQ(set("/readings/0/data/seq", 0), "/readings/0/data/seq wrong_type");
    EXPECT_EQ(set("/readings/0/data/seq", "-1"), "/readings/0/data/seq out_of_range");
    EXPECT_EQ(set("/readings/0/time", "2026-11-20T08:06:00Z"), "/readings/0/time out_of_range");
    EXPECT_EQ(set("/readings/0/data/prev", "00"), "/readings/0/data/prev bad_hex");
    EXPECT_EQ(set("/readings/0/data/window/start", "today"),
              "/readings/0/data/window/start bad_time");
    EXPECT_EQ(set("/readings/0/data/counters/lot_us", "1.5"),
              "/readings/0/data/counters/lot_us too_many_decimals");
    EXPECT_EQ(set("/readings/0/data/counters/lot_us", "-5"),
              "/readings/0/data/counters/lot_us out_of_range");
    EXPECT_EQ(set("/readings/0/data/counters/ops", "9223372036854775808"),
              "/readings/0/data/counters/ops overflow");
    EXPECT_EQ(set("/readings/0/data/gauges/jitter_us", nullptr),
              "/readings/0/data/gauges/jitter_us wrong_type");
    EXPECT_EQ(set("/readings/0/data/quality", "guessed"), "/readings/0/data/quality out_of_range");
    EXPECT_EQ(drop("/readings/0/data", "gauges"), "/readings/0/data/gauges required");
    EXPECT_EQ(drop("/readings/0/data/counters", "busy_us"),
              "/readings/0/data/counters/busy_us required");
    EXPECT_EQ(drop("/readings/0", "specversion"), "/readings/0/specversion required");
    EXPECT_EQ(drop("", "role"), "/role required");
}

TEST(Reading, ForeignLeaseAndMeterDoNotMatchTheIds) {
    EXPECT_EQ(faults_after([](Json& json) { json["lease"] = "lse_01000000000000000000000001"; }),
              "/readings/0/id out_of_range");
    EXPECT_EQ(faults_after([](Json& json) { json["meter"] = "mtr_01000000000000000000000001"; }),
              "/readings/0/source out_of_range; /readings/0/id out_of_range");
    EXPECT_EQ(faults_after([](Json& json) { json["lease"] = "mtr_01000000000000000000000001"; }),
              "/lease bad_id; /readings/0/id out_of_range");
}

TEST(Reading, AllFaultsAreNamedUpToABound) {
    const std::string two = faults_after([](Json& json) {
        json["role"] = "x";
        json["readings"][0]["data"]["epoch"] = "x";
    });
    EXPECT_EQ(two, "/role bad_meter_role; /readings/0/data/epoch bad_decimal");
    Json json = *parse_json(make_batch(full_batch(1)));
    for (int i = 0; i < 500; ++i)
        json["readings"].push_back(i);
    const auto result = parse_batch(canonical_json(json));
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().faults().size(), 32U);
}

// Any bytes give a result or an error, and what is read prints as it was.
TEST(Reading, DamagedPayloadsAreRefusedOrMeanWhatTheySay) {
    std::mt19937_64 random(support::test_seed());
    const std::string payload = make_batch(full_batch(2));
    int refused = 0;
    for (int round = 0; round < 3'000; ++round) {
        std::string damaged = payload;
        for (std::uint64_t i = 0; i <= random() % 3; ++i) {
            const auto place = random() % damaged.size();
            if (random() % 2 == 0) {
                damaged[place] = static_cast<char>('0' + random() % 10);
            } else {
                damaged.erase(place, 1 + random() % 4);
            }
        }
        const auto result = parse_batch(damaged);
        if (result) {
            EXPECT_EQ(make_batch(*result), damaged);
        } else {
            EXPECT_EQ(result.error().code(), "bad_batch");
            EXPECT_FALSE(result.error().faults().empty());
            ++refused;
        }
    }
    EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace suanpan::settlement
