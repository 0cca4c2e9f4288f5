// One order: into the engine, into its book, out again; and taking changes back.

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

// REQUIRES that check() passed.
NewOrder Engine::Impl::resolve(const OrderTerms& terms) {
    NewOrder out;
    const Market& market = get_market(terms.market);
    const bool buys = terms.side == Side::kBuy;
    out.id = terms.id;
    out.quantity = terms.quantity;
    out.limit = terms.limit_price;
    Order& order = out.record.order;
    order.window = terms.window;
    order.organisation = organisations.number(terms.organisation);
    order.owner = buys ? eligibility.find_or_add(terms.requirement) : get_pool(terms.pool).number;
    order.self_trade = terms.self_trade;
    order.together = terms.together;
    order.buys = buys;
    order.in_cu = terms.unit == Unit::kCu;
    order.all_or_none = terms.all_or_none;
    Details& details = out.record.details;
    details.market = static_cast<std::uint16_t>(market.number);
    details.time_in_force = terms.time_in_force;
    details.metered = terms.billing == Billing::kMetered;
    details.post_only = terms.post_only;
    details.at_market = terms.at_market;
    details.project = projects.number(terms.project);
    details.key = keys.number(terms.key);
    if (!buys) {
        // Resolved now: the market's grid may change while the order rests.
        const Duration least =
            terms.min_duration.value == 0 ? market.rules.grid : terms.min_duration;
        details.min_duration = static_cast<std::uint32_t>(least.value);
    }
    details.lane = lane_of(out.record);
    resolve_extras(terms, out);
    order.special = is_special(details, out.extras);
    return out;
}

void Engine::Impl::resolve_extras(const OrderTerms& terms, NewOrder& out) {
    out.has_extras = terms.duration || terms.min_lots.value > 0 || terms.max_excess.value > 0 ||
                     terms.expires_at || !terms.counterparties.empty();
    if (!out.has_extras) return;
    out.extras.min_lots = terms.min_lots;
    out.extras.max_excess = terms.max_excess;
    out.extras.expires_at = terms.expires_at;
    out.extras.counterparties = terms.counterparties;
    if (!terms.duration) return;
    out.extras.window = terms.window;
    out.extras.duration = *terms.duration;
    out.record.order.window = kAnyWindow;
}

// An order as it stood, back into its book.
std::uint32_t Engine::Impl::restore(const OrderView& view) {
    const std::int64_t next = std::max(next_sequence, view.sequence + 1);
    const std::uint32_t slot = admit(resolve(view.terms));
    next_sequence = next;
    Order& order = orders[slot];
    order.sequence = view.sequence;
    order.state = view.state;
    CHECK(order.is_open());
    orders.details(slot).filled_lots = view.filled_lots;
    if (view.bound_site) orders.make_extras(slot).bound_site = sites.number(*view.bound_site);
    if (view.bound_pool) orders.make_extras(slot).bound_pool = get_pool(*view.bound_pool).number;
    if (view.bound_start) {
        Extras& extras = orders.make_extras(slot);
        extras.bound_start = view.bound_start;
        order.window = {*view.bound_start, Time(view.bound_start->value + extras.duration.value)};
    }
    if (order.buys) {
        order.rest = view.rest;
    } else {
        const Steps& steps = view.rest_steps;
        CHECK(!steps.empty());
        if (steps ==
            Steps{{order.window.start, steps.front().lots}, {order.window.end, kNothing}}) {
            order.rest = steps.front().lots.value;
        } else {
            orders.make_steps(order) = steps;
        }
    }
    insert(slot);
    return slot;
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

void Engine::Impl::save(std::uint32_t slot) {
    const Order& order = orders[slot];
    const Details& details = orders.details(slot);
    undo.emplace_back(SavedOrder{slot, order, details.filled_lots, details.end_reason,
                                 orders.extras(slot),
                                 order.steps == kNone ? Steps() : orders.steps(order)});
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

Mark Engine::Impl::start_recording() {
    ++recording;
    return {undo.size(), outcome.fills.size(), outcome.ended.size(), outcome.touched.size(),
            ended.size()};
}

void Engine::Impl::keep(const Mark& mark) {
    CHECK(recording > 0 && undo.size() >= mark.undo);
    // An outer attempt may still take these changes back.
    if (--recording == 0) undo.clear();
}

void Engine::Impl::restore_saved(SavedOrder& saved) {
    Order& order = orders[saved.slot];
    const Order& before = saved.order;
    if (order.in_book && !before.in_book) remove(saved.slot);
    if (order.window != before.window) {
        order.window = before.window;
        if (order.in_book) ladders(saved.slot).window_widened(saved.slot);
    }
    order.rest = before.rest;
    order.state = before.state;
    order.waits = before.waits;
    orders.details(saved.slot).filled_lots = saved.filled_lots;
    orders.details(saved.slot).end_reason = saved.end_reason;
    if (orders.details(saved.slot).extras != kNone) {
        orders.make_extras(saved.slot) = std::move(saved.extras);
    }
    if (before.steps == kNone) {
        orders.drop_steps(order);
    } else {
        orders.steps(order) = std::move(saved.steps);
    }
    if (!order.in_book && before.in_book) {
        relink(saved.slot);
    } else if (order.in_book) {
        ladders(saved.slot).cover(saved.slot);
    }
}

void Engine::Impl::roll_back(const Mark& mark) {
    CHECK(recording > 0);
    while (undo.size() > mark.undo) {
        if (auto* saved = std::get_if<SavedOrder>(&undo.back())) {
            restore_saved(*saved);
        } else {
            const auto& reservation = std::get<SavedReservation>(undo.back());
            pools[reservation.pool].calendar.release(reservation.window, reservation.lots);
        }
        undo.pop_back();
    }
    for (std::size_t i = mark.touched; i < outcome.touched.size(); ++i) {
        orders[number_of(outcome.touched[i])].touched = false;
    }
    outcome.touched.resize(mark.touched);
    outcome.ended.resize(mark.ended);
    outcome.fills.resize(mark.fills);
    ended.resize(mark.all_ended);
    --recording;
}

std::vector<std::uint32_t> Engine::Impl::by_sequence(std::vector<std::uint32_t> slots) const {
    std::sort(slots.begin(), slots.end(), [this](std::uint32_t a, std::uint32_t b) {
        return orders[a].sequence < orders[b].sequence;
    });
    return slots;
}

std::vector<std::uint32_t> Engine::Impl::open_slots() const {
    std::vector<std::uint32_t> out;
    out.reserve(resting);
    for (std::uint32_t slot = 0; slot < orders.size(); ++slot) {
        if (orders[slot].in_book) out.push_back(slot);
    }
    return by_sequence(std::move(out));
}

OrderTerms Engine::Impl::terms(std::uint32_t slot) const {
    const Order& order = orders[slot];
    const Details& details = orders.details(slot);
    const Extras& extras = orders.extras(slot);
    OrderTerms out;
    out.id = details.id;
    out.organisation = organisations.name(order.organisation);
    out.market = markets[details.market].rules.key;
    out.side = order.buys ? Side::kBuy : Side::kSell;
    out.unit = order.unit();
    out.quantity = details.quantity;
    out.limit_price = details.limit;
    out.at_market = details.at_market;
    out.window = order.window;
    if (extras.duration.value > 0) {
        out.window = extras.window;
        out.duration = extras.duration;
    }
    if (order.buys) {
        out.requirement = eligibility.requirement(order.owner);
    } else {
        out.pool = pools[order.owner].rules.id;
        out.min_duration = Duration(details.min_duration);
    }
    out.counterparties = extras.counterparties;
    out.time_in_force = details.time_in_force;
    out.expires_at = extras.expires_at;
    out.all_or_none = order.all_or_none;
    out.post_only = details.post_only;
    out.min_lots = extras.min_lots;
    out.max_excess = extras.max_excess;
    out.together = order.together;
    out.self_trade = order.self_trade;
    out.billing = details.metered ? Billing::kMetered : Billing::kReserved;
    out.project = projects.name(details.project);
    out.key = keys.name(details.key);
    return out;
}

OrderView Engine::Impl::view(std::uint32_t slot) const {
    const Order& order = orders[slot];
    const Extras& extras = orders.extras(slot);
    OrderView out;
    out.terms = terms(slot);
    out.sequence = order.sequence;
    out.state = order.state;
    out.end_reason = orders.details(slot).end_reason;
    out.filled_lots = orders.details(slot).filled_lots;
    if (extras.bound_site != kNone) out.bound_site = sites.name(extras.bound_site);
    if (extras.bound_pool != kNone) out.bound_pool = pools[extras.bound_pool].rules.id;
    out.bound_start = extras.bound_start;
    if (order.buys) {
        out.rest = order.rest;
    } else if (order.steps != kNone) {
        out.rest_steps = orders.steps(order);
    } else if (order.rest != 0) {
        add(out.rest_steps, kNothing, order.window, Lots(order.rest));
    }
    return out;
}

Time Engine::Impl::due(std::uint32_t slot) const {
    const Order& order = orders[slot];
    const Extras& extras = orders.extras(slot);
    Time by_window = order.window.start;
    if (!order.buys) {
        by_window = Time(order.window.end.value - orders.details(slot).min_duration);
    } else if (is_unbound_duration(order)) {
        by_window = Time(extras.window.end.value - extras.duration.value);
    }
    return extras.expires_at ? std::min(*extras.expires_at, by_window) : by_window;
}

Time last_start(const OrderTerms& buy) {
    return buy.duration ? Time(buy.window.end.value - buy.duration->value) : buy.window.start;
}

}  // namespace suanpan::matching
