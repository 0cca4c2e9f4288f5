#include "services/market_data/fold.hpp"

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <set>

namespace suanpan::services {
namespace {

OrganisationId provider(std::uint8_t number) {
    OrganisationId id;
    id.bytes[15] = number;
    return id;
}

db::Holding holding(const std::string& hub, std::uint8_t who, std::int64_t lots = 10) {
    db::Holding out;
    out.compute_class = "AI-FP16";
    out.hub = hub;
    out.provider = provider(who);
    out.lots = Lots(lots);
    out.leased_s = 100 * lots;
    return out;
}

FoldedCapacity fold(const std::vector<db::Holding>& holdings) {
    auto folded = fold_capacity(holdings);
    EXPECT_TRUE(folded);
    return folded.value_or(FoldedCapacity());
}

TEST(Fold, ThreeProvidersAreTold) {
    const auto folded = fold({holding("gansu", 1), holding("gansu", 2), holding("gansu", 3, 7)});
    ASSERT_EQ(folded.groups.size(), 1U);
    EXPECT_EQ(folded.groups[0].hub, "gansu");
    EXPECT_EQ(folded.groups[0].providers, 3U);
    EXPECT_EQ(folded.groups[0].sums.lots, Lots(27));
    EXPECT_EQ(folded.groups[0].sums.leased_s, 2'700);
    EXPECT_TRUE(folded.withheld.empty());
}

TEST(Fold, FewerThanThreeInAClassAreNot) {
    const auto folded = fold({holding("gansu", 1), holding("guizhou", 2), holding("ningxia", 1)});
    EXPECT_TRUE(folded.groups.empty());
    EXPECT_EQ(folded.withheld, std::vector<std::string>{"AI-FP16"});
    EXPECT_TRUE(fold({}).groups.empty());
}

TEST(Fold, SmallHubsAreToldTogether) {
    const auto folded = fold({holding("gansu", 1), holding("gansu", 2), holding("gansu", 3),
                              holding("guizhou", 4), holding("guizhou", 5), holding("ningxia", 6)});
    ASSERT_EQ(folded.groups.size(), 2U);
    EXPECT_EQ(folded.groups[0].hub, "gansu");
    EXPECT_EQ(folded.groups[1].hub, std::nullopt);
    EXPECT_EQ(folded.groups[1].providers, 3U);
    EXPECT_EQ(folded.groups[1].sums.lots, Lots(30));
}

// Else the whole less what is told would be the one that is not told.
TEST(Fold, TheSmallestHubJoinsARestThatIsTooSmall) {
    const auto folded = fold({holding("gansu", 1), holding("gansu", 2), holding("gansu", 3),
                              holding("gansu", 4), holding("guizhou", 5), holding("guizhou", 6),
                              holding("guizhou", 7), holding("ningxia", 8)});
    ASSERT_EQ(folded.groups.size(), 2U);
    EXPECT_EQ(folded.groups[0].hub, "gansu");
    EXPECT_EQ(folded.groups[1].hub, std::nullopt);
    EXPECT_EQ(folded.groups[1].providers, 4U);
}

TEST(Fold, OneProviderAtTwoHubsIsOne) {
    const auto folded = fold({holding("gansu", 1), holding("gansu", 2), holding("gansu", 3),
                              holding("guizhou", 1), holding("ningxia", 2)});
    ASSERT_EQ(folded.groups.size(), 1U);
    EXPECT_EQ(folded.groups[0].hub, std::nullopt);
    EXPECT_EQ(folded.groups[0].providers, 3U);
}

TEST(Fold, ASumThatDoesNotFitIsAnError) {
    const std::int64_t half = std::numeric_limits<std::int64_t>::max() / 1'000;
    std::vector<db::Holding> holdings{holding("gansu", 1), holding("gansu", 2),
                                      holding("gansu", 3)};
    for (db::Holding& one : holdings)
        one.delivered_s = half * 900;
    const auto folded = fold_capacity(holdings);
    ASSERT_FALSE(folded);
    EXPECT_EQ(folded.error().code(), "overflow");
}

TEST(Fold, WhateverThereIsNoGroupHasFewerThanThreeAndNothingIsLost) {
    const std::uint64_t seed = support::test_seed();
    std::mt19937_64 random(seed);
    const auto below = [&random](std::uint64_t n) { return random() % n; };
    for (int round = 0; round < 500; ++round) {
        std::map<std::string, std::map<OrganisationId, std::int64_t>> lots;  // by class
        std::vector<db::Holding> holdings;
        for (std::uint64_t i = below(12); i > 0; --i) {
            auto one = holding(std::string(1, static_cast<char>('a' + below(5))),
                               static_cast<std::uint8_t>(1 + below(8)),
                               1 + static_cast<std::int64_t>(below(100)));
            one.compute_class = below(2) == 0 ? "AI-FP16" : "HPC-FP64";
            lots[one.compute_class][one.provider] += one.lots.value;
            holdings.push_back(one);
        }
        const auto folded = fold(holdings);
        std::map<std::string, std::int64_t> told;
        for (const CapacityGroup& group : folded.groups) {
            EXPECT_GE(group.providers, kLeastProviders);
            told[group.compute_class] += group.sums.lots.value;
        }
        for (const auto& [compute_class, of_providers] : lots) {
            const bool withheld =
                std::ranges::find(folded.withheld, compute_class) != folded.withheld.end();
            EXPECT_EQ(withheld, of_providers.size() < kLeastProviders) << "seed " << seed;
            std::int64_t all = 0;
            for (const auto& [who, count] : of_providers)
                all += count;
            EXPECT_EQ(told[compute_class], withheld ? 0 : all) << "seed " << seed;
        }
    }
}

}  // namespace
}  // namespace suanpan::services
