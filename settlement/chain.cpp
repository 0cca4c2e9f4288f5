#include "settlement/chain.hpp"

#include "base/checked.hpp"

#include <algorithm>

namespace suanpan::settlement {
namespace {

// In order of precedence.
enum class PairFault : std::uint8_t { kOverlap, kCounter, kLotTime, kBusyTime, kNone };

Anchor anchor_of(const Node& node) {
    const Reading& reading = node.reading;
    return Anchor{node.key(),         reading.hash,     reading.window.end,
                  reading.window.end, reading.counters, {node.index}};
}

bool falls(const std::optional<std::int64_t>& from, const std::optional<std::int64_t>& to) {
    return from && to && *to < *from;
}

bool any_falls(const Counters& from, const Counters& to) {
    return to.lot_us < from.lot_us || to.busy_us < from.busy_us || falls(from.ops, to.ops) ||
           falls(from.energy_mj, to.energy_mj) || falls(from.net_in_b, to.net_in_b) ||
           falls(from.net_out_b, to.net_out_b);
}

// Follows the anchor directly, so that no reading of another key can come between.
bool is_adjacent(const Anchor& left, const Reading& right) {
    if (right.epoch == left.key.first) return right.seq == left.key.second + 1;
    return right.seq == 0 && right.window.start == left.end;
}

bool is_linked(const Anchor& left, const Reading& right) {
    if (right.epoch != left.key.first) return right.seq == 0 && right.prev == Hash{};
    return right.seq == left.key.second + 1 && right.prev == left.hash &&
           right.window.start == left.end;
}

// Where the curve that ends at `right` begins. A new epoch counts from nothing: from the start of
// its first reading, or, while that one is missing, from wherever the epoch before it ended.
Segment segment_of(const Anchor& left, const Reading& right, LogIndex index) {
    Segment out;
    out.lot_to = right.counters.lot_us;
    out.busy_to = right.counters.busy_us;
    out.gap = !is_linked(left, right);
    out.estimated = out.gap || right.estimated;
    if (right.epoch == left.key.first) {
        out.span = Window{left.at, right.window.end};
        out.lot_from = left.counters.lot_us;
        out.busy_from = left.counters.busy_us;
        out.estimated = out.estimated || left.at > left.end;
        out.indices = left.indices;
    } else {
        out.span = Window{right.seq == 0 ? right.window.start : left.at, right.window.end};
    }
    const auto at = std::lower_bound(out.indices.begin(), out.indices.end(), index);
    if (at == out.indices.end() || *at != index) out.indices.insert(at, index);
    return out;
}

PairFault pair_fault(const Anchor& left, const Reading& right, Lots lots) {
    if (right.window.start < left.end) return PairFault::kOverlap;
    if (right.epoch == left.key.first && any_falls(left.counters, right.counters)) {
        return PairFault::kCounter;
    }
    const Segment segment = segment_of(left, right, LogIndex(0));
    const Int128 lot = Int128{segment.lot_to} - segment.lot_from;
    const Int128 most = Int128{lots.value} * segment.span.length().value * 1'000'000;
    if (lot > most) return PairFault::kLotTime;
    if (Int128{segment.busy_to} - segment.busy_from > lot) return PairFault::kBusyTime;
    return PairFault::kNone;
}

ReadingVerdict verdict_of(const Reading& reading, Verdict verdict, std::string code = {},
                          std::string detail = {}) {
    return ReadingVerdict{reading.epoch, reading.seq, verdict, std::move(code), std::move(detail)};
}

ReadingVerdict refusal(const Reading& reading, std::string_view code, std::string detail) {
    return verdict_of(reading, Verdict::kRefused, std::string(code), std::move(detail));
}

ReadingVerdict refusal(const Reading& reading, PairFault fault) {
    switch (fault) {
        case PairFault::kOverlap:
            return refusal(reading, "bad_window",
                           "the window overlaps that of a reading before or after it");
        case PairFault::kCounter:
            return refusal(reading, "counter_not_monotone",
                           "a counter lies outside those of its neighbours; a reset needs a new "
                           "epoch");
        case PairFault::kLotTime:
            return refusal(reading, "too_much_lot_time",
                           "more lot-time than the lease's lots have between the two readings");
        default:
            return refusal(reading, "too_much_busy_time",
                           "more lot-time busy than available between the two readings");
    }
}

std::int64_t interpolate(std::int64_t from, std::int64_t to, const Window& span, Time at) {
    const Int128 passed = (Int128{to} - from) * (at.value - span.start.value);
    return from + static_cast<std::int64_t>(passed / span.length().value);
}

}  // namespace

Chain::Chain(Time active_from) {
    anchor_.end = active_from;
    anchor_.at = active_from;
}

Chain Chain::restore(Anchor anchor, std::vector<Run> runs, std::map<ReadingKey, Node> rest) {
    Chain chain{Time(0)};
    chain.anchor_ = std::move(anchor);
    chain.runs_ = std::move(runs);
    chain.rest_ = std::move(rest);
    return chain;
}

std::optional<ReadingVerdict> Chain::find_known(const Reading& reading) const {
    const ReadingKey key{reading.epoch, reading.seq};
    const auto found = rest_.find(key);
    const Hash* hash = found != rest_.end() ? &found->second.reading.hash
                       : key == anchor_.key ? &anchor_.hash
                                            : nullptr;
    if (hash != nullptr) {
        if (*hash == reading.hash) return verdict_of(reading, Verdict::kDuplicate);
        ReadingVerdict other =
            refusal(reading, "equivocation",
                    "a reading with this epoch and seq was accepted with other content");
        other.accepted = *hash;
        return other;
    }
    for (const Run& run : runs_) {
        if (run.epoch == reading.epoch && run.first <= reading.seq && reading.seq <= run.last) {
            return verdict_of(reading, Verdict::kDuplicate);
        }
    }
    return std::nullopt;
}

Anchor Chain::before(ReadingKey key) const {
    const auto next = rest_.upper_bound(key);
    return next == rest_.begin() ? anchor_ : anchor_of(std::prev(next)->second);
}

ReadingVerdict Chain::accept(const Reading& reading, LogIndex index, Lots lots) {
    Node node{reading, index};
    node.reading.gauges = Gauges{};
    // Nothing fits before the anchor: see is_adjacent and freeze.
    if (node.key() < anchor_.key) return refusal(reading, PairFault::kOverlap);
    const Anchor left = before(node.key());
    PairFault fault = pair_fault(left, reading, lots);
    const auto next = rest_.upper_bound(node.key());
    if (next != rest_.end()) {
        fault = std::min(fault, pair_fault(anchor_of(node), next->second.reading, lots));
    }
    if (fault != PairFault::kNone) return refusal(reading, fault);
    const bool gap = !is_linked(left, reading) || reading.window.start != left.end;
    rest_.emplace(node.key(), node);
    return verdict_of(reading, gap ? Verdict::kAcceptedWithGap : Verdict::kAccepted);
}

void Chain::advance(const Node& node) {
    const Reading& reading = node.reading;
    if (!runs_.empty() && runs_.back().epoch == reading.epoch &&
        runs_.back().last + 1 == reading.seq) {
        runs_.back().last = reading.seq;
        runs_.back().end = reading.window.end;
    } else {
        runs_.push_back(Run{reading.epoch, reading.seq, reading.seq, reading.window.end});
    }
    anchor_ = anchor_of(node);
}

std::vector<Segment> Chain::fold(Time now, Time open_from) {
    std::vector<Segment> out;
    while (!rest_.empty()) {
        const Node& next = rest_.begin()->second;
        const Window& window = next.reading.window;
        const bool closed = is_adjacent(anchor_, next.reading) || window.start <= open_from;
        if (!closed || window.end > now) break;
        out.push_back(segment_of(anchor_, next.reading, next.index));
        advance(next);
        rest_.erase(rest_.begin());
    }
    return out;
}

void Chain::freeze(Time open_from) {
    while (!rest_.empty() && rest_.begin()->second.reading.window.end <= open_from) {
        advance(rest_.begin()->second);
        rest_.erase(rest_.begin());
    }
    // A repeat of what is forgotten here is refused as too late. The last run is kept: it grows on.
    while (runs_.size() > 1 && runs_.front().end <= open_from)
        runs_.erase(runs_.begin());
    if (rest_.empty()) return;
    const Node& next = rest_.begin()->second;
    if (is_adjacent(anchor_, next.reading) || next.reading.window.start <= open_from) return;
    const Segment segment = segment_of(anchor_, next.reading, next.index);
    if (segment.span.start >= open_from) return;
    // A reading may still come between, and would bend the line. What was billed up to here is the
    // interpolated point, so the curve goes on from it.
    if (next.reading.epoch != anchor_.key.first) {
        anchor_.key = {next.reading.epoch, -1};
        anchor_.hash = Hash{};
        anchor_.end = open_from;
        anchor_.counters = Counters{};
    }
    anchor_.counters.lot_us =
        interpolate(segment.lot_from, segment.lot_to, segment.span, open_from);
    anchor_.counters.busy_us =
        interpolate(segment.busy_from, segment.busy_to, segment.span, open_from);
    anchor_.at = open_from;
    anchor_.indices = segment.indices;
}

std::vector<Segment> Chain::rest() const {
    std::vector<Segment> out;
    Anchor left = anchor_;
    for (const auto& [key, node] : rest_) {
        out.push_back(segment_of(left, node.reading, node.index));
        left = anchor_of(node);
    }
    return out;
}

}  // namespace suanpan::settlement
