// One order: into the engine, into its book, out again.

#include "base/check.hpp"
#include "base/planted.hpp"
#include "matching/engine_state.hpp"

#include <algorithm>
#include <iterator>

namespace suanpan::matching {

// A slot may have been used again, by an order of another sequence, side or pool.
bool RestingSells::is_of(const Order& order, const Entry& entry) const {
    return order.sequence == entry.sequence && !order.buys && order.owner == pool_;
}

bool RestingSells::rests(const OrderStore& orders, const Entry& entry) const {
    const Order& order = orders[entry.slot];
    return order.in_book && is_of(order, entry);
}

void RestingSells::add(OrderStore& orders, Order& order, std::uint32_t slot) {
    if (order.listed) {
        --gone_;
        return;
    }
    order.listed = true;
    if (gone_ > most_gone_) [[unlikely]]
        compact(orders);
    entries_.push_back(Entry{order.sequence, slot});
}

void RestingSells::remove(Order& order, std::uint32_t slot) {
    // The newest, which may have been on trial only, leaves no trace.
    if (entries_.back() == Entry{order.sequence, slot}) {
        entries_.pop_back();
        order.listed = false;
    } else {
        ++gone_;
    }
}

// A list is read through again only after as much has left it as was there the last time.
void RestingSells::compact(OrderStore& orders) {
    constexpr std::size_t kAhead = 16;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (i + kAhead < entries_.size()) orders.prefetch(entries_[i + kAhead].slot);
        if (rests(orders, entries_[i])) {
            entries_[kept++] = entries_[i];
        } else if (Order& order = orders[entries_[i].slot]; is_of(order, entries_[i])) {
            order.listed = false;  // out of its book for a moment only, perhaps
        }
    }
    entries_.shrink_to(kept);
    gone_ = 0;
    most_gone_ = std::max(kFew, kept);
}

std::vector<std::uint32_t> RestingSells::slots(OrderStore& orders) {
    // Who asks reads them all anyway.
    if (gone_ > kFew && gone_ > entries_.size() / 2) compact(orders);
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
    first_new = next_sequence;
    if (is_untidy) [[unlikely]]
        tidy();
}

// What few commands leave behind.
void Engine::Impl::tidy() {
    is_untidy = false;
    outcome.calls.clear();
    if (eligibility.has_many_idle()) forget_idle();
    changes_before += changes.size();
    changes.clear();
}

// The oldest requirements that no order has, with their lanes.
void Engine::Impl::forget_idle() {
    eligibility.forget_idle([&](RequirementNumber number) {
        markets.for_each([number](Market& market) {
            if (number >= market.buy_lanes.size()) return;
            for (std::uint32_t& lane : market.buy_lanes[number]) {
                if (lane != kNone) market.buys.drop_lane(lane);
                lane = kNone;
            }
        });
    });
}

// The pool offers nothing at this rate any more.
void Engine::Impl::release_lanes(const Pool& pool, const Listing& listing) {
    Market& market = markets[listing.market];
    for (const Unit unit : {Unit::kLot, Unit::kCu}) {
        if (listing.lanes[static_cast<std::size_t>(unit)] == kNone) continue;
        const auto found = market.sell_lanes.find(std::tuple(pool.profile, unit, listing.rate));
        CHECK(found != market.sell_lanes.end() && found->second.users > 0);
        if (--found->second.users > 0) continue;
        market.sells.drop_lane(found->second.lane);
        market.sell_lanes.erase(found);
    }
}

std::uint32_t Engine::Impl::open_orders_of(const OrganisationId& organisation) {
    const std::uint32_t number = organisations.number(organisation);
    return number < open_by_organisation.size() ? open_by_organisation[number] : 0;
}

const Market* Engine::Impl::find_market(const MarketKey& key) const {
    // Mostly the same as before.
    if (last_market < markets.size() && markets[last_market].rules.key == key) [[likely]]
        return &markets[last_market];
    const auto found = market_numbers.find(key);
    if (found == market_numbers.end()) return nullptr;
    last_market = found->second;
    return &markets[last_market];
}

Market& Engine::Impl::get_market(const MarketKey& key) {
    const auto found = market_numbers.find(key);
    CHECK(found != market_numbers.end());
    return markets[found->second];
}

const Pool* Engine::Impl::find_pool(const PoolId& id) const {
    const std::optional<std::uint32_t> found = pool_numbers.find(id);
    return found ? &pools[*found] : nullptr;
}

Pool& Engine::Impl::get_pool(const PoolId& id) {
    const std::optional<std::uint32_t> found = pool_numbers.find(id);
    CHECK(found.has_value());
    return pools[*found];
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
    Details& details = orders.details(slot);
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
    if (order.buys && eligibility.release(order.owner)) is_untidy = true;
    orders.give(slot);
}

// Told by its level: a cancel needs no second cache line of the order.
Ladders& Engine::Impl::ladders(const Order& order) {
    Market& market = markets[levels[order.level].market];
    return order.buys ? market.buys : market.sells;
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
        const auto [known, is_new] = market.sell_lanes.try_emplace(key);
        SellLane& shared = known->second;
        if (is_new) {
            shared.lane = market.sells.add_lane(pool.profile, order.unit(), false, listed.rate);
            market.sells.set_site(shared.lane, pool.site);
        } else if (market.sells.front(shared.lane).site != pool.site) {
            market.sells.set_site(shared.lane, kNone);
        }
        ++shared.users;
        lane = shared.lane;
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

Waiting& Engine::Impl::find_waiting(std::uint32_t slot) {
    auto& waiting = markets[orders.details(slot).market].all_or_none;
    const auto at = std::lower_bound(waiting.begin(), waiting.end(), waiting_entry(slot));
    CHECK(at != waiting.end() && at->slot == slot);
    return *at;
}

// Lists beside the ladders.
template <bool Buys>
void Engine::Impl::list(std::uint32_t slot, RecordRef record) {
    const auto [order, details] = record;
    if (!Buys) {
        pools[order.owner].resting.add(orders, order, slot);
    } else if (order.all_or_none) [[unlikely]] {
        auto& waiting = markets[details.market].all_or_none;
        const Waiting entry = waiting_entry(slot);
        waiting.insert(std::lower_bound(waiting.begin(), waiting.end(), entry), entry);
        ++waiting_all_or_none;
    }
    ++resting;
    if (order.organisation >= open_by_organisation.size()) [[unlikely]]
        open_by_organisation.resize(order.organisation + 1, 0);
    ++open_by_organisation[order.organisation];
    order.in_book = true;
}

void Engine::Impl::unlist(std::uint32_t slot, Order& order) {
    if (!order.buys) {
        pools[order.owner].resting.remove(order, slot);
    } else if (order.all_or_none) [[unlikely]] {
        auto& waiting = markets[orders.details(slot).market].all_or_none;
        waiting.erase(waiting.begin() + (&find_waiting(slot) - waiting.data()));
        --waiting_all_or_none;
    }
    --resting;
    --open_by_organisation[order.organisation];
    order.in_book = false;
}

void Engine::Impl::insert(std::uint32_t slot) {
    const RecordRef record = orders.record(slot);
    Market& market = markets[record.details.market];
    if (recording > 0) touch(slot, record.order);
    record.order.waits = waits_for_call(market, slot);
    if (record.order.buys) {
        insert_on<true>(slot, record, market);
    } else {
        insert_on<false>(slot, record, market);
    }
}

template <bool Buys>
void Engine::Impl::insert_on(std::uint32_t slot, RecordRef record, Market& market) {
    const auto [order, details] = record;
    CHECK(!order.in_book && order.is_open());
    // An attempt's changes are taken back in the reverse order, so this one needs a step too.
    if (recording > 0) [[unlikely]]
        touch(slot, order);
    Ladders& own = Buys ? market.buys : market.sells;
    own.insert<Buys>(slot, order, details.lane, rank_of(Buys, details.limit));
    list<Buys>(slot, record);
}

template void Engine::Impl::insert_on<true>(std::uint32_t, RecordRef, Market&);
template void Engine::Impl::insert_on<false>(std::uint32_t, RecordRef, Market&);

void Engine::Impl::remove(std::uint32_t slot, Order& order) {
    CHECK(order.in_book);
    ladders(order).remove(order);
    unlist(slot, order);
}

void Engine::Impl::relink(std::uint32_t slot) {
    const RecordRef record = orders.record(slot);
    const Details& details = record.details;
    Market& market = markets[details.market];
    const bool buys = record.order.buys;
    (buys ? market.buys : market.sells).relink(slot, details.lane, rank_of(buys, details.limit));
    if (buys) {
        list<true>(slot, record);
    } else {
        list<false>(slot, record);
    }
}

void Engine::Impl::end(std::uint32_t slot, Order& order, OrderState state, EndReason reason) {
    CHECK(order.is_open());
    touch(slot, order);
    if (order.in_book) remove(slot, order);
    order.state = state;
    order.end_reason = reason;
    outcome.ended.push_back(OrderSlot(slot));
    ended.push_back(slot);
}

void Engine::Impl::reserve(Pool& pool, const Window& window, Lots lots) {
    if (recording == 0) pool.calendar.forget_past(now);
    if (recording == 0 && planted("oversell")) return;
    pool.calendar.reserve(window, lots);
    if (recording > 0) undo.emplace_back(SavedReservation{pool.number, window, lots});
}

}  // namespace suanpan::matching
