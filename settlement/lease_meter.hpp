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
    std::string code;  // of a refusal: `window_in_future`, `outside_active_time`,
                       // `counter_not_monotone`, `too_much_lot_time`, `bad_window`, `equivocation`
                       // (same id, other bytes, when still known)
    std::string detail;
};

// A billing window that is settled once and for all (until a dispute).
struct FinalWindow {
    LeaseId lease;
    Window window;
    LogIndex final_at;        // first index at which it was final
    std::int64_t lot_us = 0;  // that count
    std::int64_t busy_us = 0;
    std::int64_t disputed_us = 0;  // |p − b| beyond tolerance, held back
    bool estimated = false;
    std::vector<LogIndex> readings;  // log entries it came from, ascending, distinct
    friend bool operator==(const FinalWindow&, const FinalWindow&) = default;
};

class LeaseMeter {
 public:
    LeaseMeter(const MeteredLease& lease, const MeteringRules& rules);
    ~LeaseMeter();
    LeaseMeter(LeaseMeter&&) noexcept;
    LeaseMeter& operator=(LeaseMeter&&) noexcept;
    LeaseMeter(const LeaseMeter&) = delete;
    LeaseMeter& operator=(const LeaseMeter&) = delete;

    // The active time [from, until): known when the lease becomes active; `until` shrinks if it
    // ends early. Readings before activation are refused with `lease_not_active`.
    void activate(Time from);
    void end_active(Time until);
    [[nodiscard]] std::optional<Window> active() const;

    // One reading after the other; a bad one never sinks the rest. `index` is the entry that
    // carries the batch.
    std::vector<ReadingVerdict> accept(const ReadingBatch& batch, Time received, LogIndex index);
    // Windows that became final at or before (now, index), by end. Each is given once.
    std::vector<FinalWindow> take_final(Time now, LogIndex index);
    // When take_final should next be asked though no reading came; nullopt when every window is
    // final.
    [[nodiscard]] std::optional<Time> next_deadline() const;
    [[nodiscard]] bool all_final() const;

    // Canonical JSON of the whole state; restore() gives an object that behaves the same.
    [[nodiscard]] std::string snapshot() const;
    static Result<LeaseMeter> restore(const MeteredLease& lease, const MeteringRules& rules,
                                      std::string_view snapshot);

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace suanpan::settlement
