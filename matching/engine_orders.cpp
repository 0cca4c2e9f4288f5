// One order: into the engine, into its book, out again.

#include "base/check.hpp"
#include "matching/engine_state.hpp"

#include <algorithm>
#include <iterator>

namespace suanpan::matching {

// The same order: a slot may have been used again, even with the sequence of an order that was only
// tried; an order may be back under its old number.
bool RestingSells::rests(const OrderStore& orders, const Entry& entry) const {
    const Order& order = orders[entry.slot];
    return order.in_book && order.sequence == entry.sequence && !order.buys && order.owner == pool_;
}

void RestingSells::add(const OrderStore& orders, std::uint32_t slot) {
    constexpr std::size_t kFew = 16;
    if (gone_ > kFew && gone_ > entries_.size() / 2) compact(orders);
    push(entries_, Entry{orders[slot].sequence, slot});
}

void RestingSells::compact(const OrderStore& orders) {
    constexpr std::size_t kAhead = 16;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (i + kAhead < entries_.size()) orders.prefetch_order(entries_[i + kAhead].slot);
        if (rests(orders, entries_[i])) entries_[kept++] = entries_[i];
    }
    entries_.resize(kept);
    gone_ = 0;
}

std::vector<std::uint32_t> RestingSells::slots(const OrderStore& orders) const {
    std::vector<Entry> found;
    std::ranges::copy_if(entries_, std::back_inserter(found),
                         [&](const Entry& entry) { return rests(orders, entry); });
    std::ranges::sort(found);
    const auto twice = std::ranges::unique(found);
    found.erase(twice.begin(), twice.end());
    std::vector<std::uint32_t> out;
    out.reserve(found.size());
    for (const Entry& entry : found)
        out.push_back(entry.slot);
    return out;
}

void Engine::Impl::begin(Time time) {
    CHECK(recording == 0 && undo.empty());
    now = time;
    for (const OrderSlot slot : outcome.touched)
        orders[number_of(slot)].touched = false;
    outcome.order = kNoOrder;
    outcome.touched.clear();
    outcome.ended.clear();
    outcome.fills.clear();
    if (!outcome.calls.empty()) [[unlikely]]
        outcome.calls.clear();
    first_new = next_sequence;
    changes_before += changes.size();
    changes.clear();
}

Market& Engine::Impl::get_market(const MarketKey& key) {
    const auto found = market_numbers.find(key);
    CHECK(found != market_numbers.end());
    return markets[found->second];
}

const Pool* Engine::Impl::find_pool(const PoolId& id) const {
    const auto found = pool_numbers.find(id);
    return found == pool_numbers.end() ? nullptr : &pools[found->second];
}

Pool& Engine::Impl::get_pool(const PoolId& id) {
    const auto found = pool_numbers.find(id);
    CHECK(found != pool_numbers.end());
    return pools[found->second];
}

Rate Engine::Impl::rate_of(const Pool& pool, const Market& market) const {
    for (const Listing& listing : pool.listings) {
        if (listing.market == market.number) return listing.rate;
    }
    const auto rate = pool.rates.find(market.rules.key.compute_class);
    CHECK(rate != pool.rates.end());
    return rate->second;
}

Listing& Engine::Impl::listing(Pool& pool, const Market& market) {
    for (Listing& known : pool.listings) {
        if (known.market == market.number) return known;
    }
    pool.listings.push_back({market.number, rate_of(pool, market), {kNone, kNone}});
    return pool.listings.back();
}

Taker Engine::Impl::taker(std::uint32_t slot) {
    Order& order = orders[slot];
    const Details& details = orders.details(slot);
    Market& market = markets[details.market];
    const Rate rate = order.buys ? Rate(0) : market.sells.front(details.lane).rate;
    return {slot, order, details, market, rate, order.window};
}

// An order not yet in its book.
std::uint32_t Engine::Impl::admit(const NewOrder& given) {
    const std::uint32_t slot = orders.take(given);
    Order& order = orders[slot];
    order.sequence = next_sequence++;
    if (given.has_extras) orders.make_extras(slot) = given.extras;
    if (order.buys) eligibility.use(order.owner);
    return slot;
}

// Spares a walk the look at the second cache line.
bool Engine::Impl::is_special(const Details& details, const Extras& extras) const {
    return extras.min_lots.value > 0 || extras.max_excess.value > 0 ||
           !extras.counterparties.empty() ||
           details.min_duration > markets[details.market].rules.grid.value;
}

void Engine::Impl::dismiss(std::uint32_t slot) {
    const Order& order = orders[slot];
    CHECK(!order.in_book);
    if (order.buys) eligibility.release(order.owner);
    orders.give(slot);
}

Ladders& Engine::Impl::ladders(std::uint32_t slot) {
    Market& market = markets[orders.details(slot).market];
    return orders[slot].buys ? market.buys : market.sells;
}

std::uint32_t Engine::Impl::lane_of(const Record& record) {
    const Order& order = record.order;
    Market& market = markets[record.details.market];
    const auto unit = static_cast<std::size_t>(order.in_cu);
    if (order.buys) {
        if (order.owner >= market.buy_lanes.size()) {
            market.buy_lanes.resize(order.owner + 1, {kNone, kNone, kNone, kNone});
        }
        auto& lane = market.buy_lanes[order.owner][unit + (order.all_or_none ? 2 : 0)];
        if (lane == kNone) {
            lane = market.buys.add_lane(order.owner, order.unit(), order.all_or_none, Rate(0));
        }
        return lane;
    }
    Pool& pool = pools[order.owner];
    Listing& listed = listing(pool, market);
    std::uint32_t& lane = listed.lanes[unit];
    if (lane == kNone) {
        const std::tuple key(pool.profile, order.unit(), listed.rate);
        const auto known = market.sell_lanes.find(key);
        if (known == market.sell_lanes.end()) {
            lane = market.sells.add_lane(pool.profile, order.unit(), false, listed.rate);
            market.sell_lanes.emplace(key, lane);
            market.sells.set_site(lane, pool.site);
        } else {
            lane = known->second;
            if (market.sells.front(lane).site != pool.site) market.sells.set_site(lane, kNone);
        }
    }
    return lane;
}

Waiting Engine::Impl::waiting_entry(std::uint32_t slot) const {
    const Order& order = orders[slot];
    const bool fixed = !is_unbound_duration(order);
    Waiting entry;
    entry.unit = order.unit();
    entry.rank = rank_of(true, orders.details(slot).limit);
    entry.sequence = order.sequence;
    entry.slot = slot;
    entry.requirement = order.owner;
    entry.window = fixed ? order.window : orders.extras(slot).window;
    entry.is_fixed = fixed;
    return entry;
}

// Lists beside the ladders.
void Engine::Impl::list(std::uint32_t slot) {
    Order& order = orders[slot];
    const Details& details = orders.details(slot);
    if (!order.buys) {
        pools[order.owner].resting.add(orders, slot);
    } else if (order.all_or_none) {
        auto& waiting = markets[details.market].all_or_none;
        const Waiting entry = waiting_entry(slot);
        waiting.insert(std::lower_bound(waiting.begin(), waiting.end(), entry), entry);
        ++waiting_all_or_none;
    }
    ++resting;
    order.in_book = true;
}

void Engine::Impl::unlist(std::uint32_t slot) {
    Order& order = orders[slot];
    const Details& details = orders.details(slot);
    if (!order.buys) {
        pools[order.owner].resting.forget_one();
    } else if (order.all_or_none) {
        auto& waiting = markets[details.market].all_or_none;
        const auto at = std::lower_bound(waiting.begin(), waiting.end(), waiting_entry(slot));
        CHECK(at != waiting.end() && at->slot == slot);
        waiting.erase(at);
        --waiting_all_or_none;
    }
    --resting;
    order.in_book = false;
}

void Engine::Impl::insert(std::uint32_t slot) {
    Order& order = orders[slot];
    CHECK(!order.in_book && order.is_open());
    // An attempt's changes are taken back in the reverse order, so this one needs a step too.
    if (recording > 0) touch(slot);
    const Details& details = orders.details(slot);
    Market& market = markets[details.market];
    order.waits = waits_for_call(market, slot);
    (order.buys ? market.buys : market.sells)
        .insert(slot, details.lane, rank_of(order.buys, details.limit));
    list(slot);
}

void Engine::Impl::remove(std::uint32_t slot) {
    CHECK(orders[slot].in_book);
    ladders(slot).remove(slot);
    unlist(slot);
}

void Engine::Impl::relink(std::uint32_t slot) {
    const Details& details = orders.details(slot);
    ladders(slot).relink(slot, details.lane, rank_of(orders[slot].buys, details.limit));
    list(slot);
}

void Engine::Impl::end(std::uint32_t slot, OrderState state, EndReason reason) {
    Order& order = orders[slot];
    CHECK(order.is_open());
    touch(slot);
    if (order.in_book) remove(slot);
    order.state = state;
    orders.details(slot).end_reason = reason;
    push(outcome.ended, OrderSlot(slot));
    push(ended, slot);
}

void Engine::Impl::reserve(Pool& pool, const Window& window, Lots lots) {
    pool.calendar.reserve(window, lots);
    if (recording > 0) undo.emplace_back(SavedReservation{pool.number, window, lots});
}

}  // namespace suanpan::matching
