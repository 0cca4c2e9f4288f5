#include "settlement/budget.hpp"

#include "base/check.hpp"
#include "base/decimal.hpp"

#include <algorithm>

namespace suanpan::settlement {

ProjectBudget::ProjectBudget(std::optional<Money> limit, Money held, Money spent)
    : limit_(limit), held_(held), spent_(spent) {
    CHECK(held.value >= 0 && spent.value >= 0 && limit.value_or(Money(0)).value >= 0);
}

Result<void> ProjectBudget::set_limit(std::optional<Money> limit) {
    if (limit && limit->value < 0) return fail("bad_amount", "a budget is not below zero");
    limit_ = limit;
    return {};
}

Result<void> ProjectBudget::check_hold(Money amount) const {
    CHECK(amount.value >= 0);
    const auto most = left();
    if (most && amount > *most) {
        return fail("over_budget", "the order may cost " + to_string(amount) +
                                       " more, and the project's budget has " + to_string(*most) +
                                       " left");
    }
    const auto held = add(held_, amount);
    if (!held) return fail(held.error());
    // What is held may all be spent, so that the sum must fit too.
    if (const auto both = add(*held, spent_); !both) return fail(both.error());
    return {};
}

void ProjectBudget::change(Money held, Money spent) {
    const auto held_then = add(held_, held);
    const auto spent_then = add(spent_, spent);
    CHECK(held_then && spent_then && held_then->value >= 0 && spent_then->value >= 0);
    held_ = *held_then;
    spent_ = *spent_then;
}

std::optional<Money> ProjectBudget::left() const {
    if (!limit_) return std::nullopt;
    const Int128 left = Int128{limit_->value} - held_.value - spent_.value;
    return Money(static_cast<std::int64_t>(std::max(left, Int128{0})));
}

}  // namespace suanpan::settlement
