#pragma once

// The walk of a taker through the contra side in priority order (market §5 step 2): a merge of the
// lanes that it may trade with. A lane costs nothing until its turn comes: its best price is read
// from one flat array. In a lane, levels of other times are passed by their hull.

#include "matching/engine_state.hpp"

#include <algorithm>

namespace suanpan::matching {

inline bool Engine::Impl::is_better(bool buys, const Head& a, const Head& b) const {
    if (a.conditional != b.conditional) return b.conditional;
    const auto order = a.price <=> b.price;
    if (order != 0) return buys ? order < 0 : order > 0;
    const auto sequence = [this](const Head& head) {
        return orders[cursors[head.cursor].order].sequence;
    };
    return sequence(a) < sequence(b);
}

inline Head Engine::Impl::head_of(const Taker& taker, const Ladders& contra,
                                  std::uint32_t number) const {
    const Cursor& cursor = cursors[number];
    const Lane& lane = contra.lane(cursor.lane);
    const bool buys = taker.order.buys;
    const Price price(buys ? cursor.rank : -cursor.rank);
    const Rate rate = buys ? lane.rate : taker.rate;
    return {price_in(price, lane.unit, taker.order.unit(), rate), lane.conditional, number};
}

// A lane whose best price the taker takes.
inline void Engine::Impl::open_cursor(const Taker& taker, const Ladders& contra,
                                      std::uint32_t number) {
    const Lane& lane = contra.lane(number);
    const bool buys = taker.order.buys;
    const Rank limit = limit_rank(buys, taker.details.limit, taker.order.unit(), lane.unit,
                                  buys ? lane.rate : taker.rate);
    const Rank best = contra.best_rank(number);
    if (best > limit) return;
    const auto cursor = static_cast<std::uint32_t>(cursors.size());
    cursors.push_back({number, contra.level(lane.best).head, best, limit, lane.index.first()});
    heads.push_back(head_of(taker, contra, cursor));
}

inline void Engine::Impl::open_cursors(const Taker& taker, Ladders& contra) {
    cursors.clear();
    heads.clear();
    const Order& order = taker.order;
    const Rank limit = order.buys ? taker.details.limit.value : -taker.details.limit.value;
    const auto open = [&](std::uint32_t lane) {
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

// To the next level, this place included, whose orders may fit.
template <bool kBuys>
bool Engine::Impl::seek(const Taker& taker, const Ladders& contra, Cursor& cursor) {
    const PriceIndex& index = contra.lane(cursor.lane).index;
    if (!index.seek<!kBuys>(cursor.place, taker.window, cursor.limit, offers_met)) return false;
    cursor.rank = index.rank(cursor.place);
    cursor.order = contra.level(index.level(cursor.place)).head;
    orders.prefetch_order(cursor.order);
    return true;
}

inline void Engine::Impl::sift_down(bool buys, std::size_t at) {
    const Head moved = heads[at];
    for (std::size_t child = 2 * at + 1; child < heads.size(); child = 2 * at + 1) {
        if (child + 1 < heads.size() && is_better(buys, heads[child + 1], heads[child])) ++child;
        if (!is_better(buys, heads[child], moved)) break;
        heads[at] = heads[child];
        at = child;
    }
    heads[at] = moved;
}

// The first cursor has moved on, or is at its end.
inline void Engine::Impl::replace_top(const Taker& taker, const Ladders& contra, bool more) {
    if (more) {
        heads.front() = head_of(taker, contra, heads.front().cursor);
    } else {
        heads.front() = heads.back();
        heads.pop_back();
    }
    if (heads.size() > 1) sift_down(taker.order.buys, 0);
}

template <bool kBuys, typename Visitor>
void Engine::Impl::merge(const Taker& taker, const Ladders& contra, const Visitor& visit) {
    for (std::size_t i = heads.size() / 2; i-- > 0;)
        sift_down(kBuys, i);
    std::vector<bool>& looked = looked_at;
    looked.assign(cursors.size(), false);
    while (!heads.empty()) {
        Cursor& cursor = cursors[heads.front().cursor];
        if (!looked[heads.front().cursor]) {
            // Its best level may be of another time.
            looked[heads.front().cursor] = true;
            const Rank best = cursor.rank;
            const bool more = seek<kBuys>(taker, contra, cursor);
            if (!more || cursor.rank != best) {
                replace_top(taker, contra, more);
                continue;
            }
        }
        const std::uint32_t at = cursor.order;
        const Order& maker = orders[at];
        const bool fits =
            kBuys ? maker.window.contains(taker.window) : taker.window.contains(maker.window);
        // Asked before the visit, which may take the maker out of its level.
        const std::uint32_t next = maker.next;
        ++offers_met;
        const Visit wish = fits && !maker.waits
                               ? visit(at, kBuys ? contra.lane(cursor.lane).rate : taker.rate)
                               : Visit::kNext;
        if (wish == Visit::kStop) return;
        if (wish == Visit::kNext && next != kNone) {
            cursor.order = next;
            orders.prefetch(next);
            // Of one price, others may have come before it.
            if (heads.size() > 1) sift_down(kBuys, 0);
            continue;
        }
        if (wish == Visit::kNext) contra.lane(cursor.lane).index.step(cursor.place, cursor.rank);
        replace_top(taker, contra, wish == Visit::kNext && seek<kBuys>(taker, contra, cursor));
    }
}

template <typename Visitor>
void Engine::Impl::walk(const Taker& taker, const Visitor& visit) {
    ++walks;
    Ladders& contra = taker.order.buys ? taker.market.sells : taker.market.buys;
    open_cursors(taker, contra);
    if (cursors.empty()) return;
    if (taker.order.buys) {
        merge<true>(taker, contra, visit);
    } else {
        merge<false>(taker, contra, visit);
    }
}

}  // namespace suanpan::matching
