#include "matching/engine_state.hpp"

#include <algorithm>

namespace suanpan::matching {
namespace {

// The best order not yet visited of one ladder.
struct Cursor {
    std::map<Ladder::Rank, Ladder::Entry>::const_iterator at;
    std::map<Ladder::Rank, Ladder::Entry>::const_iterator end;
    Unit unit = Unit::kLot;
    Rate rate;
    bool conditional = false;
    Ratio price;  // in the taker's unit
    std::int64_t sequence = 0;
};

class Walk {
 public:
    explicit Walk(const Order& taker)
        : taker_(taker),
          buys_(taker.is_buy()),
          window_(taker.view.terms.duration ? kAnyWindow : taker.view.terms.window) {}

    void start(const Ladder& ladder, const LadderKey& key, Rate rate) {
        Cursor cursor;
        cursor.unit = key.unit;
        cursor.rate = rate;
        cursor.at = ladder.orders.begin();
        cursor.end = ladder.orders.end();
        cursor.conditional = key.conditional;
        if (load(cursor)) cursors_.push_back(cursor);
    }

    void run(const std::function<Visit(Order&)>& visit) {
        const auto worse = [this](const Cursor& a, const Cursor& b) { return is_better(b, a); };
        std::make_heap(cursors_.begin(), cursors_.end(), worse);
        while (!cursors_.empty()) {
            std::pop_heap(cursors_.begin(), cursors_.end(), worse);
            Cursor& cursor = cursors_.back();
            Order& maker = *cursor.at->second.order;
            // Moved on before the visit, which may take the maker out of its ladder.
            ++cursor.at;
            const bool more = load(cursor);
            const Visit next = visit(maker);
            if (next == Visit::kStop) return;
            if (more && next == Visit::kNext) {
                std::push_heap(cursors_.begin(), cursors_.end(), worse);
            } else {
                cursors_.pop_back();
            }
        }
    }

 private:
    // Moves the cursor to the next order whose window fits, this one included; false at the
    // ladder's end or past the taker's limit.
    bool load(Cursor& cursor) const {
        for (; cursor.at != cursor.end; ++cursor.at) {
            const auto& [rank, entry] = *cursor.at;
            const Price price(buys_ ? rank.first : -rank.first);
            cursor.price = price_in(price, cursor.unit, taker_.view.terms.unit, cursor.rate);
            const Ratio limit{taker_.view.terms.limit_price.value, 1};
            if (buys_ ? cursor.price > limit : cursor.price < limit) return false;
            if (buys_ ? entry.window.contains(window_) : window_.contains(entry.window)) {
                cursor.sequence = rank.second;
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] bool is_better(const Cursor& a, const Cursor& b) const {
        if (a.conditional != b.conditional) return b.conditional;
        const auto order = a.price <=> b.price;
        if (order != 0) return buys_ ? order < 0 : order > 0;
        return a.sequence < b.sequence;
    }

    const Order& taker_;
    bool buys_;
    Window window_;
    std::vector<Cursor> cursors_;
};

}  // namespace

void Engine::Impl::walk(const Order& taker, const std::function<Visit(Order&)>& visit) const {
    Walk walk(taker);
    if (taker.is_buy()) {
        for (const auto& [key, ladder] : taker.market->sells) {
            const Pool& pool = *pool_by_number[key.owner];
            if (!eligibility.satisfied(pool.profile, taker.requirement)) continue;
            // All sells of one pool in one market have the same rate.
            walk.start(ladder, key, ladder.orders.begin()->second.order->rate);
        }
    } else {
        for (const auto& [key, ladder] : taker.market->buys) {
            if (!eligibility.satisfied(taker.pool->profile, key.owner)) continue;
            walk.start(ladder, key, taker.rate);
        }
    }
    walk.run(visit);
}

}  // namespace suanpan::matching
