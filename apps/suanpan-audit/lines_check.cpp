#include "apps/suanpan-audit/lines_check.hpp"

#include <algorithm>
#include <set>

namespace suanpan::audit {

void SpendingCheck::see(const core::Rows& changes) {
    for (const core::LeaseRow& lease : changes.leases) {
        if (!lease.project.is_nil()) projects_[lease.id] = lease.project;
    }
    for (const core::SettlementLineRow& line : changes.lines) {
        const auto project = projects_.find(line.lease);
        if (project != projects_.end())
            spent_[{project->second, line.currency}] += line.line.buyer_pays.value;
    }
    for (const core::LeaseRow& lease : changes.leases) {
        if (lease.closed) projects_.erase(lease.id);
    }
}

Audited<void> SpendingCheck::result(const core::Rows& state) const {
    auto rest = spent_;
    for (const core::ProjectBudgetRow& row : state.project_budgets)
        rest[{row.project, row.currency}] -= row.spent.value;
    for (const auto& [of, amount] : rest) {
        if (amount == 0) continue;
        return found(Fault{"wrong_project",
                           "what the project " + to_string(of.first) + " has spent in " +
                               of.second + " is not the sum of its settlement lines",
                           {},
                           "the state after the last entry"});
    }
    return {};
}

void ProbeCount::see(const core::Rows& changes) {
    for (const core::MeterRow& meter : changes.meters)
        roles_[meter.id] = meter.role;
    std::set<LogIndex> entries;
    for (const core::ReadingRow& reading : changes.readings) {
        const auto role = roles_.find(reading.meter);
        if (role != roles_.end() && role->second == settlement::MeterRole::kOperator)
            entries.insert(reading.index);
    }
    batches_ += entries.size();
}

std::uint64_t beyond_budget(const core::Rows& state) {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(state.project_budgets, [](const core::ProjectBudgetRow& row) {
            return row.limit && Int128(row.held.value) + row.spent.value > row.limit->value;
        }));
}

}  // namespace suanpan::audit
