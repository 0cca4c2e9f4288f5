#pragma once

// How the engine keeps an order: one cache line with what a walk reads and a cancel changes, a
// second one with what only its own trades and its view need, and the rare fields apart. Outside of
// matching/ only OrderSlot and NewOrder are of use.

#include "base/ids.hpp"
#include "base/units.hpp"
#include "matching/slab.hpp"
#include "matching/steps.hpp"
#include "matching/terms.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace suanpan::matching {

// An order's place in the engine's memory, good until the forget_ended() after its end. Places are
// used again; no result depends on their numbers.
enum class OrderSlot : std::uint32_t {};
inline constexpr OrderSlot kNoOrder{0xffffffff};

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
    // What changes has a byte of its own: a processor that wrote a bit waits to read its
    // neighbours.
    OrderState state = OrderState::kOpen;
    bool in_book = false;
    bool touched = false;  // in the outcome of the command under way
    bool waits = false;    // for the close of a call: trades with nobody
    Together together = Together::kAnywhere;
    SelfTrade self_trade = SelfTrade::kCancelNewest;
    EndReason end_reason = EndReason::kNone;
    bool buys : 1 = false;
    bool in_cu : 1 = false;
    bool all_or_none : 1 = false;
    bool listed : 1 = false;   // sell: in its pool's list
    bool special : 1 = false;  // has conditions on its counterpart beyond price, window, profile
    bool has_extras : 1 = false;

    [[nodiscard]] bool is_open() const { return matching::is_open(state); }
    [[nodiscard]] Unit unit() const { return in_cu ? Unit::kCu : Unit::kLot; }
};
static_assert(sizeof(Order) == 64);

struct alignas(64) Details {
    OrderId id;
    Price limit;
    std::int64_t quantity = 0;
    std::int64_t filled_lots = 0;
    std::uint32_t min_duration = 0;  // sell: seconds; a window is at most 100 years long
    std::uint16_t market = 0;
    TimeInForce time_in_force : 2 = TimeInForce::kGtc;
    bool metered : 1 = false;
    bool post_only : 1 = false;
    bool at_market : 1 = false;
    std::uint32_t extras = kNone;
    std::uint32_t lane = 0;  // where it rests, or would
    std::uint32_t project = 0;
    std::uint32_t key = 0;
};

// Both of an order. In the store they lie in tables of their own: what a cancel touches of very
// many orders is the denser for it, and stays in the processor's cache.
struct Record {
    Order order;
    Details details;
};

struct RecordRef {
    Order& order;
    Details& details;
};

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

// An order checked and with its names resolved to the engine's numbers, as resolve() gives it: the
// memory that it will have. Good until a rate changes or ended orders are forgotten.
struct NewOrder {
    OrderId id;
    std::int64_t quantity = 0;
    Price limit;
    Record record;  // all else
    bool has_extras = false;
    Extras extras;
};

class OrderStore {
 public:
    [[nodiscard]] Order& operator[](std::uint32_t slot) { return orders_[slot]; }
    [[nodiscard]] const Order& operator[](std::uint32_t slot) const { return orders_[slot]; }
    [[nodiscard]] Details& details(std::uint32_t slot) { return details_[slot]; }
    [[nodiscard]] const Details& details(std::uint32_t slot) const { return details_[slot]; }
    [[nodiscard]] RecordRef record(std::uint32_t slot) { return {orders_[slot], details_[slot]}; }
    [[nodiscard]] const Extras& extras(std::uint32_t slot) const {
        return orders_[slot].has_extras ? extras_[details_[slot].extras] : no_extras_;
    }
    [[nodiscard]] Extras& make_extras(std::uint32_t slot) {
        Details& details = details_[slot];
        if (!orders_[slot].has_extras) {
            orders_[slot].has_extras = true;
            details.extras = extras_.take();
            extras_[details.extras] = Extras();
        }
        return extras_[details.extras];
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

    void prefetch(std::uint32_t slot) const { __builtin_prefetch(&orders_[slot], 1); }
    // All that a trade changes.
    void prefetch_whole(std::uint32_t slot) const {
        prefetch(slot);
        __builtin_prefetch(&details_[slot], 1);
    }

    std::uint32_t take(const NewOrder& given) {
        const std::uint32_t slot = orders_.take();
        orders_.prefetch_next([&](std::uint32_t next) { __builtin_prefetch(&details_[next], 1); });
        details_.cover(slot);
        Order& order = orders_[slot];
        Details& details = details_[slot];
        order = given.record.order;
        details = given.record.details;
        // Written after the whole: what was written in parts just before is slow to read as one.
        order.rest = given.quantity;
        details.id = given.id;
        details.quantity = given.quantity;
        details.limit = given.limit;
        return slot;
    }
    void give(std::uint32_t slot) {
        Order& order = orders_[slot];
        drop_steps(order);
        if (order.has_extras) extras_.give(details_[slot].extras);
        orders_.give(slot);
        __builtin_prefetch(&details_[slot], 1);  // written soon, as a new order's
    }

    void reserve(std::uint32_t count) {
        orders_.reserve(count);
        details_.reserve_to(orders_.size());
    }
    // Slots are below it.
    [[nodiscard]] std::uint32_t size() const { return orders_.size(); }
    [[nodiscard]] std::size_t memory() const {
        return orders_.memory() + details_.memory() + extras_.memory() + steps_.memory();
    }

 private:
    Slab<Order> orders_;
    Slab<Details> details_;  // by the orders' numbers
    Slab<Extras> extras_;
    Slab<Steps> steps_;
    Extras no_extras_;
};

}  // namespace suanpan::matching
