// Everything that refuses an order before it meets the book (market §5 step 1). The order of the
// checks is part of the contract: the first fault found is the one told.

#include "base/check.hpp"
#include "base/time.hpp"
#include "matching/engine_state.hpp"

#include <algorithm>

namespace suanpan::matching {
namespace {

constexpr std::int64_t kMaxGrid = 86'400;
constexpr std::int64_t kMaxAhead = 36'525LL * 86'400;

bool on_grid(Time time, Duration grid) {
    return time.value % grid.value == 0;
}
bool on_grid(Duration length, Duration grid) {
    return length.value % grid.value == 0;
}

template <typename T>
bool is_strictly_sorted(const std::vector<T>& values) {
    return std::adjacent_find(values.begin(), values.end(),
                              [](const T& a, const T& b) { return !(a < b); }) == values.end();
}

tl::unexpected<Error> contradiction(const char* detail) {
    return fail("contradictory_fields", detail);
}

// Fields of one side only.
Result<void> check_side_fields(const OrderTerms& terms) {
    if (terms.side == Side::kBuy) {
        if (!terms.pool.is_nil()) return contradiction("a buy names a requirement, not a pool");
        if (terms.min_duration.value != 0) return contradiction("min_duration is a sell's");
        if (!terms.counterparties.empty()) return contradiction("counterparties are a sell's");
        if (terms.max_excess.value != 0 && terms.unit != Unit::kCu) {
            return contradiction("max_excess_cu belongs to a buy in CU");
        }
        return {};
    }
    if (terms.pool.is_nil()) return contradiction("a sell names its pool");
    if (!terms.requirement.conditions.empty()) return contradiction("a requirement is a buy's");
    if (terms.duration) return contradiction("duration is a buy's; a sell has min_duration");
    if (terms.all_or_none) return contradiction("all_or_none is a buy's; a sell may be fok");
    if (terms.together != Together::kAnywhere) return contradiction("a sell is from one pool");
    if (terms.max_excess.value != 0) return contradiction("max_excess_cu belongs to a buy in CU");
    return {};
}

// Fields that exclude one another on either side.
Result<void> check_together(const OrderTerms& terms) {
    const bool at_once =
        terms.time_in_force == TimeInForce::kIoc || terms.time_in_force == TimeInForce::kFok;
    if (terms.post_only && (at_once || terms.all_or_none)) {
        return contradiction("post_only orders rest: not with ioc, fok or all_or_none");
    }
    if ((terms.time_in_force == TimeInForce::kGtd) != terms.expires_at.has_value()) {
        return contradiction("expires_at comes with gtd, and only with it");
    }
    return {};
}

// An order at the market waits for a call and has no condition but its limit (market §6).
Result<void> check_at_market(const OrderTerms& terms, const std::vector<CallTerms>& calls) {
    if (!terms.at_market) return {};
    if (terms.time_in_force != TimeInForce::kGtc || terms.post_only || terms.all_or_none ||
        terms.duration || terms.min_lots.value != 0 || terms.unit != Unit::kLot ||
        terms.together != Together::kAnywhere || !terms.counterparties.empty()) {
        return contradiction(
            "an order at the market is gtc, in lots, from anywhere, without other conditions");
    }
    const auto call = std::ranges::find(calls, terms.window, &CallTerms::window);
    if (call == calls.end()) {
        return fail("no_call", "an order at the market needs an open call for its window");
    }
    if (terms.side == Side::kBuy && !satisfies(call->floor, terms.requirement)) {
        return fail("no_call", "the call's lots need not meet the order's requirement");
    }
    return {};
}

// What waits for the end of a halt must be able to wait.
Result<void> check_halt(const OrderTerms& terms, bool halted) {
    const bool at_once =
        terms.time_in_force == TimeInForce::kIoc || terms.time_in_force == TimeInForce::kFok;
    if (!halted || !at_once) return {};
    return fail("market_halted", "the market is halted: only orders that can wait are taken");
}

Result<void> check_amounts(const OrderTerms& terms, const MarketRules& rules) {
    const bool in_cu = terms.side == Side::kBuy && terms.unit == Unit::kCu;
    if (terms.quantity <= 0) return fail("bad_quantity", "the quantity is above 0");
    if (in_cu && terms.quantity > kMaxCu) {
        return fail("too_large", "an order is for at most 10^12 CU");
    }
    if (!in_cu && terms.quantity > rules.max_lots.value) {
        return fail("too_large", "an order is for at most " + std::to_string(rules.max_lots.value) +
                                     " lots in this market");
    }
    if (terms.limit_price.value <= 0) return fail("bad_price", "the limit price is above 0");
    if (terms.limit_price.value > kMaxPrice) {
        return fail("too_large", "the limit price is at most 10^9 a unit and hour");
    }
    if (terms.limit_price.value % rules.tick.value != 0) {
        return fail("off_tick", "the limit price is a multiple of the market's tick of " +
                                    std::to_string(rules.tick.value) + " micro-units");
    }
    const std::int64_t most = in_cu ? rules.max_lots.value : terms.quantity;
    if (terms.min_lots.value < 0 || terms.min_lots.value > most) {
        return fail("bad_min_lots", "min_lots is 0 to " + std::to_string(most));
    }
    if (terms.max_excess.value < 0 || terms.max_excess.value > kMaxCu) {
        return fail("bad_max_excess", "max_excess_cu is 0 to 10^12 CU");
    }
    return {};
}

Result<void> check_durations(const OrderTerms& terms, Duration grid) {
    const Duration length = terms.window.length();
    const auto is_bad = [&](Duration duration) {
        return duration.value < 0 || duration > length || !on_grid(duration, grid);
    };
    if (is_bad(terms.min_duration)) {
        return fail("bad_duration", "min_duration is whole steps of the grid and fits the window");
    }
    if (terms.duration && (is_bad(*terms.duration) || terms.duration->value == 0)) {
        return fail("bad_duration", "duration is whole steps of the grid and fits the window");
    }
    const std::int64_t room = length.value - terms.duration.value_or(length).value;
    if (room / grid.value >= kMaxStarts) {
        return fail("too_flexible", "a buy may start at no more than " +
                                        std::to_string(kMaxStarts) +
                                        " moments of the market's grid: narrow the window");
    }
    return {};
}

Result<void> check_times(const OrderTerms& terms, const MarketRules& rules, Time now) {
    const Window& window = terms.window;
    if (window.start.value < 0 || window.end.value > kLastTime.value + 1 ||
        window.start >= window.end) {
        return fail("bad_window", "a window starts before it ends, between 1970 and 9999");
    }
    if (!on_grid(window.start, rules.grid) || !on_grid(window.end, rules.grid)) {
        return fail("off_grid", "the window lies on the market's grid of " +
                                    std::to_string(rules.grid.value) + " seconds");
    }
    const auto durations = check_durations(terms, rules.grid);
    if (!durations) return durations;
    if (window.end.value - now.value > rules.max_ahead.value) {
        return fail("too_far_ahead", "the window ends at most " +
                                         std::to_string(rules.max_ahead.value) +
                                         " seconds from now");
    }
    if (terms.side == Side::kBuy && last_start(terms) < now) {
        return fail("window_passed", "the window's last possible start has passed");
    }
    const std::int64_t least = std::max(terms.min_duration, rules.grid).value;
    if (terms.side == Side::kSell && window.end.value - least <= now.value) {
        return fail("window_passed", "too little is left of the window");
    }
    if (terms.expires_at && *terms.expires_at <= now) {
        return fail("bad_expiry", "expires_at lies in the future");
    }
    return {};
}

Result<void> check_lists(const OrderTerms& terms) {
    if (!is_strictly_sorted(terms.requirement.conditions)) {
        return fail("bad_requirement", "a condition is given twice");
    }
    if (terms.counterparties.size() > kMaxCounterparties) {
        return fail("too_many", "an order names at most 1000 counterparties");
    }
    if (!is_strictly_sorted(terms.counterparties)) {
        return fail("bad_counterparties", "a counterparty is given twice");
    }
    return {};
}

Result<void> check_pool(const OrderTerms& terms, const Market& market, const Pool* pool) {
    if (terms.side == Side::kBuy) return {};
    if (pool == nullptr || pool->rules.owner != terms.organisation) {
        return fail("pool_not_found", "the organisation has no such pool");
    }
    if (terms.quantity > pool->rules.lots.value) {
        return fail("too_large",
                    "the pool has " + std::to_string(pool->rules.lots.value) + " lots");
    }
    if (!pool->has_rate(market)) {
        return fail("no_rate", "the pool has no rate in this class: attest one first");
    }
    return {};
}

Result<void> check_order(const OrderTerms& terms, Time now, const Market* market,
                         const Pool* pool) {
    if (market == nullptr) return fail("market_not_found", "there is no such market");
    const MarketRules& rules = market->rules;
    // One return a check: a Result that is assigned again and again costs more than the checks.
    if (auto fault = check_side_fields(terms); !fault) return fault;
    if (auto fault = check_together(terms); !fault) return fault;
    if (auto fault = check_at_market(terms, market->calls); !fault) return fault;
    if (auto fault = check_amounts(terms, rules); !fault) return fault;
    if (auto fault = check_times(terms, rules, now); !fault) return fault;
    if (auto fault = check_halt(terms, market->halted); !fault) return fault;
    if (auto fault = check_lists(terms); !fault) return fault;
    return check_pool(terms, *market, pool);
}

}  // namespace

Result<void> check_rules(const MarketRules& rules) {
    const auto is_within = [](std::int64_t value, std::int64_t most) {
        return value > 0 && value <= most;
    };
    if (!is_within(rules.grid.value, kMaxGrid)) {
        return fail("bad_market", "the grid is 1 second to 1 day");
    }
    if (!is_within(rules.tick.value, kMaxPrice)) {
        return fail("bad_market", "the tick is 1 micro-unit to the largest price");
    }
    if (!is_within(rules.max_lots.value, kMaxLots)) {
        return fail("bad_market",
                    "an order is for at most 1 to " + std::to_string(kMaxLots) + " lots");
    }
    if (!is_within(rules.max_ahead.value, kMaxAhead)) {
        return fail("bad_market", "windows end at most 100 years ahead");
    }
    return {};
}

Result<void> Engine::check(const OrderTerms& terms, Time now) const {
    const Market* market = impl_->find_market(terms.market);
    return check_order(terms, now, market, impl_->find_pool(terms.pool));
}

Result<NewOrder> Engine::resolve(const OrderTerms& terms, Time now) {
    const Market* market = impl_->find_market(terms.market);
    const Pool* pool = terms.pool.is_nil() ? nullptr : impl_->find_pool(terms.pool);
    auto checked = check_order(terms, now, market, pool);
    if (!checked) return fail(std::move(checked).error());
    return impl_->resolve(terms, *market, pool);
}

}  // namespace suanpan::matching
