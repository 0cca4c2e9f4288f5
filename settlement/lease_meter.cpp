#include "settlement/lease_meter.hpp"

#include "base/check.hpp"
#include "base/time.hpp"
#include "settlement/lease_meter_impl.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace suanpan::settlement {
namespace {

constexpr std::size_t kProviderSide = 0;
constexpr std::size_t kBuyerSide = 1;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;

ReadingVerdict refusal(const Reading& reading, std::string_view code, std::string detail) {
    return ReadingVerdict{reading.epoch, reading.seq, Verdict::kRefused, std::string(code),
                          std::move(detail)};
}

// What one side says of one window, within what was sold.
struct Claim {
    std::int64_t lot_us = 0;
    std::int64_t busy_us = 0;
};

Claim claim_of(const WindowSums& sums, Int128 most) {
    const Int128 lot = std::min(Int128{sums.lot_us}, most);
    // Both are rounded apart where a segment was split, which may leave busy ahead by one.
    return Claim{static_cast<std::int64_t>(lot),
                 static_cast<std::int64_t>(std::min(Int128{sums.busy_us}, lot))};
}

bool is_near(std::int64_t p, std::int64_t b, const MeteringRules& rules) {
    const Int128 share = Int128{p} * rules.mismatch_tolerance.value / kPpm;
    const Int128 tolerance = std::max(share, Int128{rules.mismatch_floor_us});
    const Int128 difference = Int128{p} - b;
    return difference <= tolerance && -difference <= tolerance;
}

bool agree(const Claim& p, const Claim& b, Int128 most, const MeteringRules& rules) {
    if (!is_near(p.lot_us, b.lot_us, rules)) return false;
    return std::all_of(
        rules.availability_steps.begin(), rules.availability_steps.end(), [&](Ppm step) {
            const Int128 bound = most * step.value;
            return (Int128{p.lot_us} * kPpm >= bound) == (Int128{b.lot_us} * kPpm >= bound);
        });
}

}  // namespace

Window LeaseMeter::Impl::window_at(Time time) const {
    const Time cell = floor_to_grid(time, rules.billing_window);
    return Window{std::max(cell, active->start),
                  std::min(Time(cell.value + rules.billing_window.value), active->end)};
}

ReadingVerdict LeaseMeter::Impl::judge(const ReadingBatch& batch, const Reading& reading,
                                       Time received, LogIndex index) {
    if (!active) {
        return refusal(reading, "lease_not_active", "the lease has no active time");
    }
    CHECK(reading.epoch >= 0 && reading.seq >= 0);
    CHECK(reading.counters.lot_us >= 0 && reading.counters.busy_us >= 0);
    const ChainKey key{batch.role, batch.meter};
    const auto found = chains.find(key);
    if (found != chains.end()) {
        if (auto known = found->second.find_known(reading)) return std::move(*known);
    }
    const Window& window = reading.window;
    if (window.start >= window.end || window.length() > rules.longest_reading) {
        return refusal(reading, "bad_window",
                       "a reading's window lasts from 1 to " +
                           std::to_string(rules.longest_reading.value) + " seconds");
    }
    if (window.end.value > received.value + rules.future_tolerance.value) {
        return refusal(reading, "window_in_future",
                       "the window ends later than " +
                           std::to_string(rules.future_tolerance.value) +
                           " seconds after it was received");
    }
    if (!active->contains(window)) {
        return refusal(reading, "outside_active_time",
                       "the window must lie between the lease's start and end");
    }
    if (window.end <= open_from) {
        return refusal(reading, "window_final",
                       "the billing windows that it measures are final; a dispute can change them");
    }
    // A chain is made by its first accepted reading only.
    if (found != chains.end()) return found->second.accept(reading, index, lease.lots);
    Chain chain(active->start);
    ReadingVerdict verdict = chain.accept(reading, index, lease.lots);
    if (verdict.verdict != Verdict::kRefused) chains.emplace(key, std::move(chain));
    return verdict;
}

void LeaseMeter::Impl::allocate(const Segment& segment, MeterRole role, SumsByWindow& out) const {
    if (role == MeterRole::kOperator) return;
    const Time end = std::min(segment.span.end, active->end);
    Time at = std::max(segment.span.start, open_from);
    while (at < end) {
        const Window window = window_at(at);
        if (!final_starts.contains(window.start)) {
            out[window.start][static_cast<std::size_t>(role)].add(segment, window);
        }
        at = window.end;
    }
}

SumsByWindow LeaseMeter::Impl::sums_of_rest() const {
    SumsByWindow out;
    for (const auto& [key, chain] : chains) {
        if (!chain.has_rest()) continue;
        for (const Segment& segment : chain.rest())
            allocate(segment, key.first, out);
    }
    return out;
}

SideSums LeaseMeter::Impl::sums_at(Time start, const SumsByWindow& rest) const {
    SideSums out;
    for (const SumsByWindow* part : {&sums, &rest}) {
        const auto found = part->find(start);
        if (found == part->end()) continue;
        for (std::size_t side = 0; side < out.size(); ++side)
            out[side].add(found->second[side]);
    }
    return out;
}

bool LeaseMeter::Impl::is_in(const Window& window, const SumsByWindow& rest) const {
    const auto behind = sums.find(window.start);
    const auto ahead = rest.find(window.start);
    const auto side_in = [&](std::size_t side) {
        if (behind != sums.end() && behind->second[side].covers(window)) return true;
        if (ahead == rest.end()) return false;
        if (behind == sums.end()) return ahead->second[side].covers(window);
        return sums_at(window.start, rest)[side].covers(window);
    };
    return side_in(kProviderSide) && (!lease.buyer_metered || side_in(kBuyerSide));
}

FinalWindow LeaseMeter::Impl::decide(const Window& window, const SideSums& sides,
                                     LogIndex index) const {
    const Int128 most =
        std::min(Int128{lease.lots.value} * window.length().value * kMicrosPerSecond,
                 Int128{std::numeric_limits<std::int64_t>::max()});
    const WindowSums& provider = sides[kProviderSide];
    const WindowSums& buyer = sides[kBuyerSide];
    const bool use_provider = provider.spoke;
    const bool use_buyer = lease.buyer_metered && buyer.spoke;
    const Claim p = claim_of(provider, most);
    const Claim b = claim_of(buyer, most);
    FinalWindow out;
    out.lease = lease.id;
    out.window = window;
    out.final_at = index;
    Claim counts;
    if (use_provider && use_buyer && !agree(p, b, most, rules)) {
        counts = Claim{std::min(p.lot_us, b.lot_us), std::min(p.busy_us, b.busy_us)};
        out.disputed_us = std::max(p.lot_us, b.lot_us) - counts.lot_us;
    } else if (use_provider) {
        counts = p;
        // Metered leases are paid by it: nobody pays for use that the own meter did not see.
        if (use_buyer && !is_near(p.busy_us, b.busy_us, rules))
            counts.busy_us = std::min(p.busy_us, b.busy_us);
    } else if (use_buyer) {
        counts = b;
    }
    out.lot_us = counts.lot_us;
    out.busy_us = std::min(counts.busy_us, counts.lot_us);
    WindowSums used;
    if (use_provider) used.add(provider);
    if (use_buyer) used.add(buyer);
    out.estimated = used.estimated;
    out.readings = std::move(used.indices);
    return out;
}

void LeaseMeter::Impl::settle(Time now, LogIndex index) {
    last_time = std::max(last_time, now);
    if (!active) return;
    const SumsByWindow rest = sums_of_rest();
    for (Time start = open_from; start < std::min(active->end, last_time);) {
        const Window window = window_at(start);
        start = window.end;
        if (window.end > last_time) break;
        if (final_starts.contains(window.start)) continue;
        const bool due = last_time.value >= window.end.value + rules.deadline.value;
        if (!due && !is_in(window, rest)) continue;
        ready.push_back(decide(window, sums_at(window.start, rest), index));
        final_starts.insert(window.start);
        sums.erase(window.start);
    }
    close_final();
}

void LeaseMeter::Impl::close_final() {
    const Time before = open_from;
    while (!final_starts.empty() && *final_starts.begin() == open_from) {
        open_from = window_at(open_from).end;
        final_starts.erase(final_starts.begin());
    }
    if (open_from == before) return;
    for (auto& [key, chain] : chains)
        chain.freeze(open_from);
}

LeaseMeter::LeaseMeter(const MeteredLease& lease, const MeteringRules& rules)
    : impl_(std::make_unique<Impl>(lease, rules)) {
    CHECK(lease.lots.value > 0 && rules.billing_window.value > 0);
}
LeaseMeter::~LeaseMeter() = default;
LeaseMeter::LeaseMeter(LeaseMeter&&) noexcept = default;
LeaseMeter& LeaseMeter::operator=(LeaseMeter&&) noexcept = default;

void LeaseMeter::activate(Time from) {
    CHECK(!impl_->active && !impl_->ended);
    const Window& contract = impl_->lease.contract;
    const Time start = std::clamp(from, contract.start, contract.end);
    impl_->active = Window{start, contract.end};
    impl_->open_from = start;
}

void LeaseMeter::end_active(Time until) {
    impl_->ended = true;
    if (!impl_->active) return;
    Window& active = *impl_->active;
    active.end = std::clamp(until, active.start, active.end);
    impl_->sums.erase(impl_->sums.lower_bound(active.end), impl_->sums.end());
}

std::optional<Window> LeaseMeter::active() const {
    return impl_->active;
}

std::vector<ReadingVerdict> LeaseMeter::accept(const ReadingBatch& batch, Time received,
                                               LogIndex index) {
    CHECK(batch.lease == impl_->lease.id);
    impl_->settle(received, index);
    std::vector<ReadingVerdict> verdicts;
    verdicts.reserve(batch.readings.size());
    for (const Reading& reading : batch.readings) {
        verdicts.push_back(impl_->judge(batch, reading, received, index));
    }
    const auto chain = impl_->chains.find({batch.role, batch.meter});
    if (chain == impl_->chains.end()) return verdicts;
    for (const Segment& segment : chain->second.fold(impl_->last_time, impl_->open_from)) {
        impl_->allocate(segment, batch.role, impl_->sums);
    }
    impl_->settle(received, index);
    return verdicts;
}

std::vector<FinalWindow> LeaseMeter::take_final(Time now, LogIndex index) {
    impl_->settle(now, index);
    std::vector<FinalWindow> out = std::exchange(impl_->ready, {});
    std::sort(out.begin(), out.end(), [](const FinalWindow& a, const FinalWindow& b) {
        return a.window.end < b.window.end;
    });
    return out;
}

std::optional<Time> LeaseMeter::next_deadline() const {
    const Impl& impl = *impl_;
    if (!impl.active) return std::nullopt;
    const SumsByWindow rest = impl.sums_of_rest();
    const Time known(impl.last_time.value + impl.rules.future_tolerance.value);
    std::optional<Time> out;
    for (Time start = impl.open_from; start < impl.active->end;) {
        const Window window = impl.window_at(start);
        start = window.end;
        if (impl.final_starts.contains(window.start)) continue;
        // Deadlines come in the order of the windows: the first one is the nearest.
        if (!out) out = Time(window.end.value + impl.rules.deadline.value);
        if (window.start > known) break;
        if (impl.is_in(window, rest)) out = std::min(*out, window.end);
    }
    return out;
}

Time LeaseMeter::open_from() const {
    CHECK(impl_->active);
    return impl_->open_from;
}

bool LeaseMeter::all_final() const {
    if (!impl_->ready.empty()) return false;
    if (!impl_->active) return impl_->ended;
    return impl_->open_from >= impl_->active->end;
}

}  // namespace suanpan::settlement
