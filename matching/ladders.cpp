#include "matching/ladders.hpp"

#include "base/check.hpp"

namespace suanpan::matching {
namespace {

// Index of the first item whose rank is not below `rank`. Without branches: the outcome of each
// step is a coin's toss.
template <typename Item, typename RankOf>
std::size_t search(const std::vector<Item>& items, Rank rank, const RankOf& rank_of) {
    const Item* at = items.data();
    std::size_t left = items.size();
    while (left > 1) {
        const std::size_t half = left / 2;
        at = __builtin_unpredictable(rank_of(at[half - 1]) < rank) ? at + half : at;
        left -= half;
    }
    const std::size_t index = static_cast<std::size_t>(at - items.data());
    return left == 1 && rank_of(*at) < rank ? index + 1 : index;
}

template <typename T>
auto at(std::vector<T>& values, std::size_t index) {
    return values.begin() + static_cast<std::ptrdiff_t>(index);
}

}  // namespace

Rank wide_limit_rank(bool taker_buys, Price limit, Unit unit, Unit lane_unit, Rate rate) {
    const Ratio exact = price_in(limit, unit, lane_unit, rate);
    const Int128 up = taker_buys ? 0 : exact.denominator - 1;
    const Int128 whole =
        std::min((exact.numerator + up) / exact.denominator, Int128{kMaxPrice + 1});
    return static_cast<Rank>(taker_buys ? whole : -whole);
}

std::size_t PriceIndex::first_not_below(const Run& run, Rank rank) {
    return search(run, rank, [](const Entry& entry) { return entry.rank; });
}

// The first run that ends at or after the rank, or the last.
std::size_t PriceIndex::run_of(Rank rank) const {
    if (worst_.size() <= 1) return 0;
    return std::min(search(worst_, rank, [](Rank worst) { return worst; }), worst_.size() - 1);
}

std::uint32_t PriceIndex::find(Rank rank) const {
    const Run& run = this->run(run_of(rank));
    const std::size_t index = first_not_below(run, rank);
    return index < run.size() && run[index].rank == rank ? run[index].level : kNone;
}

std::pair<std::uint32_t, std::uint32_t> PriceIndex::insert(Rank rank, std::uint32_t level,
                                                           const Reach& reach) {
    ++edition_;
    if (worst_.empty()) worst_.push_back(rank);
    std::size_t which = run_of(rank);
    if (run(which).size() == kLongest) {
        split(which);
        which = run_of(rank);
    }
    Run& run = this->run(which);
    const std::size_t index = first_not_below(run, rank);
    std::uint32_t better = kNone;
    std::uint32_t worse = kNone;
    if (index > 0) {
        better = run[index - 1].level;
    } else if (which > 0) {
        better = this->run(which - 1).back().level;
    }
    if (index < run.size()) {
        worse = run[index].level;
    } else if (which + 1 < worst_.size()) {
        worse = this->run(which + 1).front().level;
    }
    if (run.size() == run.capacity()) run.reserve(run.size() + run.size() / 4 + 4);
    run.insert(at(run, index), Entry{rank, reach, level});
    worst_[which] = run.back().rank;
    return {better, worse};
}

void PriceIndex::split(std::size_t which) {
    Run& run = this->run(which);
    Run upper(at(run, kLongest / 2), run.end());
    run.resize(kLongest / 2);
    worst_[which] = run.back().rank;
    worst_.insert(at(worst_, which + 1), upper.back().rank);
    others_.insert(at(others_, which), std::move(upper));
}

void PriceIndex::drop_run(std::size_t which) {
    worst_.erase(at(worst_, which));
    if (which == 0 && others_.empty()) return;
    if (which == 0) first_.swap(others_.front());
    others_.erase(at(others_, which == 0 ? 0 : which - 1));
}

void PriceIndex::set_reach(Rank rank, const Reach& reach) {
    Run& run = this->run(run_of(rank));
    const std::size_t index = first_not_below(run, rank);
    CHECK(index < run.size() && run[index].rank == rank);
    run[index].reach = reach;
}

Near PriceIndex::near(std::size_t count) const {
    Near out{std::numeric_limits<Rank>::max(), 0};
    const std::size_t known = std::min(count, first_.size());
    for (std::size_t i = 0; i < known; ++i)
        out.parts |= first_[i].reach.parts;
    if (known < first_.size()) {
        out.beyond = first_[known].rank;
    } else if (!others_.empty()) {
        out.beyond = others_.front().front().rank;
    }
    return out;
}

void PriceIndex::step(Place& place, Rank rank) const {
    if (place.edition == edition_) {
        ++place.index;
        return;
    }
    place.edition = edition_;
    place.run = run_of(rank);
    const Run& run = this->run(place.run);
    place.index = first_not_below(run, rank);
    if (place.index < run.size() && run[place.index].rank == rank) ++place.index;
}

void PriceIndex::erase(Rank rank) {
    ++edition_;
    const std::size_t which = run_of(rank);
    Run& run = this->run(which);
    const std::size_t index = first_not_below(run, rank);
    CHECK(index < run.size() && run[index].rank == rank);
    run.erase(at(run, index));
    if (run.empty()) {
        drop_run(which);
    } else {
        worst_[which] = run.back().rank;
    }
}

std::uint32_t Ladders::add_lane(std::uint32_t owner, Unit unit, bool conditional, Rate rate) {
    auto number = static_cast<std::uint32_t>(lanes_.size());
    if (free_lanes_.empty()) {
        lanes_.emplace_back();
        fronts_.emplace_back();
        for (auto& keys : keys_)
            keys.push_back(kMaxKey);
        for (PriceRows& rows : prices_)
            rows.add_lane();
        times_.add_lane();
        active_.resize(words_of(lanes_.size()), 0);
        const bool had_few = !has_many_lanes();
        active_words_ = active_.size();
        if (had_few && has_many_lanes()) fill_price_rows();
    } else {
        number = free_lanes_.back();
        free_lanes_.pop_back();
        ++reused_;
    }
    ++lanes_edition_;
    fronts_[number] = LaneFront{0, rate, owner, kNone, unit, conditional, {}};
    return number;
}

void Ladders::drop_lane(std::uint32_t number) {
    CHECK(lanes_[number].best == kNone);
    free_lanes_.push_back(number);
}

// Nobody asks the rows while the lanes are few, so they are not kept until then.
void Ladders::fill_price_rows() {
    for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
        if (lanes_[lane].best != kNone) show_in_price_rows(lane);
    }
}

void Ladders::show_in_price_rows(std::uint32_t number) {
    const LaneFront& front = fronts_[number];
    if (buys_) return prices_[static_cast<std::size_t>(front.unit)].set_best(number, front.best);
    for (std::size_t unit = 0; unit < keys_.size(); ++unit)
        prices_[unit].set_best(number, keys_[unit][number]);
}

void Ladders::show_best(std::uint32_t number) {
    const Lane& lane = lanes_[number];
    const std::uint64_t bit = std::uint64_t{1} << (number % 64);
    if (lane.best == kNone) {
        active_[number / 64] &= ~bit;
        times_.clear(number);
    } else {
        active_[number / 64] |= bit;
        LaneFront& front = fronts_[number];
        front.best = levels_[lane.best].rank;
        for (const Unit unit : {Unit::kLot, Unit::kCu}) {
            if (!buys_)
                keys_[static_cast<std::size_t>(unit)][number] =
                    key_in(Price(front.best), front.unit, unit, front.rate);
        }
        if (has_many_lanes()) show_in_price_rows(number);
    }
}

// The level, which tells of an order over this window.
template <bool Buys>
std::uint32_t Ladders::open_level(std::uint32_t number, Rank rank, const Window& window) {
    std::uint32_t& known = recent(number, rank);
    if (known != kNone) [[likely]] {
        Level& level = levels_[known];
        if (level.rank == rank && level.lane == number) [[likely]] {
            // Orders of one time come one after the other.
            if (window != last_window_) [[unlikely]] {
                last_window_ = window;
                last_reach_ = reach::of(Buys, window);
            }
            if (!reach::covers<Buys>(level.reach, last_reach_)) [[unlikely]]
                widen(level, window);
            return known;
        }
    }
    return known = find_or_add_level(number, rank, window);
}

std::uint32_t Ladders::find_or_add_level(std::uint32_t number, Rank rank, const Window& window) {
    Lane& lane = lanes_[number];
    const std::uint32_t found = lane.index.find(rank);
    if (found != kNone) {
        widen(levels_[found], window);
        return found;
    }
    const std::uint32_t made = levels_.take();
    const Reach reach = reach::of(buys_, window);
    const auto [better, worse] = lane.index.insert(rank, made, reach);
    levels_[made] = Level{rank, kNone, kNone, better, worse, number, market_, reach, 0};
    if (worse != kNone) levels_[worse].better = made;
    if (better != kNone) {
        levels_[better].worse = made;
    } else {
        lane.best = made;
        show_best(number);
    }
    show_reach(number, rank, reach);
    return made;
}

void Ladders::widen(Level& level, const Window& window) {
    const Reach reach = reach::join(buys_, level.reach, reach::of(buys_, window));
    if (reach == level.reach) [[likely]]
        return;
    level.reach = reach;
    lanes_[level.lane].index.set_reach(level.rank, reach);
    show_reach(level.lane, level.rank, reach);
}

// A level of the lane is new or reaches further.
void Ladders::show_reach(std::uint32_t number, Rank rank, const Reach& reach) {
    if (!buys_) times_.add(number, reach.parts);
    forget_near(number, rank);
}

void Ladders::close_level(std::uint32_t number) {
    const Level& level = levels_[number];
    Lane& lane = lanes_[level.lane];
    if (level.worse != kNone) levels_[level.worse].better = level.better;
    if (level.better != kNone) {
        levels_[level.better].worse = level.worse;
    } else {
        lane.best = level.worse;
        show_best(level.lane);
        // Likely the next to trade.
        if (lane.best != kNone) orders_.prefetch_whole(levels_[lane.best].head);
    }
    lane.index.erase(level.rank);
    forget_near(level.lane, level.rank);
    // Other ladders may use the place next.
    std::uint32_t& known = recent(level.lane, level.rank);
    if (known == number) known = kNone;
    levels_.give(number);
}

template <bool Buys>
void Ladders::insert(std::uint32_t slot, Order& order, std::uint32_t lane, Rank rank) {
    order.level = open_level<Buys>(lane, rank, order.window);
    Level& level = levels_[order.level];
    if (order.sequence < level.newest) [[unlikely]]
        return insert_older(level, slot, order);
    level.newest = order.sequence;
    const std::uint32_t tail = level.tail;
    order.next = kNone;
    order.prev = tail;
    (tail == kNone ? level.head : orders_[tail].next) = slot;
    level.tail = slot;
}

template void Ladders::insert<true>(std::uint32_t, Order&, std::uint32_t, Rank);
template void Ladders::insert<false>(std::uint32_t, Order&, std::uint32_t, Rank);

void Ladders::insert_older(Level& level, std::uint32_t slot, Order& order) {
    order.next = kNone;
    order.prev = level.tail;
    while (order.prev != kNone && orders_[order.prev].sequence > order.sequence) {
        order.next = order.prev;
        order.prev = orders_[order.prev].prev;
    }
    (order.prev == kNone ? level.head : orders_[order.prev].next) = slot;
    (order.next == kNone ? level.tail : orders_[order.next].prev) = slot;
}

void Ladders::remove(const Order& order) {
    Level& level = levels_[order.level];
    (order.prev == kNone ? level.head : orders_[order.prev].next) = order.next;
    (order.next == kNone ? level.tail : orders_[order.next].prev) = order.prev;
    if (level.head == kNone) {
        close_level(order.level);
    } else if (level.head == level.tail) {
        narrow(level);
    } else if (order.prev == kNone) {
        orders_.prefetch_whole(level.head);
    }
}

// To the window of the only order that is left.
void Ladders::narrow(Level& level) {
    const Reach reach = reach::of(buys_, orders_[level.head].window);
    if (level.reach == reach) return;
    level.reach = reach;
    lanes_[level.lane].index.set_reach(level.rank, reach);
}

void Ladders::cover(std::uint32_t slot) {
    const Order& order = orders_[slot];
    widen(levels_[order.level], order.window);
}

void Ladders::relink(std::uint32_t slot, std::uint32_t lane, Rank rank) {
    Order& order = orders_[slot];
    if (order.next != kNone) {
        order.level = orders_[order.next].level;
    } else if (order.prev != kNone) {
        order.level = orders_[order.prev].level;
    } else {
        order.level = buys_ ? open_level<true>(lane, rank, order.window)
                            : open_level<false>(lane, rank, order.window);
    }
    // The level may have been closed and opened again since.
    cover(slot);
    Level& level = levels_[order.level];
    level.newest = std::max(level.newest, order.sequence);
    (order.prev == kNone ? level.head : orders_[order.prev].next) = slot;
    (order.next == kNone ? level.tail : orders_[order.next].prev) = slot;
}

}  // namespace suanpan::matching
