// The exchange's engine on the plain workload, all rules on: profile and requirement, the window,
// the pools' calendars, self-trade prevention, time in force.

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

class PlainMarket {
 public:
    explicit PlainMarket(std::uint32_t orders) : slots_(orders, kNoOrder) {
        ids_.reserve(orders);
        for (std::uint64_t n = 0; n < orders; ++n)
            ids_.push_back({std::bit_cast<IdBytes>(std::array<std::uint64_t, 2>{0, n})});
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
        order.id = ids_[message.order];
        order.quantity = message.quantity;
        order.limit = Price(message.price);
        const Outcome& outcome = engine_.place(order, kNow);
        slots_[message.order] = outcome.order;
        for (const Execution& fill : outcome.fills) {
            trades.add(number(fill.maker), message.order,
                       static_cast<std::int32_t>(fill.price.value),
                       static_cast<std::uint32_t>(fill.lots.value));
        }
        forget();
    }

    // A batch is known before it is applied.
    void look_ahead(const PlainMessage* message, const PlainMessage* end) const {
        constexpr std::ptrdiff_t kFar = 12;
        constexpr std::ptrdiff_t kNear = 6;
        if (end - message > kFar) __builtin_prefetch(&slots_[message[kFar].order]);
        if (end - message > kNear && message[kNear].kind == PlainMessage::Kind::kCancel) {
            engine_.prefetch(slots_[message[kNear].order]);
        }
    }

    void cancel(std::uint32_t order) {
        engine_.cancel(slots_[order], kNow);
        forget();
    }

 private:
    // Once a batch, as the exchange's core does.
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
    std::uint32_t since_forgotten_ = 0;
    NewOrder buy_;
    std::vector<NewOrder> sells_;
    std::vector<OrderId> ids_;
    std::vector<OrderSlot> slots_;  // by the message's number
};

}  // namespace

PlainRun run_engine(const PlainWorkload& workload) {
    PlainMarket market(workload.orders);
    PlainRun out;
    out.time = time_messages(workload, [&](const PlainMessage& message) {
        if (message.kind == PlainMessage::Kind::kCancel) return market.cancel(message.order);
        market.place(message, out.trades);
    });
    return out;
}

PlainRun run_engine_ahead(const PlainWorkload& workload) {
    PlainMarket market(workload.orders);
    PlainRun out;
    const PlainMessage* end = workload.messages.data() + workload.messages.size();
    out.time = time_messages(workload, [&](const PlainMessage& message) {
        market.look_ahead(&message, end);
        if (message.kind == PlainMessage::Kind::kCancel) return market.cancel(message.order);
        market.place(message, out.trades);
    });
    return out;
}

}  // namespace suanpan::bench
