#pragma once

// The gauges of one lease's accepted readings, by billing window and side: what guarantees are
// judged by. It stands beside the LeaseMeter, which decides what is accepted and what is final.
//
// Readings are not kept: each adds its values to the sums of its windows, and of a contiguous
// sequence only both ends are known, for the rates of the readings that may still join it. So
// memory is bounded by the windows that are open.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "settlement/guarantee.hpp"
#include "settlement/reading.hpp"

#include <array>
#include <compare>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suanpan::settlement {

// Of one side, quantity and window; more are taken together, see GaugeSamples::thin().
inline constexpr std::size_t kMaxGaugeValues = 64;
// Of one meter, apart from each other. The earliest is forgotten for another: what joins it later
// gives no rate, as where a neighbour is missing.
inline constexpr std::size_t kMaxGaugeRuns = 64;

class LeaseGauges {
 public:
    LeaseGauges() = default;  // nothing is guaranteed: only rates are told
    // Windows begin on the grid, but for the lease's first one, which begins with the lease.
    LeaseGauges(std::vector<Guarantee> guarantees, Duration billing_window);

    // A reading that the LeaseMeter accepted; a repeat changes nothing. Order does not matter, as
    // long as no bound is reached. Gives the rate of a busy lot over it, where it is known: between
    // neighbours in one epoch, and from nothing for the first of it. A reading whose neighbour is
    // missing gets its rate when that one comes.
    std::optional<std::int64_t> add(MeterRole role, const MeterId& meter, const Reading& reading);

    // What one side said of a window that begins then.
    [[nodiscard]] GaugeSamples samples(MeterRole role, Quantity quantity, Time start) const;
    // The guarantees that the window missed, in their order.
    [[nodiscard]] std::vector<MissedGuarantee> judge(const Window& window) const;
    // Windows before `open_from` are final. Of each meter the last run is kept for the next
    // reading.
    void forget_before(Time open_from);
    [[nodiscard]] bool empty() const { return runs_.empty(); }
    [[nodiscard]] bool judges() const { return !guarantees_.empty(); }

    // Canonical JSON; restore(), of one without readings, gives what behaves the same. Error:
    // `bad_snapshot`.
    [[nodiscard]] std::string snapshot() const;
    Result<void> restore(std::string_view snapshot);
    friend bool operator==(const LeaseGauges&, const LeaseGauges&) = default;

 private:
    struct Position {
        std::int64_t epoch = 0;
        std::int64_t seq = 0;
        friend auto operator<=>(const Position&, const Position&) = default;
        [[nodiscard]] bool is_before(const Position& next) const {
            return epoch == next.epoch && seq + 1 == next.seq;
        }
    };
    struct Point {
        Position at;
        Window window;
        std::int64_t busy_us = 0;
        std::optional<std::int64_t> ops;
        friend bool operator==(const Point&, const Point&) = default;
    };
    // Readings without a gap between them.
    struct Run {
        Point first;
        Point last;
        friend bool operator==(const Run&, const Run&) = default;
    };
    using Runs = std::vector<Run>;  // ascending
    using Samples = std::map<Quantity, GaugeSamples>;
    struct Reader;  // of snapshots

    static std::optional<std::int64_t> rate_between(const Point& from, const Point& to);
    void note(MeterRole role, Quantity quantity, const Window& window, std::int64_t value);
    void note_gauges(MeterRole role, const Reading& reading);
    // REQUIRES a point that lies in none of the runs, and the first run behind it.
    static void join(Runs& runs, Runs::iterator next, const Point& point);

    std::vector<Guarantee> guarantees_;
    Duration billing_window_{3600};
    std::map<std::pair<MeterRole, MeterId>, Runs> runs_;
    std::map<std::pair<Time, MeterRole>, Samples> windows_;  // by their begin on the grid
};

}  // namespace suanpan::settlement
