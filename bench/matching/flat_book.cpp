// The other end of the scale: a book that knows its prices to be few and close together, so that a
// price is an index. Orders are an array by id with the links of their price's queue inside. It has
// none of the exchange's rules; it shows what is left for them.

#include "base/check.hpp"
#include "bench/matching/contestants.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace suanpan::bench {
namespace {

constexpr std::uint32_t kNone = ~0U;
constexpr std::int32_t kPrices = 1 << 14;  // the mid starts at 5000 and moves by a few ticks

struct Order {
    std::uint32_t next = kNone;
    std::uint32_t previous = kNone;
    std::int32_t price = 0;
    std::uint32_t rest = 0;
    Side side = Side::kBuy;
};

struct Queue {
    std::uint32_t first = kNone;
    std::uint32_t last = kNone;
};

class FlatBook {
 public:
    explicit FlatBook(std::uint32_t orders)
        : orders_(orders), queues_(static_cast<std::size_t>(kPrices)) {}

    void place(const PlainMessage& message, Trades& trades) {
        CHECK(message.price > 0 && message.price < kPrices - 1);
        const std::uint32_t rest = message.side == Side::kBuy ? match<Side::kBuy>(message, trades)
                                                              : match<Side::kSell>(message, trades);
        if (rest > 0) append(message, rest);
    }

    void cancel(std::uint32_t order) { unlink(order); }

 private:
    [[nodiscard]] Queue& queue(std::int32_t price) {
        return queues_[static_cast<std::size_t>(price)];
    }

    // A price has orders of one side only: those of both would have traded.
    template <Side TakerSide>
    std::uint32_t match(const PlainMessage& message, Trades& trades) {
        constexpr bool kBuys = TakerSide == Side::kBuy;
        std::int32_t& best = kBuys ? ask_ : bid_;
        std::uint32_t rest = message.quantity;
        while (rest > 0 && (kBuys ? best <= message.price : best >= message.price)) {
            const std::uint32_t maker = queue(best).first;
            if (maker == kNone) {
                best += kBuys ? 1 : -1;
                continue;
            }
            Order& order = orders_[maker];
            const std::uint32_t lots = std::min(rest, order.rest);
            rest -= lots;
            order.rest -= lots;
            trades.add(maker, message.order, order.price, lots);
            if (order.rest == 0) unlink(maker);
        }
        return rest;
    }

    void append(const PlainMessage& message, std::uint32_t rest) {
        Queue& at = queue(message.price);
        orders_[message.order] = {kNone, at.last, message.price, rest, message.side};
        (at.last == kNone ? at.first : orders_[at.last].next) = message.order;
        at.last = message.order;
        if (message.side == Side::kBuy) {
            bid_ = std::max(bid_, message.price);
        } else {
            ask_ = std::min(ask_, message.price);
        }
    }

    void unlink(std::uint32_t id) {
        const Order& order = orders_[id];
        Queue& at = queue(order.price);
        (order.previous == kNone ? at.first : orders_[order.previous].next) = order.next;
        (order.next == kNone ? at.last : orders_[order.next].previous) = order.previous;
    }

    std::vector<Order> orders_;  // by id
    std::vector<Queue> queues_;  // by price
    // Bounds: no buy is above bid_, no sell below ask_.
    std::int32_t bid_ = 0;
    std::int32_t ask_ = kPrices - 1;
};

}  // namespace

PlainRun run_flat_book(const PlainWorkload& workload) {
    FlatBook book(workload.orders);
    PlainRun out;
    out.time = time_messages(workload, [&](const PlainMessage& message) {
        if (message.kind == PlainMessage::Kind::kCancel) return book.cancel(message.order);
        book.place(message, out.trades);
    });
    return out;
}

}  // namespace suanpan::bench
