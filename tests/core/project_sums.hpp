#pragma once

// What projects hold and have spent, against the slow and obvious sum over their orders' holds, the
// holds of the leases that these bought, and all lines that were ever settled of them.

#include "small_market.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

namespace suanpan::core {

inline void expect_projects_add_up(const SmallMarket& day) {
    std::map<std::pair<ProjectId, std::string>, std::pair<Int128, Int128>> sums;
    const auto project_of_lease = [&day](const LeaseId& lease) {
        const auto found = day.projects.find(day.buy_orders.at(lease));
        return found == day.projects.end() ? ProjectId() : found->second;
    };
    const Rows state = day.market.state();
    for (const OrderRow& order : state.orders)
        sums[{order.view.terms.project, order.view.terms.market.currency}].first +=
            order.hold.value;
    for (const LeaseRow& lease : state.leases)
        sums[{project_of_lease(lease.id), lease.market.currency}].first += lease.hold.value;
    for (const SettlementLineRow& line : day.lines)
        sums[{project_of_lease(line.lease), line.currency}].second += line.line.buyer_pays.value;
    for (const ProjectBudgetRow& row : state.project_budgets) {
        const auto [held, spent] = sums[{row.project, row.currency}];
        EXPECT_TRUE(held == row.held.value && spent == row.spent.value) << to_string(row.project);
        sums.erase({row.project, row.currency});
    }
    for (const auto& [of, amounts] : sums) {
        if (!of.first.is_nil())
            EXPECT_TRUE(amounts.first == 0 && amounts.second == 0) << to_string(of.first);
    }
}

}  // namespace suanpan::core
