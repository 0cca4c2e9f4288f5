#include "tests/matching/player.hpp"

#include "base/check.hpp"
#include "tests/matching/world.hpp"

#include <algorithm>
#include <tuple>

namespace suanpan::matching::testing {

Player::Player(const Scene& scene) : scene_(scene) {
    for (const MarketRules& market : scene.markets)
        engine_.engine.define_market(market, Time(0));
    for (std::size_t p = 0; p < scene.pools.size(); ++p) {
        CHECK(engine_.engine.add_pool(scene.pools[p]).has_value());
        for (std::size_t m = 0; m < scene.markets.size(); ++m) {
            engine_.engine.set_rate(scene.pools[p].id, scene.markets[m].key.compute_class,
                                    scene.rates[p][m], Time(kDay));
        }
    }
}

bool Player::play(const Command& command) {
    while (const auto due = find_due(command.now)) {
        Command expiry;
        expiry.kind = Kind::kExpire;
        expiry.now = command.now;
        expiry.order = *due;
        told_.push_back(step(expiry).value());
    }
    const auto told = step(command);
    if (told) told_.push_back(*told);
    return told.has_value();
}

std::optional<OrderId> Player::find_due(Time now) const {
    std::optional<std::pair<Time, OrderId>> found;
    for (const OrderId& id : engine_.open_orders()) {  // by sequence
        const Time due = engine_.due_time(id).value();
        if (due <= now && (!found || due < found->first)) found = {due, id};
    }
    return found ? std::optional(found->second) : std::nullopt;
}

bool Player::is_open(const OrderId& id) const {
    const auto slot = engine_.slots.find(id);
    return slot != engine_.slots.end() && engine_.engine.due_time(slot->second).has_value();
}

bool Player::makes_sense(const Command& command) const {
    const Engine& engine = engine_.engine;
    switch (command.kind) {
        case Kind::kPreview:
        case Kind::kPlace: return engine.check(command.terms, command.now).has_value();
        case Kind::kCancel:
        case Kind::kExpire: return is_open(command.order);
        case Kind::kReplace:
            return is_open(command.order) &&
                   engine.check_replace(engine_.slots.at(command.order), command.with, command.now)
                       .has_value();
        case Kind::kGiveBack:
            return std::any_of(leases_.begin(), leases_.end(), [&](const Lease& lease) {
                return lease.sell == command.order && lease.buy == command.buy &&
                       lease.pool == command.pool && lease.window.contains(command.window) &&
                       lease.window.end == command.window.end && lease.lots >= command.lots;
            });
        case Kind::kBlock:
            return engine.check_block(command.pool, command.window, command.lots).has_value();
        case Kind::kUnblock:
            return std::find(blocks_.begin(), blocks_.end(),
                             Lease{OrderId(), OrderId(), command.pool, command.window,
                                   command.lots}) != blocks_.end();
        case Kind::kHalt: return !engine.is_halted(command.market);
        case Kind::kResume: return engine.is_halted(command.market);
        case Kind::kOpenCall: return engine.check_call(command.call, command.now).has_value();
        case Kind::kCloseCall: return engine.find_call(command.market, command.window).has_value();
        case Kind::kCancelAll:
        case Kind::kSetRate:
        case Kind::kSetBand:
        case Kind::kRebuild:
        case Kind::kForget: return true;
    }
    return false;
}

std::optional<Told> Player::step(const Command& command) {
    if (!makes_sense(command)) return std::nullopt;
    Told told = apply(command);
    for (const Fill& fill : told.fills)
        leases_.push_back({fill.sell, fill.buy, fill.pool, fill.window, fill.lots});
    return told;
}

Told Player::apply(const Command& command) {
    Engine& engine = engine_.engine;
    const Lease block{OrderId(), OrderId(), command.pool, command.window, command.lots};
    switch (command.kind) {
        case Kind::kPreview: preview(command); return {};
        case Kind::kPlace: return engine_.place(command.terms, command.now);
        case Kind::kCancel: return engine_.cancel(command.order, command.now);
        case Kind::kReplace: return engine_.replace(command.order, command.with, command.now);
        case Kind::kExpire: return engine_.expire(command.order, command.now);
        case Kind::kCancelAll:
            return engine_.tell(engine.cancel_all(command.filter, command.reason, command.now));
        case Kind::kGiveBack: return give_back(command);
        case Kind::kBlock:
            blocks_.push_back(block);
            return engine_.tell(
                engine.block(command.pool, command.window, command.lots, command.now));
        case Kind::kUnblock:
            blocks_.erase(std::find(blocks_.begin(), blocks_.end(), block));
            return engine_.tell(
                engine.unblock(command.pool, command.window, command.lots, command.now));
        case Kind::kRebuild: rebuild(); return {};
        case Kind::kForget: engine_.forget_ended(); return {};
        default: return apply_to_market(command);
    }
}

Told Player::apply_to_market(const Command& command) {
    Engine& engine = engine_.engine;
    switch (command.kind) {
        case Kind::kSetRate:
            return engine_.tell(engine.set_rate(command.pool, command.market.compute_class,
                                                command.rate, command.now));
        case Kind::kSetBand:
            return engine_.tell(
                engine.set_band(command.market, command.band, std::nullopt, command.now));
        case Kind::kHalt: engine.halt(command.market); return {};
        case Kind::kResume: return engine_.tell(engine.resume(command.market, command.now));
        case Kind::kOpenCall: engine.open_call(command.call); return {};
        case Kind::kCloseCall:
            return engine_.tell(engine.close_call(command.market, command.window, command.now));
        default: throw std::runtime_error("not a command of a market");
    }
}

// The lease keeps what is not given back: all its lots until then, and the other lots.
Told Player::give_back(const Command& command) {
    const auto lease = std::find_if(leases_.begin(), leases_.end(), [&](const Lease& one) {
        return one.sell == command.order && one.buy == command.buy && one.pool == command.pool &&
               one.window.contains(command.window) && one.window.end == command.window.end &&
               one.lots >= command.lots;
    });
    Lease rest = *lease;
    leases_.erase(lease);
    if (rest.lots > command.lots) {
        Lease others = rest;
        others.lots = Lots(rest.lots.value - command.lots.value);
        leases_.push_back(others);
    }
    rest.lots = command.lots;
    rest.window.end = command.window.start;
    if (rest.window.start < rest.window.end) leases_.push_back(rest);
    return engine_.give_back(command.order, command.pool, command.window, command.lots,
                             command.now);
}

// Asked through the engine's const interface: what it gives does not matter here.
void Player::preview(const Command& command) const {
    static_cast<void>(engine_.engine.preview(command.terms, command.now));
}

void Player::rebuild() {
    const Engine& old = engine_.engine;
    NamedEngine fresh;
    for (const MarketRules& market : scene_.markets) {
        fresh.engine.define_market(market, Time(0));
        fresh.engine.set_band(market.key, old.find_band(market.key), std::nullopt, Time(0));
        if (old.is_halted(market.key)) fresh.engine.halt(market.key);
    }
    for (const CallTerms& call : old.calls())
        fresh.engine.open_call(call);
    for (const PoolRules& pool : scene_.pools) {
        CHECK(fresh.engine.add_pool(pool).has_value());
        for (const MarketRules& market : scene_.markets) {
            const std::string& name = market.key.compute_class;
            fresh.engine.set_rate(pool.id, name, old.find_rate(pool.id, name), Time(kDay));
        }
        for (std::int64_t n = 0; n < static_cast<std::int64_t>(kSteps); ++n) {
            const Window window{Time(kDay + n * kGrid), Time(kDay + (n + 1) * kGrid)};
            const std::int64_t used =
                pool.lots.value - old.find_calendar(pool.id)->minimum(window).value;
            if (used > 0) fresh.engine.restore_reservation(pool.id, window, Lots(used));
        }
    }
    for (const OrderId& id : engine_.open_orders())
        fresh.restore(*engine_.find(id));
    fresh.engine.restore_next_sequence(old.next_sequence());
    engine_ = std::move(fresh);
}

}  // namespace suanpan::matching::testing
