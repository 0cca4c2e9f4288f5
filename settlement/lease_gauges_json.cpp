// Snapshots of LeaseGauges: what a restarted core goes on from.

#include "base/time.hpp"
#include "settlement/json_fields.hpp"
#include "settlement/lease_gauges.hpp"

#include <algorithm>

namespace suanpan::settlement {
namespace {

constexpr std::array kQuantities{Quantity::kJitter, Quantity::kLoss, Quantity::kRate,
                                 Quantity::kRttP50, Quantity::kRttP99};  // in the order of names

std::string name_of(Quantity quantity) {
    return std::string(to_string(quantity));
}

}  // namespace

std::string LeaseGauges::snapshot() const {
    CanonicalWriter out;
    const auto put = [&](const char* name, const Point& point) {
        out.key(name);
        out.begin_object();
        out.field("busy_us", std::to_string(point.busy_us));
        out.field("end", suanpan::to_string(point.window.end));
        if (point.ops) out.field("ops", std::to_string(*point.ops));
        out.field("seq", std::to_string(point.at.seq));
        out.field("start", suanpan::to_string(point.window.start));
        out.end_object();
    };
    out.begin_object();
    out.key("meters");
    out.begin_array();
    for (const auto& [key, runs] : runs_) {
        out.begin_object();
        out.field("meter", suanpan::to_string(key.second));
        out.field("role", to_string(key.first));
        out.key("runs");
        out.begin_array();
        for (const Run& run : runs) {
            out.begin_object();
            out.field("epoch", std::to_string(run.first.at.epoch));
            put("first", run.first);
            put("last", run.last);
            out.end_object();
        }
        out.end_array();
        out.end_object();
    }
    out.end_array();
    out.key("windows");
    out.begin_array();
    for (const auto& [key, samples] : windows_) {
        out.begin_object();
        out.field("role", to_string(key.second));
        out.key("samples");
        out.begin_object();
        for (const Quantity quantity : kQuantities) {
            const auto found = samples.find(quantity);
            if (found != samples.end())
                write_texts(out, name_of(quantity), found->second.to_texts());
        }
        out.end_object();
        out.field("start", suanpan::to_string(key.first));
        out.end_object();
    }
    out.end_array();
    out.end_object();
    return out.take();
}

struct LeaseGauges::Reader {
    LeaseGauges& out;
    Faults faults{};

    template <typename Read>
    void each(Fields& owner, const char* name, std::initializer_list<std::string_view> members,
              const Read& read) {
        const Json* list = owner.array(name);
        if (list == nullptr) return;
        for (std::size_t i = 0; i < list->size(); ++i) {
            Fields item((*list)[i], owner.at(name) + "/" + std::to_string(i), faults, members);
            read(item);
        }
    }

    Point point(Fields& run, const char* name) {
        Point out_point;
        out_point.at.epoch = run.integer("epoch");
        const Json* found = run.get(name);
        if (found == nullptr) return out_point;
        Fields fields(*found, run.at(name), faults, {"busy_us", "end", "ops", "seq", "start"});
        out_point.at.seq = fields.integer("seq");
        out_point.window = Window{fields.time("start"), fields.time("end")};
        out_point.busy_us = fields.integer("busy_us");
        out_point.ops = fields.optional_integer("ops");
        return out_point;
    }

    void meter(Fields& fields) {
        Runs& runs = out.runs_[{fields.parsed<MeterRole>("role", parse_meter_role),
                                fields.id<MeterId>("meter")}];
        each(fields, "runs", {"epoch", "first", "last"},
             [&](Fields& run) { runs.push_back(Run{point(run, "first"), point(run, "last")}); });
    }

    void window(Fields& fields) {
        const std::pair key(fields.time("start"),
                            fields.parsed<MeterRole>("role", parse_meter_role));
        const Json* found = fields.get("samples");
        if (found == nullptr) return;
        Fields inner(*found, fields.at("samples"), faults,
                     {"jitter_us", "loss_ppm", "rate_mcu", "rtt_p50_us", "rtt_p99_us"});
        for (const Quantity quantity : kQuantities) {
            const std::string name = name_of(quantity);
            if (inner.find(name.c_str()) == nullptr) continue;
            auto samples = GaugeSamples::from_texts(inner.texts(name.c_str()));
            if (samples)
                out.windows_[key].emplace(quantity, std::move(*samples));
            else
                faults.add(inner.at(name), samples.error());
        }
    }
};

Result<void> LeaseGauges::restore(std::string_view snapshot) {
    // What the core itself has written is as long as it is: a start may not fail for its size.
    const auto root = parse_json(snapshot, JsonLimits{snapshot.size(), 6});
    if (!root || !root->is_object()) return fail("bad_snapshot", "the snapshot is no JSON object");
    LeaseGauges read(guarantees_, billing_window_);
    Reader reader{read};
    Fields fields(*root, "", reader.faults, {"meters", "windows"});
    reader.each(fields, "meters", {"meter", "role", "runs"},
                [&](Fields& item) { reader.meter(item); });
    reader.each(fields, "windows", {"role", "samples", "start"},
                [&](Fields& item) { reader.window(item); });
    if (!reader.faults.empty()) {
        return fail(Error("bad_snapshot", "the snapshot has faults", reader.faults.list()));
    }
    *this = std::move(read);
    return {};
}

}  // namespace suanpan::settlement
