#include "settlement/lease_gauges.hpp"

#include "base/time.hpp"
#include "settlement/json_fields.hpp"

#include <algorithm>

namespace suanpan::settlement {
namespace {

constexpr std::size_t kMaxSnapshotBytes = std::size_t{64} << 20U;
constexpr std::array<const char*, 4> kGaugeNames = {"rtt_p50_us", "rtt_p99_us", "jitter_us",
                                                    "loss_ppm"};

}  // namespace

void LeaseGauges::add(MeterRole role, const MeterId& meter, const Reading& reading) {
    const Gauges& gauges = reading.gauges;
    points_[{role, meter}].try_emplace(
        Key{reading.epoch, reading.seq},
        Point{reading.window,
              {gauges.rtt_p50_us, gauges.rtt_p99_us, gauges.jitter_us, gauges.loss_ppm},
              reading.counters.busy_us,
              reading.counters.ops});
}

std::optional<std::int64_t> LeaseGauges::value_of(const Chain& chain, Chain::const_iterator point,
                                                  Quantity quantity) {
    const Point& to = point->second;
    if (quantity != Quantity::kRate) return to.gauges[static_cast<std::size_t>(quantity)];
    Counters start;
    start.ops = 0;
    const auto& [epoch, seq] = point->first;
    if (seq > 0) {
        const auto before = chain.find(Key{epoch, seq - 1});
        if (before == chain.end()) return std::nullopt;
        start.busy_us = before->second.busy_us;
        start.ops = before->second.ops;
    }
    Counters end;
    end.busy_us = to.busy_us;
    end.ops = to.ops;
    return busy_rate_mcu(start, end);
}

GaugeSamples LeaseGauges::samples(MeterRole role, Quantity quantity, const Window& window) const {
    GaugeSamples out;
    for (const auto& [key, chain] : points_) {
        if (key.first != role) continue;
        for (auto point = chain.begin(); point != chain.end(); ++point) {
            const Window& measured = point->second.window;
            if (!measured.overlaps(window)) continue;
            const auto value = value_of(chain, point, quantity);
            if (!value) continue;
            out.add(*value, Duration(std::min(measured.end, window.end).value -
                                     std::max(measured.start, window.start).value));
        }
    }
    return out;
}

std::vector<MissedGuarantee> LeaseGauges::judge(const std::vector<Guarantee>& guarantees,
                                                const Window& window) const {
    std::vector<MissedGuarantee> out;
    for (const Guarantee& guarantee : guarantees) {
        const auto value = [&](MeterRole role) {
            return samples(role, guarantee.quantity, window).percentile(guarantee.percentile);
        };
        const GuaranteeOutcome judged = judge_guarantee(
            guarantee, SideValues{value(MeterRole::kProvider), value(MeterRole::kBuyer)});
        if (judged.credit.value == 0) continue;
        out.push_back({guarantee.quantity, guarantee.percentile, *judged.value, judged.credit,
                       judged.disputed});
    }
    return out;
}

std::optional<std::int64_t> LeaseGauges::rate_mcu(MeterRole role, const MeterId& meter,
                                                  const Reading& reading) const {
    const auto chain = points_.find({role, meter});
    if (chain == points_.end()) return std::nullopt;
    const auto point = chain->second.find(Key{reading.epoch, reading.seq});
    if (point == chain->second.end()) return std::nullopt;
    return value_of(chain->second, point, Quantity::kRate);
}

void LeaseGauges::forget_before(Time open_from) {
    for (auto& [key, chain] : points_) {
        for (auto point = chain.begin(); point != chain.end();) {
            const auto next = std::next(point);
            const bool needed = point->second.window.end > open_from || next == chain.end() ||
                                next->second.window.end > open_from;
            point = needed ? next : chain.erase(point);
        }
    }
}

std::string LeaseGauges::snapshot() const {
    CanonicalWriter out;
    out.begin_array();
    for (const auto& [key, chain] : points_) {
        for (const auto& [position, point] : chain) {
            const auto put = [&](const char* name, const std::optional<std::int64_t>& value) {
                if (value) out.field(name, std::to_string(*value));
            };
            out.begin_object();
            put("busy_us", point.busy_us);
            out.field("end", suanpan::to_string(point.window.end));
            put("epoch", position.first);
            put("jitter_us", point.gauges[2]);
            put("loss_ppm", point.gauges[3]);
            out.field("meter", suanpan::to_string(key.second));
            put("ops", point.ops);
            out.field("role", to_string(key.first));
            put("rtt_p50_us", point.gauges[0]);
            put("rtt_p99_us", point.gauges[1]);
            put("seq", position.second);
            out.field("start", suanpan::to_string(point.window.start));
            out.end_object();
        }
    }
    out.end_array();
    return out.take();
}

Result<LeaseGauges> LeaseGauges::restore(std::string_view snapshot) {
    const auto root = parse_json(snapshot, JsonLimits{kMaxSnapshotBytes, 4});
    if (!root || !root->is_array()) return fail("bad_snapshot", "the snapshot is no JSON list");
    LeaseGauges out;
    Faults faults;
    for (std::size_t i = 0; i < root->size(); ++i) {
        Fields fields((*root)[i], "/" + std::to_string(i), faults,
                      {"busy_us", "end", "epoch", "jitter_us", "loss_ppm", "meter", "ops", "role",
                       "rtt_p50_us", "rtt_p99_us", "seq", "start"});
        Point point;
        point.window = Window{fields.time("start"), fields.time("end")};
        for (std::size_t gauge = 0; gauge < kGaugeNames.size(); ++gauge)
            point.gauges[gauge] = fields.optional_integer(kGaugeNames[gauge]);
        point.busy_us = fields.integer("busy_us");
        point.ops = fields.optional_integer("ops");
        out.points_[{fields.parsed<MeterRole>("role", parse_meter_role),
                     fields.id<MeterId>("meter")}]
            .emplace(Key{fields.integer("epoch"), fields.integer("seq")}, point);
    }
    if (!faults.empty()) {
        return fail(Error("bad_snapshot", "the snapshot has faults", faults.list()));
    }
    return out;
}

}  // namespace suanpan::settlement
