#pragma once

// The book most people write first: a sorted map of prices, a list of orders at each, and an
// iterator kept for each order. Price-time priority. It is what others are measured against, and
// the reference that the plain workload is made with.

#include "bench/matching/plain_messages.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <vector>

namespace suanpan::bench {

class MapBook {
 public:
    struct Fill {
        std::uint32_t maker;
        std::int32_t price;
        std::uint32_t quantity;
        bool maker_done;
    };

    // Makes room for orders 0 to `orders` − 1, so that no timed step has to.
    void reserve(std::uint32_t orders) { places_.reserve(orders); }

    // Tells `on_fill` each trade; gives what is left of the order, which rests.
    // REQUIRES orders numbered 0, 1, 2 … in the sequence of placing.
    template <typename OnFill>
    std::uint32_t place(const PlainMessage& message, OnFill&& on_fill) {
        places_.emplace_back();
        if (message.side == Side::kBuy) return place_on(bids_, asks_, message, on_fill);
        return place_on(asks_, bids_, message, on_fill);
    }
    // REQUIRES an order that rests.
    void cancel(std::uint32_t order) {
        const Order& resting = *places_[order];
        if (resting.side == Side::kBuy) return remove(bids_, order, resting.price);
        remove(asks_, order, resting.price);
    }

    [[nodiscard]] std::optional<std::int32_t> best_bid() const { return best(bids_); }
    [[nodiscard]] std::optional<std::int32_t> best_ask() const { return best(asks_); }

 private:
    struct Order {
        std::uint32_t id;
        std::int32_t price;
        std::uint32_t rest;
        Side side;
    };
    using Level = std::list<Order>;
    using Bids = std::map<std::int32_t, Level, std::greater<>>;
    using Asks = std::map<std::int32_t, Level>;

    template <typename Levels>
    static std::optional<std::int32_t> best(const Levels& levels) {
        if (levels.empty()) return std::nullopt;
        return levels.begin()->first;
    }

    template <typename Own, typename Contra, typename OnFill>
    std::uint32_t place_on(Own& own, Contra& contra, const PlainMessage& message, OnFill& on_fill) {
        std::uint32_t rest = message.quantity;
        // The map's order says whether a price is beyond the limit.
        while (rest > 0 && !contra.empty() &&
               !contra.key_comp()(message.price, contra.begin()->first)) {
            Level& level = contra.begin()->second;
            Order& maker = level.front();
            const std::uint32_t lots = std::min(rest, maker.rest);
            rest -= lots;
            maker.rest -= lots;
            on_fill(Fill{maker.id, maker.price, lots, maker.rest == 0});
            if (maker.rest == 0) level.pop_front();
            if (level.empty()) contra.erase(contra.begin());
        }
        if (rest > 0) {
            Level& level = own[message.price];
            level.push_back({message.order, message.price, rest, message.side});
            places_[message.order] = std::prev(level.end());
        }
        return rest;
    }

    template <typename Levels>
    void remove(Levels& levels, std::uint32_t order, std::int32_t price) {
        const auto level = levels.find(price);
        level->second.erase(places_[order]);
        if (level->second.empty()) levels.erase(level);
    }

    Bids bids_;
    Asks asks_;
    std::vector<Level::iterator> places_;  // by order
};

}  // namespace suanpan::bench
