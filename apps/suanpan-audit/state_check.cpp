#include "apps/suanpan-audit/state_check.hpp"

#include "base/decimal.hpp"
#include "matching/engine.hpp"

#include <utility>

namespace suanpan::audit {
namespace {

using settlement::AccountKey;
using settlement::AccountKind;

// In 128 bits: a fault must not hide in a sum that does not fit.
using Sums = std::map<AccountKey, Int128>;

tl::unexpected<Fault> wrong(std::string_view code, std::string detail) {
    return found(Fault{std::string(code), std::move(detail), {}, "the state after the last entry"});
}

std::string name_of(const AccountKey& account) {
    return "the account " + std::string(settlement::to_string(account.kind)) + " of " +
           to_string(account.organisation) + " in " + account.currency;
}

Audited<void> check_sums(const core::Rows& state) {
    std::map<std::string, Int128> totals;
    for (const core::BalanceRow& row : state.balances) {
        totals[row.account.currency] += row.balance.value;
        const bool may_be_below =
            row.account.kind == AccountKind::kReceivable || row.account.kind == AccountKind::kCash;
        if (row.balance.value < 0 && !may_be_below) {
            return wrong("below_zero", name_of(row.account) + " is at " + to_string(row.balance));
        }
    }
    for (const auto& [currency, total] : totals) {
        if (total != 0)
            return wrong("unbalanced", "the accounts in " + currency + " do not sum to zero");
    }
    return {};
}

// Every account of these kinds has exactly what is counted for it.
Audited<void> check_against(const core::Rows& state, AccountKind kind, Sums sums,
                            std::string_view code, std::string_view what) {
    for (const core::BalanceRow& row : state.balances) {
        if (row.account.kind == kind) sums[row.account] -= row.balance.value;
    }
    for (const auto& [account, rest] : sums) {
        if (rest != 0)
            return wrong(code, name_of(account) + " is not the sum of " + std::string(what));
    }
    return {};
}

Audited<void> check_holds(const core::Rows& state) {
    Sums held;
    const auto add = [&](const OrganisationId& organisation, const std::string& currency,
                         Money amount) {
        if (amount.value != 0) held[{organisation, currency, AccountKind::kHeld}] += amount.value;
    };
    for (const core::OrderRow& order : state.orders)
        add(order.view.terms.organisation, order.view.terms.market.currency, order.hold);
    for (const core::LeaseRow& lease : state.leases)
        add(lease.buyer, lease.market.currency, lease.hold);
    return check_against(state, AccountKind::kHeld, std::move(held), "wrong_hold",
                         "what its open orders and leases hold");
}

Audited<void> check_pending(const core::Rows& state) {
    Sums pending;
    for (const core::PendingRow& row : state.pending) {
        if (!row.released)
            pending[{row.organisation, row.currency, AccountKind::kPending}] += row.amount.value;
    }
    return check_against(state, AccountKind::kPending, std::move(pending), "wrong_pending",
                         "the proceeds that wait for their dispute period");
}

// Of a programme's budget, what is granted or can be, what has expired, and what is reserved.
Audited<void> check_programmes(const core::Rows& state) {
    std::map<ProgrammeId, const core::ProgrammeRow*> programmes;
    Sums budgets;
    Sums reserved;
    const auto sum_of = [](Sums& sums, const core::ProgrammeRow& row, AccountKind kind) -> Int128& {
        return sums[{row.holder, row.state.programme.currency, kind}];
    };
    for (const core::ProgrammeRow& row : state.programmes) {
        programmes[row.state.programme.id] = &row;
        sum_of(budgets, row, AccountKind::kBudget) += row.state.ungranted.value;
    }
    for (const core::GrantRow& grant : state.grants) {
        const core::ProgrammeRow& row = *programmes.at(grant.state.grant.programme);
        sum_of(budgets, row, AccountKind::kBudget) +=
            Int128(grant.state.left.value) + grant.state.expired.value;
        sum_of(reserved, row, AccountKind::kReserved) += grant.state.reserved.value;
    }
    auto checked = check_against(state, AccountKind::kBudget, std::move(budgets), "wrong_budget",
                                 "what its programmes have left");
    if (!checked) return checked;
    return check_against(state, AccountKind::kReserved, std::move(reserved), "wrong_reserved",
                         "what is reserved of its grants");
}

// What the open orders and leases of a project hold; what it has spent follows from the lines.
Audited<void> check_projects(const core::Rows& state) {
    std::map<std::pair<ProjectId, std::string>, Int128> held;
    for (const core::OrderRow& order : state.orders)
        held[{order.view.terms.project, order.view.terms.market.currency}] += order.hold.value;
    for (const core::LeaseRow& lease : state.leases)
        held[{lease.project, lease.market.currency}] += lease.hold.value;
    for (const core::ProjectBudgetRow& row : state.project_budgets)
        held[{row.project, row.currency}] -= row.held.value;
    for (const auto& [of, rest] : held) {
        if (rest == 0 || of.first.is_nil()) continue;
        return wrong("wrong_project", "what the project " + to_string(of.first) + " holds in " +
                                          of.second +
                                          " is not the sum of its open orders and leases");
    }
    return {};
}

}  // namespace

Audited<MoneySums> sum_balances(const core::Rows& state) {
    MoneySums out;
    for (const core::BalanceRow& row : state.balances) {
        Money& sum =
            out[row.account.currency][std::string(settlement::to_string(row.account.kind))];
        const auto added = add(sum, row.balance);
        if (!added) return found(added.error());
        sum = *added;
    }
    return out;
}

Audited<void> check_state(const core::Market& market, const core::Rows& state) {
    for (const auto& checked : {check_sums(state), check_holds(state), check_pending(state),
                                check_programmes(state), check_projects(state)}) {
        if (!checked) return checked;
    }
    std::string oversold;
    market.engine().for_each_pool([&](const auto& pool, const matching::Calendar& calendar) {
        for (const auto& step : calendar.steps()) {
            if (step.lots.value < 0 && oversold.empty()) oversold = to_string(pool.id);
        }
    });
    if (oversold.empty()) return {};
    return wrong("oversold", "more lots of the pool " + oversold + " are sold than it has");
}

void JournalCheck::see(const core::Rows& changes) {
    for (const settlement::JournalEntry& entry : changes.journal) {
        ++entries_;
        postings_ += entry.postings.size();
        std::map<std::string_view, Int128> sums;
        for (const settlement::Posting& posting : entry.postings)
            sums[posting.account.currency] += posting.amount.value;
        for (const auto& [currency, sum] : sums) {
            if (sum == 0 || fault_) continue;
            fault_ = Fault{"unbalanced",
                           "the journal entry " + to_string(entry.id) + " (" + entry.reason +
                               ") does not sum to zero in " + std::string(currency),
                           static_cast<std::uint64_t>(entry.index.value),
                           {}};
        }
    }
}

Audited<void> JournalCheck::result() const {
    if (fault_) return found(*fault_);
    return {};
}

}  // namespace suanpan::audit
