#include "tests/matching/player.hpp"
#include "tests/matching/world.hpp"

#include <algorithm>

namespace suanpan::matching::testing {
namespace {

void require(bool holds, const char* what) {
    if (!holds) throw Mismatch(what);
}

template <typename IdType>
void require(bool holds, const char* what, const IdType& id) {
    if (!holds) throw Mismatch(std::string(what) + " of " + std::to_string(number_of(id)));
}

std::string describe(const std::vector<Fill>& fills) {
    std::string out;
    for (const Fill& fill : fills) {
        out += " [" + std::to_string(number_of(fill.taker)) + " took " +
               std::to_string(fill.lots.value) + " of " + std::to_string(number_of(fill.maker)) +
               " @ " + std::to_string(fill.price.value) + "]";
    }
    return out;
}

std::string describe(const std::vector<OrderId>& ids) {
    std::string out;
    for (const OrderId& id : ids)
        out += " " + std::to_string(number_of(id));
    return out;
}

// Whether it waits for a call is no news to its owner.
bool has_changed(const ModelOrder& before, ModelOrder after) {
    after.waits = before.waits;
    after.resting = before.resting;
    return after != before;
}

}  // namespace

Comparison::Comparison(const Scene& scene) : Player(scene) {
    for (const MarketRules& market : scene.markets)
        model_.markets.push_back({market.key, false, std::nullopt, {}});
    for (std::size_t p = 0; p < scene.pools.size(); ++p) {
        model_.add_pool(scene.pools[p]);
        sold_.emplace_back();
        for (std::size_t m = 0; m < scene.markets.size(); ++m) {
            model_.set_rate(scene.pools[p].id, scene.markets[m].key.compute_class,
                            scene.rates[p][m], Time(kDay));
        }
    }
}

std::optional<Told> Comparison::step(const Command& command) {
    if (!makes_sense(command)) return std::nullopt;
    Preview expected;
    if (command.kind == Kind::kPlace) {
        expected = engine().engine.preview(command.terms, command.now);
        compare_state();  // preview changed nothing
    }
    before_ = model_.book.orders;
    const auto told = Player::step(command);
    apply_to_model(command);
    compare(command, *told);
    if (command.kind == Kind::kPlace) {
        require(told->fills == expected.fills, "preview and place differ in fills");
        require(engine().find(command.terms.id) == expected.order, "preview shows another order");
    }
    note(command, *told);
    return told;
}

void Comparison::apply_to_model(const Command& c) {
    switch (c.kind) {
        case Kind::kPlace: model_.place(c.terms, c.now); return;
        case Kind::kCancel: model_.cancel(c.order, c.now); return;
        case Kind::kReplace: model_.replace(c.order, c.with, c.now); return;
        case Kind::kCancelAll: model_.cancel_all(c.filter, c.reason, c.now); return;
        case Kind::kExpire: model_.expire(c.order, c.now); return;
        case Kind::kGiveBack: model_.give_back(c.order, c.pool, c.window, c.lots, c.now); return;
        case Kind::kBlock:
            require(model_.can_block(c.pool, c.window, c.lots), "blocks what is not free");
            model_.block(c.pool, c.window, c.lots, c.now);
            return;
        case Kind::kUnblock: model_.unblock(c.pool, c.window, c.lots, c.now); return;
        default: apply_to_models_market(c);
    }
}

void Comparison::apply_to_models_market(const Command& c) {
    // Nothing was told.
    const auto silent = [this] {
        model_.book.fills.clear();
        model_.book.ended.clear();
        model_.closed.clear();
    };
    if (c.kind == Kind::kRebuild || c.kind == Kind::kForget || c.kind == Kind::kPreview) {
        return silent();
    }
    if (c.kind == Kind::kSetRate) {
        return model_.set_rate(c.pool, c.market.compute_class, c.rate, c.now);
    }
    const std::size_t m = model_.market_index(c.kind == Kind::kOpenCall ? c.call.market : c.market);
    if (c.kind == Kind::kResume) return model_.resume(m, c.now);
    if (c.kind == Kind::kCloseCall) return model_.close_call(m, c.window, c.now);
    if (c.kind == Kind::kSetBand) return model_.set_band(m, c.band, c.now);
    silent();
    if (c.kind == Kind::kHalt) model_.markets[m].halted = true;
    if (c.kind == Kind::kOpenCall) model_.open_call(m, c.call);
}

void Comparison::compare(const Command& command, const Told& told) {
    const ModelBook& book = model_.book;
    if (told.fills != book.fills) {
        throw Mismatch("fills; the engine:" + describe(told.fills) +
                       "; the model:" + describe(book.fills));
    }
    if (told.ended != book.ended) {
        throw Mismatch("ended; the engine:" + describe(told.ended) +
                       "; the model:" + describe(book.ended));
    }
    require(told.calls == model_.closed, "closed calls");
    check_conservation(command, told);
    compare_state();
    compare_touched(command, told);
    if (const auto missed = model_.missed_pair(command.now)) {
        throw Mismatch("left unmatched:" + describe({missed->first, missed->second}));
    }
}

// `touched` names the orders that differ from before, each once.
void Comparison::compare_touched(const Command& command, const Told& told) {
    std::vector<OrderId> touched = told.touched;
    std::sort(touched.begin(), touched.end());
    require(std::adjacent_find(touched.begin(), touched.end()) == touched.end(), "touched twice");
    std::vector<OrderId> changed;
    for (const ModelOrder& one : model_.book.orders) {
        const auto known = std::find_if(before_.begin(), before_.end(), [&](const ModelOrder& was) {
            return was.terms == one.terms;
        });
        if (known == before_.end() || has_changed(*known, one)) changed.push_back(one.terms->id);
    }
    std::sort(changed.begin(), changed.end());
    const bool names_all =
        std::includes(touched.begin(), touched.end(), changed.begin(), changed.end());
    // Only a decrement can take away again what the same command gave back.
    const bool may_name_more = command.kind == Kind::kGiveBack;
    if (names_all && (may_name_more || touched == changed)) return;
    throw Mismatch("touched; the engine:" + describe(touched) + "; the model:" + describe(changed));
}

void Comparison::compare_state() {
    const Engine& real = engine().engine;
    std::vector<OrderId> expected;
    for (const ModelOrder& one : model_.book.orders) {
        if (one.resting) expected.push_back(one.terms->id);
        const auto view = engine().find(one.terms->id);
        if (view) {
            compare_order(one, *view);
        } else {
            require(!one.open(), "an open order is gone", one.terms->id);
        }
    }
    require(engine().open_orders() == expected, "open orders");
    require(real.next_sequence() == model_.book.next_sequence, "next sequence");
    for (std::size_t p = 0; p < model_.pools.size(); ++p) {
        const PoolId& id = model_.pools[p].rules.id;
        const PerStep& free = model_.book.free[p];
        require(std::all_of(free.begin(), free.end(), [](std::int64_t lots) { return lots >= 0; }),
                "more sold than there is", id);
        require(real.find_calendar(id)->steps() == model_.calendar(p), "calendar", id);
        for (std::size_t t = 0; t < kSteps; ++t) {
            require(free[t] + sold_[p][t] == model_.pools[p].rules.lots.value, "lots lost", id);
        }
    }
    compare_markets();
}

void Comparison::compare_markets() {
    const Engine& real = engine().engine;
    for (std::size_t m = 0; m < model_.markets.size(); ++m) {
        const ModelMarket& market = model_.markets[m];
        require(real.is_halted(market.key) == market.halted, "halted");
        require(real.find_band(market.key) == market.band, "band");
        for (const CallTerms& call : market.calls) {
            const auto view = real.find_call(market.key, call.window);
            require(view && view->terms == call, "an open call");
            require(view->result == model_.indicative(m, call), "indicative result");
        }
    }
}

void Comparison::compare_order(const ModelOrder& one, const OrderView& view) {
    const OrderId& id = one.terms->id;
    require(view.terms.quantity == one.quantity, "quantity", id);
    require(view.terms.limit_price.value == one.price, "price", id);
    require(view.sequence == one.sequence, "sequence", id);
    require(view.state == one.state, "state", id);
    require(view.end_reason == one.reason, "end reason", id);
    require(view.filled_lots == one.filled, "filled lots", id);
    require(view.bound_site == one.bound_site, "bound site", id);
    require(view.bound_pool == one.bound_pool, "bound pool", id);
    require(view.bound_start == one.bound_start, "bound start", id);
    if (one.open()) {
        require(engine().due_time(id) == Model::due(one), "due time", id);
    } else {
        require(!engine().due_time(id), "due time", id);
    }
    OrderTerms terms = view.terms;
    terms.quantity = one.terms->quantity;
    terms.limit_price = one.terms->limit_price;
    if (one.buys()) {
        require(view.rest == one.rest, "rest", id);
    } else {
        require(terms.min_duration.value == one.least_seconds, "least duration", id);
        terms.min_duration = one.terms->min_duration;
        require(view.rest_steps == Model::rest_steps(one), "rest", id);
    }
    require(terms == *one.terms, "terms", id);
}

// What the engine told adds up to what is not free.
void Comparison::check_conservation(const Command& command, const Told& told) {
    const auto change = [&](const PoolId& id, const Window& window, std::int64_t lots) {
        for (std::size_t p = 0; p < model_.pools.size(); ++p) {
            if (model_.pools[p].rules.id != id) continue;
            for (std::size_t t = first_step(window); t < end_step(window); ++t)
                sold_[p][t] += lots;
        }
    };
    for (const Fill& fill : told.fills)
        change(fill.pool, fill.window, fill.lots.value);
    if (command.kind == Kind::kBlock) change(command.pool, command.window, command.lots.value);
    if (command.kind == Kind::kGiveBack || command.kind == Kind::kUnblock) {
        change(command.pool, command.window, -command.lots.value);
    }
}

void Comparison::note(const Command& command, const Told& told) {
    static const std::map<Kind, std::string> kNames = {
        {Kind::kPreview, "preview"},      {Kind::kPlace, "place"},
        {Kind::kCancel, "cancel"},        {Kind::kReplace, "replace"},
        {Kind::kCancelAll, "cancel_all"}, {Kind::kExpire, "expire"},
        {Kind::kGiveBack, "give_back"},   {Kind::kBlock, "block"},
        {Kind::kUnblock, "unblock"},      {Kind::kSetRate, "set_rate"},
        {Kind::kSetBand, "set_band"},     {Kind::kHalt, "halt"},
        {Kind::kResume, "resume"},        {Kind::kOpenCall, "open_call"},
        {Kind::kCloseCall, "close_call"}, {Kind::kRebuild, "rebuild"},
        {Kind::kForget, "forget"},
    };
    const std::string& name = kNames.at(command.kind);
    ++reached[name];
    if (!told.fills.empty()) ++reached[name + " traded"];
    for (const CallView& call : told.calls) {
        if (call.result.price) ++reached["call cleared"];
    }
    for (const Fill& fill : told.fills) {
        const OrderTerms& taker = *model_.find(fill.taker)->terms;
        const OrderTerms& bid = *model_.find(fill.buy)->terms;
        if (taker.all_or_none && taker.id != command.terms.id) ++reached["tried again and filled"];
        if (bid.duration) {
            ++reached[bid.all_or_none || bid.time_in_force == TimeInForce::kFok
                          ? "duration, whole, traded"
                          : "duration traded"];
        }
        if (bid.at_market) ++reached["at_market traded"];
        if (fill.buy == fill.maker && bid.duration) ++reached["resting duration traded"];
        if (bid.together != Together::kAnywhere) ++reached["together traded"];
    }
    reached["most open"] =
        std::max(reached["most open"], static_cast<int>(model_.book.orders.size()));
    reached["sum of open"] += static_cast<int>(model_.book.orders.size());
    if (told.ended.empty()) return;
    for (const ModelOrder& one : model_.book.orders) {
        if (one.reason != EndReason::kNone) {
            ++reached[name + " ended by " + std::string(to_string(one.reason))];
        }
    }
}

}  // namespace suanpan::matching::testing
