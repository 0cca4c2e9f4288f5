#pragma once

// Signed meter readings (metering-settlement "Meters"): the payload of a DSSE envelope is the
// canonical JSON
//   {"lease":"lse_…","meter":"mtr_…","role":"provider","readings":[CloudEvent, …]}
// of one meter and one lease. Each CloudEvent 1.0 has
//   {"specversion":"1.0","type":"org.suanpan.reading.v1","source":"/meters/mtr_…","id":"lse_…/mtr_…/<epoch>/<seq>",
//    "time":<window end>,"data":{"epoch":"0","seq":"0","prev":"<hex sha256 of the previous
//    reading's canonical bytes, or 64
//    zeros>","window":{"start":…,"end":…},"counters":{"lot_us":"…","busy_us":"…", optional ops,
//    energy_mj, net_in_b, net_out_b},"gauges":{optional…},"quality":"measured"|"estimated"}}
// Integers are decimal strings. Unknown members are refused.

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::settlement {

inline constexpr std::string_view kReadingsPayloadType = "application/vnd.suanpan.readings+json";
// In base64, in its envelope, in its entry, a batch must fit the 65,535 bytes of a log entry.
inline constexpr std::size_t kMaxBatchBytes = 48'000;

enum class MeterRole : std::uint8_t { kProvider, kBuyer, kOperator };
std::string_view to_string(MeterRole role);
Result<MeterRole> parse_meter_role(std::string_view text);

struct Counters {
    std::int64_t lot_us = 0;          // cumulative lot-microseconds available since the epoch began
    std::int64_t busy_us = 0;         // of those, busy
    std::optional<std::int64_t> ops;  // 10^9 operations
    std::optional<std::int64_t> energy_mj;
    std::optional<std::int64_t> net_in_b;
    std::optional<std::int64_t> net_out_b;
    friend bool operator==(const Counters&, const Counters&) = default;
};

struct Gauges {
    std::optional<std::int64_t> memory_max_b;
    std::optional<std::int64_t> rtt_p50_us;
    std::optional<std::int64_t> rtt_p99_us;
    std::optional<std::int64_t> jitter_us;
    std::optional<std::int64_t> loss_ppm;
    std::optional<std::int64_t> clock_error_us;
    friend bool operator==(const Gauges&, const Gauges&) = default;
};

struct Reading {
    std::int64_t epoch = 0;
    std::int64_t seq = 0;
    Hash prev{};  // zeros for the first of an epoch
    Hash hash{};  // SHA-256 of this reading's canonical bytes; computed, not sent
    Window window;
    Counters counters;
    Gauges gauges;
    bool estimated = false;
    friend bool operator==(const Reading&, const Reading&) = default;
};

struct ReadingBatch {
    LeaseId lease;
    MeterId meter;
    MeterRole role = MeterRole::kProvider;
    std::vector<Reading> readings;
    friend bool operator==(const ReadingBatch&, const ReadingBatch&) = default;
};

// `payload` is the DSSE payload. Errors: `bad_batch` with faults, `batch_too_large`.
Result<ReadingBatch> parse_batch(std::string_view payload);
// Canonical payload for meters; fills in each reading's id. `hash` members are ignored.
std::string make_batch(const ReadingBatch& batch);
// The id of a CloudEvent: lease/meter/epoch/seq.
std::string reading_id(const LeaseId& lease, const MeterId& meter, std::int64_t epoch,
                       std::int64_t seq);
// Canonical bytes of one reading of a batch, and their hash: what the next reading names as `prev`.
Hash reading_hash(const LeaseId& lease, const MeterId& meter, const Reading& reading);

}  // namespace suanpan::settlement
