#pragma once

// The metering of one lease: its meters' chains of readings, and the billing windows that become
// final from them (metering-settlement "Accepting"). Pure: times are logged times, indices are log
// indices.

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "settlement/reading.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::settlement {

// Schedule data that metering needs.
struct MeteringRules {
    Duration billing_window{3600};
    Duration deadline{86'400};                   // after a window's end
    Duration future_tolerance{120};              // a window may end this far ahead of the receipt
    Ppm mismatch_tolerance{1'000};               // 0.1 % of p …
    std::int64_t mismatch_floor_us = 2'000'000;  // … or 2 lot·s, whichever is more
    Duration longest_reading{3600};
    // Of the service level's grade: p and b must lie on the same side of each.
    std::vector<Ppm> availability_steps{Ppm(995'000), Ppm(990'000), Ppm(950'000)};
    friend bool operator==(const MeteringRules&, const MeteringRules&) = default;
};

struct MeteredLease {
    LeaseId id;
    Lots lots;
    Window contract;
    bool buyer_metered = false;  // a buyer's meter was registered at lease start
};

enum class Verdict : std::uint8_t { kAccepted, kAcceptedWithGap, kDuplicate, kRefused };

struct ReadingVerdict {
    std::int64_t epoch = 0;
    std::int64_t seq = 0;
    Verdict verdict = Verdict::kRefused;
    // Of a refusal. In order of precedence: `lease_not_active`, `equivocation` (same id, other
    // bytes, while still known), `bad_window` (empty or too long), `window_in_future`,
    // `outside_active_time`, `window_final`, `bad_window` (overlaps a neighbour),
    // `counter_not_monotone`, `too_much_lot_time`, `too_much_busy_time`.
    std::string code;
    std::string detail;
    // Of `equivocation`: the hash of the reading that was accepted. With the signed batch that
    // carries the other bytes it is the evidence.
    std::optional<Hash> accepted{};
};

// A billing window that is settled once and for all (until a dispute).
struct FinalWindow {
    LeaseId lease;
    Window window;
    LogIndex final_at;        // first index at which it was final
    std::int64_t lot_us = 0;  // that count
    std::int64_t busy_us = 0;
    std::int64_t disputed_us = 0;    // |p − b| beyond tolerance, held back
    bool estimated = false;          // some of it was interpolated, or is an estimate of its meter
    std::vector<LogIndex> readings;  // log entries it came from, ascending, distinct
    friend bool operator==(const FinalWindow&, const FinalWindow&) = default;
};

// What a side says is the sum over its meters, at most lots × time. A side is *in* for a window
// when linked readings of its meters cover it to its end; it is *silent* when no reading of it
// reaches into the window.
//
// A window is final when both sides are in (with no buyer meter: the provider) and it has ended, or
// when its deadline is reached. Then p counts if only the provider spoke or both agree; b if only
// the buyer spoke; min(p, b) if they do not agree, and the difference is disputed.
//
// What arrives with the entry that reaches the deadline is too late for it. Readings of the
// operator's meters are kept in order but count for nothing: they are evidence.
//
// Memory: of each meter the readings of open billing windows that a late one may still join; a
// contiguous sequence is summed up window by window.
class LeaseMeter {
 public:
    LeaseMeter(const MeteredLease& lease, const MeteringRules& rules);
    ~LeaseMeter();
    LeaseMeter(LeaseMeter&&) noexcept;
    LeaseMeter& operator=(LeaseMeter&&) noexcept;
    LeaseMeter(const LeaseMeter&) = delete;
    LeaseMeter& operator=(const LeaseMeter&) = delete;

    // The active time [from, until): known when the lease becomes active; `until` shrinks if it
    // ends early, and is never before a logged time at which the lease ran on. Readings before
    // activation are refused with `lease_not_active`. A lease that ends without activation has no
    // windows. REQUIRES activate() at most once, and not after end_active().
    void activate(Time from);
    void end_active(Time until);
    [[nodiscard]] std::optional<Window> active() const;

    // One reading after the other; a bad one never sinks the rest. `index` is the entry that
    // carries the batch.
    std::vector<ReadingVerdict> accept(const ReadingBatch& batch, Time received, LogIndex index);
    // Windows that became final at or before (now, index), by end. Each is given once. `final_at`
    // is the index of the first accept() or take_final() that found the window final: call it with
    // the time and index of each log entry at whose time next_deadline() has come.
    std::vector<FinalWindow> take_final(Time now, LogIndex index);
    // When take_final should next be asked though no reading came: a deadline, or the end of a
    // window whose readings were ahead of it. nullopt when every window is final or none is known.
    [[nodiscard]] std::optional<Time> next_deadline() const;
    // All billing windows before this are final. REQUIRES an active time.
    [[nodiscard]] Time open_from() const;
    // Every window is final and was taken.
    [[nodiscard]] bool all_final() const;

    // Canonical JSON of the whole state; restore() gives an object that behaves the same. Error:
    // `bad_snapshot`.
    [[nodiscard]] std::string snapshot() const;
    static Result<LeaseMeter> restore(const MeteredLease& lease, const MeteringRules& rules,
                                      std::string_view snapshot);

    struct Impl;  // private to settlement/

 private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace suanpan::settlement
