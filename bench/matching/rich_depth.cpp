#include "bench/matching/rich_depth.hpp"

#include "base/check.hpp"
#include "matching/price.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

namespace suanpan::bench {
namespace {

using matching::OrderTerms;
using matching::Ratio;

class DepthCounter {
 public:
    DepthCounter(const RichScale& scale, const MakeRichBook& make_book)
        : world_(scale), book_(make_book(world_.market(), RichWorld::now())) {
        for (std::uint32_t number = 0; number < scale.pools; ++number) {
            const matching::PoolRules rules = world_.pool(number);
            book_->add_pool(rules, world_.rate(number));
            pool_numbers_.emplace(rules.id, number);
        }
        for (std::uint32_t number = 0; number < scale.resting; ++number)
            place(world_.next_resting());
    }

    std::vector<std::uint32_t> count() {
        constexpr std::uint32_t kEvery = 64;
        const RichStream stream = world_.make_stream();
        std::uint32_t bids = 0;
        for (const RichMessage& message : stream.messages) {
            if (message.kind == RichMessage::Kind::kCancel) {
                book_->cancel(message.order);
                continue;
            }
            const OrderTerms& terms = stream.orders[message.order - world_.scale().resting];
            if (terms.side == Side::kBuy && bids++ % kEvery == 0) {
                sample(terms);
            } else {
                place(terms);
            }
        }
        return std::move(depths_);
    }

 private:
    struct Sell {
        std::uint32_t order = 0;
        std::uint32_t profile = 0;
        Rate rate;
        Price price;
        Unit unit = Unit::kLot;
        OrganisationId organisation;
    };
    struct Offer {
        Ratio price;  // in the bid's unit
        std::uint32_t order = 0;
        bool operator<=(const Offer& other) const {
            return std::tie(price, order) <= std::tie(other.price, other.order);
        }
    };

    void place(const OrderTerms& terms) {
        if (terms.side == Side::kSell) {
            const std::uint32_t pool = pool_numbers_.at(terms.pool);
            sells_.push_back({orders_, world_.profile_of(pool), world_.rate(pool),
                              terms.limit_price, terms.unit, terms.organisation});
        }
        book_->place(terms);
        ++orders_;
    }

    // A bid of one who also sells is left out: its own offers may end it early.
    void sample(const OrderTerms& bid) {
        bool sells_too = false;
        const std::vector<Offer> offers = offers_to(bid, sells_too);
        place(bid);
        if (sells_too) return;
        std::uint64_t depth = offers.size();
        if (const auto worst = last_of_a_whole_fill(bid)) {
            depth = static_cast<std::uint64_t>(
                std::ranges::count_if(offers, [&](const Offer& offer) { return offer <= *worst; }));
        }
        depths_.push_back(static_cast<std::uint32_t>(depth));
    }

    static Offer offer(const OrderTerms& bid, const Sell& sell) {
        return {matching::price_in(sell.price, sell.unit, bid.unit, sell.rate), sell.order};
    }

    std::vector<Offer> offers_to(const OrderTerms& bid, bool& sells_too) const {
        std::vector<bool> fits;
        for (const RichProfile& each : world_.profiles())
            fits.push_back(matching::satisfies(each.profile, bid.requirement));
        std::vector<Offer> out;
        for (const Sell& sell : sells_) {
            if (!fits[sell.profile]) continue;
            const Offer found = offer(bid, sell);
            if (found.price > Ratio{bid.limit_price.value, 1} || !book_->is_open(sell.order))
                continue;
            sells_too = sells_too || sell.organisation == bid.organisation;
            out.push_back(found);
        }
        return out;
    }

    // Of the offers that it has just traded with the last in priority; none: it is not filled.
    std::optional<Offer> last_of_a_whole_fill(const OrderTerms& bid) const {
        std::optional<Offer> worst;
        std::int64_t filled = 0;
        for (const auto& [order, lots] : book_->last_trades()) {
            const auto sell = std::ranges::lower_bound(sells_, order, {}, &Sell::order);
            CHECK(sell != sells_.end() && sell->order == order);
            const Offer traded = offer(bid, *sell);
            if (!worst || *worst <= traded) worst = traded;
            filled += lots.value * (bid.unit == Unit::kCu ? sell->rate.value : 1);
        }
        return filled >= bid.quantity ? worst : std::nullopt;
    }

    RichWorld world_;
    std::unique_ptr<RichBook> book_;
    std::map<PoolId, std::uint32_t> pool_numbers_;
    std::vector<Sell> sells_;   // that have come so far, by order
    std::uint32_t orders_ = 0;  // placed so far
    std::vector<std::uint32_t> depths_;
};

}  // namespace

std::vector<std::uint32_t> offers_before_bids(const RichScale& scale,
                                              const MakeRichBook& make_book) {
    return DepthCounter(scale, make_book).count();
}

}  // namespace suanpan::bench
