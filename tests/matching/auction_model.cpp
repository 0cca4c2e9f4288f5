#include "tests/matching/auction_model.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace suanpan::matching::testing {
namespace {

bool trades_at(const CallOrder& order, Price price) {
    if (!order.limit) return true;
    return order.side == Side::kBuy ? *order.limit >= price : *order.limit <= price;
}

bool comes_before(const CallOrder& a, const CallOrder& b) {
    if (a.limit.has_value() != b.limit.has_value()) return !a.limit.has_value();
    if (a.limit && *a.limit != *b.limit) return (*a.limit > *b.limit) == (a.side == Side::kBuy);
    return a.sequence < b.sequence;
}

Int128 volume_of(const Crossing& at) {
    return at.demand < at.supply ? at.demand : at.supply;
}

Int128 left_over(const Crossing& at) {
    return at.demand - at.supply;
}

Int128 magnitude(Int128 value) {
    return value < 0 ? -value : value;
}

Price nearest(Price reference, Price low, Price high) {
    if (reference < low) return low;
    return reference > high ? high : reference;
}

// The limits that survive "maximum executable volume" and "minimum surplus", lowest first.
std::vector<Price> survivors_of(const Call& call) {
    std::set<Price> limits;
    for (const CallOrder& order : call.orders) {
        if (order.limit) limits.insert(*order.limit);
    }
    Int128 most = 0;
    for (const Price price : limits)
        most = std::max(most, volume_of(crossing_at(call, price)));
    std::vector<Price> largest;
    for (const Price price : limits) {
        if (volume_of(crossing_at(call, price)) == most) largest.push_back(price);
    }
    std::vector<Price> found;
    for (const Price price : largest) {
        const auto smaller = [&](Price other) {
            return magnitude(left_over(crossing_at(call, other))) <
                   magnitude(left_over(crossing_at(call, price)));
        };
        if (std::none_of(largest.begin(), largest.end(), smaller)) found.push_back(price);
    }
    return found;
}

CallResult result_at(const Call& call, Price price) {
    const Crossing at = crossing_at(call, price);
    if (volume_of(at) == 0) return {};
    CallResult result;
    result.price = price;
    result.volume = Lots(static_cast<std::int64_t>(volume_of(at)));
    result.surplus = Lots(static_cast<std::int64_t>(magnitude(left_over(at))));
    if (left_over(at) != 0) result.surplus_side = left_over(at) > 0 ? Side::kBuy : Side::kSell;
    return result;
}

std::string name_of(std::size_t index) {
    return "order " + std::to_string(index);
}

using LotsOf = std::vector<Int128>;  // by order: what it trades

std::string quantity_fault(const Call& call, Price price, const LotsOf& got) {
    std::map<std::uint32_t, Int128> sold;
    for (std::size_t i = 0; i < got.size(); ++i) {
        const CallOrder& order = call.orders[i];
        if (got[i] > order.lots.value) return name_of(i) + " trades more than it has";
        if (got[i] > 0 && !trades_at(order, price)) return name_of(i) + " trades beyond its limit";
        if (order.side == Side::kSell) sold[order.pool] += got[i];
    }
    for (const auto& [pool, lots] : sold) {
        if (pool != kNoPool && lots > call.pools[pool].value) {
            return "pool " + std::to_string(pool) + " is oversold";
        }
    }
    return "";
}

// Whether the sell and those of its pool that come before it have the pool's last lot.
bool pool_is_empty_for(const Call& call, const CallOrder& sell, const LotsOf& got) {
    if (sell.side == Side::kBuy || sell.pool == kNoPool) return false;
    Int128 taken = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
        const CallOrder& other = call.orders[i];
        const bool shares = other.side == Side::kSell && other.pool == sell.pool;
        if (shares && !comes_before(sell, other)) taken += got[i];
    }
    return taken == call.pools[sell.pool].value;
}

// Nobody trades who comes after an order that could still have traded more.
std::string priority_fault(const Call& call, const LotsOf& got) {
    for (std::size_t i = 0; i < got.size(); ++i) {
        const CallOrder& order = call.orders[i];
        if (got[i] == order.lots.value || pool_is_empty_for(call, order, got)) continue;
        for (std::size_t j = 0; j < got.size(); ++j) {
            const CallOrder& other = call.orders[j];
            if (got[j] > 0 && other.side == order.side && comes_before(order, other)) {
                return name_of(j) + " trades before " + name_of(i);
            }
        }
    }
    return "";
}

}  // namespace

std::string describe(const Call& call) {
    std::string out = "reference " + std::to_string(call.reference.value) + ", pools";
    for (const Lots lots : call.pools)
        out += " " + std::to_string(lots.value);
    for (std::size_t i = 0; i < call.orders.size(); ++i) {
        const CallOrder& order = call.orders[i];
        out += "\n  " + name_of(i) + ": " + (order.side == Side::kBuy ? "buy " : "sell ") +
               std::to_string(order.lots.value) + " @ " +
               (order.limit ? std::to_string(order.limit->value) : "market") + ", sequence " +
               std::to_string(order.sequence);
        if (order.pool != kNoPool) out += ", pool " + std::to_string(order.pool);
    }
    return out;
}

Crossing crossing_at(const Call& call, Price price) {
    Crossing at;
    std::map<std::uint32_t, Int128> offered;
    for (const CallOrder& order : call.orders) {
        if (!trades_at(order, price)) continue;
        if (order.side == Side::kBuy) {
            at.demand += order.lots.value;
        } else {
            offered[order.pool] += order.lots.value;
        }
    }
    for (const auto& [pool, lots] : offered) {
        at.supply += pool == kNoPool ? lots : std::min(lots, Int128{call.pools[pool].value});
    }
    return at;
}

Expected expected_of(const Call& call) {
    const std::vector<Price> survivors = survivors_of(call);
    if (survivors.empty()) {
        const CallResult result = result_at(call, call.reference);
        return {result.price ? Rule::kOnlyMarketOrders : Rule::kNothing, result};
    }
    std::vector<Price> buyers_left;
    std::vector<Price> sellers_left;
    for (const Price price : survivors) {
        const Int128 surplus = left_over(crossing_at(call, price));
        if (surplus > 0) buyers_left.push_back(price);
        if (surplus < 0) sellers_left.push_back(price);
    }
    if (!result_at(call, survivors.front()).price) return {};
    const auto at = [&](Rule rule, Price price) { return Expected{rule, result_at(call, price)}; };
    if (buyers_left.size() == survivors.size()) return at(Rule::kBuySurplus, survivors.back());
    if (sellers_left.size() == survivors.size()) return at(Rule::kSellSurplus, survivors.front());
    if (!buyers_left.empty() && !sellers_left.empty()) {
        return at(Rule::kMixed, nearest(call.reference, buyers_left.back(), sellers_left.front()));
    }
    return at(Rule::kEven, nearest(call.reference, survivors.front(), survivors.back()));
}

std::string fault_of(const Call& call, const CallResult& result,
                     const std::vector<CallFill>& fills) {
    if (!result.price) return fills.empty() ? "" : "fills without a price";
    std::vector<Int128> got(call.orders.size());
    Int128 total = 0;
    for (const CallFill& fill : fills) {
        if (fill.lots.value <= 0) return "a fill of no lots";
        if (call.orders.at(fill.buy).side != Side::kBuy) return "a seller buys";
        if (call.orders.at(fill.sell).side != Side::kSell) return "a buyer sells";
        got[fill.buy] += fill.lots.value;
        got[fill.sell] += fill.lots.value;
        total += fill.lots.value;
    }
    if (total != result.volume.value) return "the fills are not the volume";
    const std::string fault = quantity_fault(call, *result.price, got);
    return fault.empty() ? priority_fault(call, got) : fault;
}

}  // namespace suanpan::matching::testing
