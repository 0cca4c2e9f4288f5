#include "settlement/reading.hpp"

#include "base/check.hpp"
#include "base/crypto.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"
#include "settlement/batch_scanner.hpp"
#include "settlement/json_fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace suanpan::settlement {
namespace {

constexpr std::array<std::string_view, 3> kRoleNames = {"provider", "buyer", "operator"};

void optional_field(CanonicalWriter& out, std::string_view name,
                    const std::optional<std::int64_t>& value) {
    if (value) out.field(name, std::to_string(*value));
}

void write_counters(CanonicalWriter& out, const Counters& counters) {
    out.begin_object();
    out.field("busy_us", std::to_string(counters.busy_us));
    optional_field(out, "energy_mj", counters.energy_mj);
    out.field("lot_us", std::to_string(counters.lot_us));
    optional_field(out, "net_in_b", counters.net_in_b);
    optional_field(out, "net_out_b", counters.net_out_b);
    optional_field(out, "ops", counters.ops);
    out.end_object();
}

void write_gauges(CanonicalWriter& out, const Gauges& gauges) {
    out.begin_object();
    optional_field(out, "clock_error_us", gauges.clock_error_us);
    optional_field(out, "jitter_us", gauges.jitter_us);
    optional_field(out, "loss_ppm", gauges.loss_ppm);
    optional_field(out, "memory_max_b", gauges.memory_max_b);
    optional_field(out, "rtt_p50_us", gauges.rtt_p50_us);
    optional_field(out, "rtt_p99_us", gauges.rtt_p99_us);
    out.end_object();
}

// The CloudEvent of one reading: the bytes that its hash covers.
void write_event(CanonicalWriter& out, const LeaseId& lease, const MeterId& meter,
                 const Reading& reading) {
    out.begin_object();
    out.key("data");
    out.begin_object();
    out.key("counters");
    write_counters(out, reading.counters);
    out.field("epoch", std::to_string(reading.epoch));
    out.key("gauges");
    write_gauges(out, reading.gauges);
    out.field("prev", to_hex(as_chars(reading.prev)));
    out.field("quality", reading.estimated ? "estimated" : "measured");
    out.field("seq", std::to_string(reading.seq));
    out.key("window");
    out.begin_object();
    out.field("end", suanpan::to_string(reading.window.end));
    out.field("start", suanpan::to_string(reading.window.start));
    out.end_object();
    out.end_object();
    out.field("id", reading_id(lease, meter, reading.epoch, reading.seq));
    out.field("source", reading_source(meter));
    out.field("specversion", kReadingSpecVersion);
    out.field("time", suanpan::to_string(reading.window.end));
    out.field("type", kReadingEventType);
    out.end_object();
}

class BatchParser {
 public:
    ReadingBatch parse(const Json& root) {
        ReadingBatch batch;
        Fields fields(root, "", faults, {"lease", "meter", "role", "readings"});
        batch.lease = fields.id<LeaseId>("lease");
        batch.meter = fields.id<MeterId>("meter");
        batch.role = fields.parsed<MeterRole>("role", parse_meter_role);
        const Json* readings = fields.array("readings");
        if (readings == nullptr) return batch;
        if (readings->empty()) faults.add("/readings", "required", "a batch has readings");
        batch.readings.reserve(readings->size());
        for (std::size_t i = 0; i < readings->size(); ++i) {
            batch.readings.push_back(
                event((*readings)[i], "/readings/" + std::to_string(i), batch));
        }
        return batch;
    }

    Faults faults;

 private:
    Reading event(const Json& value, const std::string& at, const ReadingBatch& batch) {
        Fields fields(value, at, faults, {"data", "id", "source", "specversion", "time", "type"});
        Reading reading;
        if (const Json* found = fields.get("data")) reading = data(*found, at + "/data");
        fields.constant("specversion", kReadingSpecVersion);
        fields.constant("type", kReadingEventType);
        fields.constant("source", reading_source(batch.meter));
        fields.constant("id", reading_id(batch.lease, batch.meter, reading.epoch, reading.seq));
        if (fields.time("time") != reading.window.end) {
            faults.add(at + "/time", "out_of_range", "must be the end of the window");
        }
        reading.hash = sha256(canonical_json(value));
        return reading;
    }

    Reading data(const Json& value, const std::string& at) {
        Fields fields(value, at, faults,
                      {"epoch", "seq", "prev", "window", "counters", "gauges", "quality"});
        Reading reading;
        reading.epoch = fields.integer("epoch");
        reading.seq = fields.integer("seq");
        reading.prev = fields.hash("prev");
        if (const Json* found = fields.get("window")) {
            Fields window(*found, at + "/window", faults, {"start", "end"});
            reading.window = Window{window.time("start"), window.time("end")};
        }
        if (const Json* found = fields.get("counters")) {
            reading.counters = counters(*found, at + "/counters");
        }
        if (const Json* found = fields.get("gauges")) {
            reading.gauges = gauges(*found, at + "/gauges");
        }
        reading.estimated =
            fields.parsed<bool>("quality", [](const std::string& text) -> Result<bool> {
                if (text == "measured") return false;
                if (text == "estimated") return true;
                return fail("out_of_range", "measured or estimated");
            });
        return reading;
    }

    Counters counters(const Json& value, const std::string& at) {
        Fields fields(value, at, faults,
                      {"lot_us", "busy_us", "ops", "energy_mj", "net_in_b", "net_out_b"});
        Counters out;
        out.lot_us = fields.integer("lot_us");
        out.busy_us = fields.integer("busy_us");
        out.ops = fields.optional_integer("ops");
        out.energy_mj = fields.optional_integer("energy_mj");
        out.net_in_b = fields.optional_integer("net_in_b");
        out.net_out_b = fields.optional_integer("net_out_b");
        return out;
    }

    Gauges gauges(const Json& value, const std::string& at) {
        Fields fields(value, at, faults,
                      {"memory_max_b", "rtt_p50_us", "rtt_p99_us", "jitter_us", "loss_ppm",
                       "clock_error_us"});
        Gauges out;
        out.memory_max_b = fields.optional_integer("memory_max_b");
        out.rtt_p50_us = fields.optional_integer("rtt_p50_us");
        out.rtt_p99_us = fields.optional_integer("rtt_p99_us");
        out.jitter_us = fields.optional_integer("jitter_us");
        out.loss_ppm = fields.optional_integer("loss_ppm");
        out.clock_error_us = fields.optional_integer("clock_error_us");
        return out;
    }
};

}  // namespace

std::string_view to_string(MeterRole role) {
    const auto at = static_cast<std::size_t>(role);
    CHECK(at < kRoleNames.size());
    return kRoleNames[at];
}

Result<MeterRole> parse_meter_role(std::string_view text) {
    const auto found = std::find(kRoleNames.begin(), kRoleNames.end(), text);
    if (found == kRoleNames.end()) {
        return fail("bad_meter_role", "a meter is of the provider, the buyer or the operator");
    }
    return static_cast<MeterRole>(found - kRoleNames.begin());
}

std::string reading_source(const MeterId& meter) {
    return "/meters/" + suanpan::to_string(meter);
}

std::string reading_id(const LeaseId& lease, const MeterId& meter, std::int64_t epoch,
                       std::int64_t seq) {
    return suanpan::to_string(lease) + "/" + suanpan::to_string(meter) + "/" +
           std::to_string(epoch) + "/" + std::to_string(seq);
}

Result<ReadingBatch> parse_batch(std::string_view payload) {
    if (payload.size() > kMaxBatchBytes) {
        return fail("batch_too_large",
                    "a batch has at most " + std::to_string(kMaxBatchBytes) + " bytes");
    }
    if (auto scanned = scan_batch(payload)) return std::move(*scanned);
    return parse_batch_tree(payload);
}

Result<ReadingBatch> parse_batch_tree(std::string_view payload) {
    const auto root = parse_json(payload, JsonLimits{kMaxBatchBytes, 8});
    if (!root) {
        return fail(Error("bad_batch", "the payload is not JSON",
                          {Fault{"", root.error().code(), root.error().detail()}}));
    }
    if (canonical_json(*root) != payload) {
        return fail(Error("bad_batch", "the payload is not canonical JSON",
                          {Fault{"", "not_canonical", "RFC 8785 bytes are what is signed"}}));
    }
    BatchParser parser;
    ReadingBatch batch = parser.parse(*root);
    if (!parser.faults.empty()) {
        return fail(Error("bad_batch", "the batch has faults", parser.faults.list()));
    }
    return batch;
}

std::string make_batch(const ReadingBatch& batch) {
    CanonicalWriter out;
    out.begin_object();
    out.field("lease", suanpan::to_string(batch.lease));
    out.field("meter", suanpan::to_string(batch.meter));
    out.key("readings");
    out.begin_array();
    for (const Reading& reading : batch.readings) {
        write_event(out, batch.lease, batch.meter, reading);
    }
    out.end_array();
    out.field("role", to_string(batch.role));
    out.end_object();
    return out.take();
}

Hash reading_hash(const LeaseId& lease, const MeterId& meter, const Reading& reading) {
    CanonicalWriter out;
    write_event(out, lease, meter, reading);
    return sha256(out.take());
}

}  // namespace suanpan::settlement
