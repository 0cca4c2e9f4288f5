#include "settlement/accounts.hpp"

#include "base/check.hpp"
#include "base/decimal.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace suanpan::settlement {
namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, 11> kKindNames = {
    "available", "held",     "bond", "pending", "receivable", "fees",
    "tax",       "suspense", "cash", "budget",  "reserved"};

bool may_be_negative(AccountKind kind) {
    return kind == AccountKind::kReceivable || kind == AccountKind::kCash;
}

// What one entry does to one account.
struct Change {
    const AccountKey* account;
    Int128 amount;
};

// One change an account, ascending.
std::vector<Change> net_changes(const std::vector<Posting>& postings) {
    std::vector<Change> changes;
    changes.reserve(postings.size());
    for (const Posting& posting : postings) {
        changes.push_back(Change{&posting.account, posting.amount.value});
    }
    std::sort(changes.begin(), changes.end(),
              [](const Change& a, const Change& b) { return *a.account < *b.account; });
    std::size_t last = 0;
    for (std::size_t i = 1; i < changes.size(); ++i) {
        if (*changes[i].account == *changes[last].account) {
            changes[last].amount += changes[i].amount;
        } else {
            changes[++last] = changes[i];
        }
    }
    changes.resize(last + 1);
    return changes;
}

bool is_balanced(const std::vector<Posting>& postings) {
    // Entries have one or two currencies: a list is faster than a map.
    std::vector<std::pair<std::string_view, Int128>> sums;
    for (const Posting& posting : postings) {
        const std::string_view currency = posting.account.currency;
        auto found = std::find_if(sums.begin(), sums.end(),
                                  [&](const auto& sum) { return sum.first == currency; });
        if (found == sums.end()) found = sums.insert(sums.end(), {currency, 0});
        found->second += posting.amount.value;
    }
    return std::all_of(sums.begin(), sums.end(), [](const auto& sum) { return sum.second == 0; });
}

}  // namespace

std::string_view to_string(AccountKind kind) {
    const auto at = static_cast<std::size_t>(kind);
    CHECK(at < kKindNames.size());
    return kKindNames[at];
}

Result<AccountKind> parse_account_kind(std::string_view text) {
    const auto found = std::find(kKindNames.begin(), kKindNames.end(), text);
    if (found == kKindNames.end()) return fail("bad_account_kind", "not a kind of account");
    return static_cast<AccountKind>(found - kKindNames.begin());
}

void append_posting(std::vector<Posting>& postings, AccountKey account, Money amount) {
    if (amount.value != 0) postings.push_back(Posting{std::move(account), amount});
}

Result<void> Accounts::post(const std::vector<Posting>& postings) {
    if (postings.empty()) return fail("empty_entry", "a journal entry has postings");
    for (const Posting& posting : postings) {
        if (posting.amount.value == 0) return fail("empty_entry", "a posting moves an amount");
    }
    if (!is_balanced(postings)) {
        return fail("unbalanced", "the postings of an entry sum to zero in each currency");
    }
    const std::vector<Change> changes = net_changes(postings);
    std::vector<std::int64_t> after;
    after.reserve(changes.size());
    bool short_of_funds = false;
    for (const Change& change : changes) {
        const auto sum = narrow(change.amount + balance(*change.account).value);
        if (!sum) return fail(sum.error());
        // An account that no posting lowers cannot be the one that is short.
        short_of_funds = short_of_funds ||
                         (*sum < 0 && change.amount < 0 && !may_be_negative(change.account->kind));
        after.push_back(*sum);
    }
    if (short_of_funds) {
        return fail("insufficient_funds", "an account does not hold what the entry takes from it");
    }
    // From here it must succeed.
    for (std::size_t i = 0; i < changes.size(); ++i) {
        balances_[*changes[i].account] = Money(after[i]);
    }
    return {};
}

Money Accounts::balance(const AccountKey& account) const {
    const auto found = balances_.find(account);
    return found == balances_.end() ? Money(0) : found->second;
}

Int128 Accounts::total(std::string_view currency) const {
    Int128 sum = 0;
    for (const auto& [account, balance] : balances_) {
        if (account.currency == currency) sum += balance.value;
    }
    return sum;
}

void Accounts::restore(const AccountKey& account, Money balance) {
    balances_[account] = balance;
}

void Accounts::for_each(const std::function<void(const AccountKey&, Money)>& visit) const {
    for (const auto& [account, balance] : balances_)
        visit(account, balance);
}

std::string Accounts::digest_lines() const {
    std::string out;
    for (const auto& [account, balance] : balances_) {
        if (balance.value == 0) continue;
        out += suanpan::to_string(account.organisation);
        out += ' ';
        out += account.currency;
        out += ' ';
        out += to_string(account.kind);
        out += ' ';
        out += suanpan::to_string(balance);
        out += '\n';
    }
    return out;
}

}  // namespace suanpan::settlement
