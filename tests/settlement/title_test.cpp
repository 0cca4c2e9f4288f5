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

const std::vector<OwnerShare> kHalves{{kCity, Ppm(500'000)}, {kUniversity, Ppm(500'000)}};
const LogIndex kTitle(7);

// Every entry of these tests is the second's number.
TitleWord word(const OrganisationId& owner, std::int64_t now) {
    return {owner, Time(now), LogIndex(now)};
}

// Nothing asks for what was before the second.
Result<void> propose(TitleHistory& history, std::int64_t from,
                     const std::vector<OwnerShare>& shares, const TitleWord& word) {
    auto next = history.propose(Time(from), shares, word, word.time);
    if (!next) return fail(next.error());
    history.take(std::move(*next));
    return {};
}
Result<void> propose(TitleHistory& history, std::int64_t from, const OrganisationId& proposer,
                     std::int64_t now) {
    return propose(history, from, kHalves, word(proposer, now));
}

Result<bool> confirm(TitleHistory& history, const LogIndex& title, const TitleWord& word) {
    auto next = history.confirm(title, word);
    if (!next) return fail(next.error());
    const bool complete = next->missing.empty();
    history.take(std::move(*next));
    return complete;
}

TEST(Title, TheProviderOwnsThePoolUntilThereIsOne) {
    const TitleHistory history(kProvider);
    EXPECT_EQ(history.owners_at(Time(-5)), (std::vector{OwnerShare{kProvider, Ppm(kPpm)}}));
}

TEST(Title, HoldsOnceEveryOwnerOldAndNewHasConfirmed) {
    TitleHistory history(kProvider);
    ASSERT_EQ(code(propose(history, 100, kCity, 7)), "ok");
    EXPECT_EQ(history.proposed()->missing, (std::set{kProvider, kUniversity}));
    EXPECT_EQ(*confirm(history, kTitle, word(kUniversity, 20)), false);
    EXPECT_EQ(history.owners_at(Time(100)).size(), 1U);
    EXPECT_EQ(code(confirm(history, kTitle, word(kUniversity, 20))), "not_an_owner");
    EXPECT_EQ(code(confirm(history, kTitle, word(test_organisation(9), 20))), "not_an_owner");
    EXPECT_EQ(*confirm(history, kTitle, word(kProvider, 100)), true);
    EXPECT_EQ(history.owners_at(Time(99)).size(), 1U);
    EXPECT_EQ(history.owners_at(Time(100)), kHalves);
    EXPECT_EQ(history.confirmed().back().words,
              (std::vector{word(kCity, 7), word(kUniversity, 20), word(kProvider, 100)}));
    EXPECT_EQ(code(confirm(history, kTitle, word(kCity, 100))), "no_title_proposed");
    // From here on the provider has no say.
    EXPECT_EQ(code(propose(history, 200, kProvider, 100)), "not_an_owner");
    EXPECT_EQ(code(propose(history, 100, kCity, 50)), "title_in_past");
    EXPECT_EQ(code(propose(history, 200, kCity, 201)), "title_in_past");
}

TEST(Title, AWordIsForTheTitleThatItNames) {
    TitleHistory history(kProvider);
    ASSERT_EQ(code(propose(history, 100, kCity, 7)), "ok");
    ASSERT_EQ(code(confirm(history, kTitle, word(kUniversity, 8))), "ok");
    ASSERT_EQ(code(propose(history, 200, kCity, 9)), "ok");
    EXPECT_EQ(history.proposed()->missing, (std::set{kProvider, kUniversity}));
    EXPECT_EQ(code(confirm(history, kTitle, word(kProvider, 10))), "no_title_proposed");
    EXPECT_EQ(code(history.check_withdrawal(kTitle, kProvider)), "no_title_proposed");
    EXPECT_EQ(code(confirm(history, LogIndex(9), word(kProvider, 10))), "ok");
}

TEST(Title, OneThatBeganUnconfirmedNeverHolds) {
    TitleHistory history(kProvider);
    ASSERT_EQ(code(propose(history, 100, kCity, 7)), "ok");
    ASSERT_EQ(code(confirm(history, kTitle, word(kUniversity, 20))), "ok");
    const TitleHistory before = history;
    EXPECT_EQ(code(confirm(history, kTitle, word(kProvider, 101))), "title_in_past");
    EXPECT_EQ(history.proposed(), before.proposed());
    EXPECT_EQ(history.owners_at(Time(101)).size(), 1U);
}

TEST(Title, AnyOfThemMayWithdrawIt) {
    TitleHistory history(kProvider);
    EXPECT_EQ(code(history.check_withdrawal(kTitle, kCity)), "no_title_proposed");
    ASSERT_EQ(code(propose(history, 100, kCity, 7)), "ok");
    EXPECT_EQ(code(history.check_withdrawal(kTitle, test_organisation(9))), "not_an_owner");
    EXPECT_EQ(code(history.check_withdrawal(kTitle, kUniversity)), "ok");
    history.withdraw();
    EXPECT_EQ(history.proposed(), std::nullopt);
}

TEST(Title, AStrangerDoesNotReplaceWhatOthersAgreeOn) {
    TitleHistory history(kProvider);
    const OrganisationId stranger = test_organisation(9);
    const std::vector<OwnerShare> all{{stranger, Ppm(kPpm)}};
    ASSERT_EQ(code(propose(history, 100, kCity, 7)), "ok");
    EXPECT_EQ(code(propose(history, 100, all, word(stranger, 8))), "not_an_owner");
    EXPECT_EQ(history.proposed()->title.index, kTitle);
    // It may ask for a pool for which nothing waits, and is replaced by those who have it.
    EXPECT_EQ(code(propose(history, 200, all, word(stranger, 101))), "ok");
    EXPECT_EQ(code(propose(history, 200, {{kProvider, Ppm(kPpm)}}, word(kProvider, 102))), "ok");
    EXPECT_EQ(history.confirmed().size(), 1U);
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

// Their number had no bound.
TEST(Title, APoolHasABoundedNumberThatSomethingAsksFor) {
    TitleHistory history(kProvider);
    const std::vector<OwnerShare> alone{{kProvider, Ppm(kPpm)}};
    const auto propose_asking_from = [&](std::int64_t from, std::int64_t now, std::int64_t asked) {
        return history.propose(Time(from), alone, word(kProvider, now), Time(asked));
    };
    for (std::int64_t n = 0; n < std::int64_t{kMaxTitles}; ++n)
        ASSERT_EQ(code(propose(history, 1'000 + n, alone, word(kProvider, 5))), "ok");
    ASSERT_EQ(history.confirmed().size(), kMaxTitles);
    EXPECT_EQ(code(propose_asking_from(2'000, 6, 6)), "too_many_titles");
    EXPECT_EQ(code(propose_asking_from(1'000, 6, 6)), "title_in_past");
    // Time alone does not help while a lease is billed by the first one; then one has ended.
    EXPECT_EQ(code(propose_asking_from(2'000, 1'500, 1'000)), "too_many_titles");
    EXPECT_EQ(code(propose_asking_from(2'000, 1'500, 1'001)), "ok");
    EXPECT_EQ(history.confirmed().size(), kMaxTitles) << "a question changes nothing";
    const auto second = history.confirmed().at(1);
    EXPECT_EQ(history.forget_before(Time(1'001)).size(), 1U);
    EXPECT_EQ(history.confirmed().front(), second);
    EXPECT_EQ(history.owners_at(Time(1'001)), alone);
    EXPECT_TRUE(history.forget_before(Time(1'001)).empty());
    EXPECT_EQ(history.forget_before(Time(9'000)).size(), kMaxTitles - 2) << "one is in force";
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
                const Time from(now.value + random.below(10) - 1);
                const auto shares = random.owners();
                complete = propose(history, from.value, shares, {who, now, LogIndex(step)}) &&
                           !history.proposed();
                if (complete) titles[from.value] = shares;
            } else {
                complete = confirm(history, waiting->title.index, {who, now, LogIndex(step)})
                               .value_or(false);
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
