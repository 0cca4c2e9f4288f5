#include "settlement/budget.hpp"

#include "base/check.hpp"
#include "support/seed.hpp"
#include "tests/settlement/random_contracts.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace suanpan::settlement {
namespace {

TEST(ProjectBudget, ANewHoldKeepsWithinTheLimit) {
    ProjectBudget budget;
    EXPECT_EQ(budget.left(), std::nullopt);
    EXPECT_EQ(budget.set_limit(Money(-1)).error().code(), "bad_amount");
    ASSERT_TRUE(budget.set_limit(Money(100)).has_value());
    budget.change(Money(60), Money(0));
    EXPECT_EQ(budget.check_hold(Money(41)).error().code(), "over_budget");
    EXPECT_TRUE(budget.check_hold(Money(40)).has_value());
    budget.change(Money(-10), Money(20));
    EXPECT_EQ(budget.left(), Money(30));
    EXPECT_EQ(budget, ProjectBudget(Money(100), Money(50), Money(20)));
    budget.change(Money(0), Money(-5));
    EXPECT_EQ(budget.left(), Money(35));
}

TEST(ProjectBudget, ALowerLimitStopsNewHoldsOnly) {
    ProjectBudget budget(Money(100), Money(60), Money(20));
    ASSERT_TRUE(budget.set_limit(Money(10)).has_value());
    EXPECT_EQ(budget.left(), Money(0));
    EXPECT_EQ(budget.check_hold(Money(1)).error().code(), "over_budget");
    EXPECT_TRUE(budget.check_hold(Money(0)).has_value());
    budget.change(Money(-60), Money(60));
    EXPECT_EQ(budget.spent(), Money(80));
    ASSERT_TRUE(budget.set_limit(std::nullopt).has_value());
    EXPECT_TRUE(budget.check_hold(Money(1'000)).has_value());
}

TEST(ProjectBudget, NeverWrapsNorFallsBelowZero) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    ProjectBudget budget(std::nullopt, Money(kMost - 1), Money(1));
    EXPECT_EQ(budget.check_hold(Money(1)).error().code(), "overflow");
    EXPECT_THROW(budget.change(Money(2), Money(0)), BugError);
    budget = ProjectBudget(std::nullopt, Money(5), Money(1));
    EXPECT_THROW(budget.change(Money(-6), Money(0)), BugError);
    EXPECT_THROW(budget.change(Money(0), Money(-2)), BugError);
    EXPECT_EQ(budget, ProjectBudget(std::nullopt, Money(5), Money(1)));
    EXPECT_THROW(ProjectBudget(Money(-1), Money(0), Money(0)), BugError);
}

TEST(ProjectBudgetRandom, HoldsAndSpendingAreTheSumsOfWhatHappened) {
    RandomContracts random(support::test_seed());
    for (int round = 0; round < 100; ++round) {
        const Money limit(random.below(500));
        ProjectBudget budget(limit, Money(0), Money(0));
        std::vector<std::int64_t> holds;
        std::int64_t spent = 0;
        for (int step = 0; step < 100; ++step) {
            std::int64_t held = 0;
            for (const std::int64_t hold : holds)
                held += hold;
            ASSERT_EQ(budget.held(), Money(held));
            ASSERT_EQ(budget.spent(), Money(spent));
            ASSERT_LE(held + spent, limit.value);
            if (holds.empty() || random.one_in(2)) {
                const std::int64_t amount = random.below(100);
                const bool fits = held + spent + amount <= limit.value;
                ASSERT_EQ(budget.check_hold(Money(amount)).has_value(), fits);
                if (!fits) continue;
                budget.change(Money(amount), Money(0));
                holds.push_back(amount);
            } else if (random.one_in(4)) {
                const std::int64_t back = random.below(spent + 1);
                budget.change(Money(0), Money(-back));
                spent -= back;
            } else {
                const std::int64_t used = random.below(holds.back() + 1);
                budget.change(Money(-holds.back()), Money(used));
                spent += used;
                holds.pop_back();
            }
        }
    }
}

}  // namespace
}  // namespace suanpan::settlement
