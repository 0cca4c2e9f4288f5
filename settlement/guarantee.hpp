#pragma once

// What a lease guarantees beyond its lot-time (metering-settlement "Service level"): latency,
// jitter, loss and rate, measured by the gauges of both sides' meters. The operator's probe does
// not bill: what it measured is evidence in a dispute.

#include "base/result.hpp"
#include "base/units.hpp"
#include "settlement/reading.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suanpan::settlement {

// Round-trips and jitter in µs, loss in ppm, the rate in milli-CU per busy lot.
enum class Quantity : std::uint8_t { kRttP50, kRttP99, kJitter, kLoss, kRate };
std::string_view to_string(Quantity quantity);           // `rtt_p50_us`, …, `rate_mcu`
Result<Quantity> parse_quantity(std::string_view text);  // `unknown_word`

struct GuaranteeStep {
    std::int64_t beyond = 0;  // a value above this (a rate: below this) …
    Ppm credit;               // … credits this part of the window's sale
    friend bool operator==(const GuaranteeStep&, const GuaranteeStep&) = default;
};

// Versioned data, frozen at the trade. A window's value is the `percentile` of its readings'
// gauges, each weighted by the seconds of the window that it covers.
struct Guarantee {
    Quantity quantity = Quantity::kRttP50;
    Ppm percentile{500'000};
    std::vector<GuaranteeStep> steps;  // ever worse, with ever more credit
    friend bool operator==(const Guarantee&, const Guarantee&) = default;
};

inline constexpr std::size_t kMaxGuarantees = 16;  // of a lease
inline constexpr std::size_t kMaxGuaranteeSteps = 32;

// Error `bad_guarantee`: no steps or more than 32, steps out of order or of range, a percentile out
// of 1 to 1,000,000.
Result<void> check_guarantee(const Guarantee& guarantee);

// Canonical JSON: [{"percentile_ppm","quantity","steps":[{"beyond","credit_ppm"}, …]}, …].
std::string to_json(const std::vector<Guarantee>& guarantees);
// Of just that form, whether or not it is a good one: a refused schedule is in the log too. Errors:
// those of parse_json, `bad_guarantee`.
Result<std::vector<Guarantee>> parse_guarantees(std::string_view json);

// ppm of the sale. A value at a bound is not beyond it.
Ppm guarantee_credit(const Guarantee& guarantee, std::int64_t value);

// The measured values of one side in one billing window, in any order.
class GaugeSamples {
 public:
    // REQUIRES value ≥ 0, seconds > 0.
    void add(std::int64_t value, Duration seconds);
    void add(const GaugeSamples& other);
    // The smallest value that, with all below it, covers at least this part of the measured time;
    // nothing when nothing was measured. REQUIRES 1 ≤ percentile ≤ 1,000,000.
    [[nodiscard]] std::optional<std::int64_t> percentile(Ppm percentile) const;
    [[nodiscard]] bool empty() const { return seconds_.empty(); }
    [[nodiscard]] std::size_t size() const { return seconds_.size(); }
    // Takes neighbouring values together, the nearest first, each pair as the larger of the two,
    // until at most so many are left. Values that a step of these guarantees lies between stay
    // apart, so no percentile changes its credit.
    void thin(std::size_t most, const std::vector<Guarantee>& guarantees, Quantity quantity);

    // Value and seconds in turns, ascending. Error: `bad_samples`.
    [[nodiscard]] std::vector<std::string> to_texts() const;
    static Result<GaugeSamples> from_texts(const std::vector<std::string>& texts);
    friend bool operator==(const GaugeSamples&, const GaugeSamples&) = default;

 private:
    std::map<std::int64_t, std::int64_t> seconds_;  // by value
};

// A window's value from each meter's side; absent when it did not measure.
struct SideValues {
    std::optional<std::int64_t> provider;
    std::optional<std::int64_t> buyer;
};

struct GuaranteeOutcome {
    std::optional<std::int64_t> value;  // what counts
    Ppm credit{0};
    // Of the credit: what the better side does not admit; its part of S stays held.
    Ppm disputed{0};
    friend bool operator==(const GuaranteeOutcome&, const GuaranteeOutcome&) = default;
};

// Both on the same side of every step: the provider's value. Otherwise the worse of the two, as
// min(p, b) for lot-time, and the rest of the credit is disputed. One silent: the other's. Nobody:
// no credit.
GuaranteeOutcome judge_guarantee(const Guarantee& guarantee, const SideValues& values);

// What a window has to show for a credit.
struct MissedGuarantee {
    Quantity quantity = Quantity::kRttP50;
    Ppm percentile{500'000};
    std::int64_t value = 0;
    Ppm credit;
    Ppm disputed{0};
    friend bool operator==(const MissedGuarantee&, const MissedGuarantee&) = default;
};
// Canonical JSON: [{"credit_ppm","disputed_ppm","percentile_ppm","quantity","value"}, …].
std::string to_json(const std::vector<MissedGuarantee>& missed);
// Errors: those of parse_json, `bad_guarantee`.
Result<std::vector<MissedGuarantee>> parse_missed(std::string_view json);

// Of all of them together, and how much of that one side does not admit: of a credit that is cut at
// the whole sale the part that both admit counts first.
Ppm missed_credit(const std::vector<MissedGuarantee>& missed);
Ppm disputed_credit(const std::vector<MissedGuarantee>& missed);

// Credits add up, to the whole sale at the most. REQUIRES credits of 0 to 1,000,000.
Ppm combined_credit(const std::vector<Ppm>& credits);

// The rate of a busy lot between two cumulative counters, in milli-CU, rounded down; nothing when
// no lot was busy, operations were not counted, or the quotient is none.
std::optional<std::int64_t> busy_rate_mcu(const Counters& from, const Counters& to);

}  // namespace suanpan::settlement
