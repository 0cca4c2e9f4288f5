#include "settlement/title.hpp"

#include "support/seed.hpp"
#include "tests/settlement/random_contracts.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace suanpan::settlement {
namespace {

const OrganisationId kProvider = test_organisation(0);
const OrganisationId kCity = test_organisation(1);
const OrganisationId kUniversity = test_organisation(2);

template <typename T>
std::string code(const Result<T>& result) {
    return result ? "ok" : result.error().code();
}

Title halves(std::int64_t from) {
    return Title{Time(from), {{kCity, Ppm(500'000)}, {kUniversity, Ppm(500'000)}}, LogIndex(1)};
}

TEST(Title, TheProviderOwnsThePoolUntilThereIsOne) {
    const TitleHistory history(kProvider);
    EXPECT_EQ(history.owners_at(Time(-5)), (std::vector{OwnerShare{kProvider, Ppm(kPpm)}}));
}

TEST(Title, HoldsOnceEveryOwnerOldAndNewHasConfirmed) {
    TitleHistory history(kProvider);
    ASSERT_EQ(code(history.propose(halves(100), kCity, Time(10))), "ok");
    EXPECT_EQ(history.proposed()->missing.size(), 2U);
    EXPECT_EQ(*history.confirm(kUniversity, Time(20)), false);
    EXPECT_EQ(history.owners_at(Time(100)).size(), 1U);
    EXPECT_EQ(code(history.confirm(kUniversity, Time(20))), "not_an_owner");
    EXPECT_EQ(code(history.confirm(test_organisation(9), Time(20))), "not_an_owner");
    EXPECT_EQ(*history.confirm(kProvider, Time(100)), true);
    EXPECT_EQ(history.owners_at(Time(99)).size(), 1U);
    EXPECT_EQ(history.owners_at(Time(100)), halves(100).shares);
    EXPECT_EQ(code(history.confirm(kCity, Time(100))), "no_title_proposed");
    // From here on the provider has no say.
    EXPECT_EQ(code(history.propose(halves(200), kProvider, Time(100))), "not_an_owner");
    EXPECT_EQ(code(history.propose(halves(100), kCity, Time(50))), "title_in_past");
    EXPECT_EQ(code(history.propose(halves(200), kCity, Time(201))), "title_in_past");
}

TEST(Title, OneThatBeginsUnconfirmedIsDropped) {
    TitleHistory history(kProvider);
    ASSERT_EQ(code(history.propose(halves(100), kCity, Time(10))), "ok");
    ASSERT_EQ(code(history.confirm(kUniversity, Time(20))), "ok");
    EXPECT_EQ(code(history.confirm(kProvider, Time(101))), "title_in_past");
    EXPECT_EQ(history.proposed(), std::nullopt);
    EXPECT_TRUE(history.confirmed().empty());
}

TEST(Title, AnyOfThemMayWithdrawIt) {
    TitleHistory history(kProvider);
    EXPECT_EQ(code(history.withdraw(kCity)), "no_title_proposed");
    ASSERT_EQ(code(history.propose(halves(100), kCity, Time(10))), "ok");
    EXPECT_EQ(code(history.withdraw(test_organisation(9))), "not_an_owner");
    EXPECT_EQ(code(history.withdraw(kUniversity)), "ok");
    EXPECT_EQ(history.proposed(), std::nullopt);
}

TEST(Title, RefusesBadShares) {
    EXPECT_EQ(code(check_owners({})), "bad_shares");
    EXPECT_EQ(code(check_owners({{kCity, Ppm(kPpm)}})), "ok");
    EXPECT_EQ(code(check_owners({{kCity, Ppm(500'000)}, {kCity, Ppm(500'000)}})), "bad_shares");
    EXPECT_EQ(code(check_owners({{kCity, Ppm(kPpm)}, {kUniversity, Ppm(0)}})), "bad_shares");
    std::vector<OwnerShare> many;
    for (std::uint8_t n = 0; n < 32; ++n)
        many.push_back({test_organisation(n), Ppm(n == 0 ? kPpm - 31 : 1)});
    EXPECT_EQ(code(check_owners(many)), "ok");
    many.front().share.value -= 1;
    many.push_back({test_organisation(32), Ppm(1)});
    EXPECT_EQ(code(check_owners(many)), "bad_shares");
}

// The owners of every moment are those of the last title confirmed for it, and never change for a
// moment that has passed.
TEST(TitleRandom, WhatHasPassedKeepsItsOwners) {
    RandomContracts random(support::test_seed());
    int confirmed = 0;
    for (int round = 0; round < 100; ++round) {
        TitleHistory history(kProvider);
        std::map<std::int64_t, std::vector<OwnerShare>> past;
        std::map<std::int64_t, std::vector<OwnerShare>> titles;
        Time now(0);
        for (int step = 0; step < 60; ++step) {
            now.value += random.below(4);
            const OrganisationId who =
                test_organisation(static_cast<std::uint8_t>(random.below(6)));
            const auto waiting = history.proposed();
            bool complete = false;
            if (!waiting || random.one_in(6)) {
                const Title title{Time(now.value + random.below(10) - 1), random.owners(),
                                  LogIndex(step)};
                complete = history.propose(title, who, now).has_value() && !history.proposed();
                if (complete) titles[title.from.value] = title.shares;
            } else {
                complete = history.confirm(who, now).value_or(false);
                if (complete) titles[waiting->title.from.value] = waiting->title.shares;
            }
            confirmed += complete ? 1 : 0;
            ASSERT_EQ(history.confirmed().size(), titles.size());
            for (const auto& [time, owners] : past)
                ASSERT_EQ(history.owners_at(Time(time)), owners);
            const auto next = titles.upper_bound(now.value);
            const auto expected = next == titles.begin()
                                      ? std::vector{OwnerShare{kProvider, Ppm(kPpm)}}
                                      : std::prev(next)->second;
            ASSERT_EQ(history.owners_at(now), expected);
            past[now.value - 1] = history.owners_at(Time(now.value - 1));
            TitleHistory restored(kProvider);
            restored.restore(history.confirmed(), history.proposed());
            history = restored;
        }
    }
    EXPECT_GT(confirmed, 0);
}

}  // namespace
}  // namespace suanpan::settlement
