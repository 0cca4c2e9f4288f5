#include "matching/auction.hpp"

#include "base/check.hpp"
#include "base/checked.hpp"

#include <algorithm>
#include <utility>

namespace suanpan::matching {
namespace {

using Orders = std::span<const CallOrder>;
using Indices = std::vector<std::size_t>;

bool ahead(const CallOrder& a, const CallOrder& b) {
    if (a.limit == b.limit) return a.sequence < b.sequence;
    if (!a.limit || !b.limit) return !a.limit;
    return a.side == Side::kBuy ? *a.limit > *b.limit : *a.limit < *b.limit;
}

bool willing(const CallOrder& order, Price price) {
    if (!order.limit) return true;
    return order.side == Side::kBuy ? *order.limit >= price : *order.limit <= price;
}

// One side's orders, first in priority first. At any price those willing stand before the others.
Indices ranked(Orders orders, Side side) {
    Indices found;
    for (std::size_t i = 0; i < orders.size(); ++i) {
        if (orders[i].side != side) continue;
        CHECK(orders[i].lots.value > 0);
        found.push_back(i);
    }
    std::sort(found.begin(), found.end(),
              [&](std::size_t a, std::size_t b) { return ahead(orders[a], orders[b]); });
    for (std::size_t i = 1; i < found.size(); ++i) {
        CHECK(ahead(orders[found[i - 1]], orders[found[i]]));
    }
    return found;
}

// The lots of the pools that earlier takes have left.
class Pools {
 public:
    explicit Pools(std::span<const Lots> lots) : left_(lots.begin(), lots.end()) {
        for (const Lots left : left_)
            CHECK(left.value >= 0);
    }

    // What the order may have of `most`, taken from its pool. A buy has none.
    Lots take(const CallOrder& order, Int128 most) {
        Lots taken = order.lots;
        if (most < taken.value) taken.value = static_cast<std::int64_t>(most);
        if (order.side == Side::kBuy || order.pool == kNoPool) return taken;
        CHECK(order.pool < left_.size());
        Lots& left = left_[order.pool];
        taken = std::min(taken, left);
        left.value -= taken.value;
        return taken;
    }
    Lots take(const CallOrder& order) { return take(order, order.lots.value); }

 private:
    std::vector<Lots> left_;
};

struct Balance {
    Int128 demand = 0;
    Int128 supply = 0;

    [[nodiscard]] Int128 volume() const { return std::min(demand, supply); }
    [[nodiscard]] Int128 surplus() const {
        return demand > supply ? demand - supply : supply - demand;
    }
};

struct Level {
    Price price;
    Balance balance;
};

class Call {
 public:
    Call(Orders orders, std::span<const Lots> pools)
        : orders_(orders),
          pools_(pools),
          buys_(ranked(orders, Side::kBuy)),
          sells_(ranked(orders, Side::kSell)) {}

    // The limits present, lowest first, each with what both sides would trade there.
    [[nodiscard]] std::vector<Level> levels() const {
        std::vector<Level> found;
        for (const CallOrder& order : orders_) {
            if (order.limit) found.push_back({*order.limit, {}});
        }
        std::sort(found.begin(), found.end(),
                  [](const Level& a, const Level& b) { return a.price < b.price; });
        const auto same = [](const Level& a, const Level& b) { return a.price == b.price; };
        found.erase(std::unique(found.begin(), found.end(), same), found.end());
        Walk offered(*this, sells_);
        for (auto level = found.begin(); level != found.end(); ++level) {
            level->balance.supply = offered.lots_at(level->price);
        }
        Walk wanted(*this, buys_);
        for (auto level = found.rbegin(); level != found.rend(); ++level) {
            level->balance.demand = wanted.lots_at(level->price);
        }
        return found;
    }

    [[nodiscard]] Balance balance_at(Price price) const {
        return {Walk(*this, buys_).lots_at(price), Walk(*this, sells_).lots_at(price)};
    }

    // {order, lots} of those of a side that share `volume` at `price`, first in priority first.
    [[nodiscard]] std::vector<std::pair<std::size_t, Lots>> shares(Side side, Price price,
                                                                   Lots volume) const {
        std::vector<std::pair<std::size_t, Lots>> found;
        Pools pools(pools_);
        std::int64_t open = volume.value;
        for (const std::size_t index : side == Side::kBuy ? buys_ : sells_) {
            if (open == 0 || !willing(orders_[index], price)) break;
            const Lots lots = pools.take(orders_[index], open);
            if (lots.value == 0) continue;
            open -= lots.value;
            found.emplace_back(index, lots);
        }
        CHECK(open == 0);
        return found;
    }

 private:
    // Sums one side over prices that grow ever less demanding: each order is met once.
    class Walk {
     public:
        Walk(const Call& call, const Indices& side)
            : orders_(call.orders_), next_(side.begin()), end_(side.end()), pools_(call.pools_) {}

        Int128 lots_at(Price price) {
            for (; next_ != end_ && willing(orders_[*next_], price); ++next_) {
                sum_ += pools_.take(orders_[*next_]).value;
            }
            return sum_;
        }

     private:
        Orders orders_;
        Indices::const_iterator next_;
        Indices::const_iterator end_;
        Pools pools_;
        Int128 sum_ = 0;
    };

    Orders orders_;
    std::span<const Lots> pools_;
    Indices buys_;
    Indices sells_;
};

// Leaves the levels of the largest volume and, among them, of the smallest surplus.
void keep_best(std::vector<Level>& levels) {
    const auto better = [](const Balance& a, const Balance& b) {
        if (a.volume() != b.volume()) return a.volume() > b.volume();
        return a.surplus() < b.surplus();
    };
    Balance best = levels.front().balance;
    for (const Level& level : levels) {
        if (better(level.balance, best)) best = level.balance;
    }
    std::erase_if(levels, [&](const Level& level) { return better(best, level.balance); });
}

// From the best levels, lowest first. As the price rises demand never grows and supply never falls,
// so levels that leave buyers lie below those that leave sellers; and all levels are even if one
// is, their surplus being the same.
Price choose(const std::vector<Level>& best, Price reference) {
    const auto leaves_sellers = [](const Level& level) {
        return level.balance.supply > level.balance.demand;
    };
    const auto sellers = std::find_if(best.begin(), best.end(), leaves_sellers);
    if (best.front().balance.surplus() == 0) {
        return std::clamp(reference, best.front().price, best.back().price);
    }
    if (sellers == best.end()) return best.back().price;
    if (sellers == best.begin()) return best.front().price;
    return std::clamp(reference, std::prev(sellers)->price, sellers->price);
}

Lots as_lots(Int128 sum) {
    const Result<std::int64_t> value = narrow(sum);
    CHECK(value);
    return Lots(*value);
}

}  // namespace

CallResult uncross(std::span<const CallOrder> orders, std::span<const Lots> pools,
                   Price reference) {
    const Call call(orders, pools);
    Price price = reference;
    std::vector<Level> levels = call.levels();
    if (!levels.empty()) {
        keep_best(levels);
        price = choose(levels, reference);
    }
    // Between two limits the volume is that of the limits beside it, the surplus may be smaller.
    const Balance balance = call.balance_at(price);
    if (balance.volume() == 0) return {};
    CHECK(levels.empty() || balance.volume() == levels.front().balance.volume());
    CallResult result;
    result.price = price;
    result.volume = as_lots(balance.volume());
    result.surplus = as_lots(balance.surplus());
    if (balance.demand > balance.supply) result.surplus_side = Side::kBuy;
    if (balance.supply > balance.demand) result.surplus_side = Side::kSell;
    return result;
}

std::vector<CallFill> allocate(std::span<const CallOrder> orders, std::span<const Lots> pools,
                               const CallResult& result) {
    std::vector<CallFill> fills;
    if (!result.price) return fills;
    const Call call(orders, pools);
    auto buys = call.shares(Side::kBuy, *result.price, result.volume);
    auto sells = call.shares(Side::kSell, *result.price, result.volume);
    auto sell = sells.begin();
    for (auto& [buy, wanted] : buys) {
        while (wanted.value > 0) {
            auto& [index, offered] = *sell;
            const Lots lots = std::min(wanted, offered);
            fills.push_back({buy, index, lots});
            wanted.value -= lots.value;
            offered.value -= lots.value;
            if (offered.value == 0) ++sell;
        }
    }
    return fills;
}

}  // namespace suanpan::matching
