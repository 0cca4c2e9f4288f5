#pragma once

// The walk of a taker through the contra side in priority order (market §5 step 2): a merge of the
// lanes that it may trade with. A lane costs nothing until its turn comes: its best price is read
// from one flat array. In a lane, levels of other times are passed by their reach.

#include "matching/engine_state.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace suanpan::matching {

// Of two that are alike in their keys.
template <bool Buys>
bool Engine::Impl::is_better_exactly(const Taker& taker, const Ladders& contra, const Head& a,
                                     const Head& b) const {
    const auto price_of = [&](const Head& head) {
        const LaneFront& lane = contra.front(head.lane);
        const Rank rank = head.cursor == kNone ? lane.best : cursors[head.cursor].rank;
        return price_in(Price(Buys ? rank : -rank), lane.unit, taker.order.unit(),
                        Buys ? lane.rate : taker.rate);
    };
    const auto sequence_of = [&](const Head& head) {
        return orders[head.cursor == kNone ? contra.first_order(head.lane)
                                           : cursors[head.cursor].order]
            .sequence;
    };
    const auto order = price_of(a) <=> price_of(b);
    if (order != 0) return Buys == (order < 0);
    return sequence_of(a) < sequence_of(b);
}

inline PriceKey Engine::Impl::key_of(const Taker& taker, const LaneFront& lane, Rank rank) {
    const Unit unit = taker.order.unit();
    if (taker.order.buys) return key_in(Price(rank), lane.unit, unit, lane.rate);
    // All-or-none buys come after all others (market §5 step 2).
    constexpr PriceKey kAfterAll = 2 * kMaxKey;
    return (lane.conditional ? kAfterAll : 0) - key_in(Price(-rank), lane.unit, unit, taker.rate);
}

// same_site, same_pool: where the taker's lots must be by now.
inline std::optional<Bound> Engine::Impl::bound_of(const Taker& taker) const {
    if (taker.order.together == Together::kAnywhere) return std::nullopt;
    const Extras& extras = orders.extras(taker.slot);
    if (extras.bound_pool != kNone) {
        const Pool& pool = pools[extras.bound_pool];
        return Bound{pool.site, pool.profile};
    }
    if (extras.bound_site != kNone) return Bound{extras.bound_site, std::nullopt};
    return std::nullopt;
}

// The rate of the largest lot that a buy still takes.
inline std::int64_t Engine::Impl::largest_lot(const Taker& taker) const {
    if (!taker.order.in_cu) return kMaxRate;
    return taker.order.rest + orders.extras(taker.slot).max_excess.value;
}

// Nothing in the sell lane is of the place.
inline bool Engine::Impl::is_elsewhere(const Bound& bound, const LaneFront& lane) {
    return (lane.site != kNone && lane.site != bound.site) ||
           (bound.profile && lane.owner != *bound.profile);
}

// Whether a sell lane's best price is at most the limit of a buy.
inline bool Engine::Impl::meets_exactly(Price limit, Unit unit, const LaneFront& lane) {
    return price_in(Price(lane.best), lane.unit, unit, lane.rate) <= Ratio{limit.value, 1};
}

// The contra lanes that the taker's requirement (or profile) allows, of those that pass `sift`.
template <bool Buys, typename Sift, typename Visit>
[[gnu::always_inline]] inline bool Engine::Impl::any_eligible_lane(const Order& taker,
                                                                   Ladders& contra,
                                                                   const Sift& sift,
                                                                   const Visit& visit) {
    if constexpr (Buys) {
        const RequirementNumber wanted = taker.owner;
        return contra.any_lane(
            wanted, eligibility.edition(wanted),
            [&](std::uint32_t profile) { return eligibility.satisfied(profile, wanted); }, sift,
            visit);
    } else {
        const ProfileNumber profile = pools[taker.owner].profile;
        return contra.any_lane(
            profile, 0,
            [&](std::uint32_t requirement) { return eligibility.satisfied(profile, requirement); },
            sift, visit);
    }
}

template <bool Many, typename Visit>
[[gnu::always_inline]] inline bool Engine::Impl::any_crossing_sell_lane(
    const Order& taker, Price limit, const Window& wanted, Ladders& contra, const Visit& visit) {
    const Unit unit = taker.unit();
    const PriceKey key_bound = limit.value * kKeySteps;
    const auto visit_crossing = [&](std::uint32_t number) {
        const PriceKey key = contra.key(number, unit);
        if (key > key_bound) return false;
        // The key was rounded down.
        if (key == key_bound && contra.front(number).unit != unit &&
            !meets_exactly(limit, unit, contra.front(number)))
            return false;
        return visit(number);
    };
    if constexpr (Many) {
        const Reach reach = reach::of_taker(wanted);
        return any_eligible_lane<true>(taker, contra, contra.sift_sells(unit, key_bound, reach),
                                       visit_crossing);
    }
    return any_eligible_lane<true>(taker, contra, SiftNothing(), visit_crossing);
}

template <bool Many, typename Visit>
[[gnu::always_inline]] inline bool Engine::Impl::any_crossing_buy_lane(const Order& taker,
                                                                       Price limit, Rate rate,
                                                                       Ladders& contra,
                                                                       const Visit& visit) {
    const auto bound_in = [&](Unit unit) {
        return unit == taker.unit() ? -limit.value
                                    : limit_rank(false, limit, taker.unit(), unit, rate);
    };
    if constexpr (Many) {
        const std::array<Rank, 2> bounds{bound_in(Unit::kLot), bound_in(Unit::kCu)};
        return any_eligible_lane<false>(
            taker, contra, contra.sift_buys(bounds[0], bounds[1]), [&](std::uint32_t number) {
                const LaneFront& lane = contra.front(number);
                const Rank bound = bounds[static_cast<std::size_t>(lane.unit)];
                return lane.best <= bound && visit(number, bound);
            });
    }
    return any_eligible_lane<false>(taker, contra, SiftNothing(), [&](std::uint32_t number) {
        const LaneFront& lane = contra.front(number);
        const Rank bound = bound_in(lane.unit);
        return lane.best <= bound && visit(number, bound);
    });
}

// Lanes first, then their fronts: which of them the price rules out is a coin's toss, so a lane is
// written down before it is known and taken back without a branch.
template <bool Many>
inline void Engine::Impl::open_sell_lanes(const Taker& taker, Ladders& contra) {
    const Order& order = taker.order;
    const Price limit = taker.details.limit;
    const std::optional<Bound> bound = bound_of(taker);
    const std::int64_t largest = largest_lot(taker);
    const PriceKey key_bound = limit.value * kKeySteps;
    crossing.clear();
    const auto note_crossing = [&](std::uint32_t number) {
        const std::size_t crosses = contra.key(number, order.unit()) <= key_bound ? 1 : 0;
        crossing.push_back(number);
        crossing.shrink_to(crossing.size() - 1 + crosses);
        return false;
    };
    if constexpr (Many) {
        any_eligible_lane<true>(
            order, contra, contra.sift_sells(order.unit(), key_bound, taker_reach), note_crossing);
    } else {
        any_eligible_lane<true>(order, contra, SiftNothing(), note_crossing);
    }
    for (const std::uint32_t number : crossing) {
        const LaneFront& lane = contra.front(number);
        if (bound && is_elsewhere(*bound, lane)) continue;
        if (lane.rate.value > largest) continue;
        const Rank worst = limit_rank(true, limit, order.unit(), lane.unit, lane.rate);
        // The key was rounded down.
        if (lane.best > worst) [[unlikely]]
            continue;
        open_lane<true>(contra, number, contra.key(number, order.unit()), worst);
    }
}

template <bool Buys, bool Many>
inline void Engine::Impl::open_lanes(const Taker& taker, Ladders& contra) {
    if constexpr (Buys) {
        open_sell_lanes<Many>(taker, contra);
    } else {
        any_crossing_buy_lane<Many>(taker.order, taker.details.limit, taker.rate, contra,
                                    [&](std::uint32_t number, Rank worst) {
                                        const LaneFront& lane = contra.front(number);
                                        open_lane<false>(contra, number,
                                                         key_of(taker, lane, lane.best), worst);
                                        return false;
                                    });
    }
    for (const Head& head : heads)
        contra.prefetch(head.lane);
    for (const Head& head : heads)
        contra.lane(head.lane).index.prefetch_first();
}

template <bool Buys>
inline void Engine::Impl::open_lane(const Ladders& contra, std::uint32_t number, PriceKey key,
                                    Rank worst) {
    const std::size_t passed =
        contra.front(number).is_of_another_time<Buys>(taker_reach, worst) ? 1 : 0;
    offers_met += passed;
    heads.push_back({key, number, kNone, worst});
    heads.shrink_to(heads.size() - passed);
}

// To the next level, the cursor's place included, whose orders may fit.
template <bool Buys>
bool Engine::Impl::find_level(const Taker& taker, const Ladders& contra, Head& head) {
    Cursor& cursor = cursors[head.cursor];
    const PriceIndex& index = contra.lane(head.lane).index;
    if (!index.seek<Buys>(cursor.place, taker_reach, cursor.limit, offers_met)) return false;
    const Rank rank = index.rank(cursor.place);
    if (rank != cursor.rank) head.key = key_of(taker, contra.front(head.lane), rank);
    cursor.rank = rank;
    cursor.level = index.level(cursor.place);
    contra.prefetch_level(cursor.level);
    return true;
}

// To the first order of its level.
inline void Engine::Impl::aim(const Ladders& contra, Head& head) {
    Cursor& cursor = cursors[head.cursor];
    cursor.order = contra.level(cursor.level).head;
    orders.prefetch(cursor.order);
}

// The lane's turn has come: its best level may be of another time.
template <bool Buys>
bool Engine::Impl::look(const Taker& taker, const Ladders& contra, Head& head) {
    const LaneFront& lane = contra.front(head.lane);
    const PriceIndex& index = contra.lane(head.lane).index;
    if (!lane.is_known() && heads.size() > 1) contra.learn_near(head.lane);
    PriceIndex::Place place = index.first();
    if (!index.seek<Buys>(place, taker_reach, head.limit, offers_met)) return false;
    const Rank rank = index.rank(place);
    if (rank != lane.best) head.key = key_of(taker, lane, rank);
    head.cursor = static_cast<std::uint32_t>(cursors.size());
    cursors.push_back({index.level(place), kNone, rank, head.limit, place});
    contra.prefetch_level(index.level(place));
    return true;
}

template <bool Buys>
void Engine::Impl::sift_down(const Taker& taker, const Ladders& contra, std::size_t at) {
    const Head moved = heads[at];
    for (std::size_t child = 2 * at + 1; child < heads.size(); child = 2 * at + 1) {
        if (child + 1 < heads.size() &&
            is_better<Buys>(taker, contra, heads[child + 1], heads[child]))
            ++child;
        if (!is_better<Buys>(taker, contra, heads[child], moved)) break;
        heads[at] = heads[child];
        at = child;
    }
    heads[at] = moved;
}

template <bool Buys>
void Engine::Impl::make_heap(const Taker& taker, const Ladders& contra) {
    for (std::size_t i = heads.size() / 2; i-- > 0;)
        sift_down<Buys>(taker, contra, i);
}

template <bool Buys>
void Engine::Impl::drop_top(const Taker& taker, const Ladders& contra) {
    heads.front() = heads.back();
    heads.pop_back();
    if (heads.size() > 1) sift_down<Buys>(taker, contra, 0);
}

// Of few lanes it is cheaper to find the first offer at once than to keep them all in order: most
// have none for this window.
template <bool Buys>
void Engine::Impl::line_up(const Taker& taker, const Ladders& contra) {
    constexpr std::size_t kFew = 1'024;
    constexpr std::uint64_t kMostPassed =
        2'048;  // levels of another time; the rest wait their turn
    if (heads.size() <= kFew) {
        const std::uint64_t most = offers_met + kMostPassed;
        std::size_t kept = 0;
        for (Head& head : heads) {
            if (offers_met > most || look<Buys>(taker, contra, head)) heads[kept++] = head;
        }
        heads.shrink_to(kept);
        for (Head& head : heads) {
            if (head.cursor != kNone) aim(contra, head);
        }
        if (Buys) prefetch_pools();
    }
    make_heap<Buys>(taker, contra);
}

// Of the first offers of all lanes at once, as each lies behind one pointer after the other.
inline void Engine::Impl::prefetch_pools() const {
    constexpr std::size_t kMost = 6;
    const std::size_t count = std::min(heads.size(), kMost);
    const auto pool_of = [&](const Head& head) -> const Pool& {
        return pools[orders[cursors[head.cursor].order].owner];
    };
    for (std::size_t i = 0; i < count; ++i) {
        if (heads[i].cursor != kNone) __builtin_prefetch(&pool_of(heads[i]));
    }
    for (std::size_t i = 0; i < count; ++i) {
        if (heads[i].cursor != kNone) pool_of(heads[i]).calendar.prefetch();
    }
}

// The first head goes on at the price that it had: only others of the same price may come before.
template <bool Buys>
void Engine::Impl::sift_alike(const Taker& taker, const Ladders& contra) {
    const std::size_t count = heads.size();
    if (count > 1 && (heads[1].key == heads[0].key || (count > 2 && heads[2].key == heads[0].key)))
        sift_down<Buys>(taker, contra, 0);
}

// The first fill has bound the taker to a place: all other lanes are done.
inline void Engine::Impl::leave_other_places(const Taker& taker, const Ladders& contra,
                                             const Bound& bound) {
    std::size_t kept = 0;
    for (const Head& head : heads) {
        if (!is_elsewhere(bound, contra.front(head.lane))) heads[kept++] = head;
    }
    heads.shrink_to(kept);
    make_heap<true>(taker, contra);
}

template <bool Buys, typename Visitor>
void Engine::Impl::merge(const Taker& taker, const Ladders& contra, const Visitor& visit) {
    line_up<Buys>(taker, contra);
    // A walk that begins bound has opened no other lanes.
    bool may_be_bound = Buys && taker.order.together != Together::kAnywhere && !bound_of(taker);
    while (!heads.empty()) {
        Head& head = heads.front();
        if (head.cursor == kNone) {
            if (look<Buys>(taker, contra, head)) {
                aim(contra, head);
                sift_down<Buys>(taker, contra, 0);
            } else {
                drop_top<Buys>(taker, contra);
            }
            continue;
        }
        const LaneFront& lane = contra.front(head.lane);
        Cursor& cursor = cursors[head.cursor];
        const std::uint32_t at = cursor.order;
        const Order& maker = orders[at];
        const bool fits =
            Buys ? maker.window.contains(taker.window) : taker.window.contains(maker.window);
        // Asked before the visit, which may take the maker out of its level.
        const std::uint32_t next = maker.next;
        if (next != kNone) orders.prefetch_whole(next);
        ++offers_met;
        const Visit wish =
            fits && !maker.waits ? visit(at, Buys ? lane.rate : taker.rate) : Visit::kNext;
        if (wish == Visit::kStop) return;
        if (wish == Visit::kNextLane) {
            drop_top<Buys>(taker, contra);
        } else if (next != kNone) {
            cursor.order = next;
            sift_alike<Buys>(taker, contra);
        } else {
            contra.lane(head.lane).index.step(cursor.place, cursor.rank);
            if (find_level<Buys>(taker, contra, head)) {
                aim(contra, head);
                sift_down<Buys>(taker, contra, 0);
            } else {
                drop_top<Buys>(taker, contra);
            }
        }
        if (!may_be_bound) continue;
        if (const auto bound = bound_of(taker)) {
            may_be_bound = false;
            leave_other_places(taker, contra, *bound);
        }
    }
}

// The merge of a single lane: that of a plain book.
template <bool Buys, typename Visitor>
void Engine::Impl::walk_lane(const Taker& taker, const Ladders& contra, const Head& head,
                             const Visitor& visit) {
    const LaneFront& lane = contra.front(head.lane);
    const Rate rate = Buys ? lane.rate : taker.rate;
    const PriceIndex& index = contra.lane(head.lane).index;
    PriceIndex::Place place = index.first();
    while (index.seek<Buys>(place, taker_reach, head.limit, offers_met)) {
        const Rank rank = index.rank(place);
        std::uint32_t at = contra.level(index.level(place)).head;
        while (at != kNone) {
            const Order& maker = orders[at];
            const bool fits =
                Buys ? maker.window.contains(taker.window) : taker.window.contains(maker.window);
            // Asked before the visit, which may take the maker out of its level.
            const std::uint32_t next = maker.next;
            if (next != kNone) orders.prefetch_whole(next);
            ++offers_met;
            if (fits && !maker.waits && visit(at, rate) != Visit::kNext) return;
            at = next;
        }
        if (Buys && taker.order.together != Together::kAnywhere) {
            if (const auto bound = bound_of(taker); bound && is_elsewhere(*bound, lane)) return;
        }
        index.step(place, rank);
    }
}

template <bool Buys, typename Visitor>
void Engine::Impl::merge_lanes(const Taker& taker, Ladders& contra, const Visitor& visit) {
    if (contra.has_many_lanes()) {
        open_lanes<Buys, true>(taker, contra);
    } else {
        open_lanes<Buys, false>(taker, contra);
    }
    // By value: the visit may look at other lanes.
    if (heads.size() == 1) return walk_lane<Buys>(taker, contra, Head(heads.front()), visit);
    merge<Buys>(taker, contra, visit);
}

template <typename Visitor>
void Engine::Impl::walk(const Taker& taker, const Visitor& visit) {
    ++walks;
    taker_reach = reach::of_taker(taker.window);
    Ladders& contra = taker.order.buys ? taker.market.sells : taker.market.buys;
    cursors.clear();
    heads.clear();
    if (taker.order.buys) {
        merge_lanes<true>(taker, contra, visit);
    } else {
        merge_lanes<false>(taker, contra, visit);
    }
}

}  // namespace suanpan::matching
