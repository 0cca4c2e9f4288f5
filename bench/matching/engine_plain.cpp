// The exchange's engine on the plain workload, all rules on: profile and requirement, the window,
// the pools' calendars, self-trade prevention, time in force; beside it the accounts that holds
// are kept on.

#include "base/check.hpp"
#include "bench/matching/contestants.hpp"
#include "matching/engine.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

namespace suanpan::bench {
namespace {

using namespace matching;

const Time kNow(1'800'000'000);
const MarketKey kMarket{"AI-FP16", "CNY"};
constexpr std::uint32_t kPools = 8;
constexpr std::int64_t kPoolLots = 1'000'000'000;  // never the limit

template <typename IdType>
IdType numbered(std::uint32_t number) {
    IdType id;
    for (std::size_t i = 0; i < 4; ++i)
        id.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return id;
}

// What a buy may cost at most is kept back until it has paid or ended. All windows are of an hour.
class Holds {
 public:
    // For slots below `slots`: as many as the engine has room for.
    explicit Holds(std::uint32_t slots) : held_(slots, 0) {}
    void place(OrderSlot slot, std::int64_t price, std::int64_t lots) {
        const std::int64_t amount = product(price, lots);
        CHECK(available_ >= amount);
        available_ -= amount;
        at(slot) = amount;
    }
    void pay(OrderSlot slot, std::int64_t limit, std::int64_t price, std::int64_t lots) {
        const std::int64_t kept = product(limit, lots);
        at(slot) -= kept;
        available_ += kept - product(price, lots);
    }
    void prefetch(OrderSlot slot) const {
        __builtin_prefetch(held_.data() + static_cast<std::uint32_t>(slot), 1);
    }
    void end(OrderSlot slot) {
        available_ += at(slot);
        at(slot) = 0;
    }

 private:
    static std::int64_t product(std::int64_t price, std::int64_t lots) {
        std::int64_t out = 0;
        CHECK(!__builtin_mul_overflow(price, lots, &out));
        return out;
    }
    std::int64_t& at(OrderSlot slot) { return held_[static_cast<std::uint32_t>(slot)]; }

    std::int64_t available_ = std::int64_t{1} << 60U;  // never the limit
    std::vector<std::int64_t> held_;                   // by slot; of a sell 0
};

template <bool HoldsFunds>
class PlainMarket {
 public:
    explicit PlainMarket(std::uint32_t orders) : holds_(orders / 2), slots_(orders, kNoOrder) {
        engine_.reserve(orders / 2);
        MarketRules rules;
        rules.key = kMarket;
        engine_.define_market(rules, kNow);
        OrderTerms terms;
        terms.market = kMarket;
        terms.quantity = 1;
        terms.limit_price = Price(1);
        terms.window = {Time(kNow.value + 3'600), Time(kNow.value + 7'200)};
        terms.organisation = numbered<OrganisationId>(1);
        terms.requirement =
            parse_requirement(Json::parse(R"({"memory_gib":{"at_least":"64"}})")).value();
        buy_ = engine_.resolve(terms, kNow).value();
        terms.side = Side::kSell;
        terms.requirement = {};
        terms.organisation = numbered<OrganisationId>(2);
        for (std::uint32_t n = 0; n < kPools; ++n) {
            const auto profile = parse_profile(Json::parse(R"({"memory_gib":"80"})")).value();
            CHECK(engine_.add_pool({numbered<PoolId>(n + 1), terms.organisation,
                                    numbered<SiteId>(1), Lots(kPoolLots), profile}));
            engine_.set_rate(numbered<PoolId>(n + 1), kMarket.compute_class, Rate(140'000), kNow);
            terms.pool = numbered<PoolId>(n + 1);
            sells_.push_back(engine_.resolve(terms, kNow).value());
        }
    }

    void place(const PlainMessage& message, Trades& trades) {
        NewOrder& order = message.side == Side::kBuy ? buy_ : sells_[message.order % kPools];
        order.id = {
            std::bit_cast<IdBytes>(std::array<std::uint64_t, 2>{0, std::uint64_t{message.order}})};
        order.quantity = message.quantity;
        order.limit = Price(message.price);
        const Outcome& outcome = engine_.place(order, kNow);
        slots_[message.order] = outcome.order;
        if (HoldsFunds) hold(message, outcome);
        for (const Execution& fill : outcome.fills) {
            trades.add(number(fill.maker), message.order,
                       static_cast<std::int32_t>(fill.price.value),
                       static_cast<std::uint32_t>(fill.lots.value));
        }
        forget();
    }

    // As the core does with its batch, which is known before it is applied.
    void look_ahead(const PlainMessage* message, const PlainMessage* end) const {
        constexpr std::ptrdiff_t kFar = 16;
        constexpr std::ptrdiff_t kNear = 10;
        constexpr std::ptrdiff_t kNext = 4;
        if (end - message <= kFar) return;
        __builtin_prefetch(&slots_[message[kFar].order]);
        const OrderSlot near = slots_[message[kNear].order];
        engine_.look_ahead(near, slots_[message[kNext].order]);
        if (HoldsFunds) holds_.prefetch(near);
    }

    void cancel(std::uint32_t order) {
        const Outcome& outcome = engine_.cancel(slots_[order], kNow);
        if (HoldsFunds) holds_.end(outcome.order);
        forget();
    }

 private:
    void hold(const PlainMessage& message, const Outcome& outcome) {
        const bool buys = message.side == Side::kBuy;
        if (buys) holds_.place(outcome.order, message.price, message.quantity);
        for (const Execution& fill : outcome.fills) {
            holds_.pay(buys ? fill.taker : fill.maker, buys ? message.price : fill.price.value,
                       fill.price.value, fill.lots.value);
        }
        for (const OrderSlot ended : outcome.ended)
            holds_.end(ended);
    }

    // Once a batch.
    void forget() {
        constexpr std::uint32_t kBatch = 64;
        if (++since_forgotten_ < kBatch) return;
        since_forgotten_ = 0;
        engine_.forget_ended();
    }
    [[nodiscard]] std::uint32_t number(OrderSlot slot) const {
        return static_cast<std::uint32_t>(
            std::bit_cast<std::array<std::uint64_t, 2>>(engine_.id(slot).bytes)[1]);
    }

    Engine engine_;
    Holds holds_;
    std::uint32_t since_forgotten_ = 0;
    NewOrder buy_;
    std::vector<NewOrder> sells_;
    std::vector<OrderSlot> slots_;  // by the message's number
};

template <bool Ahead, bool HoldsFunds>
PlainRun run(const PlainWorkload& workload) {
    PlainMarket<HoldsFunds> market(workload.orders);
    PlainRun out;
    const PlainMessage* end = workload.messages.data() + workload.messages.size();
    out.time = time_messages(workload, [&](const PlainMessage& message) {
        if (Ahead) market.look_ahead(&message, end);
        if (message.kind == PlainMessage::Kind::kCancel) return market.cancel(message.order);
        market.place(message, out.trades);
    });
    return out;
}

}  // namespace

PlainRun run_engine(const PlainWorkload& workload) {
    return run<true, true>(workload);
}
PlainRun run_engine_without_holds(const PlainWorkload& workload) {
    return run<true, false>(workload);
}
PlainRun run_engine_one_by_one(const PlainWorkload& workload) {
    return run<false, true>(workload);
}

}  // namespace suanpan::bench
