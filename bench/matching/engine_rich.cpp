// The exchange's engine on the rich workload.

#include "base/check.hpp"
#include "bench/matching/rich_report.hpp"
#include "matching/engine.hpp"

#include <string>
#include <vector>

namespace suanpan::bench {
namespace {

using namespace matching;

class EngineBook final : public RichBook {
 public:
    EngineBook(const MarketRules& rules, Time now) : class_(rules.key.compute_class), now_(now) {
        engine_.define_market(rules, now);
        // Room before anything is measured: these lists are not the engine's.
        constexpr std::size_t kMost = 11'000'000;
        slots_.reserve(kMost);
        numbers_.reserve(kMost);
    }

    void add_pool(const PoolRules& rules, Rate rate) override {
        CHECK(engine_.add_pool(rules).has_value());
        engine_.set_rate(rules.id, class_, rate, now_);
    }

    RichPlaced place(const OrderTerms& terms) override {
        const auto resolved = engine_.resolve(terms, now_);
        CHECK(resolved.has_value());
        const std::uint64_t met = engine_.offers_met();
        const Outcome& outcome = engine_.place(*resolved, now_);
        last_ = &outcome;
        const auto place = static_cast<std::uint32_t>(outcome.order);
        if (place >= numbers_.size()) numbers_.resize(place + 1);
        numbers_[place] = static_cast<std::uint32_t>(slots_.size());
        slots_.push_back(outcome.order);
        RichPlaced out;
        for (const Execution& fill : outcome.fills) {
            if (fill.taker != outcome.order) continue;
            ++out.trades;
            out.lots += static_cast<std::uint64_t>(fill.lots.value);
        }
        out.offers_met = engine_.offers_met() - met;
        forget(outcome);
        return out;
    }

    [[nodiscard]] std::size_t memory() const override { return engine_.memory(); }

    bool cancel(std::uint32_t order) override {
        const OrderSlot slot = slots_[order];
        if (slot == kNoOrder || !engine_.due_time(slot)) return false;
        forget(engine_.cancel(slot, now_));
        return true;
    }

    [[nodiscard]] bool is_open(std::uint32_t order) const override {
        return slots_[order] != kNoOrder;
    }

    [[nodiscard]] std::vector<Trade> last_trades() const override {
        std::vector<Trade> out;
        for (const Execution& fill : last_->fills) {
            if (fill.taker == last_->order)
                out.emplace_back(numbers_[static_cast<std::uint32_t>(fill.maker)], fill.lots);
        }
        return out;
    }

    void expect(const OrderTerms& terms, Ahead ahead) const override {
        engine_.prefetch(terms, ahead);
    }

    void expect_cancel(std::uint32_t order, Ahead ahead) const override {
        if (ahead == Ahead::kFar) return __builtin_prefetch(&slots_[order]);
        // One that is still to come is not there yet.
        const OrderSlot slot = order < slots_.size() ? slots_[order] : kNoOrder;
        if (ahead == Ahead::kNear) {
            engine_.prefetch(slot);
            if (slot != kNoOrder) __builtin_prefetch(&numbers_[static_cast<std::uint32_t>(slot)]);
        } else {
            engine_.prefetch_links(slot);
        }
    }

 private:
    // Slots are used again, so what has ended must not be asked for any more.
    void forget(const Outcome& outcome) {
        for (const OrderSlot ended : outcome.ended)
            slots_[numbers_[static_cast<std::uint32_t>(ended)]] = kNoOrder;
        engine_.forget_ended();
    }

    Engine engine_;
    const Outcome* last_ = nullptr;  // of the last order placed
    std::string class_;
    Time now_;
    std::vector<OrderSlot> slots_;        // by the order's number
    std::vector<std::uint32_t> numbers_;  // by slot
};

}  // namespace

std::unique_ptr<RichBook> make_engine_book(const MarketRules& rules, Time now) {
    return std::make_unique<EngineBook>(rules, now);
}

}  // namespace suanpan::bench
