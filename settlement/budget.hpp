#pragma once

// Budgets of an organisation's projects (metering-settlement "Accounts"), one a project and
// currency, checked at the hold: what is held and what is spent never exceed the limit by a new
// hold.

#include "base/result.hpp"
#include "base/units.hpp"

#include <optional>

namespace suanpan::settlement {

class ProjectBudget {
 public:
    ProjectBudget() = default;
    // As it was. REQUIRES held ≥ 0, spent ≥ 0, limit ≥ 0.
    ProjectBudget(std::optional<Money> limit, Money held, Money spent);

    // Absent: no limit. One below what is held and spent stops new holds only. Error: `bad_amount`
    // (below zero).
    Result<void> set_limit(std::optional<Money> limit);
    // Whether a new hold fits. Errors: `over_budget`, `overflow`. REQUIRES amount ≥ 0.
    [[nodiscard]] Result<void> check_hold(Money amount) const;
    // What was checked as a hold, what became of it, or a correction; whatever the limit is now.
    // REQUIRES that neither sum falls below zero, and that both fit.
    void change(Money held, Money spent);

    // What a new hold may take; absent without a limit, zero when it is exceeded.
    [[nodiscard]] std::optional<Money> left() const;
    [[nodiscard]] std::optional<Money> limit() const { return limit_; }
    [[nodiscard]] Money held() const { return held_; }
    [[nodiscard]] Money spent() const { return spent_; }
    friend bool operator==(const ProjectBudget&, const ProjectBudget&) = default;

 private:
    std::optional<Money> limit_;
    Money held_{0};
    Money spent_{0};
};

}  // namespace suanpan::settlement
