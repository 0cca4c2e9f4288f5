#include "matching/engine_state.hpp"

#include <algorithm>

namespace suanpan::matching {
namespace {

// The best order not yet visited of one ladder.
struct Cursor {
    std::map<Ladder::Rank, Order*>::const_iterator at;
    std::map<Ladder::Rank, Order*>::const_iterator end;
    bool conditional = false;
    Ratio price;  // in the taker's unit
    std::int64_t sequence = 0;
};

class Walk {
 public:
    explicit Walk(const Order& taker) : taker_(taker), buys_(taker.is_buy()) {}

    void start(const Ladder& ladder, bool conditional) {
        Cursor cursor;
        cursor.at = ladder.orders.begin();
        cursor.end = ladder.orders.end();
        cursor.conditional = conditional;
        if (load(cursor)) cursors_.push_back(cursor);
    }

    void run(const std::function<Visit(Order&)>& visit) {
        const auto worse = [this](const Cursor& a, const Cursor& b) { return is_better(b, a); };
        std::make_heap(cursors_.begin(), cursors_.end(), worse);
        while (!cursors_.empty()) {
            std::pop_heap(cursors_.begin(), cursors_.end(), worse);
            Cursor& cursor = cursors_.back();
            Order& maker = *cursor.at->second;
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
    // Makes the cursor show the order it is at; false at the ladder's end or past the taker's
    // limit.
    bool load(Cursor& cursor) const {
        if (cursor.at == cursor.end) return false;
        const Order& maker = *cursor.at->second;
        const OrderTerms& terms = maker.view.terms;
        const Unit unit = taker_.view.terms.unit;
        cursor.price =
            price_in(terms.limit_price, terms.unit, unit, buys_ ? maker.rate : taker_.rate);
        cursor.sequence = maker.view.sequence;
        const Ratio limit{taker_.view.terms.limit_price.value, 1};
        return buys_ ? cursor.price <= limit : cursor.price >= limit;
    }

    [[nodiscard]] bool is_better(const Cursor& a, const Cursor& b) const {
        if (a.conditional != b.conditional) return b.conditional;
        const auto order = a.price <=> b.price;
        if (order != 0) return buys_ ? order < 0 : order > 0;
        return a.sequence < b.sequence;
    }

    const Order& taker_;
    bool buys_;
    std::vector<Cursor> cursors_;
};

}  // namespace

void Engine::Impl::walk(const Order& taker, const std::function<Visit(Order&)>& visit) const {
    Walk walk(taker);
    if (taker.is_buy()) {
        for (const auto& [key, ladder] : taker.market->sells) {
            const ProfileNumber profile = pool_by_number[key.owner]->profile;
            if (eligibility.satisfied(profile, taker.requirement))
                walk.start(ladder, key.conditional);
        }
    } else {
        for (const auto& [key, ladder] : taker.market->buys) {
            if (eligibility.satisfied(taker.pool->profile, key.owner)) {
                walk.start(ladder, key.conditional);
            }
        }
    }
    walk.run(visit);
}

}  // namespace suanpan::matching
