// Any bytes as commands to a small market: whatever is said, lots are conserved, nobody trades
// beyond a limit, previews change nothing, and no two plain orders that could trade both rest.

#include "matching/engine.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <span>
#include <vector>

namespace {

using namespace suanpan;
using namespace suanpan::matching;

void require(bool holds) {
    if (!holds) std::abort();
}

constexpr std::int64_t kDay = 1'800'000'000 - 1'800'000'000 % 86'400;
constexpr std::int64_t kGrid = 60;
constexpr std::size_t kSteps = 24;
constexpr std::uint32_t kPools = 3;
const std::array<MarketKey, 2> kMarkets = {MarketKey{"A", "CNY"}, MarketKey{"B", "CNY"}};

template <typename IdType>
IdType id(std::uint32_t number) {
    IdType out;
    for (std::size_t i = 0; i < 4; ++i)
        out.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return out;
}

class Bytes {
 public:
    explicit Bytes(std::span<const std::uint8_t> data) : data_(data) {}
    [[nodiscard]] bool empty() const { return data_.empty(); }
    // 0 to n − 1; 0 once there is nothing left.
    std::int64_t below(std::int64_t n) {
        if (data_.empty()) return 0;
        const std::int64_t value = data_.front() % n;
        data_ = data_.subspan(1);
        return value;
    }
    std::int64_t number(std::int64_t low, std::int64_t high) { return low + below(high - low + 1); }
    bool one_in(std::int64_t n) { return below(n) == n - 1; }

 private:
    std::span<const std::uint8_t> data_;
};

Profile profile_of(std::int64_t n) {
    static const std::vector<Profile> kAll = {parse_profile(Json::parse(R"({"hub":"a"})")).value(),
                                              parse_profile(Json::parse(R"({"hub":"b"})")).value(),
                                              Profile()};
    return kAll[static_cast<std::size_t>(n)];
}

Requirement requirement_of(std::int64_t n) {
    static const std::vector<Requirement> kAll = {
        Requirement(), parse_requirement(Json::parse(R"({"hub":{"one_of":["a"]}})")).value()};
    return kAll[static_cast<std::size_t>(n)];
}

struct Lease {
    OrderSlot sell = kNoOrder;
    std::uint32_t pool = 0;
    Window window;
    Lots lots;
};

class Fuzzed {
 public:
    explicit Fuzzed(Bytes bytes) : bytes_(bytes) {
        for (const MarketKey& key : kMarkets) {
            MarketRules rules;
            rules.key = key;
            engine_.define_market(rules, now_);
        }
        for (std::uint32_t n = 0; n < kPools; ++n) {
            require(engine_
                        .add_pool({id<PoolId>(n + 1), id<OrganisationId>(n % 2), id<SiteId>(n % 2),
                                   Lots(4 + n), profile_of(n)})
                        .has_value());
            for (const MarketKey& key : kMarkets)
                engine_.set_rate(id<PoolId>(n + 1), key.compute_class, Rate(1'000 * (n + 1)), now_);
        }
    }

    void run() {
        while (!bytes_.empty()) {
            now_.value += bytes_.one_in(4) ? bytes_.below(40) : 0;
            expire_due();
            command();
            check();
        }
    }

 private:
    Window window() {
        const std::int64_t start = bytes_.number(0, static_cast<std::int64_t>(kSteps) - 1);
        const std::int64_t end =
            std::min<std::int64_t>(start + bytes_.number(1, 8), static_cast<std::int64_t>(kSteps));
        return {Time(kDay + start * kGrid), Time(kDay + end * kGrid)};
    }

    OrderTerms terms() {
        OrderTerms out;
        out.id = id<OrderId>(next_id_++);
        out.market = kMarkets[static_cast<std::size_t>(bytes_.below(2))];
        out.side = bytes_.one_in(2) ? Side::kSell : Side::kBuy;
        out.unit = bytes_.one_in(3) ? Unit::kCu : Unit::kLot;
        out.limit_price = Price(bytes_.number(1, 9));
        out.window = window();
        out.quantity = bytes_.number(1, 7);
        const std::int64_t flags = bytes_.below(256);
        out.time_in_force =
            (flags & 3) == 3 ? static_cast<TimeInForce>(bytes_.below(4)) : TimeInForce::kGtc;
        if (out.time_in_force == TimeInForce::kGtd) out.expires_at = Time(now_.value + 90);
        out.self_trade = static_cast<SelfTrade>((flags >> 2) & 3);
        out.at_market = (flags & 0xf0) == 0xf0;
        out.post_only = (flags & 0xf0) == 0xe0;
        if ((flags & 0xf0) == 0xd0) out.min_lots = Lots(2);
        if (out.side == Side::kBuy) {
            out.organisation = id<OrganisationId>(static_cast<std::uint32_t>(bytes_.below(4)));
            out.requirement = requirement_of(bytes_.below(2));
            if (out.unit == Unit::kCu) out.quantity *= 700;
            if (out.unit == Unit::kCu) out.max_excess = Cu(bytes_.below(3) * 800);
            out.all_or_none = (flags & 0xf0) == 0xc0;
            if ((flags & 0xf0) == 0xb0) out.together = Together::kSameSite;
            if ((flags & 0x30) == 0x20) out.duration = Duration(kGrid * bytes_.number(1, 3));
            return out;
        }
        const auto pool = static_cast<std::uint32_t>(bytes_.below(kPools));
        out.pool = id<PoolId>(pool + 1);
        out.organisation = id<OrganisationId>(pool % 2);
        if ((flags & 0xf0) == 0xa0) out.min_duration = Duration(2 * kGrid);
        if ((flags & 0xf0) == 0x90) out.counterparties = {id<OrganisationId>(2)};
        return out;
    }

    void command() {
        const std::int64_t kind = bytes_.below(16);
        const MarketKey& market = kMarkets[static_cast<std::size_t>(bytes_.below(2))];
        const PoolId pool = id<PoolId>(static_cast<std::uint32_t>(bytes_.number(1, kPools)));
        switch (kind) {
            case 7: cancel(); return;
            case 8: replace(); return;
            case 9: give_back(); return;
            case 10: block(pool); return;
            case 11: call(market); return;
            case 12: halt_or_resume(market); return;
            case 13: set_band(market); return;
            case 14: cancel_some(market, pool); return;
            case 15: forget(); return;
            default: place(); return;
        }
    }

    void place() {
        const OrderTerms wanted = terms();
        if (!engine_.check(wanted, now_)) return;
        const std::vector<OrderView> before = views();
        const Preview preview = engine_.preview(wanted, now_);
        require(views() == before);
        const Outcome& outcome = engine_.place(engine_.resolve(wanted, now_).value(), now_);
        slots_.push_back(outcome.order);
        require(outcome.fills.size() == preview.fills.size());
        for (std::size_t i = 0; i < outcome.fills.size(); ++i)
            require(engine_.fill(outcome.fills[i]) == preview.fills[i]);
        require(engine_.view(outcome.order) == preview.order);
        take(outcome);
    }

    OrderSlot some_open() {
        const std::vector<OrderSlot> open = engine_.open_orders();
        if (open.empty()) return kNoOrder;
        return open[static_cast<std::size_t>(bytes_.below(static_cast<std::int64_t>(open.size())))];
    }
    void cancel() {
        const OrderSlot slot = some_open();
        if (slot != kNoOrder) take(engine_.cancel(slot, now_));
    }
    void replace() {
        const OrderSlot slot = some_open();
        if (slot == kNoOrder) return;
        const OrderTerms known = engine_.view(slot).terms;
        const std::int64_t step = known.side == Side::kBuy && known.unit == Unit::kCu ? 700 : 1;
        const Replacement with{known.quantity + step * bytes_.number(-3, 3),
                               Price(known.limit_price.value + bytes_.number(-1, 1))};
        if (engine_.check_replace(slot, with, now_)) take(engine_.replace(slot, with, now_));
    }
    void give_back() {
        if (leases_.empty()) return;
        const auto which =
            static_cast<std::ptrdiff_t>(bytes_.below(static_cast<std::int64_t>(leases_.size())));
        const Lease lease = leases_[static_cast<std::size_t>(which)];
        leases_.erase(leases_.begin() + which);
        change(lease.pool, lease.window, lease.lots.value);
        take(engine_.give_back(lease.sell, id<PoolId>(lease.pool + 1), lease.window, lease.lots,
                               now_));
    }
    void block(const PoolId& pool) {
        const Lots lots(bytes_.number(1, 3));
        const Window where = window();
        if (!engine_.check_block(pool, where, lots)) return;
        change(number_of(pool), where, -lots.value);
        take(engine_.block(pool, where, lots, now_));
        if (bytes_.one_in(2)) return;
        change(number_of(pool), where, lots.value);
        take(engine_.unblock(pool, where, lots, now_));
    }
    void call(const MarketKey& market) {
        for (const CallTerms& open : engine_.calls()) {
            if (open.market == market && bytes_.one_in(2)) {
                const auto expected = engine_.find_call(market, open.window);
                const Outcome& outcome = engine_.close_call(market, open.window, now_);
                require(outcome.calls == std::vector<CallView>{*expected});
                take(outcome);
                return;
            }
        }
        const CallTerms wanted{market, window(), profile_of(bytes_.below(3)),
                               Price(bytes_.number(1, 9))};
        if (engine_.check_call(wanted, now_)) engine_.open_call(wanted);
    }
    void halt_or_resume(const MarketKey& market) {
        if (engine_.is_halted(market)) {
            take(engine_.resume(market, now_));
        } else {
            engine_.halt(market);
        }
    }
    void set_band(const MarketKey& market) {
        const std::int64_t low = bytes_.number(1, 4);
        const bool none = bytes_.one_in(2);
        take(engine_.set_band(
            market, none ? std::nullopt : std::optional(PriceBand{Price(low), Price(low + 3)}),
            std::nullopt, now_));
    }
    void cancel_some(const MarketKey& market, const PoolId& pool) {
        if (bytes_.one_in(2)) {
            const Rate rate(1'000 * bytes_.number(1, 3));
            take(engine_.set_rate(pool, market.compute_class, rate, now_));
            return;
        }
        OrderFilter filter;
        filter.organisation = id<OrganisationId>(static_cast<std::uint32_t>(bytes_.below(4)));
        if (bytes_.one_in(2)) filter.side = Side::kSell;
        take(engine_.cancel_all(filter, EndReason::kKillSwitch, now_));
    }
    void forget() {
        std::erase_if(slots_, [this](OrderSlot slot) { return !engine_.due_time(slot); });
        for (Lease& lease : leases_) {
            if (std::find(slots_.begin(), slots_.end(), lease.sell) == slots_.end()) {
                lease.sell = kNoOrder;
            }
        }
        engine_.forget_ended();
    }
    void expire_due() {
        for (bool again = true; again;) {
            again = false;
            for (const OrderSlot slot : engine_.open_orders()) {
                if (*engine_.due_time(slot) > now_) continue;
                take(engine_.expire(slot, now_));
                again = true;
                break;
            }
        }
    }

    // Books the fills: nobody pays more, or gets less, than the limit.
    void take(const Outcome& outcome) {
        for (const Execution& one : outcome.fills) {
            require(one.lots.value > 0);
            const Fill fill = engine_.fill(one);
            const OrderView maker = engine_.view(one.maker);
            const OrderView taker = engine_.view(one.taker);
            const bool taker_buys = taker.terms.side == Side::kBuy;
            const OrderTerms& buy = taker_buys ? taker.terms : maker.terms;
            const OrderTerms& sell = taker_buys ? maker.terms : taker.terms;
            const auto per_lot = [&](Price price, Unit unit) {
                return price.value * (unit == Unit::kCu ? one.rate.value : 1'000);
            };
            const std::int64_t price = per_lot(one.price, one.price_unit);
            require(price <= per_lot(buy.limit_price, buy.unit));
            require(price >= per_lot(sell.limit_price, sell.unit));
            require(buy.window.contains(one.window) && sell.window.contains(one.window));
            require(fill.buyer == buy.organisation && fill.provider == sell.organisation);
            require(fill.buyer != fill.provider);
            change(one.pool, one.window, -one.lots.value);
            leases_.push_back({taker_buys ? one.maker : one.taker, one.pool, one.window, one.lots});
        }
    }
    static std::uint32_t number_of(const PoolId& pool) { return pool.bytes[15] - 1U; }
    void change(std::uint32_t pool, const Window& where, std::int64_t lots) {
        for (std::int64_t t = where.start.value; t < where.end.value; t += kGrid)
            free_[pool][static_cast<std::size_t>((t - kDay) / kGrid)] += lots;
    }

    std::vector<OrderView> views() const {
        std::vector<OrderView> out;
        for (const OrderSlot slot : engine_.open_orders())
            out.push_back(engine_.view(slot));
        return out;
    }

    void check() const {
        for (std::uint32_t pool = 0; pool < kPools; ++pool) {
            const Calendar& calendar = *engine_.find_calendar(id<PoolId>(pool + 1));
            for (std::size_t n = 0; n < kSteps; ++n) {
                const Time from(kDay + static_cast<std::int64_t>(n) * kGrid);
                const std::int64_t free = calendar.minimum({from, Time(from.value + kGrid)}).value;
                require(free >= 0 && free == calendar.registered().value + free_[pool][n]);
            }
        }
        const std::vector<OrderView> open = views();
        for (std::size_t i = 1; i < open.size(); ++i)
            require(open[i - 1].sequence < open[i].sequence);
        for (const OrderView& buy : open) {
            for (const OrderView& sell : open)
                require(!could_trade(buy, sell));
        }
    }
    // Of plain orders only.
    [[nodiscard]] bool could_trade(const OrderView& buy, const OrderView& sell) const {
        const OrderTerms& b = buy.terms;
        const OrderTerms& s = sell.terms;
        const auto is_plain = [](const OrderTerms& terms) {
            return terms.unit == Unit::kLot && terms.min_lots.value == 0 && !terms.at_market &&
                   terms.together == Together::kAnywhere && terms.counterparties.empty();
        };
        if (b.side != Side::kBuy || s.side != Side::kSell || b.market != s.market) return false;
        if (!is_plain(b) || !is_plain(s) || b.all_or_none || b.duration) return false;
        if (engine_.is_halted(b.market) || b.organisation == s.organisation) return false;
        for (const CallTerms& call : engine_.calls()) {
            if (call.market == b.market && call.window == b.window) return false;
        }
        if (b.limit_price < s.limit_price || !s.window.contains(b.window)) return false;
        if (b.window.length() < s.min_duration) return false;
        const PoolRules& pool = *engine_.find_pool(s.pool);
        if (!satisfies(pool.profile, b.requirement)) return false;
        return minimum(sell.rest_steps, Lots(0), b.window).value > 0 &&
               engine_.find_calendar(s.pool)->minimum(b.window).value > 0;
    }

    Bytes bytes_;
    Engine engine_;
    Time now_{kDay};
    std::uint32_t next_id_ = 1;
    std::vector<OrderSlot> slots_;  // not forgotten
    std::vector<Lease> leases_;
    std::array<std::array<std::int64_t, kSteps>, kPools> free_ = {};  // less what is registered
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 4'096) return 0;
    Fuzzed(Bytes({data, size})).run();
    return 0;
}
