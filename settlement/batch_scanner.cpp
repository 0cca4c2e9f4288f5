#include "settlement/batch_scanner.hpp"

#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <string>

namespace suanpan::settlement {
namespace {

// Members in the order of canonical JSON. Every value is text, and what its parser accepts holds no
// character that JSON would escape, so a text that was read to its end is canonical. After the
// first thing that is not as expected nothing is read any more and values mean nothing.
class BatchScanner {
 public:
    explicit BatchScanner(std::string_view payload) : rest_(payload) {}

    std::optional<ReadingBatch> scan() {
        ReadingBatch batch;
        batch.lease = value_of(R"({"lease":)", parse_id<LeaseId>);
        batch.meter = value_of(R"(,"meter":)", parse_id<MeterId>);
        id_ = suanpan::to_string(batch.lease) + "/" + suanpan::to_string(batch.meter) + "/";
        id_prefix_ = id_.size();
        source_ = reading_source(batch.meter);
        expect(R"(,"readings":[)");
        do {
            batch.readings.push_back(event());
        } while (good_ && skip(","));
        batch.role = value_of(R"(],"role":)", parse_meter_role);
        expect("}");
        if (!good_ || !rest_.empty()) return std::nullopt;
        return batch;
    }

 private:
    Reading event() {
        const std::string_view begin = rest_;
        Reading reading;
        expect(R"({"data":{"counters":)");
        reading.counters = counters();
        reading.epoch = number(R"(,"epoch":)");
        expect(R"(,"gauges":)");
        reading.gauges = gauges();
        reading.prev = value_of(R"(,"prev":)", parse_hash);
        const std::string_view quality = text_of(R"(,"quality":)");
        reading.estimated = quality == "estimated";
        good_ = good_ && (reading.estimated || quality == "measured");
        reading.seq = number(R"(,"seq":)");
        reading.window.end = value_of(R"(,"window":{"end":)", parse_time);
        reading.window.start = value_of(R"(,"start":)", parse_time);
        id_.resize(id_prefix_);
        id_ += std::to_string(reading.epoch) + "/" + std::to_string(reading.seq);
        expect_text(R"(}},"id":)", id_);
        expect_text(R"(,"source":)", source_);
        expect_text(R"(,"specversion":)", kReadingSpecVersion);
        good_ = value_of(R"(,"time":)", parse_time) == reading.window.end && good_;
        expect_text(R"(,"type":)", kReadingEventType);
        expect("}");
        reading.hash = sha256(begin.substr(0, begin.size() - rest_.size()));
        return reading;
    }

    Counters counters() {
        Counters out;
        out.busy_us = number(R"({"busy_us":)");
        out.energy_mj = find_number(R"(,"energy_mj":)");
        out.lot_us = number(R"(,"lot_us":)");
        out.net_in_b = find_number(R"(,"net_in_b":)");
        out.net_out_b = find_number(R"(,"net_out_b":)");
        out.ops = find_number(R"(,"ops":)");
        expect("}");
        return out;
    }

    // All of them may be absent, so a comma stands before each but the first that is there.
    Gauges gauges() {
        Gauges out;
        expect("{");
        const std::string_view begin = rest_;
        const auto find = [&](std::string_view name) {
            return find_number(rest_.size() == begin.size() ? name.substr(1) : name);
        };
        out.clock_error_us = find(R"(,"clock_error_us":)");
        out.jitter_us = find(R"(,"jitter_us":)");
        out.loss_ppm = find(R"(,"loss_ppm":)");
        out.memory_max_b = find(R"(,"memory_max_b":)");
        out.rtt_p50_us = find(R"(,"rtt_p50_us":)");
        out.rtt_p99_us = find(R"(,"rtt_p99_us":)");
        expect("}");
        return out;
    }

    bool skip(std::string_view literal) {
        if (!good_ || !rest_.starts_with(literal)) return false;
        rest_.remove_prefix(literal.size());
        return true;
    }
    void expect(std::string_view literal) { good_ = skip(literal); }
    void expect_text(std::string_view member, std::string_view wanted) {
        good_ = text_of(member) == wanted && good_;
    }

    // `member` is what stands before the value.
    std::string_view text_of(std::string_view member) {
        expect(member);
        expect("\"");
        const std::size_t end = rest_.find('"');
        if (!good_ || end == std::string_view::npos) {
            good_ = false;
            return {};
        }
        const std::string_view text = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return text;
    }
    template <typename T>
    T value_of(std::string_view member, Result<T> (*parse)(std::string_view)) {
        const Result<T> value = parse(text_of(member));
        good_ = good_ && value;
        return value ? *value : T{};
    }
    std::int64_t number(std::string_view member) {
        const std::int64_t value = value_of(member, parse_integer);
        good_ = good_ && value >= 0;
        return value;
    }
    std::optional<std::int64_t> find_number(std::string_view member) {
        if (!rest_.starts_with(member)) return std::nullopt;
        return number(member);
    }
    static Result<Hash> parse_hash(std::string_view text) {
        const auto bytes = from_hex(text);
        Hash out{};
        if (!bytes || bytes->size() != out.size()) return fail("bad_hex", "64 digits are needed");
        std::copy(bytes->begin(), bytes->end(), out.begin());
        return out;
    }

    std::string_view rest_;
    bool good_ = true;
    std::string id_;  // of the reading at hand; its first part is the batch's
    std::size_t id_prefix_ = 0;
    std::string source_;
};

}  // namespace

std::optional<ReadingBatch> scan_batch(std::string_view payload) {
    return BatchScanner(payload).scan();
}

}  // namespace suanpan::settlement
