#include "settlement/lease_gauges.hpp"

#include "base/check.hpp"
#include "base/time.hpp"

#include <algorithm>

namespace suanpan::settlement {

LeaseGauges::LeaseGauges(std::vector<Guarantee> guarantees, Duration billing_window)
    : guarantees_(std::move(guarantees)), billing_window_(billing_window) {
    CHECK(billing_window.value > 0);
}

std::optional<std::int64_t> LeaseGauges::rate_between(const Point& from, const Point& to) {
    Counters start;
    start.busy_us = from.busy_us;
    start.ops = from.ops;
    Counters end;
    end.busy_us = to.busy_us;
    end.ops = to.ops;
    return busy_rate_mcu(start, end);
}

// The operator's probe does not bill, and what nobody guarantees is not judged.
void LeaseGauges::note(MeterRole role, Quantity quantity, const Window& window,
                       std::int64_t value) {
    const bool judged = std::ranges::any_of(
        guarantees_, [&](const Guarantee& each) { return each.quantity == quantity; });
    if (!judged || role == MeterRole::kOperator) return;
    for (Time at = window.start; at < window.end;) {
        const Time start = floor_to_grid(at, billing_window_);
        const Time end = std::min(Time(start.value + billing_window_.value), window.end);
        GaugeSamples& samples = windows_[{start, role}][quantity];
        samples.add(value, Duration(end.value - at.value));
        samples.thin(kMaxGaugeValues, guarantees_, quantity);
        at = end;
    }
}

void LeaseGauges::note_gauges(MeterRole role, const Reading& reading) {
    const Gauges& gauges = reading.gauges;
    const std::array values{std::pair(Quantity::kRttP50, gauges.rtt_p50_us),
                            std::pair(Quantity::kRttP99, gauges.rtt_p99_us),
                            std::pair(Quantity::kJitter, gauges.jitter_us),
                            std::pair(Quantity::kLoss, gauges.loss_ppm)};
    for (const auto& [quantity, value] : values) {
        if (value) note(role, quantity, reading.window, *value);
    }
}

void LeaseGauges::join(Runs& runs, Runs::iterator next, const Point& point) {
    const bool before = next != runs.begin() && std::prev(next)->last.at.is_before(point.at);
    const bool behind = next != runs.end() && point.at.is_before(next->first.at);
    if (before && behind) {
        std::prev(next)->last = next->last;
        runs.erase(next);
    } else if (before) {
        std::prev(next)->last = point;
    } else if (behind) {
        next->first = point;
    } else {
        runs.insert(next, Run{point, point});
        if (runs.size() > kMaxGaugeRuns) runs.erase(runs.begin());
    }
}

std::optional<std::int64_t> LeaseGauges::add(MeterRole role, const MeterId& meter,
                                             const Reading& reading) {
    const Point point{Position{reading.epoch, reading.seq}, reading.window,
                      reading.counters.busy_us, reading.counters.ops};
    Runs& runs = runs_[{role, meter}];
    const auto next =
        std::ranges::lower_bound(runs, point.at, {}, [](const Run& run) { return run.last.at; });
    if (next != runs.end() && next->first.at <= point.at) return std::nullopt;
    note_gauges(role, reading);
    std::optional<std::int64_t> rate;
    if (reading.seq == 0)
        rate = rate_between(Point{{}, {}, 0, 0}, point);
    else if (next != runs.begin() && std::prev(next)->last.at.is_before(point.at))
        rate = rate_between(std::prev(next)->last, point);
    if (rate) note(role, Quantity::kRate, point.window, *rate);
    if (next != runs.end() && point.at.is_before(next->first.at)) {
        if (const auto behind = rate_between(point, next->first))
            note(role, Quantity::kRate, next->first.window, *behind);
    }
    join(runs, next, point);
    return rate;
}

GaugeSamples LeaseGauges::samples(MeterRole role, Quantity quantity, Time start) const {
    const auto window = windows_.find({floor_to_grid(start, billing_window_), role});
    if (window == windows_.end()) return {};
    const auto found = window->second.find(quantity);
    return found == window->second.end() ? GaugeSamples() : found->second;
}

std::vector<MissedGuarantee> LeaseGauges::judge(const Window& window) const {
    std::vector<MissedGuarantee> out;
    for (const Guarantee& guarantee : guarantees_) {
        const auto value = [&](MeterRole role) {
            return samples(role, guarantee.quantity, window.start).percentile(guarantee.percentile);
        };
        const GuaranteeOutcome judged = judge_guarantee(
            guarantee, SideValues{value(MeterRole::kProvider), value(MeterRole::kBuyer)});
        if (judged.credit.value == 0) continue;
        out.push_back({guarantee.quantity, guarantee.percentile, *judged.value, judged.credit,
                       judged.disputed});
    }
    return out;
}

void LeaseGauges::forget_before(Time open_from) {
    windows_.erase(
        windows_.begin(),
        windows_.lower_bound({floor_to_grid(open_from, billing_window_), MeterRole::kProvider}));
    for (auto& [key, runs] : runs_) {
        // The run before an open one may still be joined from behind.
        const auto open = std::ranges::find_if(
            runs, [&](const Run& run) { return run.last.window.end > open_from; });
        const auto kept = open == runs.end() || open->first.window.end > open_from
                              ? std::max(runs.begin() + 1, open) - 1
                              : open;
        runs.erase(runs.begin(), kept);
    }
}

}  // namespace suanpan::settlement
