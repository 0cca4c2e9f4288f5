#pragma once

// Samples in, readings out: cuts windows, sums counters up, chains hashes. Pure: what it gives
// depends on what it was given alone, so a spool that holds its state continues it exactly.
//
// Time counts as available when it was watched at both of its ends, the lots were there, the
// machine was awake, and no reading covers it yet. So a clock that is set back shows some minutes
// twice, and they count once; one that is set ahead skips some, and they count as not available.

#include "apps/suanpan-meter/sample.hpp"
#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "settlement/reading.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace suanpan::meter {

struct MakerRules {
    Lots lots{1};
    Duration step{300};  // metering window
    std::int64_t sample_us = 10'000'000;
    std::int64_t unwatched_us = 300'000'000;  // a longer time without a sample is not available
};

// What was added since the open window began.
struct Growth {
    std::int64_t lot_us = 0;
    std::int64_t busy_us = 0;
    std::optional<std::int64_t> energy_mj;
    std::optional<std::int64_t> net_in_b;
    std::optional<std::int64_t> net_out_b;
    friend bool operator==(const Growth&, const Growth&) = default;
};

// Where a chain of readings stands: what a restart goes on from.
struct ChainState {
    std::optional<Window> active;  // of the lease, as far as known
    std::int64_t epoch = -1;       // -1: none was begun
    std::int64_t seq = 0;          // of the next reading
    Hash prev{};
    settlement::Counters counters;  // of the last reading
    bool reset = false;             // the next reading begins an epoch
    Time at;                        // the open window's start
    std::int64_t upto_us = 0;       // as far as it was measured
    Growth open;                    // in [at, upto)
    settlement::Gauges gauges;      // highest in it
    bool estimated = false;
    std::optional<Sample> last;
};

Json to_json(const ChainState& state);
Result<ChainState> parse_chain_state(const Json& json);  // error `bad_state`

// One meter's chain on one lease.
class ReadingMaker {
 public:
    // Ahead of what the even clock says by more than this, the wall clock is believed only once it
    // has run on for kBeliefUs: readings of a day to come cannot be taken back.
    static constexpr std::int64_t kJumpUs = 120 * kMicro;
    static constexpr std::int64_t kBeliefUs = 600 * kMicro;
    static constexpr std::size_t kMostHeld = 4'096;  // samples that wait

    ReadingMaker(const LeaseId& lease, const MeterId& meter, const MakerRules& rules,
                 ChainState state = {});

    // The lease's active time; until it is known samples wait, the latest kMostHeld of them. May
    // change: its end comes nearer when the lease is given back.
    void set_active(const Window& active);
    // Readings that are complete, at most `limit`. With a limit of 0 nothing is cut and all goes on
    // to be summed up.
    std::vector<settlement::Reading> add(const Sample& sample, std::size_t limit);
    // More of them, when there were as many as the limit.
    std::vector<settlement::Reading> take(std::size_t limit);
    // The next reading begins an epoch: of this one, ids may be taken.
    void begin_epoch() { state_.reset = true; }

    [[nodiscard]] const ChainState& state() const { return state_; }
    // Every second of the active time is in a reading.
    [[nodiscard]] bool done() const { return state_.active && state_.at >= state_.active->end; }
    // The wall clock jumped and is not believed yet.
    [[nodiscard]] bool doubts_clock() const;
    [[nodiscard]] const LeaseId& lease() const { return lease_; }
    [[nodiscard]] const MeterId& meter() const { return meter_; }

 private:
    using Readings = std::vector<settlement::Reading>;
    // From where the open window was measured to: what grew in it, evenly.
    struct Stretch {
        std::int64_t to_us;
        Growth growth;
        bool estimated;
    };

    void hold(const Sample& sample);
    void advance(const Sample& sample, std::size_t limit, Readings& out);
    [[nodiscard]] Growth growth_to(const Sample& sample) const;
    void append(const Stretch& stretch, std::size_t limit, Readings& out);
    void extend_open(std::int64_t to_us, const Growth& growth, bool estimated);
    void cut_all(std::size_t limit, Readings& out);
    settlement::Reading cut(Time end);
    [[nodiscard]] std::optional<Time> due_end() const;
    void begin_pending_epoch();

    LeaseId lease_;
    MeterId meter_;
    MakerRules rules_;
    ChainState state_;
    std::deque<Sample> held_;
};

}  // namespace suanpan::meter
