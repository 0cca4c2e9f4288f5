#pragma once

// One meter's readings of one lease, in the order of (epoch, seq) and of time. Private to
// settlement/.
//
// The chain keeps an anchor and, after it, the readings that may still be joined by others. The
// anchor stands for everything before it: it is the last reading after which nothing earlier can
// come any more, either because the sequence is contiguous up to it, or because the billing windows
// before it are final. So memory is bounded by the billing windows that are open.

#include "settlement/lease_meter.hpp"
#include "settlement/reading.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::settlement {

using ReadingKey = std::pair<std::int64_t, std::int64_t>;  // (epoch, seq)

// An accepted reading.
struct Node {
    Reading reading;  // gauges are not kept
    LogIndex index;
    [[nodiscard]] ReadingKey key() const { return {reading.epoch, reading.seq}; }
};

// Where the next reading starts from.
struct Anchor {
    ReadingKey key{-1, -1};  // (-1, -1): none yet
    Hash hash{};
    Time end;  // of its window; of the active time's start when there is none
    Time at;   // ≥ end: the moment of `counters`; later than `end` once it was interpolated
    Counters counters;              // at `at`
    std::vector<LogIndex> indices;  // where `counters` come from; ascending
};

// The curve of the cumulative counters between two neighbours: a straight line.
struct Segment {
    Window span;
    std::int64_t lot_from = 0;
    std::int64_t lot_to = 0;
    std::int64_t busy_from = 0;
    std::int64_t busy_to = 0;
    bool gap = false;        // bridges a missing or a broken link: the span counts as not covered
    bool estimated = false;  // bridges a gap, begins at an interpolated point, or says so itself
    std::vector<LogIndex> indices;  // ascending, distinct
};

// Contiguous readings before or at the anchor: what is known to have been accepted.
struct Run {
    std::int64_t epoch = 0;
    std::int64_t first = 0;
    std::int64_t last = 0;
    Time end;
};

class Chain {
 public:
    explicit Chain(Time active_from);

    // A repeat of an accepted reading, or another one in its place.
    [[nodiscard]] std::optional<ReadingVerdict> find_known(const Reading& reading) const;
    // Rules of "Accepting" among neighbours. REQUIRES a reading that is not known and whose window
    // is valid, lies in the active time, and ends after what is final.
    ReadingVerdict accept(const Reading& reading, LogIndex index, Lots lots);

    // Moves the anchor over the readings that nothing can precede any more and whose windows have
    // ended by `now`; gives the segments passed, which never change again.
    std::vector<Segment> fold(Time now, Time open_from);
    // The billing windows before `open_from` became final: what was billed up to there stays.
    void freeze(Time open_from);
    // Segments after the anchor, as things stand.
    [[nodiscard]] std::vector<Segment> rest() const;
    [[nodiscard]] bool has_rest() const { return !rest_.empty(); }

    // For the snapshot.
    [[nodiscard]] const Anchor& anchor() const { return anchor_; }
    [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }
    [[nodiscard]] const std::map<ReadingKey, Node>& nodes() const { return rest_; }
    static Chain restore(Anchor anchor, std::vector<Run> runs, std::map<ReadingKey, Node> rest);

 private:
    [[nodiscard]] Anchor before(ReadingKey key) const;
    void advance(const Node& node);

    Anchor anchor_;
    std::vector<Run> runs_;
    std::map<ReadingKey, Node> rest_;
};

}  // namespace suanpan::settlement
