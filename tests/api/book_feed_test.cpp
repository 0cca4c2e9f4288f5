// A client that follows the changes has the book that was read last, whatever came between.

#include "api/streaming/book_feed.hpp"

#include "base/decimal.hpp"
#include "support/seed.hpp"
#include "tests/api/told.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>

namespace suanpan::api {
namespace {

using Instant = BookFeed::Instant;

constexpr std::array kSides{Side::kBuy, Side::kSell};

SubscriptionPtr listener(const std::shared_ptr<test::Told>& told) {
    const auto channel = parse_channel("book:AI-FP16/CNY");
    return std::make_shared<Subscription>(test::outlet_to(told), *channel, OrganisationId());
}

BookLevel level(Side side, std::int64_t price, std::int64_t quantity) {
    return {side, Unit::kLot, Price(price), 1, quantity};
}

using Book = std::map<std::pair<std::string, std::string>, std::int64_t>;  // side, price: lots

// What a client makes of its messages; fails where `seq` has a gap.
Book followed(const std::vector<Json>& messages) {
    Book book;
    std::int64_t seq = -1;
    for (const Json& message : messages) {
        const bool snapshot = message["type"] == "snapshot";
        EXPECT_EQ(snapshot, seq == -1);
        if (!snapshot) EXPECT_EQ(message["seq"], seq + 1);
        seq = message["seq"];
        for (const Json& item : message["items"]) {
            const std::pair<std::string, std::string> key{item["side"], item["price"]};
            if (item["orders"] == 0)
                EXPECT_EQ(book.erase(key), 1U);
            else
                book[key] = item["quantity"];
        }
    }
    return book;
}

TEST(BookFeed, LooksOnlyWhenSomethingChangedAndNotTooOften) {
    const auto told = std::make_shared<test::Told>();
    BookFeed feed("book:AI-FP16/CNY");
    const auto one = listener(told);
    feed.add(one);
    const Instant now{std::chrono::seconds(1)};
    EXPECT_TRUE(feed.is_due(now));
    feed.show({LogIndex(1), {level(Side::kBuy, 100, 1)}}, now);
    EXPECT_FALSE(feed.is_due(now + std::chrono::seconds(1))) << "nothing has changed";
    feed.touch();
    EXPECT_FALSE(feed.is_due(now + std::chrono::milliseconds(99)));
    EXPECT_TRUE(feed.is_due(now + std::chrono::milliseconds(100)));
    feed.show({LogIndex(2), {level(Side::kBuy, 100, 1)}}, now);
    EXPECT_EQ(told->messages.size(), 1U) << "nothing differs";
    feed.touch();
    feed.skip(now);
    EXPECT_FALSE(feed.is_due(now + std::chrono::seconds(1))) << "it was passed by";
    feed.remove(one);
    EXPECT_TRUE(feed.empty());
}

TEST(BookFeed, WhoFollowsHasTheBook) {
    const std::uint64_t seed = support::test_seed();
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const auto below = [&](int n) {
        return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
    };
    BookFeed feed("book:AI-FP16/CNY");
    std::vector<std::shared_ptr<test::Told>> clients;
    Instant now{};
    std::map<std::pair<Side, Price>, std::int64_t> resting;
    for (int round = 0; round < 300; ++round) {
        if (below(20) == 0 || clients.empty()) {
            clients.push_back(std::make_shared<test::Told>());
            feed.add(listener(clients.back()));
        }
        for (std::int64_t change = below(5); change > 0; --change) {
            const std::pair key{kSides.at(static_cast<std::size_t>(below(2))),
                                Price(below(12) + 1)};
            if (below(3) == 0)
                resting.erase(key);
            else
                resting[key] = below(9) + 1;
        }
        std::vector<BookLevel> levels;
        Book book;
        for (const auto& [key, lots] : resting) {
            levels.push_back(level(key.first, key.second.value, lots));
            book[{std::string(matching::to_string(key.first)), to_string(key.second)}] = lots;
        }
        now += std::chrono::seconds(1);
        feed.touch();
        ASSERT_TRUE(feed.is_due(now));
        feed.show({LogIndex(round), levels}, now);
        for (const auto& client : clients)
            ASSERT_EQ(followed(client->messages), book);
    }
}

}  // namespace
}  // namespace suanpan::api
