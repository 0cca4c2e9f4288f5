#pragma once

// How the engine keeps an order: one cache line with what a walk reads and a cancel needs, a second
// one with what only its own trades and its view need, and the rare fields apart. Inside of
// matching/ only.

#include "matching/engine.hpp"
#include "matching/interner.hpp"
#include "matching/slab.hpp"

#include <cstdint>
#include <limits>
#include <vector>

namespace suanpan::matching {

inline constexpr std::uint32_t kNone = 0xffffffff;

// Lies in every window: of a buy that may still start at several moments.
inline constexpr Window kAnyWindow{Time(std::numeric_limits<std::int64_t>::max()),
                                   Time(std::numeric_limits<std::int64_t>::min())};

struct alignas(64) Order {
    Window window;              // buy: what it takes, or kAnyWindow; sell: what it offers
    std::int64_t rest = 0;      // buy: lots or milli-CU; sell: lots, where `steps` is kNone
    std::int64_t sequence = 0;  // time priority
    std::uint32_t next = kNone;
    std::uint32_t prev = kNone;
    std::uint32_t level = kNone;  // while it rests
    std::uint32_t organisation = 0;
    std::uint32_t owner = 0;      // buy: number of its requirement; sell: of its pool
    std::uint32_t steps = kNone;  // sell: its rest, once that differs over its window
    OrderState state = OrderState::kOpen;
    EndReason end_reason = EndReason::kNone;
    TimeInForce time_in_force = TimeInForce::kGtc;
    SelfTrade self_trade = SelfTrade::kCancelNewest;
    Together together = Together::kAnywhere;
    bool buys : 1 = false;
    bool in_cu : 1 = false;
    bool in_book : 1 = false;
    bool touched : 1 = false;  // in the outcome of the command under way
    bool waits : 1 = false;    // for the close of a call: trades with nobody
    bool all_or_none : 1 = false;
    bool special : 1 = false;  // has conditions on its counterpart beyond price, window, profile
    bool metered : 1 = false;
    bool post_only : 1 = false;
    bool at_market : 1 = false;

    [[nodiscard]] bool is_open() const {
        return state == OrderState::kOpen || state == OrderState::kPartiallyFilled;
    }
    [[nodiscard]] Unit unit() const { return in_cu ? Unit::kCu : Unit::kLot; }
};
static_assert(sizeof(Order) == 64);

struct Details {
    OrderId id;
    Price limit;
    std::int64_t quantity = 0;
    std::int64_t filled_lots = 0;
    std::uint32_t min_duration = 0;  // sell: seconds; a window is at most 100 years long
    std::uint32_t market = 0;
    std::uint32_t extras = kNone;
    std::uint32_t place_in_pool = 0;  // sell, while it rests: index into Pool::resting
    std::uint32_t project = 0;
    std::uint32_t key = 0;
};
static_assert(sizeof(Details) == 64);

// Fields that most orders lack.
struct Extras {
    Window window;  // of a `duration` buy: where it may be placed
    Duration duration{0};
    Lots min_lots{0};
    Cu max_excess{0};
    std::optional<Time> expires_at;
    std::uint32_t bound_site = kNone;
    std::uint32_t bound_pool = kNone;
    std::optional<Time> bound_start;
    std::vector<OrganisationId> counterparties;
};

class OrderStore {
 public:
    [[nodiscard]] Order& operator[](std::uint32_t slot) { return orders_[slot]; }
    [[nodiscard]] const Order& operator[](std::uint32_t slot) const { return orders_[slot]; }
    [[nodiscard]] Details& details(std::uint32_t slot) { return details_[slot]; }
    [[nodiscard]] const Details& details(std::uint32_t slot) const { return details_[slot]; }
    [[nodiscard]] const Extras& extras(std::uint32_t slot) const {
        const std::uint32_t at = details_[slot].extras;
        return at == kNone ? no_extras_ : extras_[at];
    }
    [[nodiscard]] Extras& make_extras(std::uint32_t slot) {
        std::uint32_t& at = details_[slot].extras;
        if (at == kNone) {
            at = extras_.take();
            extras_[at] = Extras();
        }
        return extras_[at];
    }
    [[nodiscard]] Steps& steps(const Order& sell) { return steps_[sell.steps]; }
    [[nodiscard]] const Steps& steps(const Order& sell) const { return steps_[sell.steps]; }
    // The sell's rest as a function of time, of its own from now on.
    Steps& make_steps(Order& sell) {
        if (sell.steps == kNone) {
            sell.steps = steps_.take();
            steps_[sell.steps].clear();
            if (sell.rest > 0) add(steps_[sell.steps], Lots(0), sell.window, Lots(sell.rest));
        }
        return steps_[sell.steps];
    }
    void drop_steps(Order& sell) {
        if (sell.steps != kNone) steps_.give(sell.steps);
        sell.steps = kNone;
    }

    // Blank.
    std::uint32_t take() {
        const std::uint32_t slot = orders_.take();
        if (slot == details_.size()) details_.take();
        orders_[slot] = Order();
        details_[slot] = Details();
        return slot;
    }
    void give(std::uint32_t slot) {
        drop_steps(orders_[slot]);
        if (details_[slot].extras != kNone) extras_.give(details_[slot].extras);
        orders_.give(slot);
    }

    // Slots are below it.
    [[nodiscard]] std::uint32_t size() const { return orders_.size(); }
    [[nodiscard]] std::size_t memory() const {
        return orders_.memory() + details_.memory() + extras_.memory() + steps_.memory();
    }

 private:
    Slab<Order> orders_;
    Slab<Details> details_;  // the same numbers as orders_; its places are never given back
    Slab<Extras> extras_;
    Slab<Steps> steps_;
    Extras no_extras_;
};

}  // namespace suanpan::matching
