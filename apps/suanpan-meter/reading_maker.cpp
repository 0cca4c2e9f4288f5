#include "apps/suanpan-meter/reading_maker.hpp"

#include "base/check.hpp"
#include "base/checked.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace suanpan::meter {
namespace {

constexpr Duration kBillingHour{kSecondsPerHour};
// The two clocks are read one after the other.
constexpr std::int64_t kReadingJitterUs = 1'000;
// A step of the clock by less than this is not worth a word.
constexpr std::int64_t kSmallStepUs = 100'000;
constexpr std::int64_t kMostMissedSamples = 3;

std::int64_t to_us(Time time) {
    return time.value * kMicro;
}

Time next_boundary(Time time, Duration step) {
    return ceil_to_grid(Time(time.value + 1), step);
}

std::int64_t share(std::int64_t value, std::int64_t part, std::int64_t whole) {
    return static_cast<std::int64_t>(Int128{value} * part / whole);
}

std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
    return checked_add(a, b).value_or(std::numeric_limits<std::int64_t>::max());
}

using Optional = std::optional<std::int64_t>;

Optional share(const Optional& value, std::int64_t part, std::int64_t whole) {
    return value ? Optional(share(*value, part, whole)) : value;
}
Optional sum(const Optional& a, const Optional& b) {
    return a && b ? Optional(saturated_sum(*a, *b)) : a ? a : b;
}
Optional rest(const Optional& whole, const Optional& part) {
    return whole && part ? Optional(*whole - *part) : whole;
}
Optional higher(const Optional& a, const Optional& b) {
    return a && b ? Optional(std::max(*a, *b)) : a ? a : b;
}

// Rounded down, so that the rest is what is missing to the whole.
Growth share(const Growth& growth, std::int64_t part, std::int64_t whole) {
    return {share(growth.lot_us, part, whole), share(growth.busy_us, part, whole),
            share(growth.energy_mj, part, whole), share(growth.net_in_b, part, whole),
            share(growth.net_out_b, part, whole)};
}
Growth sum(const Growth& a, const Growth& b) {
    return {saturated_sum(a.lot_us, b.lot_us), saturated_sum(a.busy_us, b.busy_us),
            sum(a.energy_mj, b.energy_mj), sum(a.net_in_b, b.net_in_b),
            sum(a.net_out_b, b.net_out_b)};
}
Growth rest(const Growth& whole, const Growth& part) {
    return {whole.lot_us - part.lot_us, whole.busy_us - part.busy_us,
            rest(whole.energy_mj, part.energy_mj), rest(whole.net_in_b, part.net_in_b),
            rest(whole.net_out_b, part.net_out_b)};
}

settlement::Gauges higher(const settlement::Gauges& a, const settlement::Gauges& b) {
    return {higher(a.memory_max_b, b.memory_max_b), higher(a.rtt_p50_us, b.rtt_p50_us),
            higher(a.rtt_p99_us, b.rtt_p99_us),     higher(a.jitter_us, b.jitter_us),
            higher(a.loss_ppm, b.loss_ppm),         higher(a.clock_error_us, b.clock_error_us)};
}

bool is_anew(const Optional& before, const Optional& now) {
    return before && now && *now < *before;
}

// The machine was started again, or a counter was.
bool is_reset(const Sample& before, const Sample& now) {
    return before.moment.boot != now.moment.boot || is_anew(before.raw.busy_us, now.raw.busy_us) ||
           is_anew(before.raw.energy_mj, now.raw.energy_mj) ||
           is_anew(before.raw.net_in_b, now.raw.net_in_b) ||
           is_anew(before.raw.net_out_b, now.raw.net_out_b);
}

// A counter that began anew has counted from nothing.
Optional counted(const Optional& before, const Optional& now, bool rebooted) {
    if (!now) return std::nullopt;
    if (!before) return 0;
    return rebooted || *now < *before ? *now : *now - *before;
}

// How much further the wall clock has gone than the even one; nothing across a restart.
Optional step_between(const Sample& before, const Sample& now) {
    if (before.moment.boot != now.moment.boot || now.moment.awake_us < before.moment.awake_us)
        return std::nullopt;
    return (now.moment.wall_us - before.moment.wall_us) -
           (now.moment.awake_us - before.moment.awake_us);
}

bool jumps(const Sample& before, const Sample& now) {
    const Optional step = step_between(before, now);
    return step.value_or(now.moment.wall_us - before.moment.wall_us) > ReadingMaker::kJumpUs;
}

// Of the time between two samples, how much the lots can have been there.
std::int64_t watched_us(const Sample& before, const Sample& now, std::int64_t longest_us) {
    const Optional step = step_between(before, now);
    const std::int64_t awake = now.moment.awake_us - before.moment.awake_us;
    if (!step || awake > longest_us) return 0;
    const std::int64_t shown = now.moment.wall_us - before.moment.wall_us;
    return *step <= kReadingJitterUs ? shown : awake;
}

// Not watched all along, or by a clock that was set.
bool is_unsure(const Sample& before, const Sample& now, std::int64_t sample_us) {
    const Optional step = step_between(before, now);
    return !step || *step > kSmallStepUs || *step < -kSmallStepUs ||
           now.moment.awake_us - before.moment.awake_us > kMostMissedSamples * sample_us;
}

// Counters only grow, and an int64 holds them.
bool fits(const settlement::Counters& counters, const Growth& growth) {
    const auto room = [](const Optional& a, const Optional& b) {
        return checked_add(a.value_or(0), b.value_or(0)).has_value();
    };
    return room(counters.lot_us, growth.lot_us) && room(counters.busy_us, growth.busy_us) &&
           room(counters.energy_mj, growth.energy_mj) && room(counters.net_in_b, growth.net_in_b) &&
           room(counters.net_out_b, growth.net_out_b);
}

void add_to(settlement::Counters& counters, const Growth& growth) {
    counters.lot_us += growth.lot_us;
    counters.busy_us += growth.busy_us;
    counters.energy_mj = sum(counters.energy_mj, growth.energy_mj);
    counters.net_in_b = sum(counters.net_in_b, growth.net_in_b);
    counters.net_out_b = sum(counters.net_out_b, growth.net_out_b);
}

}  // namespace

ReadingMaker::ReadingMaker(const LeaseId& lease, const MeterId& meter, const MakerRules& rules,
                           ChainState state)
    : lease_(lease), meter_(meter), rules_(rules), state_(std::move(state)) {
    CHECK(rules.lots.value > 0 && rules.step.value > 0 && rules.sample_us > 0);
}

void ReadingMaker::set_active(const Window& active) {
    CHECK(active.start <= active.end);
    if (state_.active == active) return;
    const bool first = !state_.active;
    state_.active = active;
    if (first) {
        // A chain that follows one of another meter goes on where that one stopped.
        state_.at = std::clamp(std::max(state_.at, active.start), active.start, active.end);
        state_.upto_us = std::max(state_.upto_us, to_us(state_.at));
    }
    const std::int64_t end_us = std::max(to_us(active.end), to_us(state_.at));
    if (state_.upto_us <= end_us) return;
    const std::int64_t whole = state_.upto_us - to_us(state_.at);
    state_.open = share(state_.open, end_us - to_us(state_.at), whole);
    state_.upto_us = end_us;
    state_.estimated = true;
}

std::vector<settlement::Reading> ReadingMaker::add(const Sample& sample, std::size_t limit) {
    hold(sample);
    return take(limit);
}

std::vector<settlement::Reading> ReadingMaker::take(std::size_t limit) {
    Readings out;
    if (!state_.active || doubts_clock()) return out;
    if (!state_.last && !held_.empty() &&
        held_.front().moment.wall_us >= to_us(state_.active->end)) {
        // Who saw nothing of a lease says nothing of it: zero would be a claim.
        state_.at = state_.active->end;
        held_.clear();
        return out;
    }
    for (; !held_.empty() && (limit == 0 || out.size() < limit); held_.pop_front())
        advance(held_.front(), limit, out);
    if (state_.last && state_.last->moment.wall_us >= state_.upto_us) cut_all(limit, out);
    return out;
}

bool ReadingMaker::doubts_clock() const {
    if (!state_.active || !state_.last || held_.empty()) return false;
    return jumps(*state_.last, held_.front()) &&
           held_.back().moment.awake_us - held_.front().moment.awake_us < kBeliefUs;
}

// Samples that wait are worth nothing once the clock is set again.
void ReadingMaker::hold(const Sample& sample) {
    if (!held_.empty()) {
        const Optional step = step_between(held_.back(), sample);
        if (!step || *step > kMicro || *step < -kMicro) held_.clear();
    }
    if (held_.size() == kMostHeld) held_.pop_front();
    held_.push_back(sample);
}

void ReadingMaker::advance(const Sample& sample, std::size_t limit, Readings& out) {
    if (state_.epoch < 0) {
        // The time of day, so that a meter that lost its spool takes no id for a second time.
        state_.epoch = std::max<std::int64_t>(sample.moment.wall_us / kMicro, 0);
    }
    if (state_.last) {
        const Sample& last = *state_.last;
        if (is_reset(last, sample)) state_.reset = true;
        const std::int64_t end_us = to_us(state_.active->end);
        const std::int64_t from = std::max(state_.upto_us, std::min(last.moment.wall_us, end_us));
        const std::int64_t until = std::min(sample.moment.wall_us, end_us);
        const std::int64_t whole = sample.moment.wall_us - last.moment.wall_us;
        // A window that ends in the future, since the clock was set back, can wait until then.
        if (sample.moment.wall_us < from) limit = 0;
        if (from > state_.upto_us && whole >= 0) append({from, Growth{}, true}, limit, out);
        if (until > from) {
            const Growth part = share(growth_to(sample), until - from, whole);
            append({until, part, is_unsure(last, sample, rules_.sample_us)}, limit, out);
        }
    }
    state_.gauges = higher(state_.gauges, sample.gauges);
    state_.last = sample;
    cut_all(limit, out);
}

// From the last sample to this one.
Growth ReadingMaker::growth_to(const Sample& sample) const {
    const Sample& last = *state_.last;
    const bool rebooted = last.moment.boot != sample.moment.boot;
    const std::int64_t there = std::min(last.there_ppm, sample.there_ppm);
    Growth out;
    out.lot_us = static_cast<std::int64_t>(Int128{watched_us(last, sample, rules_.unwatched_us)} *
                                           rules_.lots.value * there / kPpm);
    if (const Optional busy = counted(last.raw.busy_us, sample.raw.busy_us, rebooted)) {
        out.busy_us = std::min(*busy, out.lot_us);
    } else if (sample.busy_ppm) {
        out.busy_us = share(out.lot_us, std::min(*sample.busy_ppm, kPpm), kPpm);
    }
    out.energy_mj = counted(last.raw.energy_mj, sample.raw.energy_mj, rebooted);
    out.net_in_b = counted(last.raw.net_in_b, sample.raw.net_in_b, rebooted);
    out.net_out_b = counted(last.raw.net_out_b, sample.raw.net_out_b, rebooted);
    return out;
}

// A window that ends in the stretch is cut at its place in it; one that was due before shares in
// the whole.
void ReadingMaker::append(const Stretch& stretch, std::size_t limit, Readings& out) {
    const std::int64_t from = state_.upto_us;
    const std::int64_t cut_us =
        to_us(std::min({next_boundary(state_.at, rules_.step),
                        next_boundary(state_.at, kBillingHour), state_.active->end}));
    Growth later = stretch.growth;
    if (out.size() < limit && from < cut_us && cut_us < stretch.to_us) {
        const Growth first = share(stretch.growth, cut_us - from, stretch.to_us - from);
        later = rest(stretch.growth, first);
        extend_open(cut_us, first, stretch.estimated);
        cut_all(limit, out);
    }
    extend_open(stretch.to_us, later, stretch.estimated);
    cut_all(limit, out);
}

void ReadingMaker::extend_open(std::int64_t to_us, const Growth& growth, bool estimated) {
    state_.open = sum(state_.open, growth);
    state_.upto_us = to_us;
    state_.estimated = state_.estimated || estimated;
}

void ReadingMaker::cut_all(std::size_t limit, Readings& out) {
    while (out.size() < limit) {
        const auto end = due_end();
        if (!end) return;
        out.push_back(cut(*end));
    }
}

// The furthest boundary that was measured, but no further than a billing window: a time without
// samples is few readings.
std::optional<Time> ReadingMaker::due_end() const {
    if (done()) return std::nullopt;
    const Time reached(state_.upto_us / kMicro);
    const Time hour = next_boundary(state_.at, kBillingHour);
    if (hour <= reached) return hour;
    if (state_.active->end <= reached) return state_.active->end;
    const Time grid = floor_to_grid(reached, rules_.step);
    if (grid > state_.at) return grid;
    return std::nullopt;
}

settlement::Reading ReadingMaker::cut(Time end) {
    const std::int64_t start_us = to_us(state_.at);
    const bool whole = to_us(end) == state_.upto_us;
    const Growth part =
        whole ? state_.open : share(state_.open, to_us(end) - start_us, state_.upto_us - start_us);
    if (!fits(state_.counters, part)) state_.reset = true;
    begin_pending_epoch();
    add_to(state_.counters, part);

    settlement::Reading reading;
    reading.epoch = state_.epoch;
    reading.seq = state_.seq;
    reading.prev = state_.prev;
    reading.window = {state_.at, end};
    reading.counters = state_.counters;
    reading.gauges = state_.gauges;
    reading.estimated = state_.estimated || !whole;
    reading.hash = settlement::reading_hash(lease_, meter_, reading);

    state_.prev = reading.hash;
    ++state_.seq;
    state_.at = end;
    state_.open = rest(state_.open, part);
    // What is left of an interpolated time is an estimate too.
    state_.estimated = !whole;
    if (whole) state_.gauges = {};
    return reading;
}

void ReadingMaker::begin_pending_epoch() {
    if (!state_.reset) return;
    state_.reset = false;
    state_.epoch = std::max(state_.epoch + 1, state_.upto_us / kMicro);
    state_.seq = 0;
    state_.prev = Hash{};
    state_.counters = settlement::Counters{};
}

}  // namespace suanpan::meter
