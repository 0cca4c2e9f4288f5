#pragma once

// What an index tells of the windows of many orders in 16 bytes, so that a walk passes those of
// another time without a look at the orders: the hull of the windows, and which parts of the time
// they touch. It may say too much, never too little.
// Inside of matching/ only.

#include "matching/order.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

namespace suanpan::matching {

struct Reach {
    // Of sells the earliest start and the latest end, of buys the latest start and the earliest
    // end; in steps, rounded outwards.
    std::int32_t start = 0;
    std::int32_t end = 0;
    // A bit for each part of the time, which is cut into parts of one length and dealt to the bits
    // in turn: those that a sell's window touches; of a buy the one in which it starts.
    std::uint64_t parts = 0;

    friend bool operator==(const Reach&, const Reach&) = default;
};

namespace reach {

inline constexpr int kStepShift = 7;   // 128 s: times up to the year 9999 fit
inline constexpr int kPartShift = 14;  // 4.55 h; 64 of them are 12 days
inline constexpr std::uint64_t kAllParts = ~std::uint64_t{0};

inline std::int32_t step_of(std::int64_t time) {
    using Limits = std::numeric_limits<std::int32_t>;
    return static_cast<std::int32_t>(
        std::clamp<std::int64_t>(time >> kStepShift, Limits::min(), Limits::max()));
}

// The parts that the window touches. REQUIRES start < end.
inline std::uint64_t parts_of(const Window& window) {
    const std::int64_t first = window.start.value >> kPartShift;
    const std::int64_t last = (window.end.value - 1) >> kPartShift;
    if (last - first >= 63) return kAllParts;
    return std::rotl((std::uint64_t{2} << (last - first)) - 1, static_cast<int>(first & 63));
}

// Of one order.
inline Reach of(bool buys, const Window& window) {
    // It lies in every window.
    if (window == kAnyWindow)
        return {step_of(window.start.value), step_of(window.end.value), buys ? kAllParts : 0};
    const std::int64_t round_up = (std::int64_t{1} << kStepShift) - 1;
    const std::uint64_t parts =
        buys ? std::uint64_t{1} << ((window.start.value >> kPartShift) & 63) : parts_of(window);
    return {step_of(window.start.value), step_of(window.end.value + round_up), parts};
}

// Of orders of one side together.
inline Reach join(bool buys, const Reach& a, const Reach& b) {
    const auto& [low, high] = std::minmax(a.start, b.start);
    const auto& [early, late] = std::minmax(a.end, b.end);
    return {buys ? high : low, buys ? early : late, a.parts | b.parts};
}

// The orders together reach so far already.
template <bool Buys>
bool covers(const Reach& together, const Reach& one) {
    const bool hull_covers = Buys ? one.start <= together.start && together.end <= one.end
                                  : together.start <= one.start && one.end <= together.end;
    return hull_covers && (one.parts & ~together.parts) == 0;
}

// What a taker asks an index with: its window as an order of the sells' side, for a bit where a
// resting buy starts must be one that the window touches.
inline Reach of_taker(const Window& window) {
    return of(false, window);
}

// Whether one of the resting orders, which touch these parts, may be of the taker's time.
template <bool TakerBuys>
bool may_share(std::uint64_t resting_parts, const Reach& taker) {
    return TakerBuys ? (taker.parts & ~resting_parts) == 0 : (taker.parts & resting_parts) != 0;
}

// Whether one of the resting orders may trade over the taker's window (taker buys) or within it.
template <bool TakerBuys>
bool may_fit(const Reach& resting, const Reach& taker) {
    const Reach& outer = TakerBuys ? resting : taker;
    const Reach& inner = TakerBuys ? taker : resting;
    // One test, for which part of it fails is a coin's toss. Not 0: the hull does not fit.
    const std::int64_t room_before = std::int64_t{inner.start} - outer.start;
    const std::int64_t room_after = std::int64_t{outer.end} - inner.end;
    const auto outside = static_cast<std::uint64_t>((room_before | room_after) >> 63);
    if constexpr (TakerBuys) return (outside | (taker.parts & ~resting.parts)) == 0;
    return outside == 0 && may_share<false>(resting.parts, taker);
}

}  // namespace reach

}  // namespace suanpan::matching
