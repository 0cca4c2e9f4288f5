#pragma once

// The rules of metering-settlement "Accepting" said once more, without any bookkeeping: everything
// that was accepted is kept, and every question is answered by looking at all of it.

#include "settlement/lease_meter.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace suanpan::settlement {

class SlowMeter {
 public:
    SlowMeter(const MeteredLease& lease, const MeteringRules& rules, Time from)
        : lease_(lease), rules_(rules), active_{from, lease.contract.end}, open_from_(from) {}

    void end_active(Time until) { active_.end = std::clamp(until, active_.start, active_.end); }
    /// "accepted", "gap", "duplicate", or the code of the refusal; one for each reading.
    std::vector<std::string> accept(const ReadingBatch& batch, Time received, LogIndex index);
    std::vector<FinalWindow> take_final(Time now, LogIndex index);
    [[nodiscard]] bool all_final() const { return open_from_ >= active_.end && ready_.empty(); }

 private:
    using Key = std::pair<MeterRole, MeterId>;
    // A reading, the start of the active time, or a point where a line was cut (see pin).
    struct Point {
        Reading reading;
        Time at;        // of the counters
        int order = 0;  // of points with the same epoch and seq
        bool real = false;
        std::set<LogIndex> indices;
        [[nodiscard]] auto rank() const { return std::tuple(reading.epoch, reading.seq, order); }
    };
    struct Line {
        Time from;
        Time to;
        std::int64_t lot_from, lot_to, busy_from, busy_to;
        bool linked;
        bool estimated;
        std::set<LogIndex> indices;
    };
    struct Side {
        Int128 lot = 0;
        Int128 busy = 0;
        bool spoke = false;
        bool estimated = false;
        std::vector<bool> seconds;
        std::set<LogIndex> indices;
        [[nodiscard]] bool in() const;
    };

    std::vector<Point>& points(const Key& key);
    std::string judge(const Key& key, const Reading& reading, Time received, LogIndex index);
    [[nodiscard]] std::string judge_pair(const Point& left, const Point& right) const;
    [[nodiscard]] Line line(const Point& left, const Point& right) const;
    [[nodiscard]] static bool adjacent(const Point& left, const Point& right);
    [[nodiscard]] static bool linked(const Point& left, const Point& right);
    [[nodiscard]] Side side(MeterRole role, const Window& window) const;
    [[nodiscard]] std::vector<Window> windows() const;
    void settle(Time now, LogIndex index);
    void pin();

    MeteredLease lease_;
    MeteringRules rules_;
    Window active_;
    Time open_from_;
    Time now_{0};
    std::map<Key, std::vector<Point>> points_;
    std::set<Time> final_;
    std::vector<FinalWindow> ready_;
};

}  // namespace suanpan::settlement
