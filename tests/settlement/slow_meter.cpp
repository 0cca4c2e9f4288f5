#include "tests/settlement/slow_meter.hpp"

#include <algorithm>
#include <tuple>

namespace suanpan::settlement {
namespace {

// Value of the line (from, a)–(to, b) at `x`, rounded down.
std::int64_t value_at(Time from, std::int64_t a, Time to, std::int64_t b, Time x) {
    const Int128 rise = Int128{b} - a;
    return a + static_cast<std::int64_t>(rise * (x.value - from.value) / (to.value - from.value));
}

}  // namespace

bool SlowMeter::Side::in() const {
    return std::find(seconds.begin(), seconds.end(), false) == seconds.end();
}

std::vector<SlowMeter::Point>& SlowMeter::points(const Key& key) {
    auto& list = points_[key];
    if (list.empty()) {
        Point start;
        start.reading.epoch = -1;
        start.reading.seq = -1;
        start.reading.window = Window{active_.start, active_.start};
        start.at = active_.start;
        list.push_back(start);
    }
    return list;
}

bool SlowMeter::adjacent(const Point& left, const Point& right) {
    if (left.reading.epoch == right.reading.epoch) {
        return left.reading.seq + 1 == right.reading.seq;
    }
    return right.reading.seq == 0 && left.reading.window.end == right.reading.window.start;
}

bool SlowMeter::linked(const Point& left, const Point& right) {
    if (left.reading.epoch != right.reading.epoch) {
        return right.reading.seq == 0 && right.reading.prev == Hash{};
    }
    return adjacent(left, right) && right.reading.prev == left.reading.hash &&
           left.reading.window.end == right.reading.window.start;
}

SlowMeter::Line SlowMeter::line(const Point& left, const Point& right) const {
    const bool same = left.reading.epoch == right.reading.epoch;
    const Counters from = same ? left.reading.counters : Counters{};
    Line out{};
    out.from = same || right.reading.seq > 0 ? left.at : right.reading.window.start;
    out.to = right.reading.window.end;
    out.lot_from = from.lot_us;
    out.busy_from = from.busy_us;
    out.lot_to = right.reading.counters.lot_us;
    out.busy_to = right.reading.counters.busy_us;
    out.linked = linked(left, right);
    out.estimated =
        !out.linked || right.reading.estimated || (same && left.at != left.reading.window.end);
    out.indices = right.indices;
    if (same) out.indices.insert(left.indices.begin(), left.indices.end());
    return out;
}

std::string SlowMeter::judge_pair(const Point& left, const Point& right) const {
    if (right.reading.window.start < left.reading.window.end) return "1bad_window";
    const auto sinks = [](const std::optional<std::int64_t>& a,
                          const std::optional<std::int64_t>& b) { return a && b && *b < *a; };
    const Counters& a = left.reading.counters;
    const Counters& b = right.reading.counters;
    if (left.reading.epoch == right.reading.epoch &&
        (b.lot_us < a.lot_us || b.busy_us < a.busy_us || sinks(a.ops, b.ops))) {
        return "2counter_not_monotone";
    }
    const Line l = line(left, right);
    const Int128 most = Int128{lease_.lots.value} * (l.to.value - l.from.value) * 1'000'000;
    if (l.lot_to - l.lot_from > most) return "3too_much_lot_time";
    if (l.busy_to - l.busy_from > l.lot_to - l.lot_from) return "4too_much_busy_time";
    return "9";
}

std::string SlowMeter::judge(const Key& key, const Reading& reading, Time received,
                             LogIndex index) {
    const auto found = points_.find(key);
    if (found != points_.end()) {
        for (const Point& point : found->second) {
            if (!point.real || point.reading.epoch != reading.epoch ||
                point.reading.seq != reading.seq) {
                continue;
            }
            return point.reading.hash == reading.hash ? "duplicate" : "equivocation";
        }
    }
    const Window& window = reading.window;
    if (window.start >= window.end || window.length() > rules_.longest_reading) return "bad_window";
    if (window.end.value - received.value > rules_.future_tolerance.value) {
        return "window_in_future";
    }
    if (window.start < active_.start || window.end > active_.end) return "outside_active_time";
    if (window.end <= open_from_) return "window_final";

    Point point;
    point.reading = reading;
    point.at = window.end;
    point.real = true;
    point.indices = {index};
    auto& list = points(key);
    const auto next = std::find_if(list.begin(), list.end(), [&](const Point& other) {
        return std::pair(other.reading.epoch, other.reading.seq) >
               std::pair(reading.epoch, reading.seq);
    });
    const Point& left = *std::prev(next);
    std::string fault = judge_pair(left, point);
    if (next != list.end()) fault = std::min(fault, judge_pair(point, *next));
    if (fault != "9") return fault.substr(1);
    const bool gap = !linked(left, point) || window.start != left.reading.window.end;
    list.insert(next, point);
    return gap ? "gap" : "accepted";
}

SlowMeter::Side SlowMeter::side(MeterRole role, const Window& window) const {
    Side out;
    out.seconds.resize(static_cast<std::size_t>(window.length().value));
    for (const auto& [key, list] : points_) {
        if (key.first != role) continue;
        for (std::size_t i = 1; i < list.size(); ++i) {
            const Line l = line(list[i - 1], list[i]);
            const Time from = std::max(l.from, window.start);
            const Time to = std::min(l.to, window.end);
            if (from >= to || !list[i].real) continue;
            out.spoke = true;
            out.lot += value_at(l.from, l.lot_from, l.to, l.lot_to, to) -
                       value_at(l.from, l.lot_from, l.to, l.lot_to, from);
            out.busy += value_at(l.from, l.busy_from, l.to, l.busy_to, to) -
                        value_at(l.from, l.busy_from, l.to, l.busy_to, from);
            if (l.estimated || from != l.from || to != l.to) out.estimated = true;
            out.indices.insert(l.indices.begin(), l.indices.end());
            for (Time t = from; l.linked && t < to; ++t.value) {
                out.seconds[static_cast<std::size_t>(t.value - window.start.value)] = true;
            }
        }
    }
    const Int128 most = Int128{lease_.lots.value} * window.length().value * 1'000'000;
    out.lot = std::min(out.lot, most);
    out.busy = std::min(out.busy, out.lot);
    return out;
}

std::vector<Window> SlowMeter::windows() const {
    std::vector<Window> out;
    const std::int64_t step = rules_.billing_window.value;
    for (Time t = active_.start; t < active_.end;) {
        const Time end = std::min(Time(t.value - t.value % step + step), active_.end);
        out.push_back(Window{t, end});
        t = end;
    }
    return out;
}

void SlowMeter::settle(Time now, LogIndex index) {
    now_ = std::max(now_, now);
    for (const Window& window : windows()) {
        if (window.end > now_ || final_.contains(window.start)) continue;
        const Side p = side(MeterRole::kProvider, window);
        const Side b = side(MeterRole::kBuyer, window);
        const bool both = p.in() && (!lease_.buyer_metered || b.in());
        if (!both && now_.value - window.end.value < rules_.deadline.value) continue;
        FinalWindow out;
        out.lease = lease_.id;
        out.window = window;
        out.final_at = index;
        const bool buyer = lease_.buyer_metered && b.spoke;
        const Side* counts = p.spoke ? &p : buyer ? &b : nullptr;
        Int128 lot = counts == nullptr ? 0 : counts->lot;
        Int128 busy = counts == nullptr ? 0 : counts->busy;
        if (p.spoke && buyer) {
            const Int128 apart = p.lot > b.lot ? p.lot - b.lot : b.lot - p.lot;
            const Int128 most = Int128{lease_.lots.value} * window.length().value * 1'000'000;
            bool agree = apart <= std::max(Int128{rules_.mismatch_floor_us},
                                           p.lot * rules_.mismatch_tolerance.value / 1'000'000);
            for (const Ppm step : rules_.availability_steps) {
                const auto above = [&](Int128 l) { return l * 1'000'000 >= most * step.value; };
                agree = agree && above(p.lot) == above(b.lot);
            }
            const Int128 busy_apart = p.busy > b.busy ? p.busy - b.busy : b.busy - p.busy;
            if (busy_apart > std::max(Int128{rules_.mismatch_floor_us},
                                      p.busy * rules_.mismatch_tolerance.value / 1'000'000))
                busy = std::min(p.busy, b.busy);
            if (!agree) {
                lot = std::min(p.lot, b.lot);
                busy = std::min({p.busy, b.busy, lot});
                out.disputed_us = static_cast<std::int64_t>(apart);
            }
        }
        out.lot_us = static_cast<std::int64_t>(lot);
        out.busy_us = static_cast<std::int64_t>(busy);
        std::set<LogIndex> indices;
        if (p.spoke) indices.insert(p.indices.begin(), p.indices.end());
        if (buyer) indices.insert(b.indices.begin(), b.indices.end());
        out.estimated = (p.spoke && p.estimated) || (buyer && b.estimated);
        out.readings.assign(indices.begin(), indices.end());
        final_.insert(window.start);
        ready_.push_back(out);
    }
    const Time before = open_from_;
    for (const Window& window : windows()) {
        if (window.start == open_from_ && final_.contains(window.start)) open_from_ = window.end;
    }
    if (open_from_ != before) pin();
}

// What was billed up to open_from_ from a line that a late reading could still bend stays as it is:
// the line goes on from its value there.
void SlowMeter::pin() {
    for (auto& [key, list] : points_) {
        for (std::size_t i = 1; i < list.size(); ++i) {
            const Point left = list[i - 1];
            const Point& right = list[i];
            const Line l = line(left, right);
            if (left.reading.window.end > open_from_ || right.reading.window.start <= open_from_ ||
                adjacent(left, right) || l.from >= open_from_) {
                continue;
            }
            Point cut = left;
            cut.real = false;
            cut.order = left.order + 1;
            if (left.reading.epoch != right.reading.epoch) {
                cut = Point{};
                cut.reading.epoch = right.reading.epoch;
                cut.reading.seq = -1;
                cut.reading.window = Window{open_from_, open_from_};
            }
            cut.at = open_from_;
            cut.reading.counters.lot_us = value_at(l.from, l.lot_from, l.to, l.lot_to, open_from_);
            cut.reading.counters.busy_us =
                value_at(l.from, l.busy_from, l.to, l.busy_to, open_from_);
            cut.indices = l.indices;
            list.insert(list.begin() + static_cast<std::ptrdiff_t>(i), cut);
            break;
        }
    }
}

std::vector<std::string> SlowMeter::accept(const ReadingBatch& batch, Time received,
                                           LogIndex index) {
    settle(received, index);
    std::vector<std::string> out;
    for (const Reading& reading : batch.readings) {
        out.push_back(judge({batch.role, batch.meter}, reading, received, index));
    }
    settle(received, index);
    return out;
}

std::vector<FinalWindow> SlowMeter::take_final(Time now, LogIndex index) {
    settle(now, index);
    std::vector<FinalWindow> out = std::exchange(ready_, {});
    std::sort(out.begin(), out.end(), [](const FinalWindow& a, const FinalWindow& b) {
        return a.window.end < b.window.end;
    });
    return out;
}

}  // namespace suanpan::settlement
