// Titles through the core: who may say what, what holds when, and what replaying it gives.

#include "base/decimal.hpp"
#include "delivery.hpp"
#include "replayed.hpp"

#include <gtest/gtest.h>

#include <tuple>

namespace suanpan::core {
namespace {

using settlement::AccountKind;
using settlement::OwnerShare;

const PoolId kPool = numbered<PoolId>(2);
const OrganisationId kPartner = SmallMarket::organisation(3);
const OrganisationId kOther = SmallMarket::organisation(5);
const std::vector<OwnerShare> kShared{{kSeller, Ppm(600'000)}, {kPartner, Ppm(400'000)}};

Time minutes_on(std::int64_t minutes) {
    return Time(kStart.value + minutes * 60);
}

std::vector<TitleRow> titles(const SmallMarket& day) {
    return day.market.state().titles;
}

struct Refusal {
    std::string code;
    OrganisationId actor;
    CommandBody body;
};

void expect_refusals(SmallMarket& day, const std::vector<Refusal>& cases) {
    for (const auto& [code, actor, body] : cases) {
        const auto before = titles(day);
        EXPECT_EQ(refusal(day.run(actor, body)), code);
        EXPECT_EQ(titles(day), before) << code;
    }
}

// Each case is wrong in what the later ones are wrong in, too.
TEST(CoreTitle, RefusalsOfAProposalInTheirOrder) {
    SmallMarket day;
    const Time past(kStart.value - 1);
    const OrganisationId nobody = numbered<OrganisationId>(99);
    expect_refusals(
        day, {{"unknown_pool", kOther, ProposeTitle{numbered<PoolId>(9), past, {}}},
              {"bad_shares", kOther, ProposeTitle{kPool, past, {{nobody, Ppm(999'999)}}}},
              {"unknown_organisation", kOther, ProposeTitle{kPool, past, {{nobody, Ppm(kPpm)}}}},
              {"not_an_owner", kOther, ProposeTitle{kPool, past, kShared}},
              {"not_an_owner", kBoss, ProposeTitle{kPool, past, kShared}},
              {"title_in_past", kSeller, ProposeTitle{kPool, past, kShared}}});
    expect_the_same_from_log_and_rows(day);
}

TEST(CoreTitle, RefusalsOfAWordInTheirOrder) {
    SmallMarket day;
    expect_refusals(day, {{"unknown_pool", kOther, ConfirmTitle{numbered<PoolId>(9), LogIndex(1)}},
                          {"unknown_pool", kOther, RefuseTitle{numbered<PoolId>(9), LogIndex(1)}},
                          {"no_title_proposed", kSeller, ConfirmTitle{kPool, LogIndex(1)}},
                          {"no_title_proposed", kSeller, RefuseTitle{kPool, LogIndex(1)}}});
    const auto proposed = day.run(kSeller, ProposeTitle{kPool, kStart, kShared});
    const LogIndex another(proposed.index.value + 1);
    expect_refusals(day, {{"no_title_proposed", kPartner, ConfirmTitle{kPool, another}},
                          {"not_an_owner", kOther, ConfirmTitle{kPool, proposed.index}},
                          {"not_an_owner", kBoss, ConfirmTitle{kPool, proposed.index}},
                          {"not_an_owner", kSeller, ConfirmTitle{kPool, proposed.index}},
                          {"not_an_owner", kOther, RefuseTitle{kPool, proposed.index}}});
    day.now = Time(kStart.value + 1);
    expect_refusals(day, {{"title_in_past", kOther, ConfirmTitle{kPool, proposed.index}},
                          {"title_in_past", kPartner, ConfirmTitle{kPool, proposed.index}}});
    expect_the_same_from_log_and_rows(day);
}

TEST(CoreTitle, TellsWhoHasConfirmedAndWhen) {
    SmallMarket day;
    const std::vector<OwnerShare> shares{{kPartner, Ppm(500'000)}, {kOther, Ppm(500'000)}};
    const auto proposed = day.run(kPartner, ProposeTitle{kPool, minutes_on(60), shares});
    EXPECT_EQ(proposed.title->missing, (std::vector{kSeller, kOther}));
    const auto first = day.run_at(minutes_on(1), kOther, ConfirmTitle{kPool, proposed.index});
    EXPECT_EQ(first.title->state, TitleState::kProposed);
    expect_the_same_from_log_and_rows(day);
    const auto last = day.run_at(minutes_on(2), kSeller, ConfirmTitle{kPool, proposed.index});
    EXPECT_EQ(last.title->state, TitleState::kConfirmed);
    EXPECT_TRUE(last.title->missing.empty());
    EXPECT_EQ(last.title->title.words,
              (std::vector<settlement::TitleWord>{{kPartner, kStart, proposed.index},
                                                  {kOther, minutes_on(1), first.index},
                                                  {kSeller, minutes_on(2), last.index}}));
    EXPECT_EQ(titles(day), std::vector{*last.title});
    // It was the provider's, and is it no more.
    EXPECT_EQ(
        refusal(day.run(kSeller, ProposeTitle{kPool, minutes_on(120), {{kSeller, Ppm(kPpm)}}})),
        "none");
    EXPECT_EQ(titles(day).back().missing, (std::vector{kPartner, kOther}));
    expect_the_same_from_log_and_rows(day);
}

TEST(CoreTitle, ARefusedOrReplacedOneIsToldOfAndChangesNothing) {
    SmallMarket day;
    const auto first = day.run(kSeller, ProposeTitle{kPool, minutes_on(60), kShared});
    day.take_changes_each_time = false;
    day.market.take_changes();
    const auto second = day.run(kPartner, ProposeTitle{kPool, minutes_on(30), kShared});
    const auto refused = day.run(kSeller, RefuseTitle{kPool, second.index});
    const Rows changes = day.market.take_changes();
    ASSERT_EQ(changes.titles.size(), 2U);
    EXPECT_EQ(changes.titles[0].title.index, first.index);
    EXPECT_EQ(changes.titles[0].state, TitleState::kReplaced);
    EXPECT_EQ(changes.titles[1], *refused.title);
    EXPECT_EQ(refused.title->state, TitleState::kRefused);
    EXPECT_EQ(refused.title->refused_by, kSeller);
    EXPECT_TRUE(titles(day).empty());
    EXPECT_EQ(refusal(day.run(kPartner, ConfirmTitle{kPool, first.index})), "no_title_proposed");
    expect_the_same_from_log_and_rows(day);
}

// The proceeds of two hours of two lots at 10, less 2 %: 19.6 each.
TEST(CoreTitle, HoldsFromTheFirstWindowThatBeginsAfterIt) {
    SmallMarket day;
    const auto proposed = day.run(kSeller, ProposeTitle{kPool, minutes_on(150), kShared});
    EXPECT_EQ(refusal(day.run(kPartner, ConfirmTitle{kPool, proposed.index})), "none");
    const LeaseRow lease = trade(day, 2, 2, 4);
    day.now = SmallMarket::hours(2, 4).start;
    hand_over(day, lease.id);
    day.now = SmallMarket::hours(2, 4).end;
    read_all(day, lease.id, 2, 2, 4);
    const auto lines = settle(day);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].owners, std::vector{kSeller});
    EXPECT_EQ(lines[1].owners, (std::vector{kSeller, kPartner}));
    EXPECT_EQ(to_string(day.balance(2, AccountKind::kPending)), "31.360000");
    EXPECT_EQ(to_string(day.balance(3, AccountKind::kPending)), "7.840000");
    expect_the_same_from_log_and_rows(day);
}

TEST(CoreTitle, WhatNotAllHaveConfirmedInTimePaysNobodyElse) {
    SmallMarket day;
    const std::vector<OwnerShare> three{
        {kSeller, Ppm(500'000)}, {kPartner, Ppm(300'000)}, {kOther, Ppm(200'000)}};
    const auto proposed = day.run(kSeller, ProposeTitle{kPool, minutes_on(60), three});
    day.run(kPartner, ConfirmTitle{kPool, proposed.index});
    const LeaseRow lease = trade(day, 2, 2, 3);
    day.now = kHour.start;
    EXPECT_EQ(refusal(day.run(kOther, ConfirmTitle{kPool, proposed.index})), "title_in_past");
    hand_over(day, lease.id);
    day.now = kHour.end;
    read_all(day, lease.id, 2, 2, 3);
    settle(day);
    EXPECT_EQ(to_string(day.balance(2, AccountKind::kPending)), "19.600000");
    EXPECT_EQ(to_string(day.balance(3, AccountKind::kPending)), "0.000000");
}

TEST(CoreTitle, APoolIsItsProvidersUntilTheOthersConfirm) {
    SmallMarket day;
    const SiteId site = day.market.state().pools.front().rules.site;
    RegisterPool pool;
    pool.id = numbered<PoolId>(8);
    pool.organisation = kSeller;
    pool.site = site;
    pool.model = day.market.state().models.front().id;
    pool.lots = Lots(4);
    pool.owners = kShared;
    pool.owners_from = Time(kStart.value - 1);
    EXPECT_EQ(refusal(day.run(kSeller, pool)), "title_in_past");
    pool.owners_from = minutes_on(60);
    const auto registered = day.run(kSeller, pool);
    ASSERT_EQ(refusal(registered), "none");
    EXPECT_EQ(registered.title->state, TitleState::kProposed);
    EXPECT_EQ(registered.title->missing, std::vector{kPartner});
    expect_the_same_from_log_and_rows(day);
    const auto confirmed = day.run(kPartner, ConfirmTitle{pool.id, registered.index});
    EXPECT_EQ(confirmed.title->state, TitleState::kConfirmed);
    EXPECT_EQ(confirmed.title->title.shares, kShared);
    expect_the_same_from_log_and_rows(day);
}

// They stayed in memory for ever, and each command copied them all.
TEST(CoreTitle, OnesThatNobodyAsksForAreForgotten) {
    SmallMarket day;
    const std::vector<OwnerShare> alone{{kSeller, Ppm(kPpm)}};
    const auto propose_at = [&](std::int64_t minute) {
        return day.run_at(minutes_on(minute), kSeller,
                          ProposeTitle{kPool, minutes_on(minute), alone});
    };
    const auto first = propose_at(1);
    day.take_changes_each_time = false;
    day.market.take_changes();
    ASSERT_EQ(refusal(propose_at(2)), "none");
    const Rows changes = day.market.take_changes();
    day.take_changes_each_time = true;
    ASSERT_EQ(changes.titles.size(), 2U);
    EXPECT_EQ(changes.titles[0].title.index, first.index);
    EXPECT_EQ(changes.titles[0].state, TitleState::kPast);
    EXPECT_EQ(titles(day).size(), 1U);
    expect_the_same_from_log_and_rows(day);
    // Of a lease that began before: until it is over. Its pool's alone.
    day.now = minutes_on(59);
    trade(day, 2, 1, 2);
    for (std::int64_t minute = 60; minute < 63; ++minute)
        ASSERT_EQ(refusal(propose_at(minute)), "none");
    EXPECT_EQ(titles(day).size(), 3U);
    ASSERT_EQ(refusal(day.run(kPartner,
                              ProposeTitle{numbered<PoolId>(3), day.now, {{kPartner, Ppm(kPpm)}}})),
              "none");
    expect_the_same_from_log_and_rows(day);
    day.now = SmallMarket::hours(1, 2).end;
    ASSERT_EQ(refusal(propose_at(130)), "none");
    EXPECT_EQ(titles(day).size(), 2U) << "it was never handed over";
    expect_the_same_from_log_and_rows(day);
}

TEST(CoreTitle, TooManyAreRefused) {
    SmallMarket day;
    const std::vector<OwnerShare> alone{{kSeller, Ppm(kPpm)}};
    const auto propose_from = [&](std::int64_t minute) {
        return refusal(day.run(kSeller, ProposeTitle{kPool, minutes_on(minute), alone}));
    };
    for (std::int64_t n = 0; n < std::int64_t{settlement::kMaxTitles}; ++n)
        ASSERT_EQ(propose_from(n), "none");
    EXPECT_EQ(propose_from(1'000), "too_many_titles");
    day.now = minutes_on(2);
    EXPECT_EQ(propose_from(1'000), "none") << "two are over";
    EXPECT_EQ(titles(day).size(), settlement::kMaxTitles - 1);
    expect_the_same_from_log_and_rows(day);
}

TEST(CoreTitle, ALoadedMarketTakesTheWordThatIsMissing) {
    SmallMarket day;
    const auto proposed = day.run(kSeller, ProposeTitle{kPool, minutes_on(60), kShared});
    Market loaded;
    loaded.load(day.market.state());
    const Command word(numbered<CommandId>(1), kPartner, Auth::kApiKey,
                       ConfirmTitle{kPool, proposed.index});
    const auto confirmed = loaded.apply(word, day.now);
    ASSERT_FALSE(confirmed.refusal);
    EXPECT_EQ(confirmed.title, day.market.apply(word, day.now).title);
    EXPECT_EQ(digest(loaded.state()), digest(day.market.state()));
}

}  // namespace
}  // namespace suanpan::core
