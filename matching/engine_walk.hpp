#pragma once

// The walk of a taker through the contra side in priority order (market §5 step 2): a merge of the
// lanes that it may trade with. A lane costs nothing until its turn comes, and each lane's best
// price is read from one flat array.

#include "matching/engine_state.hpp"

#include <algorithm>

namespace suanpan::matching {

inline bool Engine::Impl::is_better(bool buys, const Cursor& a, const Cursor& b) const {
    if (a.conditional != b.conditional) return b.conditional;
    const auto order = a.price <=> b.price;
    if (order != 0) return buys ? order < 0 : order > 0;
    return orders[a.order].sequence < orders[b.order].sequence;
}

// The price of the cursor's level; false when it is past the taker's limit.
inline bool Engine::Impl::load(const Taker& taker, const Ladders& contra, Cursor& cursor) const {
    const bool buys = taker.order.buys;
    const Rank rank = contra.level(cursor.level).rank;
    cursor.price =
        price_in(Price(buys ? rank : -rank), cursor.unit, taker.order.unit(), cursor.rate);
    const Ratio limit{taker.details.limit.value, 1};
    return buys ? cursor.price <= limit : cursor.price >= limit;
}

inline bool Engine::Impl::open_cursor(const Taker& taker, const Ladders& contra,
                                      std::uint32_t number) {
    const Lane& lane = contra.lane(number);
    Cursor cursor;
    cursor.unit = lane.unit;
    cursor.conditional = lane.conditional;
    cursor.rate = taker.order.buys ? lane.rate : taker.rate;
    cursor.level = lane.best;
    if (!load(taker, contra, cursor)) return false;
    cursor.order = contra.level(cursor.level).head;
    cursors.push_back(cursor);
    return true;
}

inline void Engine::Impl::open_cursors(const Taker& taker, Ladders& contra) {
    cursors.clear();
    const Order& order = taker.order;
    const Rank limit = order.buys ? taker.details.limit.value : -taker.details.limit.value;
    const auto open = [&](std::uint32_t lane) {
        // Nearly all lanes are told apart by their best price in one flat array.
        if (contra.unit(lane) == order.unit() && contra.best_rank(lane) > limit) return;
        open_cursor(taker, contra, lane);
    };
    if (order.buys) {
        contra.for_each_lane(
            order.owner, eligibility.edition(order.owner),
            [&](std::uint32_t profile) { return eligibility.satisfied(profile, order.owner); },
            open);
    } else {
        const ProfileNumber profile = pools[order.owner].profile;
        contra.for_each_lane(
            profile, 0,
            [&](std::uint32_t requirement) { return eligibility.satisfied(profile, requirement); },
            open);
    }
}

template <typename Visitor>
void Engine::Impl::walk(const Taker& taker, const Visitor& visit) {
    ++walks;
    const bool buys = taker.order.buys;
    Ladders& contra = buys ? taker.market.sells : taker.market.buys;
    open_cursors(taker, contra);
    if (cursors.empty()) return;
    const auto worse = [&](const Cursor& a, const Cursor& b) { return is_better(buys, b, a); };
    if (cursors.size() > 1) std::make_heap(cursors.begin(), cursors.end(), worse);
    while (!cursors.empty()) {
        // The best stays at the end while its lane goes on being the best.
        if (cursors.size() > 1) std::pop_heap(cursors.begin(), cursors.end(), worse);
        Cursor cursor = cursors.back();
        cursors.pop_back();
        while (true) {
            const std::uint32_t at = cursor.order;
            const Order& maker = orders[at];
            const Rate rate = cursor.rate;
            // Moved on before the visit, which may take the maker out of its ladder.
            bool more = true;
            if (maker.next != kNone) {
                cursor.order = maker.next;
                orders.prefetch(cursor.order);
            } else {
                cursor.level = contra.level(cursor.level).worse;
                more = cursor.level != kNone && load(taker, contra, cursor);
                if (more) cursor.order = contra.level(cursor.level).head;
            }
            ++offers_met;
            const bool fits =
                buys ? maker.window.contains(taker.window) : taker.window.contains(maker.window);
            const Visit next = fits && !maker.waits ? visit(at, rate) : Visit::kNext;
            if (next == Visit::kStop) return;
            if (!more || next == Visit::kNextLane) break;
            if (cursors.empty() || !is_better(buys, cursors.front(), cursor)) continue;
            cursors.push_back(cursor);
            std::push_heap(cursors.begin(), cursors.end(), worse);
            break;
        }
    }
}

}  // namespace suanpan::matching
