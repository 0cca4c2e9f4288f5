#include "settlement/period.hpp"

#include <algorithm>

namespace suanpan::settlement {

Result<void> Periods::check_open(Time time) const {
    if (last_closed_ && month_of(time) <= *last_closed_) {
        return fail("period_closed", "the period " + to_string(month_of(time)) +
                                         " is closed; a correction posts into the open one");
    }
    return {};
}

Result<void> Periods::close(Month month, Time now) {
    if (last_closed_ && month <= *last_closed_) {
        return fail("period_closed", "the period " + to_string(month) + " is closed already");
    }
    if (last_closed_ && month.value != last_closed_->value + 1) {
        return fail("period_not_next",
                    "the next period to close is " + to_string(Month(last_closed_->value + 1)));
    }
    if (now < month_window(month).end) {
        return fail("period_not_over", "the period " + to_string(month) + " has not ended");
    }
    last_closed_ = month;
    return {};
}

Result<PeriodBalances> balances_of(const Accounts& accounts) {
    PeriodBalances out;
    std::map<std::pair<std::string, AccountKind>, Int128> total;
    accounts.for_each([&](const AccountKey& account, Money balance) {
        if (balance.value == 0) return;
        // Accounts come sorted, their organisation first.
        if (out.organisations.empty() ||
            out.organisations.back().organisation != account.organisation) {
            out.organisations.push_back({account.organisation, {}});
        }
        const std::pair key(account.currency, account.kind);
        out.organisations.back().balances.emplace(key, balance);
        total[key] += balance.value;
    });
    for (const auto& [key, sum] : total) {
        const auto narrowed = narrow(sum);
        if (!narrowed) return fail(narrowed.error());
        if (*narrowed != 0) out.total.emplace(key, Money(*narrowed));
    }
    return out;
}

bool adds_up(const PeriodBalances& balances) {
    std::map<std::pair<std::string, AccountKind>, Int128> rest;
    for (const auto& [key, amount] : balances.total)
        rest[key] -= amount.value;
    for (const OrganisationBalances& organisation : balances.organisations) {
        for (const auto& [key, amount] : organisation.balances)
            rest[key] += amount.value;
    }
    std::map<std::string, Int128> currencies;
    for (const auto& [key, amount] : balances.total)
        currencies[key.first] += amount.value;
    const auto zero = [](const auto& item) { return item.second == 0; };
    return std::ranges::all_of(rest, zero) && std::ranges::all_of(currencies, zero);
}

}  // namespace suanpan::settlement
