#include "tests/matching/draw.hpp"

#include "tests/matching/world.hpp"

#include <algorithm>

namespace suanpan::matching::testing {
namespace {

const char* const kProfiles[] = {R"({"hub":"a","memory_gib":"80"})",
                                 R"({"hub":"a","memory_gib":"40"})", R"({"hub":"b"})"};
const char* const kRequirements[] = {"{}", "{}", R"({"hub":{"one_of":["a"]}})",
                                     R"({"memory_gib":{"at_least":"64"}})"};

const Profile& profile_of(std::int64_t n) {
    static const std::vector<Profile> kAll = {profile(kProfiles[0]), profile(kProfiles[1]),
                                              profile(kProfiles[2]), profile("{}")};
    return kAll[static_cast<std::size_t>(n)];
}

const Requirement& requirement_of(std::int64_t n) {
    static const std::vector<Requirement> kAll = {
        requirement(kRequirements[0]), requirement(kRequirements[1]), requirement(kRequirements[2]),
        requirement(kRequirements[3])};
    return kAll[static_cast<std::size_t>(n)];
}

constexpr std::int64_t kHorizon = static_cast<std::int64_t>(kSteps);

Time step(std::int64_t n) {
    return Time(kDay + n * kGrid);
}

}  // namespace

Scene Draw::scene() {
    now_ = Time(kDay);
    // Some worlds have many orders that are tried again and again.
    all_or_none_in_ = one_in(3) ? 2 : 8;
    Scene out;
    for (const char* name : {"A", "B"}) {
        MarketRules rules;
        rules.key = {name, "CNY"};
        out.markets.push_back(rules);
    }
    for (std::uint32_t n = 1; n <= kMostPools; ++n) {
        out.pools.push_back({pool(n), org(static_cast<std::uint32_t>(number(0, 2))), site(n % 2),
                             Lots(number(3, 12)), profile_of(number(0, 2))});
        out.rates.push_back({Rate(1'000 * number(1, 3)), Rate(1'000 * number(1, 3))});
    }
    return out;
}

// Begins soon.
Window Draw::window(std::int64_t longest) {
    const std::int64_t first = (now_.value - kDay + kGrid - 1) / kGrid;
    const std::int64_t start =
        number(std::min(first, kHorizon - 1), std::min(first + 4, kHorizon - 1));
    return {step(start), step(number(start + 1, std::min(kHorizon, start + longest)))};
}

OrderTerms Draw::terms(const Scene& scene) {
    OrderTerms terms;
    terms.id = order(next_id_++);
    terms.market = scene.markets[one_in(3) ? 1 : 0].key;
    terms.side = one_in(2) ? Side::kBuy : Side::kSell;
    terms.unit = one_in(3) ? Unit::kCu : Unit::kLot;
    const bool buys = terms.side == Side::kBuy;
    const std::int64_t most = terms.unit == Unit::kCu ? 6 : 12;
    terms.limit_price = Price(buys ? number(most / 4, most) : number(1, most - most / 4));
    terms.self_trade = static_cast<SelfTrade>(number(0, 3));
    terms.time_in_force = static_cast<TimeInForce>(number(0, 9) > 3 ? 0 : number(0, 3));
    if (terms.time_in_force == TimeInForce::kGtd)
        terms.expires_at = Time(now_.value + number(1, 200));
    terms.billing = one_in(4) ? Billing::kMetered : Billing::kReserved;
    if (one_in(2)) terms.project = id<ProjectId>(static_cast<std::uint32_t>(number(1, 2)));
    if (one_in(2)) terms.key = id<ApiKeyId>(static_cast<std::uint32_t>(number(1, 3)));
    if (buys) {
        buy(terms);
    } else {
        sell(terms, scene);
    }
    if (one_in(6)) terms.min_lots = Lots(number(1, std::min<std::int64_t>(4, terms.quantity)));
    const bool rests = terms.time_in_force == TimeInForce::kGtc && !terms.all_or_none;
    terms.post_only = rests && one_in(8);
    return terms;
}

void Draw::buy(OrderTerms& terms) {
    terms.organisation = org(static_cast<std::uint32_t>(number(0, 5)));
    terms.window = window(5);
    terms.requirement = requirement_of(number(0, 3));
    terms.quantity = number(1, 7);
    if (terms.unit == Unit::kCu) {
        terms.quantity = number(1, 24) * 500;
        terms.max_excess = Cu(number(0, 3) * 700);
    }
    terms.all_or_none = one_in(all_or_none_in_);
    terms.together = static_cast<Together>(number(0, 4) > 2 ? 0 : number(0, 2));
    if (one_in(6))
        terms.duration = Duration(kGrid * number(1, terms.window.length().value / kGrid));
}

void Draw::sell(OrderTerms& terms, const Scene& scene) {
    const PoolRules& rules = one_of(scene.pools);
    terms.pool = rules.id;
    terms.organisation = rules.owner;
    terms.window = window(20);
    // Under way already, at times.
    const std::int64_t before = std::max<std::int64_t>(0, (now_.value - kDay) / kGrid - 2);
    if (one_in(4)) terms.window.start = std::min(terms.window.start, step(before));
    terms.quantity = number(1, rules.lots.value);
    if (one_in(6)) {
        terms.min_duration = Duration(
            kGrid * number(1, std::min<std::int64_t>(3, terms.window.length().value / kGrid)));
    }
    if (one_in(8)) terms.counterparties = {org(0), org(3), org(4)};
}

// What a call is made of: its window, and hardly any condition.
void Draw::at_market(OrderTerms& terms, const CallTerms& call) {
    terms.market = call.market;
    terms.window = call.window;
    terms.unit = Unit::kLot;
    terms.time_in_force = TimeInForce::kGtc;
    terms.expires_at.reset();
    terms.post_only = terms.all_or_none = false;
    terms.min_lots = Lots(0);
    terms.max_excess = Cu(0);
    terms.min_duration = Duration(0);
    terms.duration.reset();
    terms.together = Together::kAnywhere;
    terms.counterparties.clear();
    terms.requirement = Requirement();
    if (terms.side == Side::kBuy) terms.quantity = number(1, 7);
    terms.at_market = one_in(3);
}

void Draw::place(Command& command, const Comparison& world) {
    command.kind = Kind::kPlace;
    command.terms = terms(world.scene());
    const auto calls = world.engine().engine.calls();
    if (!calls.empty() && one_in(3)) at_market(command.terms, one_of(calls));
}

void Draw::change_order(Command& command, const Comparison& world) {
    const std::vector<OrderId> open = world.engine().open_orders();
    if (open.empty()) return;
    command.order = one_of(open);
    command.kind = Kind::kCancel;
    if (one_in(2)) return;
    command.kind = Kind::kReplace;
    const ModelOrder& order = *world.model().find(command.order);
    command.with = {order.quantity, Price(order.price)};
    const std::int64_t unit = order.buys() && order.in_cu() ? 500 : 1;
    if (!one_in(4)) {
        command.with.quantity = std::max<std::int64_t>(1, order.quantity + unit * number(-4, 3));
    }
    if (one_in(3)) {
        command.with.limit_price = Price(std::max<std::int64_t>(1, order.price + number(-2, 2)));
    }
}

void Draw::change_pool(Command& command, const Comparison& world) {
    const std::int64_t kind = number(1, 8);
    if (kind <= 3 && !world.leases().empty()) {
        const Lease lease = one_of(world.leases());
        command.kind = Kind::kGiveBack;
        command.order = lease.sell;
        command.buy = lease.buy;
        command.pool = lease.pool;
        const std::int64_t length = lease.window.length().value / kGrid;
        command.window = {Time(lease.window.start.value + kGrid * number(0, length - 1)),
                          lease.window.end};
        command.lots = Lots(number(1, lease.lots.value));
    } else if (kind <= 5 && !world.blocks().empty()) {
        const Lease block = one_of(world.blocks());
        command.kind = Kind::kUnblock;
        command.pool = block.pool;
        command.window = block.window;
        command.lots = block.lots;
    } else if (kind <= 7) {
        command.kind = Kind::kBlock;
        command.pool = one_of(world.scene().pools).id;
        command.window = window(12);
        command.lots = Lots(number(1, 3));
    } else {
        command.kind = Kind::kSetRate;
        command.pool = one_of(world.scene().pools).id;
        command.market = one_of(world.scene().markets).key;
        // Without a rate for a while, at times.
        if (!one_in(4)) command.rate = Rate(1'000 * number(1, 3));
    }
}

void Draw::call(Command& command, const Comparison& world) {
    const auto calls = world.engine().engine.calls();
    if (!calls.empty() && (calls.size() > 2 || one_in(2))) {
        command.kind = Kind::kCloseCall;
        const CallTerms& call = one_of(calls);
        command.market = call.market;
        command.window = call.window;
        return;
    }
    command.kind = Kind::kOpenCall;
    command.call = {command.market, window(4), profile_of(number(0, 3)), Price(number(1, 12))};
    // Often a window that somebody wants already.
    const auto& orders = world.model().book.orders;
    if (orders.empty() || one_in(3)) return;
    const ModelOrder& like = one_of(orders);
    if (like.buys()) command.call.window = like.terms->window;
}

void Draw::change_market(Command& command, const Comparison& world) {
    command.market = world.scene().markets[one_in(3) ? 1 : 0].key;
    const bool halted = world.engine().engine.is_halted(command.market);
    const std::int64_t kind = number(1, 10);
    if (kind <= 5) {
        call(command, world);
    } else if (kind <= 7) {
        command.kind = halted ? Kind::kResume : Kind::kHalt;
    } else if (kind <= 8) {
        command.kind = Kind::kSetBand;
        const std::int64_t low = number(1, 4);
        if (one_in(3)) command.band = PriceBand{Price(low), Price(low + number(2, 5))};
    } else {
        command.kind = Kind::kCancelAll;
        command.reason = one_in(2) ? EndReason::kKillSwitch : EndReason::kByRequest;
        OrderFilter& filter = command.filter;
        if (!one_in(4)) filter.organisation = org(static_cast<std::uint32_t>(number(0, 5)));
        if (one_in(3)) filter.market = command.market;
        if (one_in(3)) filter.side = one_in(2) ? Side::kBuy : Side::kSell;
        if (one_in(3)) filter.project = id<ProjectId>(static_cast<std::uint32_t>(number(1, 2)));
        if (one_in(3)) filter.key = id<ApiKeyId>(static_cast<std::uint32_t>(number(1, 3)));
    }
}

Command Draw::command(const Comparison& world) {
    if (one_in(4)) now_.value += number(0, 38);
    Command command;
    command.now = now_;
    const std::int64_t kind = number(1, 100);
    // A halt must not last, or nothing trades.
    const auto halted = [&](const MarketRules& rules) {
        return world.engine().engine.is_halted(rules.key);
    };
    const auto& markets = world.scene().markets;
    const auto stopped = std::find_if(markets.begin(), markets.end(), halted);
    if (stopped != markets.end() && one_in(8)) {
        command.kind = Kind::kResume;
        command.market = stopped->key;
    } else if (kind <= 62) {
        place(command, world);
    } else if (kind <= 80) {
        change_order(command, world);
    } else if (kind <= 90) {
        change_pool(command, world);
    } else if (kind <= 96) {
        change_market(command, world);
    } else if (kind <= 97) {
        command.kind = Kind::kRebuild;
    } else if (kind <= 99) {
        place(command, world);
        command.kind = Kind::kPreview;
    }
    return command;
}

}  // namespace suanpan::matching::testing
