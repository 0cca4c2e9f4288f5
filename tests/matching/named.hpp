#pragma once

// The engine as its callers know it: orders named by id, what a command did told with names.

#include "matching/engine.hpp"

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace suanpan::matching::testing {

// An outcome that stays.
struct Told {
    std::vector<Fill> fills;
    std::vector<OrderId> ended;
    std::vector<OrderId> touched;
    std::vector<CallView> calls;
    friend bool operator==(const Told&, const Told&) = default;
};

class NamedEngine {
 public:
    // REQUIRES engine.check(terms, now) passed.
    Told place(const OrderTerms& terms, Time now) {
        const NewOrder resolved = engine.resolve(terms, now).value();
        const Outcome& outcome = engine.place(resolved, now);
        slots.emplace(terms.id, outcome.order);
        return tell(outcome);
    }
    Told cancel(const OrderId& id, Time now) { return tell(engine.cancel(slots.at(id), now)); }
    Told replace(const OrderId& id, const Replacement& with, Time now) {
        return tell(engine.replace(slots.at(id), with, now));
    }
    Told expire(const OrderId& id, Time now) { return tell(engine.expire(slots.at(id), now)); }
    Told give_back(const OrderId& sell, const PoolId& pool, const Window& window, Lots lots,
                   Time now) {
        const auto slot = slots.find(sell);
        return tell(engine.give_back(slot == slots.end() ? kNoOrder : slot->second, pool, window,
                                     lots, now));
    }
    [[nodiscard]] std::optional<Time> due_time(const OrderId& id) const {
        return engine.due_time(slots.at(id));
    }
    // nullopt: never there, or forgotten.
    [[nodiscard]] std::optional<OrderView> find(const OrderId& id) const {
        const auto slot = slots.find(id);
        if (slot == slots.end()) return std::nullopt;
        return engine.view(slot->second);
    }
    void restore(const OrderView& view) { slots.emplace(view.terms.id, engine.restore(view)); }
    void forget_ended() {
        std::erase_if(slots, [this](const auto& entry) { return !engine.due_time(entry.second); });
        engine.forget_ended();
    }
    [[nodiscard]] Told tell(const Outcome& outcome) const {
        Told told;
        for (const Execution& execution : outcome.fills)
            told.fills.push_back(engine.fill(execution));
        for (const OrderSlot slot : outcome.ended)
            told.ended.push_back(engine.id(slot));
        for (const OrderSlot slot : outcome.touched)
            told.touched.push_back(engine.id(slot));
        told.calls = outcome.calls;
        return told;
    }
    // By sequence.
    [[nodiscard]] std::vector<OrderId> open_orders() const {
        std::vector<OrderId> out;
        for (const OrderSlot slot : engine.open_orders())
            out.push_back(engine.id(slot));
        return out;
    }

    Engine engine;
    std::map<OrderId, OrderSlot> slots;  // of orders not forgotten
};

}  // namespace suanpan::matching::testing
