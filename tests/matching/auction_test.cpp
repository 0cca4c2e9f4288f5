#include "matching/auction.hpp"

#include "base/check.hpp"
#include "matching/terms.hpp"
#include "support/seed.hpp"
#include "tests/matching/auction_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <string_view>
#include <tuple>

namespace suanpan::matching {

// What GoogleTest prints of a result.
void PrintTo(const CallResult& result, std::ostream* out) {
    *out << (result.price ? std::to_string(result.price->value) : "no price") << ", "
         << result.volume.value << " lots, " << result.surplus.value << " left";
    if (result.surplus_side)
        *out << (*result.surplus_side == Side::kBuy ? " of buys" : " of sells");
}
void PrintTo(const CallFill& fill, std::ostream* out) {
    *out << "{" << fill.buy << ", " << fill.sell << ", " << fill.lots.value << "}";
}

namespace testing {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::optional<std::int64_t> kMarket = std::nullopt;
constexpr std::optional<Side> kNone = std::nullopt;

// Orders get their sequence in the order in which they are added.
class Book {
 public:
    Book& buy(std::int64_t lots, std::optional<std::int64_t> limit) {
        return add(Side::kBuy, lots, limit, kNoPool);
    }
    Book& sell(std::int64_t lots, std::optional<std::int64_t> limit, std::uint32_t pool = kNoPool) {
        return add(Side::kSell, lots, limit, pool);
    }
    Book& pool(std::int64_t lots) {
        call_.pools.emplace_back(lots);
        return *this;
    }
    [[nodiscard]] Call at(std::int64_t reference) const {
        Call call = call_;
        call.reference = Price(reference);
        return call;
    }

 private:
    Book& add(Side side, std::int64_t lots, std::optional<std::int64_t> limit, std::uint32_t pool) {
        std::optional<Price> price;
        if (limit) price = Price(*limit);
        const auto sequence = static_cast<std::int64_t>(call_.orders.size());
        call_.orders.push_back({side, price, Lots(lots), sequence, pool});
        return *this;
    }

    Call call_;
};

CallResult uncross(const Call& call) {
    return matching::uncross(call.orders, call.pools, call.reference);
}

std::vector<CallFill> allocate(const Call& call) {
    return matching::allocate(call.orders, call.pools, uncross(call));
}

CallResult cleared(std::int64_t price, std::int64_t volume, std::optional<Side> side = kNone,
                   std::int64_t surplus = 0) {
    return {Price(price), Lots(volume), side, Lots(surplus)};
}

CallFill fill(std::size_t buy, std::size_t sell, std::int64_t lots) {
    return {buy, sell, Lots(lots)};
}

struct Example {
    const char* name;
    Call call;
    CallResult expected;
};

std::vector<Example> worked_examples() {
    const Book a =
        Book().buy(200, 202).buy(200, 201).buy(300, 200).sell(100, 200).sell(200, 198).sell(400,
                                                                                            197);
    const Book b = Book().buy(400, 202).buy(200, 201).sell(300, 199).sell(200, 198);
    const Book c = Book().buy(300, 202).buy(200, 201).sell(400, 199).sell(200, 198);
    const Book d = Book().buy(300, 202).buy(200, 201).sell(200, 198).sell(300, 199);
    const Book e = Book().buy(900, kMarket).sell(800, kMarket);
    const Book f = Book().buy(100, kMarket).buy(100, 199).sell(100, kMarket).sell(100, 202);
    return {{"a", a.at(0), cleared(200, 700)},
            {"b", b.at(0), cleared(201, 500, Side::kBuy, 100)},
            {"c", c.at(0), cleared(199, 500, Side::kSell, 100)},
            {"d, reference 200", d.at(200), cleared(200, 500)},
            {"d, reference 202", d.at(202), cleared(201, 500)},
            {"d, reference 198", d.at(198), cleared(199, 500)},
            {"e", e.at(123), cleared(123, 800, Side::kBuy, 100)},
            {"f, reference 199", f.at(199), cleared(199, 100, Side::kBuy, 100)},
            {"f, reference 200", f.at(200), cleared(200, 100)},
            {"f, reference 210", f.at(210), cleared(202, 100, Side::kSell, 100)}};
}

TEST(Auction, ClearsTheWorkedExamples) {
    for (const Example& example : worked_examples()) {
        SCOPED_TRACE(example.name);
        EXPECT_EQ(uncross(example.call), example.expected);
        EXPECT_EQ(fault_of(example.call, example.expected, allocate(example.call)), "");
    }
}

TEST(Auction, UsesTheReferenceOnlyWhereTheRulesLeaveAChoice) {
    for (const Example& example : worked_examples()) {
        if (std::string_view(example.name).size() > 1 || *example.name == 'e') continue;
        SCOPED_TRACE(example.name);
        for (const std::int64_t reference : {-kMax, std::int64_t{200}, kMax}) {
            Call call = example.call;
            call.reference = Price(reference);
            EXPECT_EQ(uncross(call), example.expected);
        }
    }
}

TEST(Auction, GivesNoPriceWhenNothingIsExecutable) {
    const Book books[] = {Book(),
                          Book().buy(5, 200),
                          Book().sell(5, 200),
                          Book().buy(5, kMarket),
                          Book().sell(5, kMarket),
                          Book().buy(5, kMarket).buy(5, 200),
                          Book().buy(5, 199).sell(5, 200),
                          Book().buy(5, kMarket).pool(0).sell(5, kMarket, 0),
                          Book().buy(5, 210).pool(0).sell(5, 200, 0)};
    for (const Book& book : books) {
        const Call call = book.at(200);
        SCOPED_TRACE(describe(call));
        EXPECT_EQ(uncross(call), CallResult());
        EXPECT_TRUE(allocate(call).empty());
    }
}

TEST(Auction, MarketOrdersMeetTheLimitsOfTheOtherSide) {
    EXPECT_EQ(uncross(Book().buy(5, kMarket).sell(3, 200).sell(4, 205).at(0)),
              cleared(205, 5, Side::kSell, 2));
    EXPECT_EQ(uncross(Book().sell(5, kMarket).buy(3, 200).buy(4, 195).at(999)),
              cleared(195, 5, Side::kBuy, 2));
    // The only limit present is the only candidate, wherever the reference lies.
    EXPECT_EQ(uncross(Book().buy(5, kMarket).sell(5, kMarket).sell(1, 900).at(200)),
              cleared(900, 5, Side::kSell, 1));
}

TEST(Auction, MarketOrdersTradeBeforeLimitedOnes) {
    const Call call =
        Book().buy(4, 210).buy(4, kMarket).sell(3, 190).sell(2, kMarket).sell(1, 200).at(200);
    EXPECT_EQ(uncross(call), cleared(210, 6, Side::kBuy, 2));
    EXPECT_EQ(allocate(call),
              (std::vector{fill(1, 3, 2), fill(1, 2, 2), fill(0, 2, 1), fill(0, 4, 1)}));
}

TEST(Auction, ServesBetterLimitsFirstAndTheMarginByTime) {
    const Call call = Book().buy(3, 200).buy(3, 200).buy(2, 201).sell(2, 200).sell(4, 199).at(0);
    EXPECT_EQ(uncross(call), cleared(200, 6, Side::kBuy, 2));
    EXPECT_EQ(allocate(call),
              (std::vector{fill(2, 4, 2), fill(0, 4, 2), fill(0, 3, 1), fill(1, 3, 1)}));
}

TEST(Auction, SellsOfOnePoolShareItsLots) {
    // 8 + 8 listed, 10 there: supply is 8 at 190 and 10, not 16, from 195 on.
    const Book book = Book().pool(10).sell(8, 190, 0).sell(8, 195, 0);
    EXPECT_EQ(uncross(Book(book).buy(12, 200).at(0)), cleared(200, 10, Side::kBuy, 2));
    EXPECT_EQ(uncross(Book(book).buy(9, 200).at(0)), cleared(195, 9, Side::kSell, 1));
    EXPECT_EQ(uncross(Book(book).buy(8, 200).at(0)), cleared(190, 8));
    EXPECT_EQ(allocate(Book(book).buy(12, 200).at(0)), (std::vector{fill(2, 0, 8), fill(2, 1, 2)}));
}

TEST(Auction, AnEmptyPoolLetsTheNextSellTrade) {
    const Call call = Book()
                          .pool(3)
                          .pool(5)
                          .sell(3, 190, 0)
                          .sell(3, 191, 0)
                          .sell(4, 192, 1)
                          .sell(4, 192, 1)
                          .sell(9, 193)
                          .buy(10, 193)
                          .at(0);
    EXPECT_EQ(uncross(call), cleared(193, 10, Side::kSell, 7));
    EXPECT_EQ(allocate(call),
              (std::vector{fill(5, 0, 3), fill(5, 2, 4), fill(5, 3, 1), fill(5, 4, 2)}));
}

TEST(Auction, APoolsLotsAreOfferedOnceThoughListedAtTheMarketToo) {
    const Call call = Book().pool(4).sell(4, kMarket, 0).sell(4, 150, 0).buy(9, 200).at(0);
    EXPECT_EQ(uncross(call), cleared(200, 4, Side::kBuy, 5));
    EXPECT_EQ(allocate(call), (std::vector{fill(2, 0, 4)}));
}

TEST(Auction, ExtremesAreExactOrRefusedNeverWrapped) {
    EXPECT_EQ(uncross(Book().buy(kMax, kMax).sell(kMax, -kMax).at(7)), cleared(7, kMax));
    const Call wide =
        Book().pool(kMax).buy(kMax, kMax).sell(kMax, 1, 0).sell(kMax, kMarket, 0).at(0);
    EXPECT_EQ(uncross(wide), cleared(1, kMax));
    EXPECT_EQ(allocate(wide), (std::vector{fill(0, 2, kMax)}));
    EXPECT_THROW(uncross(Book().buy(kMax, 5).buy(kMax, 5).sell(kMax, 5).sell(1, 5).at(0)),
                 BugError);
    EXPECT_EQ(uncross(Book().buy(kMax, 5).buy(kMax, 5).sell(kMax, 5).at(0)),
              cleared(5, kMax, Side::kBuy, kMax));
}

TEST(Auction, ChecksWhatItIsGiven) {
    EXPECT_THROW(uncross(Book().buy(0, 5).at(0)), BugError);
    EXPECT_THROW(uncross(Book().buy(1, 5).sell(1, 5, 0).at(0)), BugError);
    EXPECT_THROW(uncross(Book().pool(-1).buy(1, 5).at(0)), BugError);
    Call twice = Book().buy(1, 5).buy(1, 5).at(0);
    twice.orders[1].sequence = twice.orders[0].sequence;
    EXPECT_THROW(uncross(twice), BugError);
    // A result that these orders do not bear.
    const Call call = Book().buy(1, 5).sell(1, 5).at(0);
    EXPECT_THROW(matching::allocate(call.orders, call.pools, cleared(5, 2)), BugError);
}

class Draw {
 public:
    explicit Draw(std::uint64_t seed) : random_(seed) {}

    std::int64_t number(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
    }

    // Few prices and lots, so that ties and exact balances are common.
    Call call() {
        Call call;
        call.reference = Price(number(0, 10));
        for (std::int64_t n = number(0, 3); n > 0; --n)
            call.pools.emplace_back(number(0, 8));
        const std::int64_t count = number(0, 12);
        const std::int64_t at_market = number(0, 12) == 0 ? 100 : 20;
        const std::int64_t most = number(0, 9) == 0 ? kMaxLots : number(1, 6);
        for (std::int64_t i = 0; i < count; ++i) {
            CallOrder order;
            order.side = number(0, 1) == 0 ? Side::kBuy : Side::kSell;
            if (number(1, 100) > at_market) order.limit = Price(number(1, 9));
            order.lots = Lots(number(1, most));
            order.sequence = i;
            const auto pools = static_cast<std::int64_t>(call.pools.size());
            const std::int64_t pool = number(0, pools);
            // A buy's pool means nothing.
            if (pool < pools) order.pool = static_cast<std::uint32_t>(pool);
            call.orders.push_back(order);
        }
        shuffle(call.orders);
        return call;
    }

    void shuffle(std::vector<CallOrder>& orders) {
        std::shuffle(orders.begin(), orders.end(), random_);
    }

 private:
    std::mt19937_64 random_;
};

constexpr std::uint64_t kCalls = 20'000;

// `check` on many random calls; one that fails is printed with the seed that makes it the first.
template <typename Check>
void for_random_calls(Check check) {
    const std::uint64_t seed = support::test_seed();
    for (std::uint64_t i = 0; i < kCalls && !::testing::Test::HasFailure(); ++i) {
        Draw draw(seed + i);
        const Call call = draw.call();
        SCOPED_TRACE("SUANPAN_SEED=" + std::to_string(seed + i) + ": " + describe(call));
        check(call, draw);
    }
}

TEST(AuctionProperty, AgreesWithTheSlowModel) {
    std::map<Rule, int> reached;
    int between = 0;
    for_random_calls([&](const Call& call, Draw&) {
        const Expected expected = expected_of(call);
        const CallResult result = uncross(call);
        EXPECT_EQ(result, expected.result);
        EXPECT_EQ(fault_of(call, result, allocate(call)), "");
        ++reached[expected.rule];
        const auto is_limit = [&](const CallOrder& order) { return order.limit == result.price; };
        const bool named = std::any_of(call.orders.begin(), call.orders.end(), is_limit);
        if (!named && expected.rule != Rule::kOnlyMarketOrders && result.price) ++between;
    });
    for (const Rule rule : {Rule::kNothing, Rule::kOnlyMarketOrders, Rule::kBuySurplus,
                            Rule::kSellSurplus, Rule::kMixed, Rule::kEven}) {
        EXPECT_GT(reached[rule], 20) << static_cast<int>(rule);
    }
    EXPECT_GT(between, 20);
}

TEST(AuctionProperty, NoPriceAtAllWouldTradeMore) {
    for_random_calls([](const Call& call, Draw&) {
        const Int128 volume = uncross(call).volume.value;
        for (std::int64_t price = 1; price <= 9; ++price) {
            const Crossing at = crossing_at(call, Price(price));
            EXPECT_LE(std::min(at.demand, at.supply), volume) << price;
        }
    });
}

using Trade = std::tuple<std::int64_t, std::int64_t, std::int64_t>;  // buy, sell, lots

// Fills by the orders' sequences, which name an order wherever it stands.
std::vector<Trade> trades_of(const Call& call) {
    std::vector<Trade> trades;
    for (const CallFill& made : allocate(call)) {
        trades.emplace_back(call.orders[made.buy].sequence, call.orders[made.sell].sequence,
                            made.lots.value);
    }
    return trades;
}

TEST(AuctionProperty, TheInputsOrderDoesNotMatter) {
    for_random_calls([](const Call& call, Draw& draw) {
        Call other = call;
        draw.shuffle(other.orders);
        EXPECT_EQ(uncross(other), uncross(call));
        EXPECT_EQ(trades_of(other), trades_of(call));
    });
}

TEST(AuctionProperty, MirroredSidesAndPricesGiveTheMirroredPrice) {
    for_random_calls([](const Call& call, Draw&) {
        Call straight = call;
        for (CallOrder& order : straight.orders)
            order.pool = kNoPool;
        Call mirrored = straight;
        mirrored.reference = Price(-call.reference.value);
        for (CallOrder& order : mirrored.orders) {
            order.side = order.side == Side::kBuy ? Side::kSell : Side::kBuy;
            if (order.limit) order.limit = Price(-order.limit->value);
        }
        CallResult expected = uncross(straight);
        if (expected.price) expected.price = Price(-expected.price->value);
        if (expected.surplus_side) {
            expected.surplus_side = *expected.surplus_side == Side::kBuy ? Side::kSell : Side::kBuy;
        }
        EXPECT_EQ(uncross(mirrored), expected);
    });
}

}  // namespace
}  // namespace testing
}  // namespace suanpan::matching
