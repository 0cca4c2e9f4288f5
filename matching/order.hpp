#pragma once

// How the engine keeps an order: one cache line with what a walk reads and a cancel needs, a second
// one with what only its own trades and its view need, and the rare fields apart. Outside of
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

// Neighbours in memory: one page, and processors fetch lines in pairs.
struct alignas(128) Record {
    Order order;
    Details details;
};
static_assert(sizeof(Record) == 128);

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
    [[nodiscard]] Order& operator[](std::uint32_t slot) { return records_[slot].order; }
    [[nodiscard]] const Order& operator[](std::uint32_t slot) const { return records_[slot].order; }
    [[nodiscard]] Record& record(std::uint32_t slot) { return records_[slot]; }
    [[nodiscard]] Details& details(std::uint32_t slot) { return records_[slot].details; }
    [[nodiscard]] const Details& details(std::uint32_t slot) const {
        return records_[slot].details;
    }
    [[nodiscard]] const Extras& extras(std::uint32_t slot) const {
        const Record& record = records_[slot];
        return record.order.has_extras ? extras_[record.details.extras] : no_extras_;
    }
    [[nodiscard]] Extras& make_extras(std::uint32_t slot) {
        Record& record = records_[slot];
        if (!record.order.has_extras) {
            record.order.has_extras = true;
            record.details.extras = extras_.take();
            extras_[record.details.extras] = Extras();
        }
        return extras_[record.details.extras];
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

    void prefetch_order(std::uint32_t slot) const { __builtin_prefetch(&records_[slot].order); }
    // Both lines are wanted soon.
    void prefetch(std::uint32_t slot) const {
        const Record& record = records_[slot];
        __builtin_prefetch(&record.order, 1);
        __builtin_prefetch(&record.details, 1);
    }

    std::uint32_t take(const NewOrder& given) {
        const std::uint32_t slot = records_.take();
        records_.prefetch_next();
        Record& record = records_[slot];
        record = given.record;
        // Written after the whole: what was written in parts just before is slow to read as one.
        record.order.rest = given.quantity;
        record.details.id = given.id;
        record.details.quantity = given.quantity;
        record.details.limit = given.limit;
        return slot;
    }
    void give(std::uint32_t slot) {
        Order& order = records_[slot].order;
        drop_steps(order);
        if (order.has_extras) extras_.give(records_[slot].details.extras);
        records_.give(slot);
    }

    void reserve(std::uint32_t count) { records_.reserve(count); }
    // Slots are below it.
    [[nodiscard]] std::uint32_t size() const { return records_.size(); }
    [[nodiscard]] std::size_t memory() const {
        return records_.memory() + extras_.memory() + steps_.memory();
    }

 private:
    Slab<Record> records_;
    Slab<Extras> extras_;
    Slab<Steps> steps_;
    Extras no_extras_;
};

}  // namespace suanpan::matching
